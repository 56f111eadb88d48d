"""Wavefront OBJ: vertices, optionally with a colour (``v x y z r g b``), and polygons in any mix of corner forms.

Textures, normals, groups and materials are passed over; nothing that the file names (``mtllib``) is ever opened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from rooms.errors import MeshError
from rooms.meshes import colours as colour
from rooms.meshes.mesh import Bytes, Floats, Ints, Mesh, check_counts
from rooms.meshes.polygons import triangulate
from rooms.meshes.text import Lines, Numbers, numbers, whole, without_comments

_BLOCK = 1 << 15
"""Lines of one written chunk: about 1 MB, so that a download starts at once."""


def read_obj(data: bytes) -> Mesh:
    """Untrusted input. Raises MeshError for a file without faces, or with corners that do not exist."""
    text = without_comments(bytes(data))
    if b"\\\n" in text or b"\\\r\n" in text:
        text = text.replace(b"\\\r\n", b"    ").replace(b"\\\n", b"   ")
    lines = Lines(text)
    key, ends = lines.byte(0), lines.byte(1) <= 32
    is_vertex, is_face = (key == ord("v")) & ends, (key == ord("f")) & ends
    check_counts(int(is_vertex.sum()), int(is_face.sum()))
    if not is_face.any():
        raise MeshError("The OBJ file has no faces.")
    positions, colours = _vertices(numbers(lines, is_vertex, 1, "a vertex (v)"))
    faces = numbers(lines, is_face, 1, "a face (f)", cut_at=ord("/"))
    corners = whole(faces.values, "a face (f)")
    if len(corners) and int(corners.min()) < 0:
        # A negative corner counts back from the last vertex above its line.
        above = np.cumsum(is_vertex)[is_face]
        corners = np.where(corners < 0, corners + np.repeat(above, faces.counts) + 1, corners)
    bad = np.flatnonzero((corners < 1) | (corners > len(positions)))
    if len(bad):
        line = lines.number[is_face][np.searchsorted(np.cumsum(faces.counts), bad[0], side="right")]
        told = whole(faces.values[bad[:1]], "a face (f)")[0]
        raise MeshError(f"Line {line:,} refers to vertex {told:,}; the file has vertices 1 to {len(positions):,}.")
    return Mesh(positions, triangulate(corners - 1, faces.counts, positions), colours)


def write_obj(mesh: Mesh) -> Iterator[bytes]:
    """The file in chunks. Numbers have as many digits as it takes to tell 1e-9 of the mesh's extent apart."""
    yield b"# Clayroom\n"
    digits = significant_digits(mesh.positions)
    coordinates = f"v %.{digits}g %.{digits}g %.{digits}g"
    for at in range(0, len(mesh.positions), _BLOCK):
        block = mesh.positions[at : at + _BLOCK]
        if mesh.colours is None:
            yield _lines(coordinates + "\n", block)
        else:
            shade = mesh.colours[at : at + _BLOCK] / 255.0
            yield _lines(coordinates + " %.5g %.5g %.5g\n", np.hstack([block, shade]))
    for at in range(0, len(mesh.triangles), _BLOCK):
        yield _lines("f %d %d %d\n", mesh.triangles[at : at + _BLOCK] + 1)


def significant_digits(positions: Floats) -> int:
    """Digits with which a coordinate far from the origin still tells 1e-9 of the extent apart; 17 is all a float64 has."""
    reach, extent = float(np.abs(positions).max(initial=0.0)), float(np.ptp(positions, axis=0).max(initial=0.0))
    return 9 if not extent else min(17, max(9, 9 + math.ceil(math.log10(max(reach / extent, 1.0)))))


def _vertices(table: Numbers) -> tuple[Floats, Bytes | None]:
    positions = table.columns(3, "a vertex (v)")
    # Six numbers are a position and a colour; four are a position and a weight, which only curves use.
    coloured = table.counts >= 6
    if not coloured.any():
        return positions, None
    colours = np.full((len(positions), 3), 255, np.uint8)
    colours[coloured] = colour.bytes_from_guess(table.values[table.offsets[coloured][:, None] + np.arange(3, 6)])
    return positions, colours


def _lines(form: str, rows: Floats | Ints) -> bytes:
    return (form * len(rows) % tuple(rows.ravel().tolist())).encode("ascii")
