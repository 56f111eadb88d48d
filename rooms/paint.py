"""Paint: one byte for each vertex and plane, and the last write in the room's order wins.

A register of its own and not a sum like the positions: two people who paint one spot want one of the two colours, not
both. ``static/kernel/channels.js`` names the same planes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .digest import hashed
from .records import Int32Array, UInt8Array

#: red, green, blue (sRGB), roughness, metalness
PLANES = 5
#: What clay is that nobody has painted. Part of the format: a piece without paint is all this.
UNPAINTED = (0xB5, 0x74, 0x50, 190, 0)
_EVERY_PLANE = list(range(PLANES))
#: Vertices of a digest at a time: a few megabytes of scratch.
_BLOCK = 1 << 16


class Register:
    """The paint of one piece. ``planes`` (5, n) uint8, made when somebody paints; takes over the array it is given."""

    __slots__ = ("digest", "planes", "vertices")

    def __init__(self, vertices: int, planes: UInt8Array | None) -> None:
        self.vertices = vertices
        self.planes = planes
        #: uint32, 0 for unpainted clay; see ``digest_of_paint``
        self.digest = 0 if planes is None else digest_of_paint(planes)

    def write(self, ids: Int32Array, planes: Sequence[int], values: UInt8Array) -> None:
        """``ids`` (k,) strictly ascending, ``planes`` which of the five, ``values`` (planes, k) uint8."""
        if self.planes is None:
            self.planes = unpainted(self.vertices)
        change = 0
        for plane, new in zip(planes, values, strict=True):
            row = self.planes[plane]
            change += _weighted(ids, plane, new) - _weighted(ids, plane, row[ids])
            row[ids] = new
        self.digest = (self.digest + change) & 0xFFFFFFFF

    def read(self, ids: Int32Array, planes: Sequence[int] = _EVERY_PLANE) -> UInt8Array:
        """(planes, k) uint8: what ``ids`` have now. A new array."""
        if self.planes is None:
            column = np.array(UNPAINTED, np.uint8)[list(planes), None]
            return np.repeat(column, len(ids), axis=1)
        found: UInt8Array = self.planes[list(planes)][:, ids] if len(planes) < PLANES else self.planes[:, ids]
        return found

    def compared(self, ids: Int32Array, planes: Sequence[int], expected: UInt8Array, values: UInt8Array) -> UInt8Array:
        """(planes, k): ``values`` where ``expected`` is still there, and what is there everywhere else."""
        now = self.read(ids, planes)
        return np.where(now == expected, values, now)

    def copy(self) -> UInt8Array | None:
        return None if self.planes is None else self.planes.copy()

    def check(self) -> None:
        """Raises ``AssertionError`` unless the digest that was kept is the digest of what is there."""
        found = 0 if self.planes is None else digest_of_paint(self.planes)
        assert found == self.digest, f"the paint has digest {found:#010x}, kept was {self.digest:#010x}"


def unpainted(vertices: int) -> UInt8Array:
    """(5, n) uint8: clay as it comes."""
    return np.repeat(np.array(UNPAINTED, np.uint8)[:, None], vertices, axis=1)


def painted_like(colours: UInt8Array) -> UInt8Array:
    """(5, n) uint8 from the colours of an imported file, (n, 3) uint8 sRGB."""
    planes = unpainted(len(colours))
    planes[:3] = colours.T
    return planes


def digest_of_paint(planes: UInt8Array) -> int:
    """``Σ w(5·i + plane) · (value - unpainted) mod 2³²``, with the hash of ``rooms/digest.py``: unpainted clay has 0."""
    total = 0
    plain = np.array(UNPAINTED, np.uint8)
    for start in range(0, planes.shape[1], _BLOCK):
        ids = np.arange(start, min(planes.shape[1], start + _BLOCK), dtype=np.int32)
        for plane in range(PLANES):
            row = planes[plane, start : start + _BLOCK]
            total += _weighted(ids, plane, row) - _weighted(ids, plane, np.full(len(row), plain[plane]))
    return total & 0xFFFFFFFF


def _weighted(ids: Int32Array, plane: int, values: UInt8Array) -> int:
    return int((hashed(ids.astype(np.uint32) * np.uint32(PLANES) + np.uint32(plane)) * values).sum(dtype=np.uint32))
