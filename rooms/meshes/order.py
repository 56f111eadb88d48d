"""Clay: a mesh as Clayroom keeps it. Integer positions, and an order of vertices and triangles that follows the surface.

Vertices follow the Morton curve (bits of x, y and z interleaved): a brush's vertices become a few runs of ids. Every triangle
begins with its smallest vertex, its winding kept, and triangles follow each other by their corners.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rooms.errors import MeshError
from rooms.meshes.manifold import fans, find_twins
from rooms.meshes.mesh import MAX_VERTICES, MIN_RADIUS, Bytes, Ints, Mesh

QUANTUM = 2.0**-22
"""One step of an integer position, in radii of the bounding sphere (DESIGN section 3)."""

STEPS = 2**22
"""Steps in one radius: what import makes lies between -STEPS and STEPS. Sculpting may go further; int32 holds 512 radii."""


@dataclass
class Clay:
    """positions: (3, n) int32, C-contiguous rows x, y, z, in steps of QUANTUM. triangles: (m, 3) uint32.

    colours: (n, 3) uint8 sRGB or None. In the file's units a position is ``positions * (scale * QUANTUM) + offset``.
    repairs: what import changed, one sentence each.
    """

    positions: NDArray[np.int32]
    triangles: NDArray[np.uint32]
    colours: Bytes | None
    scale: float
    offset: tuple[float, float, float]
    repairs: list[str] = field(default_factory=list)

    def mesh(self) -> Mesh:
        """The way back: the same mesh in the file's units, each coordinate within half a step of what import took."""
        positions = np.ascontiguousarray(self.positions.T) * (self.scale * QUANTUM) + np.array(self.offset)
        return Mesh(positions, self.triangles.astype(np.int64), self.colours)


def clay(mesh: Mesh, repairs: list[str] | None = None) -> Clay:
    """Order, scale and quantise a validated mesh. The argument is left as it is.

    The centre is that of the bounding box, the radius the distance to the farthest vertex. Vertices that fall onto the same
    step stay apart: merging them would change the topology that ``validate`` made. Raises MeshError for a mesh without size.
    """
    low, high = mesh.positions.min(0), mesh.positions.max(0)
    centre = low + (high - low) / 2
    radius = float(np.sqrt(((mesh.positions - centre) ** 2).sum(1).max()))
    if radius < MIN_RADIUS:
        raise MeshError(f"The mesh has a radius of {radius:.3g} units: it is a point.")
    steps = np.rint((mesh.positions - centre) * (STEPS / radius)).astype(np.int64)
    order = np.argsort(morton(steps), kind="stable")
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    return Clay(
        positions=np.ascontiguousarray(steps[order].T.astype(np.int32)),
        triangles=sorted_triangles(number[mesh.triangles]),
        colours=None if mesh.colours is None else mesh.colours[order],
        scale=radius,
        offset=(float(centre[0]), float(centre[1]), float(centre[2])),
        repairs=list(repairs or []),
    )


def morton(steps: Ints) -> Ints:
    """(n,) the place of each position on the Morton curve, 21 bits an axis.

    steps: (n, 3) between -STEPS and STEPS. Bits are spread by halving (Stocco and Schrack 1995).
    """
    # 2**23 + 1 values an axis: two low bits go, and the one value beyond 21 bits joins its neighbour.
    cells = np.minimum((steps + STEPS) >> 2, 2**21 - 1)
    code = np.zeros(len(steps), np.int64)
    for axis in range(3):
        bits = cells[:, axis]
        bits = (bits | (bits << 32)) & 0x1F00000000FFFF
        bits = (bits | (bits << 16)) & 0x1F0000FF0000FF
        bits = (bits | (bits << 8)) & 0x100F00F00F00F00F
        bits = (bits | (bits << 4)) & 0x10C30C30C30C30C3
        bits = (bits | (bits << 2)) & 0x1249249249249249
        code |= bits << axis
    return code


def sorted_triangles(triangles: Ints) -> NDArray[np.uint32]:
    """(m, 3) each triangle rotated so that its smallest vertex leads, then all in ascending order."""
    a, b, c = triangles.T
    lead = np.argmin(triangles, axis=1)
    first = np.minimum(np.minimum(a, b), c)
    second = np.where(lead == 0, b, np.where(lead == 1, c, a))
    third = np.where(lead == 0, c, np.where(lead == 1, a, b))
    # MAX_VERTICES is below 2**21: a triangle is one 63-bit number, and sorting it sorts the whole row.
    packed = np.sort((first << 42) | (second << 21) | third)
    mask = 2**21 - 1
    return np.stack([packed >> 42, (packed >> 21) & mask, packed & mask], 1).astype(np.uint32)


def check_clay(clay: Clay) -> None:
    """The invariants of clay; raises AssertionError with the one that does not hold. For tests and debugging."""
    positions, triangles = clay.positions, clay.triangles.astype(np.int64)
    count = positions.shape[1]
    _hold(positions.dtype == np.int32 and positions.shape == (3, count), "positions are (3, n) int32")
    _hold(positions.flags.c_contiguous, "positions are planar: three contiguous rows")
    _hold(clay.triangles.dtype == np.uint32 and triangles.shape == (len(triangles), 3), "triangles are (m, 3) uint32")
    _hold(0 < count <= MAX_VERTICES and len(triangles) > 0, f"1 to {MAX_VERTICES:,} vertices, and a triangle")
    _hold(int(triangles.max()) < count, "every corner is a vertex")
    _hold(len(np.unique(triangles)) == count, "every vertex is used")
    _hold(bool((triangles[:, 0] < triangles[:, 1:].min(1)).all()), "the smallest corner leads its triangle")
    _hold(bool((triangles[:, 1] != triangles[:, 2]).all()), "a triangle has three different corners")
    packed = (triangles[:, 0] << 42) | (triangles[:, 1] << 21) | triangles[:, 2]
    _hold(bool((np.diff(packed) > 0).all()), "triangles ascend and none is there twice")
    twins, bad = find_twins(triangles, positions.T.astype(np.float64))
    _hold(not bad.any(), "an edge has one triangle, or two in opposite directions")
    fan = fans(twins)
    _hold(int((fan == np.arange(len(fan))).sum()) == count, "the triangles around a vertex are one fan")
    _hold(
        clay.colours is None or (clay.colours.dtype == np.uint8 and clay.colours.shape == (count, 3)),
        "a colour a vertex",
    )
    _hold(np.isfinite(clay.scale) and clay.scale > 0 and bool(np.isfinite(clay.offset).all()), "a scale and an offset")


def check_fresh_clay(made: Clay) -> None:
    """``check_clay``, and what holds only until someone sculpts: the unit sphere is filled, and ids follow the curve."""
    check_clay(made)
    steps = made.positions.astype(np.int64)
    farthest = float(np.sqrt((steps.astype(np.float64) ** 2).sum(0).max()))
    _hold(abs(farthest - STEPS) <= 2, f"the farthest vertex is {STEPS} steps out, not {farthest:.0f}")
    _hold(bool((np.diff(morton(steps.T)) >= 0).all()), "vertices follow the Morton curve")


def _hold(holds: bool | np.bool_, what: str) -> None:
    if not holds:
        raise AssertionError(f"not clay: {what}")
