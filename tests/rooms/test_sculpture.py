"""The clay: additions in any order, waiting or settled, and what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from rooms import wire
from rooms.errors import Invalid, Malformed
from rooms.sculpture import Piece, Sculpture
from tests.fakes import clay, stroke
from tests.peers import ball


def random_strokes(seed: int, count: int, vertices: int = 162) -> list[wire.Stroke]:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        ids = np.sort(rng.choice(vertices, int(rng.integers(1, 60)), replace=False))
        deltas = rng.integers(-(2**31), 2**31, (3, len(ids))).astype(np.int32)
        found.append(wire.parse_stroke(wire.encode_stroke(ids, deltas)))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_order_and_settling_do_not_matter(seed):
    """The same strokes in any order, settled one by one or all at once, give the same bits and the same digest."""
    strokes = random_strokes(seed, 40)
    want = ball().positions.copy()
    for one in strokes:
        ids, deltas = one.displacements()
        want[:, ids] += deltas
    order = np.random.default_rng(seed)
    for every in (1, 7, 1000):
        piece = Piece(ball())
        for number, index in enumerate(order.permutation(len(strokes))):
            piece.add(strokes[index])
            if number % every == 0:
                piece.settle()
        piece.check()
        assert piece.positions.tobytes() == want.tobytes()


def test_the_digest_is_of_everything_added():
    """Asking for the digest or a record counts what still waits."""
    piece = Piece(clay())
    before = piece.digest
    piece.add(wire.parse_stroke(stroke(1, 1, [5], by=3)))
    assert piece.digest != before
    piece.add(wire.parse_stroke(stroke(1, 2, [5], by=-3)))
    assert piece.record().positions[0, 5] == 0
    assert piece.digest == before


def test_a_record_is_a_copy():
    """What is saved does not move with the clay; triangles are shared, for they never change within an epoch."""
    piece = Piece(clay())
    record = piece.record()
    piece.add(wire.parse_stroke(stroke(1, 1, [5])))
    piece.settle()
    assert record.positions[0, 5] == 0 and piece.positions[0, 5] == 1
    assert record.triangles is piece.triangles


def test_check_finds_what_was_changed_behind_the_digest():
    """One wrong coordinate is always found."""
    piece = Piece(clay())
    piece.check()
    piece.positions[2, 63] += 1
    with pytest.raises(AssertionError, match="piece 1 has digest"):
        piece.check()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"piece": 2}, "no piece 2"),
        ({"epoch": 3}, "epoch 3 of piece 1, which is in 1"),
        ({"ids": [64]}, "vertex 64, piece 1 has 64"),
    ],
)
def test_strokes_that_do_not_fit(options, words):
    """An unknown piece, another epoch, a vertex beyond the last: refused with both numbers."""
    sculpture = Sculpture([clay()])
    assert sculpture.piece_for(wire.parse_stroke(stroke(1, 1, [63]))).piece == 1
    with pytest.raises(Invalid, match=words):
        sculpture.piece_for(wire.parse_stroke(stroke(1, 1, **options)))


def test_runs_that_lie():
    """A stroke whose runs hold another number of ids is malformed, and touches nothing."""
    sculpture = Sculpture([clay()])
    frame = bytearray(stroke(1, 1, [3, 4]))
    frame[52] = 1
    with pytest.raises(Malformed):
        sculpture.piece_for(wire.parse_stroke(bytes(frame)))
    sculpture.check()
