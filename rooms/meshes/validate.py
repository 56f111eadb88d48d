"""One gate for every mesh: what comes out is finite, bounded, welded and manifold, and each repair has its sentence.

Manifold means here: every edge is used by one triangle (a border) or by two in opposite directions, and the triangles
around every vertex make one fan. Kernels, subdivision and remeshing rely on it and never look again.
"""

from __future__ import annotations

import numpy as np

from rooms.errors import MeshError
from rooms.meshes.manifold import split
from rooms.meshes.mesh import (
    MAX_COORDINATE,
    MAX_TRIANGLES,
    MAX_VERTICES,
    MIN_RADIUS,
    Bytes,
    Floats,
    Ints,
    Mesh,
    check_counts,
    counted,
)
from rooms.meshes.polygons import check_range

_WELD_ROUNDS = 32
"""Rounds of hashing before welding falls back to sorting: each leaves a few percent, unless someone built collisions."""


def validate(mesh: Mesh) -> tuple[Mesh, list[str]]:
    """The mesh, repaired, and one plain sentence for each kind of repair. The argument is left as it is.

    Raises MeshError for what cannot be repaired: no triangles, a coordinate that is not finite or is out of bounds,
    a triangle of vertices that do not exist, more vertices or triangles than a piece can have.
    """
    positions, triangles, colours = mesh.positions, mesh.triangles, mesh.colours
    _check(positions, triangles)
    repairs: list[str] = []

    distinct, inverse = weld(positions)
    merged = len(positions) - len(distinct)
    if merged:
        colours = None if colours is None else _mean_colours(colours, inverse, len(distinct))
        positions, triangles = positions[distinct], inverse[triangles]
        repairs.append(f"Merged {counted(merged, 'duplicate vertex', 'duplicate vertices')}.")

    a, b, c = triangles.T
    whole = (a != b) & (b != c) & (c != a)
    if not whole.all():
        repairs.append(f"Dropped {counted(int((~whole).sum()), 'degenerate triangle', 'degenerate triangles')}.")
        triangles = triangles[whole]
    if not len(triangles):
        raise MeshError("The file has no triangle with three different corners.")

    positions, triangles, colours, unused = _without_unused(positions, triangles, colours)
    _check_limits(len(positions), len(triangles))
    first = _first_of_duplicates(triangles)
    if first is not None:
        repairs.append(f"Dropped {counted(len(triangles) - len(first), 'duplicate triangle', 'duplicate triangles')}.")
        triangles = triangles[first]

    origin, triangles = split(positions, triangles)
    if not np.array_equal(origin, np.arange(len(positions))):
        what = counted(len(origin) - len(positions), "vertex", "vertices")
        repairs.append(f"Added {what} where parts of the surface met in a single edge or point, to part them.")
        positions, colours = positions[origin], None if colours is None else colours[origin]
        _check_limits(len(positions), len(triangles))
    if unused:
        repairs.append(f"Dropped {counted(unused, 'vertex', 'vertices')} that no triangle uses.")
    return Mesh(positions, triangles, colours), repairs


