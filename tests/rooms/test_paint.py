"""Paint: the last write in the room's order wins, undo writes only where it is still on top, and nobody gets old values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from handlers.outbox import compact
from handlers.projects import first_snapshot
from rooms import wire
from rooms.digest import hashed
from rooms.errors import Malformed
from rooms.exports import joined
from rooms.meshes import Mesh, read_mesh, write_mesh
from rooms.meshes import clay as as_clay
from rooms.messages import Adopt
from rooms.paint import UNPAINTED, Register, digest_of_paint, painted_like, unpainted
from rooms.records import PieceRecord, Role, Snapshot
from rooms.room import Room
from rooms.wire import Channels, Flag, Kind
from tests.fakes import BEN, stroke
from tests.rooms.test_room import enter, kinds, make, receipt

GOLDEN = json.loads((Path(__file__).parents[1] / "frames" / "golden.json").read_text())
ROUGH = int(Channels.ROUGHNESS)


def paint(client: int, client_seq: int, ids, value: int, was: int | None = None, **others) -> bytes:
    """Roughness ``value`` on ``ids``; with ``was`` only where that is."""
    values = np.full((1, len(ids)), value, np.uint8)
    expected = None if was is None else np.full((1, len(ids)), was, np.uint8)
    return wire.encode_paint(
        np.array(ids), values, channels=ROUGH, expected=expected, client=client, client_seq=client_seq, **others
    )


def rough(room: Room, ids) -> list[int]:
    return room.sculpture.pieces[1].paint.read(np.array(ids, np.int32), [3])[0].tolist()


def rough_of(frame: bytes | str) -> dict[int, int]:
    assert isinstance(frame, bytes)
    one = wire.parse_paint(frame)
    return dict(zip(one.ids().tolist(), one.values()[one.planes.index(3)].tolist(), strict=True))


# the register


def test_golden_digests():
    """The digest of paint is the one that the browser works out, 0 for clay that nobody painted."""
    for golden in GOLDEN["paint_digests"]:
        assert digest_of_paint(np.array(golden["planes"], np.uint8)) == golden["digest"]
    planes = unpainted(3)
    planes[4, 2] = 9
    assert digest_of_paint(planes) == int(hashed(np.array([14], np.uint32))[0]) * 9 % 2**32


def test_a_write_changes_the_digest_by_what_it_changes():
    """After any number of writes the digest that was kept is the digest of what is there; one wrong byte is seen."""
    rng = np.random.default_rng(5)
    register = Register(300, None)
    assert register.digest == 0 and register.copy() is None
    for _ in range(40):
        ids = np.sort(rng.choice(300, int(rng.integers(1, 80)), replace=False)).astype(np.int32)
        planes = wire.planes_of(int(rng.integers(1, 8)))
        values = rng.integers(0, 256, (len(planes), len(ids))).astype(np.uint8)
        register.write(ids, planes, values)
        assert np.array_equal(register.read(ids, planes), values)
        register.check()
    assert register.planes is not None
    register.planes[2, 17] ^= 1
    with pytest.raises(AssertionError, match="digest"):
        register.check()


def test_paint_is_made_when_somebody_paints():
    """Clay as it comes takes no memory, and reads as what unpainted clay is."""
    register = Register(5, None)
    assert register.read(np.array([0, 4], np.int32)).T.tolist() == [list(UNPAINTED)] * 2
    assert register.planes is None
    assert painted_like(np.array([[1, 2, 3], [4, 5, 6]], np.uint8)).tolist() == [
        [1, 4], [2, 5], [3, 6], [UNPAINTED[3]] * 2, [UNPAINTED[4]] * 2,
    ]  # fmt: skip


# the room


def test_the_last_writer_in_the_rooms_order_wins():
    """Everyone but the author gets the bytes that went in, with the number; the author a receipt; the values are the later ones."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN)
    first = paint(1, 1, [3, 4, 5], 10)
    deliveries = room.receive(ann, first)
    assert (kinds(deliveries, 2), kinds(deliveries, 1)) == (["PAINT"], ["RECEIPT"])
    assert deliveries[0].data == wire.with_seq(first, 1)
    room.receive(ben, paint(2, 1, [5, 6], 20))
    assert rough(room, [3, 4, 5, 6, 7]) == [10, 10, 20, 20, UNPAINTED[3]]
    assert [one.kind for one in room.take_entries()] == [Kind.PAINT, Kind.PAINT]
    room.sculpture.check()


