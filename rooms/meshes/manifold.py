"""Which triangles lie side by side, and the splitting of vertices until every edge and every vertex is manifold.

Half-edge h = 3 * triangle + k runs from corner k of its triangle to the next one, and stands for corner k too.
"""

from __future__ import annotations

import numpy as np

from rooms.meshes.mesh import Bools, Floats, Ints

_PAIRING_ROUNDS = 8
"""Rounds of pairing sheets around one edge: each pairs neighbours, as one strikes out pairs of brackets."""


def split(positions: Floats, triangles: Ints) -> tuple[Ints, Ints]:
    """Duplicate vertices until the mesh is manifold.

    positions: (n, 3) float64, to tell which sheets belong together where more than two meet. triangles: (m, 3), no repeated
    corners. Returns for each new vertex the old one it is a copy of, and the (m, 3) new triangles; every vertex is used.
    """
    origin = np.arange(len(positions))
    for attempt in range(4):
        twins, bad = find_twins(triangles, positions[origin])
        if attempt >= 2 and bad.any():
            # Sheets that stay joined at both ends of an edge cannot be parted by their corners alone. Their triangles there
            # get corners of their own: then no such edge is left, and what follows only ever parts vertices.
            torn = np.unique(np.flatnonzero(bad) // 3)
            corners = (3 * torn[:, None] + np.arange(3)).reshape(-1)
            origin = np.concatenate([origin, origin[triangles.reshape(-1)[corners]]])
            triangles = triangles.copy()
            triangles.reshape(-1)[corners] = len(origin) - len(corners) + np.arange(len(corners))
            twins, bad = find_twins(triangles, positions[origin])
        fan = fans(twins)
        origin, triangles, added = _one_vertex_each(origin, triangles, fan)
        if not added and not bad.any():
            break
    # A triangle that was torn off may have been the last to use a vertex.
    used = np.zeros(len(origin), np.bool_)
    used[triangles] = True
    if not used.all():
        origin, triangles = origin[used], (np.cumsum(used) - 1)[triangles]
    return origin, triangles


def find_twins(triangles: Ints, positions: Floats) -> tuple[Ints, Bools]:
    """(3m,) each half-edge's twin, the one beside it in the other direction, or -1; and (3m,) which lie on a bad edge.

    An edge is bad when it is used more than twice, or twice in one direction. Sheets that meet there are paired by angle.
    """
    tail = triangles.reshape(-1)
    head = triangles[:, [1, 2, 0]].reshape(-1)
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    keys, order = _sorted_with_index(low * (int(high.max()) + 1) + high)
    is_first = np.concatenate([[True], keys[1:] != keys[:-1]])
    first = np.flatnonzero(is_first)
    size = np.diff(first, append=len(keys))
    forward = (tail < head)[order]
    twins = np.full(len(tail), -1, np.int64)
    at = first[size == 2]
    at = at[forward[at] != forward[at + 1]]
    twins[order[at]], twins[order[at + 1]] = order[at + 1], order[at]
    bad = np.zeros(len(tail), np.bool_)
    is_good = size == 1
    is_good[np.searchsorted(first, at)] = True
    if not is_good.all():
        there = np.repeat(~is_good, size)
        edge = np.repeat(np.arange(len(first)), size)[there]
        bad[order[there]] = True
        _pair_by_angle(order[there], edge, twins, low, high, triangles, positions)
    return twins, bad


def fans(twins: Ints) -> Ints:
    """(3m,) for each corner the corner that names its fan: two corners have the same one if one can walk between them.

    Walking around a vertex is a permutation of its corners with cycles (inside) and chains (at a border). Doubling the
    stride finds the least corner of a cycle and the last of a chain in log2(longest) rounds.
    """
    count = len(twins)
    here = np.arange(count)
    before = here.reshape(-1, 3)[:, [2, 0, 1]].reshape(-1)
    onward = twins[before]
    ends = onward < 0
    onward = np.where(ends, here, onward)
    least = here
    while True:
        lower = np.minimum(least, least[onward])
        further = onward[onward]
        if (lower == least).all() and ((further == onward) | ~ends[further]).all():
            break
        least, onward = lower, further
    return np.where(ends[onward], onward, least)


def _sorted_with_index(keys: Ints) -> tuple[Ints, Ints]:
    """The keys in order and where each was; equal keys keep their order."""
    shift = max(len(keys) - 1, 1).bit_length()
    if int(keys.max()).bit_length() + shift > 63:
        order = np.argsort(keys, kind="stable")
        return keys[order], order
    # The index rides in the low bits: sorting values is twice as fast as sorting indices.
    packed = np.sort((keys << shift) | np.arange(len(keys)))
    return packed >> shift, packed & ((1 << shift) - 1)


def _pair_by_angle(
    half_edges: Ints, edge: Ints, twins: Ints, low: Ints, high: Ints, triangles: Ints, positions: Floats
) -> None:
    """Writes into ``twins`` the pairs of half-edges on bad edges that bound one solid wedge.

    Looking along an edge from low to high, a triangle that runs forward has the inside of its solid before it in angle,
    one that runs backward has it behind: going round, backward then forward is a wedge, like a pair of brackets.
    """
    start, along = positions[low[half_edges]], positions[high[half_edges]] - positions[low[half_edges]]
    tip = positions[triangles[half_edges // 3, (half_edges % 3 + 2) % 3]] - start
    # One frame for all triangles of an edge: perpendicular to it, begun from the axis it is least along.
    helper = np.eye(3)[np.argmin(np.abs(along), axis=1)]
    right = np.cross(along, helper)
    up = np.cross(along / np.maximum(np.sqrt((along * along).sum(1, keepdims=True)), 1e-300), right)
    angle = np.arctan2((tip * up).sum(1), (tip * right).sum(1))
    is_forward = triangles.reshape(-1)[half_edges] == low[half_edges]
    order = np.lexsort((half_edges, is_forward, angle, edge))
    half_edges, edge, is_forward = half_edges[order], edge[order], is_forward[order]
    for _ in range(_PAIRING_ROUNDS):
        if len(edge) < 2:
            return
        first = np.flatnonzero(np.concatenate([[True], edge[1:] != edge[:-1]]))
        following = np.arange(1, len(edge) + 1)
        following[np.append(first[1:], len(edge)) - 1] = first
        opens = np.flatnonzero(~is_forward & is_forward[following])
        if not len(opens):
            return
        closes = following[opens]
        twins[half_edges[opens]], twins[half_edges[closes]] = half_edges[closes], half_edges[opens]
        left = np.ones(len(edge), np.bool_)
        left[opens] = left[closes] = False
        half_edges, edge, is_forward = half_edges[left], edge[left], is_forward[left]


def _one_vertex_each(origin: Ints, triangles: Ints, fan: Ints) -> tuple[Ints, Ints, int]:
    """Give every fan a vertex of its own; the first fan of a vertex keeps it."""
    corners = triangles.reshape(-1)
    roots = np.flatnonzero(fan == np.arange(len(fan)))
    vertex = corners[roots]
    keeper = np.full(len(origin), -1, np.int64)
    keeper[vertex[::-1]] = roots[::-1]
    extra = roots[keeper[vertex] != roots]
    if not len(extra):
        return origin, triangles, 0
    named = corners.copy()
    named[extra] = len(origin) + np.arange(len(extra))
    return np.concatenate([origin, origin[corners[extra]]]), named[fan].reshape(-1, 3), len(extra)
