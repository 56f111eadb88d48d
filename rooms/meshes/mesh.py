"""What a mesh is before it becomes clay, and the limits every mesh keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rooms.errors import MeshError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]

MAX_UPLOAD_BYTES = 256 * 2**20
"""Bytes of one uploaded file: 4 million triangles of binary STL are 191 MiB, 1 million of OBJ about 50."""

MAX_VERTICES = 2_000_000
"""Vertices of one piece, after exact duplicates are merged (DESIGN section 3). Below 2**21, so that a triangle packs into 63 bits."""

MAX_TRIANGLES = 4_000_000
"""Triangles of one piece: a closed surface has about two for each vertex."""

MAX_FILE_VERTICES = 3 * MAX_TRIANGLES
"""Vertices of a file before merging: in an STL every triangle brings three of its own."""

MAX_COORDINATE = 1e18
"""Units of the file. Its square is still a finite float32, so that no viewer and no writer overflows."""

MIN_RADIUS = 1e-18
"""Units of the file. Its square is still a normal float32: anything smaller is a point."""


@dataclass
class Mesh:
    """An indexed triangle mesh as a file has it.

    positions: (n, 3) float64, in the file's own units. triangles: (m, 3) int64, counter-clockwise seen from outside.
    colours: (n, 3) uint8 sRGB, or None when the file has none.
    """

    positions: Floats
    triangles: Ints
    colours: Bytes | None = None


def check_counts(vertices: int, triangles: int) -> None:
    """Refuse what a file claims before anything is allocated for it. Raises MeshError."""
    if vertices > MAX_FILE_VERTICES:
        raise MeshError(f"The file has {vertices:,} vertices; at most {MAX_FILE_VERTICES:,} can be read.")
    if triangles > MAX_TRIANGLES:
        raise MeshError(f"The file has {triangles:,} triangles; a piece can have {MAX_TRIANGLES:,}.")


def counted(count: int, one: str, many: str) -> str:
    """A number with its noun: ``counted(1, "vertex", "vertices")`` is ``"1 vertex"``."""
    return f"{count:,} {one if count == 1 else many}"