def test_undo_writes_only_where_it_is_still_on_top():
    """Ben has painted over vertex 5: Ann's undo leaves it. All learn what it came to, Ann too, as plain paint before the receipt."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN)
    room.receive(ann, paint(1, 1, [4, 5], 10))
    room.receive(ben, paint(2, 1, [5], 20))
    deliveries = room.receive(ann, paint(1, 2, [4, 5], UNPAINTED[3], was=10, flags=Flag.UNDO | Flag.END))
    assert (kinds(deliveries, 1), kinds(deliveries, 2)) == (["PAINT", "RECEIPT"], ["PAINT"])
    assert rough_of(deliveries[0].data) == {4: UNPAINTED[3], 5: 20}
    relayed = wire.parse_paint(deliveries[0].data)
    assert (relayed.seq, relayed.client, relayed.client_seq, relayed.flags) == (3, 1, 2, Flag.UNDO | Flag.END)
    assert receipt(deliveries[1])[2] == 2
    assert rough(room, [4, 5]) == [UNPAINTED[3], 20]
    journaled = room.take_entries()[-1]
    assert journaled.frame == deliveries[0].data
    # Redo: the same the other way round.
    room.receive(ann, paint(1, 3, [4, 5], 10, was=UNPAINTED[3], flags=Flag.REDO | Flag.END))
    assert rough(room, [4, 5]) == [10, 20]


def test_a_replay_of_the_journal_decides_nothing():
    """What a comparison came to is in the journal as a plain write: another room finds the same, from whatever it begins."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN)
    for author, frame in (
        (ann, paint(1, 1, [4, 5], 10)), (ben, paint(2, 1, [5], 20)), (ann, stroke(1, 2, [4])), (ann, paint(1, 3, [4, 5], 7, was=10)),
    ):  # fmt: skip
        room.receive(author, frame)
    again = make()
    for entry in room.take_entries():
        again.replay(wire.parse_made(entry.frame), "x")
    assert rough(again, [4, 5]) == rough(room, [4, 5]) == [7, 20]
    assert [d.data for d in again.digests()] == [d.data for d in room.digests()]


def test_paint_of_a_dead_tab_comes_back_to_who_sent_it():
    """Another tab may have sent it first: only the room knows its place in the order."""
    room = make()
    ann, _ = enter(room, 1)
    room.adopt(ann, Adopt(ref=9, client="0000000000000007"))
    deliveries = room.receive(ann, paint(7, 1, [5], 10))
    assert kinds(deliveries, 1) == ["PAINT", "RECEIPT"] and rough_of(deliveries[0].data) == {5: 10}