def weld(positions: Floats) -> tuple[Ints, Ints]:
    """Exact duplicates as one: (u,) indices of distinct positions, ascending, and (n,) which of these each vertex is.

    A hash table in numpy: all vertices write themselves into their slot, then look who is there. Whoever finds its equal is
    done; the rest try again with another hash. Rows are compared whole, so a collision costs a round and nothing else.
    """
    # Adding zero turns -0.0 into 0.0, the only two equal floats with different bits (NaN is refused before).
    rows = np.ascontiguousarray(positions + 0.0).view(np.uint64).reshape(-1, 3)
    count = len(rows)
    representative = np.full(count, -1, np.int64)
    bits = max(count - 1, 1).bit_length() + 1
    table = np.empty(1 << bits, np.int32)
    left = np.arange(count)
    for round_ in range(_WELD_ROUNDS):
        if not len(left):
            break
        x, y, z = rows.T if not round_ else rows[left].T
        slot = (_mixed(_mixed(_mixed(x, round_) ^ y, round_) ^ z, round_) >> np.uint64(64 - bits)).astype(np.int64)
        # Written backwards: where many share a slot the first one stays, so that the result does not depend on the hash.
        table[slot[::-1]] = left[::-1]
        found = table[slot]
        same = found == left
        others = np.flatnonzero(~same)
        mine, theirs = rows[left[others]], rows[found[others]]
        same[others] = (mine[:, 0] == theirs[:, 0]) & (mine[:, 1] == theirs[:, 1]) & (mine[:, 2] == theirs[:, 2])
        representative[left[same]] = found[same]
        left = left[~same]
    if len(left):
        _, first, inverse = np.unique(rows[left], axis=0, return_index=True, return_inverse=True)
        representative[left] = left[first[inverse.reshape(-1)]]
    is_first = representative == np.arange(count)
    number = np.cumsum(is_first) - 1
    return np.flatnonzero(is_first), number[representative]


def _mixed(
    values: np.ndarray[tuple[int], np.dtype[np.uint64]], round_: int
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014); each round of welding has an increment of its own."""
    z = values + np.uint64((0x9E3779B97F4A7C15 * (round_ + 1)) & (2**64 - 1))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)


def _check(positions: Floats, triangles: Ints) -> None:
    check_counts(len(positions), len(triangles))
    if not len(positions) or not len(triangles):
        raise MeshError(f"The file has {len(positions):,} vertices and {len(triangles):,} triangles.")
    low, high = positions.min(0), positions.max(0)
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        bad = np.flatnonzero(~np.isfinite(positions).all(1))
        raise MeshError(f"{counted(len(bad), 'vertex has', 'vertices have')} a coordinate that is not a finite number.")
    reach = max(-float(low.min()), float(high.max()))
    if reach > MAX_COORDINATE:
        raise MeshError(f"A coordinate is {reach:.3g}; at most {MAX_COORDINATE:.0e} can be taken.")
    if float((high - low).max()) < MIN_RADIUS:
        raise MeshError(f"The mesh is {float((high - low).max()):.3g} units across: it is a point.")
    check_range(triangles.reshape(-1), len(positions))


def _check_limits(vertices: int, triangles: int) -> None:
    if vertices > MAX_VERTICES:
        raise MeshError(f"The mesh has {vertices:,} vertices; a piece can have {MAX_VERTICES:,}.")
    if triangles > MAX_TRIANGLES:
        raise MeshError(f"The mesh has {triangles:,} triangles; a piece can have {MAX_TRIANGLES:,}.")


def _mean_colours(colours: Bytes, inverse: Ints, count: int) -> Bytes:
    each = np.bincount(inverse, minlength=count)
    sums = [np.bincount(inverse, colours[:, k], count) for k in range(3)]
    return np.rint(np.stack(sums, 1) / each[:, None]).astype(np.uint8)


def _without_unused(
    positions: Floats, triangles: Ints, colours: Bytes | None
) -> tuple[Floats, Ints, Bytes | None, int]:
    used = np.zeros(len(positions), np.bool_)
    used[triangles] = True
    unused = len(used) - int(used.sum())
    if unused:
        number = np.cumsum(used) - 1
        positions, triangles = positions[used], number[triangles]
        colours = None if colours is None else colours[used]
    return positions, triangles, colours, unused


def _first_of_duplicates(triangles: Ints) -> Ints | None:
    """Which triangles to keep when some have the same three corners, whichever way round; None when all differ.

    In a manifold two triangles of the same three corners are a closed pocket without volume: nothing is lost.
    """
    low, high = triangles.min(1), triangles.max(1)
    # MAX_VERTICES is below 2**21: three corners pack into 63 bits without loss.
    key = (low << 42) | ((triangles.sum(1) - low - high) << 21) | high
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return None
    return np.sort(np.unique(key, return_index=True)[1])
