"""The digest by which replicas recognise that they hold the same clay.

``digest = Σ w(i, axis) · position[i][axis] mod 2³²``. It is linear, so a stroke changes it by
``Σ w(id, axis) · displacement``: it is kept without reading the mesh. ``w`` is odd, hence a bijection of each
coordinate: a single wrong coordinate is always seen, several are missed once in 2³².

The weight is MurmurHash3's 32-bit finaliser (Appleby) of ``3·i + axis + 0x9E3779B9``, made odd;
``static/kernel/digest.js`` computes the same.
"""

from __future__ import annotations

import numpy as np

from .records import Int32Array, UInt32Array

_weights: UInt32Array = np.empty((3, 0), dtype=np.uint32)


def weights(vertices: int) -> UInt32Array:
    """(3, vertices) uint32, a view of one table that all pieces share (a weight depends on the index only)."""
    global _weights
    have = _weights.shape[1]
    if have < vertices:
        size = max(vertices, 2 * have)
        _weights = hashed(np.arange(3 * size, dtype=np.uint32).reshape(size, 3).T.copy())
    return _weights[:, :vertices]


def hashed(h: UInt32Array) -> UInt32Array:
    """The weight of each number, odd. Takes over ``h`` and changes it in place."""
    h += np.uint32(0x9E3779B9)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    h |= np.uint32(1)
    return h


def digest_of(positions: Int32Array) -> int:
    """The digest of a whole piece. ``positions``: (3, n) int32."""
    w = weights(positions.shape[1])
    return int((w * positions.view(np.uint32)).sum(dtype=np.uint32))


def contribution(ids: Int32Array, deltas: Int32Array) -> int:
    """What adding ``deltas`` ((3, k) int32) at ``ids`` ((k,)) adds to the digest, mod 2³²."""
    if not len(ids):
        return 0
    w = weights(int(ids.max()) + 1)
    total = 0
    for axis in range(3):
        total += int((w[axis].take(ids) * deltas[axis].view(np.uint32)).sum(dtype=np.uint32))
    return total & 0xFFFFFFFF