def test_a_repetition_paints_nothing():
    """Sent again after others have painted there: answered, and otherwise ignored."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN)
    frame = paint(1, 1, [5], 10)
    room.receive(ann, frame)
    room.receive(ben, paint(2, 1, [5], 20))
    assert kinds(room.receive(ann, frame), 1) == ["RECEIPT"]
    assert rough(room, [5]) == [20]


def test_a_viewers_paint_is_refused():
    """And so is paint on a vertex or piece that is not there; PAINTED is nothing that a client sends."""
    room = make(64)
    eve, _ = enter(room, 3, BEN, Role.VIEWER)
    assert kinds(room.receive(eve, paint(3, 1, [5], 10)), 3) == ["refused"]
    ann, _ = enter(room, 1)
    assert kinds(room.receive(ann, paint(1, 1, [64], 10)), 1) == ["refused"]
    assert kinds(room.receive(ann, paint(1, 2, [5], 10, piece=9)), 1) == ["refused"]
    assert rough(room, [5]) == [UNPAINTED[3]] and room.sculpture.pieces[1].paint.planes is None
    with pytest.raises(Malformed, match="kind 8"):
        room.receive(ann, paint(1, 3, [5], 10, kind=Kind.PAINTED))


def test_who_joins_gets_what_the_room_has_now():
    """Never what was written once: one PAINTED with the present values, one's own vertices included, then CAUGHT_UP."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN)
    room.receive(ann, paint(1, 1, [4, 5], 10))
    room.receive(ben, paint(2, 1, [5, 6], 20))
    room.receive(ben, stroke(2, 2, [9]))
    room.leave(1, "lost")
    _, deliveries = enter(room, 1, since=0, mine=[("0000000000000001", 1)])
    # Paint first: the stroke moves the receiver's seq on, and if the line broke behind it the paint would never come.
    assert kinds(deliveries, 1)[:5] == ["reply", "PAINTED", "STROKE", "CAUGHT_UP", "DIGEST"]
    frame = deliveries[1].data
    assert isinstance(frame, bytes)
    painted = wire.parse_paint(frame)
    assert rough_of(frame) == {4: 10, 5: 20, 6: 20} and painted.planes == [0, 1, 2, 3, 4] and painted.seq == 3
    assert wire.parse_digest(deliveries[4].data)[4] == room.sculpture.pieces[1].paint.digest != 0


def test_a_slow_reader_gets_receipts_and_then_what_is_now():
    """Of a burst one PAINTED is left; the receipts go before it, for they say what of one's own it is newer than."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN)
    held: list[bytes | str] = []
    for author, frame in (
        (ben, paint(2, 1, [5], 20)), (ann, paint(1, 1, [5], 10)), (ben, stroke(2, 2, [3])), (ben, paint(2, 3, [6], 21)),
        (ann, paint(1, 2, [6], 11)), (ann, paint(1, 3, [5], 12, was=9)),
    ):  # fmt: skip
        held += [d.data for d in room.receive(author, frame) if d.to == 1 or (d.to is None and d.but != 1)]
    small = compact(held, room.painted)
    assert [Kind(item[0]).name for item in small if isinstance(item, bytes)] == [
        "RECEIPT",
        "MERGED",
        "PAINTED",
        "CAUGHT_UP",
    ]
    assert rough_of(small[2]) == {5: 10, 6: 11}, "not Ben's 20 and 21, which the room does not have any more"
    assert compact(small, room.painted) == small


def test_a_snapshot_keeps_the_paint():
    """A copy as it was at that moment, and none for a piece that nobody painted."""
    room = make()
    ann, _ = enter(room, 1)
    assert room.snapshot().pieces[0].paint is None
    room.receive(ann, paint(1, 1, [5], 10))
    snapshot = room.snapshot()
    room.receive(ann, paint(1, 2, [5], 11))
    again = Room(room.project, Snapshot(snapshot.seq, snapshot.pieces), clock=lambda: 0.0)
    assert rough(again, [5]) == [10] and rough(room, [5]) == [11]


@pytest.mark.parametrize("format", ["ply", "obj", "glb"])
def test_colours_survive_a_file(format):
    """Written and read again: a painted vertex has its colour, the others that of clay; a plain sculpture has none at all."""
    corners = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [-1, -1, -1]])
    made = as_clay(Mesh(corners, np.array([[0, 1, 2], [0, 3, 1], [1, 3, 2], [0, 2, 3]])))
    piece = PieceRecord(1, 1, "Ball", made.positions, made.triangles, made.scale, made.offset)
    assert read_mesh(b"".join(write_mesh(joined([piece]), format)), format).colours is None
    piece.paint = unpainted(4)
    piece.paint[:3, 2] = 250, 10, 20
    found = read_mesh(b"".join(write_mesh(joined([piece]), format)), format)
    assert found.colours is not None
    assert found.colours.tolist() == [[250, 10, 20] if v == 2 else list(UNPAINTED[:3]) for v in range(4)]
    imported = first_snapshot(as_clay(found), "Ball").pieces[0].paint
    assert imported is not None and imported.tolist() == piece.paint.tolist()
