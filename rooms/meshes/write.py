"""From a mesh to a file, in chunks, so that a download begins at once and never stands in memory whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rooms.errors import MeshError
from rooms.meshes.glb import write_glb
from rooms.meshes.mesh import Mesh
from rooms.meshes.obj import write_obj
from rooms.meshes.ply import write_ply
from rooms.meshes.stl import write_stl

EXPORT_FORMATS: dict[str, tuple[str, str]] = {
    "obj": ("model/obj", ".obj"),
    "stl": ("model/stl", ".stl"),
    "ply": ("application/octet-stream", ".ply"),
    "glb": ("model/gltf-binary", ".glb"),
}
"""Format to (media type, end of the file name). PLY has no registered media type."""

_WRITERS: dict[str, Callable[[Mesh], Iterator[bytes]]] = {
    "obj": write_obj,
    "stl": write_stl,
    "ply": write_ply,
    "glb": write_glb,
}


def write_mesh(mesh: Mesh, format: str) -> Iterator[bytes]:
    """The file as chunks of about a megabyte. The mesh must have a triangle. Raises MeshError for an unknown format."""
    if format not in _WRITERS:
        raise MeshError(
            f"{format!r:.40} is not a format that can be written; these are: {', '.join(EXPORT_FORMATS).upper()}."
        )
    return _WRITERS[format](mesh)
