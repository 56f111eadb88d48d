"""Object File Format (Geomview): OFF, with normals (NOFF) and vertex colours (COFF), as text.

A line for each vertex, then a line for each face: the number of its corners, the corners, perhaps a colour.
"""

from __future__ import annotations

import re

import numpy as np

from rooms.errors import MeshError
from rooms.meshes import colours as colour
from rooms.meshes.mesh import Mesh, check_counts
from rooms.meshes.polygons import check_range, triangulate
from rooms.meshes.text import Lines, numbers, whole, without_comments

_HEADER = re.compile(rb"\s*(ST)?([CN]{0,2})(4?n?)OFF\b[ \t]*(BINARY)?\s*(?:(\d{1,18})\s+(\d{1,18})[^\n]*)?(?:\n|$)")


def read_off(data: bytes) -> Mesh:
    """Untrusted input. Raises MeshError when lines are missing, or for the flavours with more than three dimensions."""
    text = without_comments(bytes(data)).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    header = _HEADER.match(text)
    if header is None:
        raise MeshError("The OFF file does not begin with OFF.")
    if header[3] or header[4]:
        raise MeshError("The OFF file is binary or has more than three dimensions; save it as a plain text OFF.")
    if header[5] is None:
        raise MeshError("The OFF file does not say how many vertices and faces it has.")
    vertices, faces = int(header[5]), int(header[6])
    check_counts(vertices, faces)
    if not vertices or not faces:
        raise MeshError(f"The OFF file has {vertices:,} vertices and {faces:,} faces.")
    lines = Lines(text[header.end() :])
    if len(lines) < vertices + faces:
        raise MeshError(f"The OFF file is cut short: it claims {vertices + faces:,} lines and has {len(lines):,}.")
    order = np.arange(len(lines))
    table = numbers(lines, order < vertices, 0, "a vertex")
    positions = np.ascontiguousarray(table.columns(3, "a vertex"))
    colours = None
    if b"C" in header[2]:
        skip = 6 if b"N" in header[2] else 3
        colours = colour.bytes_from_guess(table.columns(skip + 3, "a vertex with a colour")[:, skip:])
    table = numbers(lines, (order >= vertices) & (order < vertices + faces), 0, "a face")
    counts = whole(table.values[table.offsets], "a face")
    short = np.flatnonzero((counts < 0) | (counts > table.counts - 1))
    if len(short):
        at = short[0]
        raise MeshError(
            f"Face {at + 1:,} claims {counts[at]:,} corners; its line has {table.counts[at] - 1:,} numbers."
        )
    step = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    corners = whole(table.values[np.repeat(table.offsets + 1, counts) + step], "a face")
    check_range(corners, vertices)
    return Mesh(positions, triangulate(corners, counts, positions), colours)
