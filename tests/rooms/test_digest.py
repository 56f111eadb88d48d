"""The digest: linear, and blind to no single coordinate."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.digest import contribution, digest_of, weights


def reference_weight(index: int, axis: int) -> int:
    """MurmurHash3's finaliser, number by number."""
    h = (3 * index + axis + 0x9E3779B9) & 0xFFFFFFFF
    h = ((h ^ h >> 16) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ h >> 13) * 0xC2B2AE35) & 0xFFFFFFFF
    return (h ^ h >> 16) | 1


def test_weights_are_the_finaliser():
    """The table is the formula, whatever was asked for before, and every weight is odd."""
    for size in (5, 1, 1000, 20):
        table = weights(size)
        assert table.shape == (3, size) and table.dtype == np.uint32
        for index in {0, size // 2, size - 1}:
            assert table[:, index].tolist() == [reference_weight(index, axis) for axis in range(3)]
    assert (weights(1000) & 1).all()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300))
def test_adding_changes_the_digest_by_the_contribution(seed, vertices):
    """The digest after an addition is the one before plus the contribution, also where coordinates wrap."""
    rng = np.random.default_rng(seed)
    positions = rng.integers(-(2**31), 2**31, (3, vertices)).astype(np.int32)
    count = int(rng.integers(1, vertices + 1))
    ids = np.sort(rng.choice(vertices, count, replace=False)).astype(np.int32)
    deltas = rng.integers(-(2**31), 2**31, (3, count)).astype(np.int32)
    before = digest_of(positions)
    change = contribution(ids, deltas)
    positions[:, ids] += deltas
    assert digest_of(positions) == (before + change) & 0xFFFFFFFF
    assert (change + contribution(ids, np.negative(deltas))) & 0xFFFFFFFF == 0


def test_one_wrong_coordinate_is_always_seen():
    """Every single change, of any size, in any place, gives another digest."""
    rng = np.random.default_rng(3)
    positions = rng.integers(-(2**22), 2**22, (3, 500)).astype(np.int32)
    digest = digest_of(positions)
    for _ in range(3000):
        axis, index, by = rng.integers(3), rng.integers(500), int(rng.integers(1, 2**32))
        wrong = positions.copy()
        wrong.view(np.uint32)[axis, index : index + 1] += np.uint32(by)  # an array wraps in silence
        assert digest_of(wrong) != digest


def test_nothing_contributes_nothing():
    """An empty stroke leaves the digest as it is."""
    assert contribution(np.empty(0, np.int32), np.empty((3, 0), np.int32)) == 0
    assert digest_of(np.empty((3, 0), np.int32)) == 0
