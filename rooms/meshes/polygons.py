"""Polygons to triangles: convex ones as a fan, the others by cutting ears.

A polygon need not be flat. Its normal is Newell's (Sutherland et al. 1974): the sum of the cross products of successive
corners, which is twice the vector area and does not depend on where one starts.
"""

from __future__ import annotations

import numpy as np

from rooms.errors import MeshError
from rooms.meshes.mesh import Bools, Floats, Ints, check_counts

MAX_CONCAVE_CORNERS = 1024
"""Corners of a concave polygon: cutting ears takes up to n**3 steps, which is seconds here and hours at ten times more."""


def triangulate(corners: Ints, counts: Ints, positions: Floats) -> Ints:
    """(m, 3) int64 triangles of the polygons whose corners follow each other in ``corners``.

    corners: (k,) indices into positions, already checked. counts: (p,) corners of each polygon; fewer than three make nothing.
    Raises MeshError for a concave polygon with too many corners.
    """
    offsets = np.cumsum(counts) - counts
    plain: Ints = corners[offsets[counts == 3][:, None] + np.arange(3)]
    check_counts(0, int(np.maximum(counts - 2, 0).sum()))
    many = np.flatnonzero(counts > 3)
    if not len(many):
        return plain
    fans, owner = _fans(offsets[many], counts[many])
    fine = _positive(corners, fans, owner, positions)
    parts = [plain, corners[fans[fine[owner]]]]
    for polygon in many[~fine]:
        loop = corners[offsets[polygon] : offsets[polygon] + counts[polygon]]
        parts.append(loop[_ears(positions[loop])])
    return np.concatenate(parts)


def check_range(corners: Ints, vertices: int) -> None:
    """Raises MeshError unless every corner is an index into ``vertices`` vertices."""
    if len(corners) and (int(corners.min()) < 0 or int(corners.max()) >= vertices):
        bad = corners[(corners < 0) | (corners >= vertices)]
        raise MeshError(f"A face refers to vertex {int(bad[0]):,} (counted from 0); the file has {vertices:,}.")


def _fans(offsets: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Fan triangles as (t, 3) places in the corner list, and (t,) which polygon each belongs to."""
    each = counts - 2
    owner = np.repeat(np.arange(len(counts)), each)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(each) - each, each)
    base = offsets[owner]
    return np.stack([base, base + step + 1, base + step + 2], 1), owner


def _positive(corners: Ints, fans: Ints, owner: Ints, positions: Floats) -> Bools:
    """(p,) whether all fan triangles of a polygon turn the same way as the polygon: then the fan is right."""
    a, b, c = (positions[corners[fans[:, k]]] for k in range(3))
    with np.errstate(over="ignore", invalid="ignore"):
        area = np.cross(b - a, c - a)
        normal = np.stack([np.bincount(owner, area[:, k]) for k in range(3)], 1)
        along = (area * normal[owner]).sum(1)
    # A polygon without area has no inside to get wrong: the fan will do.
    size = np.sqrt((normal * normal).sum(1))[owner] ** 2
    is_positive: Bools = np.bincount(owner, along < -1e-12 * size) == 0
    return is_positive


def _ears(points: Floats) -> Ints:
    """(n - 2, 3) triangles of one polygon, by cutting the roundest ear first (Meisters 1975)."""
    n = len(points)
    if n > MAX_CONCAVE_CORNERS:
        raise MeshError(
            f"A concave polygon has {n:,} corners; at most {MAX_CONCAVE_CORNERS:,} can be cut into triangles."
        )
    shifted = points - points[0]
    normal = np.cross(shifted, np.roll(shifted, -1, 0)).sum(0)
    flat = np.delete(shifted, np.argmax(np.abs(normal)), axis=1)
    x, y = flat.T
    if (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() < 0:
        flat = flat * [1.0, -1.0]
    left = list(range(n))
    triangles = []
    while len(left) > 3:
        cut = _best_ear(flat[left])
        triangles.append((left[cut - 1], left[cut], left[(cut + 1) % len(left)]))
        del left[cut]
    triangles.append((left[0], left[1], left[2]))
    return np.array(triangles, np.int64)


def _best_ear(loop: Floats) -> int:
    """Which corner of a counter-clockwise flat loop to cut: the ear with the roundest triangle, else the most convex corner."""
    before, after = np.roll(loop, 1, 0), np.roll(loop, -1, 0)
    turn = _cross(loop - before, after - loop)
    reach = np.maximum(((loop - before) ** 2).sum(1), ((after - loop) ** 2).sum(1))
    shape = turn / np.maximum(np.maximum(reach, ((after - before) ** 2).sum(1)), 1e-300)
    order = np.argsort(-shape)
    for i in order:
        if turn[i] <= 0:
            break
        a, b, c = before[i], loop[i], after[i]
        inside = (_cross(b - a, loop - a) >= 0) & (_cross(c - b, loop - b) >= 0) & (_cross(a - c, loop - c) >= 0)
        # The ear's own corners count as inside; so do others that lie on the same spot, which do no harm.
        own = (loop == a).all(1) | (loop == b).all(1) | (loop == c).all(1)
        if not (inside & ~own).any():
            return int(i)
    return int(order[0])


def _cross(u: Floats, v: Floats) -> Floats:
    product: Floats = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    return product
