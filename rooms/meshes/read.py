"""From bytes to a mesh: which format it is, then that format's reader."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from rooms.errors import MeshError
from rooms.meshes.glb import read_glb
from rooms.meshes.mesh import MAX_UPLOAD_BYTES, Mesh
from rooms.meshes.obj import read_obj
from rooms.meshes.off import read_off
from rooms.meshes.ply import read_ply
from rooms.meshes.stl import is_binary_stl, read_stl

_READERS: dict[str, Callable[[bytes], Mesh]] = {
    "obj": read_obj,
    "stl": read_stl,
    "ply": read_ply,
    "off": read_off,
    "glb": read_glb,
}

IMPORT_FORMATS = tuple(_READERS)
"""The names of the formats that can be read, which are also the ends of their file names."""

_SNIFFED_BYTES = 1 << 16
"""Bytes looked at to recognise a text format: comments at the top of a file may be long."""

_OFF = re.compile(rb"\s*(?:ST)?[CN]{0,2}4?n?OFF\b")
_OBJ = re.compile(rb"^[ \t]*(?:v|f|vn|vt|o|g|s|mtllib|usemtl)[ \t]+\S", re.MULTILINE)


def read_mesh(data: bytes | memoryview | os.PathLike[str], format: str | None = None, filename: str = "") -> Mesh:
    """The mesh in a file or in its bytes. Untrusted input.

    ``format`` is one of IMPORT_FORMATS; without it the content decides, and the name only where the content does not.
    Raises MeshError for whatever cannot be taken, with the reason.
    """
    if isinstance(data, os.PathLike):
        size = os.stat(data).st_size
        _check_size(size)
        data = Path(data).read_bytes()
    _check_size(len(data))
    if not len(data):
        raise MeshError("The file is empty.")
    chosen = format or recognise(data, filename)
    if chosen not in _READERS:
        raise MeshError(
            f"{chosen!r:.40} is not a format that can be read; these are: {', '.join(IMPORT_FORMATS).upper()}."
        )
    # What is not a number shows in validate, which refuses it in words; on the way there numpy need not warn.
    with np.errstate(all="ignore"):
        return _READERS[chosen](bytes(data))


def recognise(data: bytes | memoryview, filename: str = "") -> str:
    """The format of the content, else the one its name claims. Raises MeshError when neither tells."""
    head = bytes(data[:_SNIFFED_BYTES])
    if is_binary_stl(data):
        return "stl"
    if head.startswith(b"glTF"):
        return "glb"
    if re.match(rb"ply\s", head):
        return "ply"
    if head.startswith(b"PK\x03\x04"):
        raise MeshError(
            "The file is a ZIP archive or a 3MF; these cannot be read yet. Export it as OBJ, STL, PLY or GLB."
        )
    if _OFF.match(head) or (head.lstrip().startswith(b"#") and _OFF.match(re.sub(rb"#[^\n]*", b"", head))):
        return "off"
    if head.lstrip()[:5].lower() == b"solid" and b"facet" in head.lower():
        return "stl"
    named = os.path.splitext(filename)[1].lower().lstrip(".")
    if named == "gltf" or re.match(rb'\s*\{\s*"', head):
        raise MeshError("The file is a glTF text; export it as GLB, with everything inside.")
    if b"\0" not in head and _OBJ.search(head):
        return "obj"
    if named in ("stl", "obj"):
        return named
    if named in _READERS:
        raise MeshError(f"The file is named .{named}, but its content is not {named.upper()}.")
    raise MeshError("The file is not an OBJ, STL, PLY, OFF or GLB mesh.")


def _check_size(size: int) -> None:
    if size > MAX_UPLOAD_BYTES:
        raise MeshError(f"The file has {size:,} bytes; at most {MAX_UPLOAD_BYTES:,} can be uploaded.")
