"""Who is here: colours, the limit, and how fast each may send."""

from __future__ import annotations

import pytest

from rooms.errors import RoomFull, TooFast
from rooms.presence import (
    COLOURS,
    MAX_BYTES_AT_ONCE,
    MAX_BYTES_PER_SECOND,
    MAX_CONTROLS_AT_ONCE,
    MAX_FRAMES_AT_ONCE,
    MAX_FRAMES_PER_SECOND,
    Bucket,
    Members,
)
from rooms.records import Role, User
from tests.fakes import ANN, BEN, member


def test_a_bucket():
    """It starts full, gives what it has, fills with time up to its size, and takes nothing when it refuses."""
    bucket = Bucket(10, 20)
    assert bucket.take(20, 5.0) and not bucket.take(1, 5.0)
    assert not bucket.take(11, 6.0)
    assert bucket.take(10, 6.0) and not bucket.take(0.1, 6.0)
    assert bucket.take(20, 1000.0) and not bucket.take(1, 1000.0)


def test_a_hand_may_sculpt_for_ever():
    """60 frames a second with a large brush are never too fast."""
    one, now = member(1), 0.0
    for _ in range(60 * 120):
        now += 1 / 60
        one.spend(int(MAX_BYTES_PER_SECOND / 61), now)


@pytest.mark.parametrize(
    ("size", "at_once", "words"),
    [
        (1, MAX_FRAMES_AT_ONCE, f"{MAX_FRAMES_PER_SECOND:.0f} frames"),
        (2**18, MAX_BYTES_AT_ONCE / 2**18, "4 MiB a second"),
    ],
)
def test_too_fast(size, at_once, words):
    """A burst is taken up to its limit, and one more is too fast, with the limit in the sentence."""
    one = member(1)
    for _ in range(int(at_once)):
        one.spend(size, 1.0)
    with pytest.raises(TooFast, match=words):
        one.spend(size, 1.0)
    one.spend(size, 3.0)


def test_too_many_control_messages():
    """They have their own measure."""
    one = member(1)
    for _ in range(int(MAX_CONTROLS_AT_ONCE)):
        one.spend_control(1.0)
    one.spend(1000, 1.0)
    with pytest.raises(TooFast, match="control messages"):
        one.spend_control(1.0)


def test_colours():
    """A person has one colour in all tabs; the others get the least used; a colour that is given back is used again."""
    members = Members()
    first, tab = member(1, ANN), member(2, ANN)
    members.add(first)
    members.add(tab)
    assert first.colour == tab.colour == COLOURS[0]
    others = [member(10 + n, User(f"u{n}", f"P{n}"), Role.EDITOR) for n in range(len(COLOURS) - 1)]
    for one in others:
        members.add(one)
    assert {one.colour for one in others} == set(COLOURS[1:])
    members.remove(others[3].client)
    ben = member(99, BEN, Role.EDITOR)
    members.add(ben)
    assert ben.colour == others[3].colour
    assert ben.card() == {"client": f"{99:016x}", "name": "Ben", "colour": ben.colour, "role": "editor"}


def test_members():
    """Who was added is found, counted and listed until removed; the limit is named when it is reached."""
    members = Members(2)
    one, two = member(1), member(2, BEN)
    members.add(one)
    members.add(two)
    with pytest.raises(RoomFull, match="2 people"):
        members.add(member(3))
    assert (len(members), list(members), members.get(2), 3 in members) == (2, [one, two], two, False)
    for each in members:  # removing while going through them is allowed
        assert members.remove(each.client) is each
    assert not len(members) and members.remove(1) is None
