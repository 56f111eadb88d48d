"""STL, binary and text: a soup of triangles, each with three vertices of its own.

Binary: 80 bytes of anything, the count as uint32, then 50 bytes a triangle (normal, three corners as float32, two bytes of
attributes), little-endian. Which of the two a file is, its size decides: many binary ones begin with the word ``solid``.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rooms.errors import MeshError
from rooms.meshes.mesh import Mesh, check_counts
from rooms.meshes.text import Lines, numbers

HEADER_BYTES = 84
TRIANGLE_BYTES = 50
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_BLOCK = 1 << 15
"""Triangles of one written chunk: 1.6 MB."""


def is_binary_stl(data: bytes | memoryview) -> bool:
    """Whether the triangle count in the header accounts for every byte of the file."""
    return len(data) >= HEADER_BYTES and len(data) == HEADER_BYTES + TRIANGLE_BYTES * _claimed(data)


def read_stl(data: bytes | memoryview) -> Mesh:
    """Untrusted input. Raises MeshError when the size and the count disagree, or when a text is cut short."""
    if is_binary_stl(data):
        return _read_binary(data)
    if bytes(data[:512]).lstrip()[:5].lower() == b"solid":
        return _read_text(bytes(data))
    if len(data) < HEADER_BYTES:
        raise MeshError(f"A binary STL file has at least {HEADER_BYTES} bytes; this one has {len(data):,}.")
    claimed = _claimed(data)
    needed = HEADER_BYTES + TRIANGLE_BYTES * claimed
    raise MeshError(f"The STL file claims {claimed:,} triangles, which is {needed:,} bytes; it has {len(data):,}.")


def write_stl(mesh: Mesh) -> Iterator[bytes]:
    """A binary STL in chunks. Positions become float32, colours are lost: the format has no place for them."""
    yield b"Clayroom".ljust(80, b" ") + len(mesh.triangles).to_bytes(4, "little")
    for at in range(0, len(mesh.triangles), _BLOCK):
        corners = mesh.positions[mesh.triangles[at : at + _BLOCK]]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.sqrt((normal * normal).sum(1, keepdims=True))
        rows = np.zeros(len(corners), _TRIANGLE)
        rows["normal"] = normal / np.where(length > 0, length, 1.0)
        rows["corners"] = corners
        yield rows.tobytes()


def _claimed(data: bytes | memoryview) -> int:
    return int.from_bytes(data[80:84], "little")


def _read_binary(data: bytes | memoryview) -> Mesh:
    count = _claimed(data)
    check_counts(3 * count, count)
    if not count:
        raise MeshError("The STL file has no triangles.")
    corners = np.frombuffer(data, _TRIANGLE, count, HEADER_BYTES)["corners"]
    return Mesh(corners.reshape(-1, 3).astype(np.float64), np.arange(3 * count).reshape(-1, 3))


def _read_text(data: bytes) -> Mesh:
    lines = Lines(data)
    key = lines.byte(0) | 32
    is_corner, is_facet = key == ord("v"), (key == ord("f")) & (lines.byte(1) | 32 == ord("a"))
    corners, facets = int(is_corner.sum()), int(is_facet.sum())
    check_counts(corners, facets)
    if not facets:
        raise MeshError("The STL file has no triangles.")
    if lines.text(len(lines) - 1)[:8].lower() != b"endsolid":
        raise MeshError(f"The STL file is cut short: it ends inside its {facets:,}th facet, without an endsolid.")
    if corners != 3 * facets:
        raise MeshError(f"The STL file has {facets:,} facets and {corners:,} corners; it needs {3 * facets:,} corners.")
    table = numbers(lines, is_corner, len(b"vertex"), "a vertex")
    positions = np.ascontiguousarray(table.columns(3, "a vertex"))
    return Mesh(positions, np.arange(corners).reshape(-1, 3))
