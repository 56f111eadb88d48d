"""The room: the rules of working together, with bytes and messages and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from rooms import room as room_module
from rooms import wire
from rooms.errors import Forbidden, Invalid, Malformed, RoomFull, StoreUnavailable, TooFast
from rooms.journal import BARRIER_SPAN
from rooms.messages import Adopt, Changes, MetaChange, NewCollaborator
from rooms.presence import MAX_FRAMES_AT_ONCE
from rooms.records import ClientMark, Role, Snapshot
from rooms.room import JOIN_BYTES, MAX_MARKS, Delivery, Room
from rooms.wire import Kind, client_to_text
from tests.fakes import ANN, BEN, EVE, clay, join_request, member, project_of, stroke

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = {user.name: user for user in (ANN, BEN, EVE)}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def make(vertices: int = 64, seq: int = 0, marks: Any = (), **options: Any) -> Room:
    return Room(project_of(ANN, BEN), Snapshot(seq, [clay(vertices)], list(marks)), clock=Clock(), **options)


def enter(room: Room, client: int, user=ANN, role: Role = Role.OWNER, **request: Any):
    one = member(client, user, role)
    deliveries = room.join(one, join_request(request.pop("since", room.seq), client, **request))
    return one, deliveries


def kinds(deliveries: list[Delivery], to: int | None = None) -> list[str]:
    """What one client would get: names of frames and of events."""
    mine = [d for d in deliveries if d.to == to or (d.to is None and d.but != to)]
    return [json.loads(d.data)["event"] if isinstance(d.data, str) else Kind(d.data[0]).name for d in mine]


def x(room: Room) -> list[int]:
    room.sculpture.settle()
    return room.sculpture.pieces[1].positions[0].tolist()


def receipt(delivery: Delivery) -> tuple[int, int, int, int]:
    assert isinstance(delivery.data, bytes) and delivery.data[0] == Kind.RECEIPT
    return wire.parse_receipt(delivery.data)


# joining


def test_a_join_brings_everyone_up_to_date():
    """Reply, what was missed, CAUGHT_UP, digests, and then the news to all, in this order."""
    room = make()
    ann, _ = enter(room, 1)
    room.receive(ann, stroke(1, 1) + stroke(1, 2))
    _, deliveries = enter(room, 2, BEN, since=1)
    assert kinds(deliveries, 2) == ["reply", "STROKE", "CAUGHT_UP", "DIGEST", "join"]
    assert kinds(deliveries, 1) == ["join"]
    reply = json.loads(deliveries[0].data)
    assert (reply["fresh"], reply["seq"], reply["accepted"], reply["journaled"]) == (False, 2, 0, 0)
    assert [one["name"] for one in reply["clients"]] == ["Ann", "Ben"]
    assert reply["project"]["pieces"][0]["vertices"] == 64
    assert wire.parse_stroke(deliveries[1].data).seq == 2
    assert wire.parse_caught_up(deliveries[2].data) == 2


def test_a_join_leaves_out_what_the_replica_has():
    """Strokes of the clients in ``mine`` up to their number are not sent again; others are."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN)
    room.receive(ann, stroke(1, 1))
    room.receive(ben, stroke(2, 1))
    room.receive(ann, stroke(1, 2))
    room.leave(1, "lost")
    _, deliveries = enter(room, 1, since=0, mine=[[client_to_text(1), 1]])
    sent = [wire.parse_stroke(d.data) for d in deliveries if isinstance(d.data, bytes) and d.data[0] == Kind.STROKE]
    assert [(one.client, one.client_seq) for one in sent] == [(2, 1), (1, 2)]
    assert json.loads(deliveries[0].data)["accepted"] == 2


@pytest.mark.parametrize("since", [None, 4, 11, 2**53])
def test_a_replica_that_must_be_loaded_anew(since):
    """Nothing, something too old, or a number that the room never reached: answered fresh, and nobody has joined."""
    room = make(seq=5)
    ann, _ = enter(room, 1)
    for n in range(1, 6):
        room.receive(ann, stroke(1, n))
    assert room.seq == 10
    _, deliveries = enter(room, 2, BEN, since=since)
    assert kinds(deliveries, 2) == ["reply"] and kinds(deliveries, 1) == []
    assert json.loads(deliveries[0].data)["fresh"] is True
    assert 2 not in room.members


@pytest.mark.parametrize(
    ("offset", "fresh"), [(-1, False), (0, True), (5, True), (BARRIER_SPAN - 2, True), (BARRIER_SPAN - 1, False)]
)
def test_numbers_inside_a_barrier_are_void(offset, fresh):
    """Whoever is at a number that a barrier has taken holds strokes that died with an earlier owner."""
    room = make(seq=10)
    room.pass_barrier(11, BARRIER_SPAN)
    assert room.seq == 10 + BARRIER_SPAN
    _, deliveries = enter(room, 1, since=11 + offset)
    assert json.loads(deliveries[0].data)["fresh"] is fresh


def test_much_that_was_missed_is_summed():
    """Beyond JOIN_BYTES the strokes come as their sum."""
    room = make(10_000)
    ann, _ = enter(room, 1)
    ids = np.arange(9000)
    size = len(stroke(1, 1, ids, by=70_001))
    count = JOIN_BYTES // size + 2
    for n in range(1, count + 1):
        room._clock.now += 1
        room.receive(ann, stroke(1, n, ids, by=70_001))
    _, deliveries = enter(room, 2, BEN, since=0)
    assert "STROKE" not in kinds(deliveries, 2) and "MERGED" in kinds(deliveries, 2)
    merged = [wire.parse_stroke(d.data) for d in deliveries if isinstance(d.data, bytes) and d.data[0] == Kind.MERGED]
    assert all(m.seq == room.seq for m in merged)
    assert sum(m.vertices for m in merged) == 9000
    assert set(merged[0].displacements()[1][0].tolist()) == {70_001 * count}


def test_a_client_id_of_somebody_else():
    """Neither a present nor a past client's id is given to another person."""
    room = make(marks=[ClientMark(7, BEN.user, 3)])
    enter(room, 1)
    for client in (1, 7):
        with pytest.raises(Forbidden):
            enter(room, client, EVE)
    assert len(room.members) == 1


def test_a_full_room():
    """The limit holds, and a refused join changes nothing."""
    room = make(max_members=1)
    enter(room, 1)
    with pytest.raises(RoomFull):
        enter(room, 2, BEN)
    assert [one.client for one in room.members] == [1]


def test_a_bad_client_in_mine():
    """A client id of zero is no client."""
    room = make()
    with pytest.raises(Malformed):
        enter(room, 1, mine=[["0" * 16, 1]])


def test_leaving_twice():
    """The second goodbye says nothing."""
    room = make()
    enter(room, 1)
    (news,) = room.leave(1, "lost")
    assert json.loads(news.data) == {"event": "leave", "client": client_to_text(1), "name": "Ann", "reason": "lost"}
    assert room.leave(1, "lost") == [] == room.leave(99, "left")


# strokes


def test_a_stroke():
    """It gets the next number, is added, goes to all but its author, and its author gets a receipt."""
    room = make(seq=41)
    ann, _ = enter(room, 1)
    frame = stroke(1, 1, [3, 4], by=9)
    to_others, to_author = room.receive(ann, frame)
    assert (to_others.to, to_others.but) == (None, 1)
    assert to_others.data == wire.with_seq(frame, 42)
    assert to_author.to == 1 and receipt(to_author) == (42, 1, 1, 0)
    assert x(room)[2:6] == [0, 9, 9, 0]
    assert [one.seq for one in room.take_entries()] == [42] and room.take_entries() == []
    room.sculpture.check()


def test_a_repetition_is_answered_and_ignored():
    """A number that is not above the last is not added, not relayed, not journaled: only its receipt comes again."""
    room = make(marks=[ClientMark(1, ANN.user, 5)])
    ann, _ = enter(room, 1)
    for number in (1, 5):
        (answer,) = room.receive(ann, stroke(1, number))
        assert answer.to == 1 and receipt(answer) == (0, 1, 5, 5)
    room.receive(ann, stroke(1, 6))
    (answer,) = room.receive(ann, stroke(1, 6))
    assert receipt(answer) == (1, 1, 6, 5)
    assert x(room)[0] == 1 and len(room.take_entries()) == 1 and room.seq == 1


def test_a_number_of_zero():
    """Client numbers begin at 1."""
    room = make()
    ann, _ = enter(room, 1)
    with pytest.raises(Malformed, match="client_seq of 0"):
        room.receive(ann, stroke(1, 0))


@pytest.mark.parametrize(
    ("words", "code", "options"),
    [
        ("vertex 64, piece 1 has 64", "invalid", {"ids": [64]}),
        ("piece 2", "invalid", {"piece": 2}),
        ("epoch 2 of piece 1, which is in 1", "invalid", {"epoch": 2}),
    ],
)
def test_a_stroke_that_does_not_fit(words, code, options):
    """It is refused by a message with both numbers, its number is used up, and the next one is taken."""
    room = make()
    ann, _ = enter(room, 1)
    (refused,) = room.receive(ann, stroke(1, 1, **options))
    told = json.loads(refused.data)
    assert refused.to == 1 and (told["event"], told["client_seq"], told["code"]) == ("refused", 1, code)
    assert words in told["message"] and told["client"] == client_to_text(1)
    assert room.seq == 0 and not room.take_entries()
    assert receipt(room.receive(ann, stroke(1, 1))[0])[2:] == (1, 0)
    assert receipt(room.receive(ann, stroke(1, 2))[1]) == (1, 1, 2, 0)


def test_a_viewers_stroke():
    """A viewer is refused and stays; the clay does not move."""
    room = make()
    ben, _ = enter(room, 2, BEN, Role.VIEWER)
    (refused,) = room.receive(ben, stroke(2, 1))
    assert json.loads(refused.data)["code"] == "forbidden"
    assert x(room)[0] == 0 and 2 in room.members


def test_the_backlog_is_bounded(monkeypatch):
    """While the database is away strokes are taken up to a limit; beyond it they stay with their author, who comes back."""
    size = len(stroke(1, 1))
    monkeypatch.setattr(room_module, "MAX_BACKLOG", 3 * size)
    room = make()
    ann, _ = enter(room, 1)
    for number in range(1, 5):
        assert len(room.receive(ann, stroke(1, number))) == 2
    with pytest.raises(StoreUnavailable, match=f"{4 * size} bytes .* at most {3 * size}"):
        room.receive(ann, stroke(1, 5))
    assert receipt(room.receive(ann, stroke(1, 4))[0])[2:] == (4, 0), "a repetition is answered all the same"
    entries = room.take_entries()
    assert len(entries) == 4
    with pytest.raises(StoreUnavailable):  # taken for writing is not written
        room.receive(ann, stroke(1, 5))
    room.journaled(entries)
    assert len(room.receive(ann, stroke(1, 5))) == 2, "its number was used up"
    assert x(room)[0] == 5


def bad_frames() -> dict[str, bytes]:
    good = stroke(1, 2, [3, 4, 9])
    widths, lengths, kind = bytearray(good), bytearray(good), bytearray(good)
    widths[3] = 3
    lengths[52] = 7
    kind[0] = Kind.RECEIPT
    return {
        "widths": bytes(widths), "runs": bytes(lengths), "kind": bytes(kind), "another's": stroke(2, 1),
        "number 0": stroke(1, 0), "a cursor on no piece": wire.encode_cursor(0, 0, 0, 9, 1, (0, 0, 0), (0, 0, 1)),
        "too many": wire.encode_cursor(0, 0, 0, 1, 1, (0, 0, 0), (0, 0, 1)) * 500, "cut": good[:-4],
    }  # fmt: skip


@pytest.mark.parametrize("bad", bad_frames().values(), ids=bad_frames())
def test_a_message_with_a_bad_frame_in_it(bad):
    """Nothing of it is taken: what was taken before the bad frame would be in the room and reach nobody."""
    room = make()
    ann, _ = enter(room, 1)
    enter(room, 2, BEN)
    with pytest.raises((Malformed, TooFast)):
        room.receive(ann, stroke(1, 1) + bad + stroke(1, 3))
    assert x(room)[0] == 0 and room.seq == 0
    assert not room.take_entries() and not room.tail.strokes


@pytest.mark.parametrize("kind", [3, 4, 5, 6, 0, 8, 255])
def test_kinds_that_only_the_server_sends(kind):
    """A client that sends them is closed."""
    room = make()
    ann, _ = enter(room, 1)
    frame = bytearray(stroke(1, 1))
    frame[0] = kind
    with pytest.raises(Malformed, match=f"kind {kind}"):
        room.receive(ann, bytes(frame))


def test_too_fast():
    """Frames are counted one by one also when a message holds many; time brings new ones."""
    room = make()
    ann, _ = enter(room, 1)
    cursor = wire.encode_cursor(0, 0, 0, 1, 1, (0, 0, 0), (0, 0, 1))
    many = int(MAX_FRAMES_AT_ONCE)
    room.receive(ann, cursor * many)
    with pytest.raises(TooFast):
        room.receive(ann, cursor)
    room._clock.now += 1
    room.receive(ann, cursor * 200)


def test_a_cursor():
    """It goes to the others with its client, and is never journaled; on a piece that is not here it is refused."""
    room = make()
    ann, _ = enter(room, 1)
    (delivery,) = room.receive(ann, wire.encode_cursor(99, 1, 2, 1, 5, (1, 2, 3), (0, 0, 1)))
    assert delivery.but == 1 and wire.parse_cursor(delivery.data).client == 1
    assert room.seq == 0 and not room.take_entries()
    with pytest.raises(Malformed, match="piece 2"):
        room.receive(ann, wire.encode_cursor(0, 1, 2, 2, 5, (1, 2, 3), (0, 0, 1)))


def test_a_view():
    """It goes to the others with its client, a viewer's too, and whoever comes later gets the newest of each."""
    room = make()
    enter(room, 1)
    eve, _ = enter(room, 2, EVE, Role.VIEWER)
    for x in (4, 5):
        (delivery,) = room.receive(eve, wire.encode_view(99, 1, (x, 0, 0), (0, 0, 0), (0, 32767, 0)))
        assert delivery.but == 2 and wire.parse_view(delivery.data).client == 2
    assert room.seq == 0 and not room.take_entries()
    _, deliveries = enter(room, 3, BEN, Role.EDITOR)
    views = [one for one in deliveries if isinstance(one.data, bytes) and one.data[0] == wire.Kind.VIEW]
    assert [(one.to, wire.parse_view(one.data).eye_x) for one in views] == [(3, 5)]


def test_views_beyond_the_rate_are_dropped():
    """Nobody is closed for turning the camera: eight at once are told, then four a second."""
    room = make()
    ann, _ = enter(room, 1)
    view = wire.encode_view(0, 0, (1, 0, 0), (0, 0, 0), (0, 32767, 0))
    assert len(room.receive(ann, view * 20)) == 8
    assert room.receive(ann, view) == []
    room._clock.now += 1
    assert len(room.receive(ann, view * 20)) == 4


# adopting


def test_adopting():
    """The heir sends in the dead tab's name, gets its receipts, and each number counts once."""
    room = make(marks=[ClientMark(7, ANN.user, 3)])
    ann, _ = enter(room, 1)
    with pytest.raises(Malformed, match="not the sender"):
        room.receive(ann, stroke(7, 4))
    (answer,) = room.adopt(ann, Adopt(ref=9, client=client_to_text(7)))
    reply = json.loads(answer.data)
    assert (answer.to, reply["ref"], reply["accepted"], reply["journaled"]) == (1, 9, 3, 3)
    deliveries = room.receive(ann, stroke(7, 3) + stroke(7, 4))
    assert [receipt(d)[1:] for d in deliveries if d.to == 1] == [(7, 3, 3), (7, 4, 3)]
    (told,) = room.journaled(room.take_entries())
    assert told.to == 1 and receipt(told)[1:] == (7, 4, 4)
    room.leave(1, "left")
    assert room.journaled([]) == []


def test_adopting_anothers():
    """What another person's tab left is nobody else's."""
    room = make(marks=[ClientMark(7, BEN.user, 3)])
    ann, _ = enter(room, 1)
    with pytest.raises(Forbidden):
        room.adopt(ann, Adopt(ref=1, client=client_to_text(7)))
    with pytest.raises(Malformed):
        room.receive(ann, stroke(7, 4))


# journal and snapshots


def test_receipts_go_to_who_is_there():
    """Each author gets one receipt for a batch, with the last number; who has left gets none."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN)
    room.receive(ann, stroke(1, 1) + stroke(1, 2))
    room.receive(ben, stroke(2, 1))
    entries = room.take_entries()
    assert room.authors(entries) == {1: ANN.user, 2: BEN.user}
    room.leave(2, "lost")
    (told,) = room.journaled(entries)
    assert told.to == 1 and receipt(told) == (3, 1, 2, 2)


def test_a_snapshot_is_a_copy_with_the_marks():
    """What happens later does not change it; it knows how far each client had come."""
    room = make()
    ann, _ = enter(room, 1)
    room.receive(ann, stroke(1, 1) + stroke(1, 2))
    snapshot = room.snapshot("u-ann", "note")
    room.receive(ann, stroke(1, 3))
    assert x(room)[0] == 3
    assert snapshot.pieces[0].positions[0, 0] == 2 and snapshot.pieces[0].positions.flags.c_contiguous
    assert (snapshot.seq, snapshot.user, snapshot.message) == (2, "u-ann", "note")
    assert snapshot.clients == [ClientMark(1, ANN.user, 2)]


def test_a_snapshot_remembers_the_latest_clients():
    """Of very many clients the most recent ones are kept: who has joined last is not forgotten first."""
    marks = [ClientMark(client, ANN.user, 1) for client in range(1, MAX_MARKS + 11)]
    room = make(marks=marks)
    enter(room, 1)
    kept = {mark.client for mark in room.snapshot().clients}
    assert len(kept) == MAX_MARKS and 1 in kept and 2 not in kept and MAX_MARKS + 10 in kept


def test_the_tail_keeps_what_came_after_the_snapshot_before():
    """A page that loads a snapshot while the next one is made still gets what it lacks; one snapshot later it does not."""
    room = make()
    ann, _ = enter(room, 1)
    snapshots = []
    for number in (1, 2, 3):
        room.receive(ann, stroke(1, number))
        snapshot = room.snapshot()
        snapshot.snapshot = f"s{number}"
        snapshots.append(snapshot)
        news = room.saved(snapshot, ann, "button", NOW)
        assert kinds(news, 2) == ["save", "DIGEST"]
    assert room.project.snapshot == "s3" and room.tail.base == 2
    for since, fresh in ((1, True), (2, False), (3, False)):
        assert room.tail.reaches(since, room.seq) is not fresh
    assert not room.dirty


def test_dirty():
    """A room is dirty while there are strokes that the newest snapshot lacks; a barrier alone makes none."""
    room = make()
    room.pass_barrier(1, BARRIER_SPAN)
    assert not room.dirty
    ann, _ = enter(room, 1)
    room.receive(ann, stroke(1, 1))
    assert room.dirty
    snapshot = room.snapshot()
    room.receive(ann, stroke(1, 2))
    room.saved(snapshot, None, "autosave", NOW)
    assert room.dirty
    room.saved(room.snapshot(), None, "autosave", NOW)
    assert not room.dirty


def test_replaying_is_the_same_as_having_been_there():
    """A room that is loaded from the journal has the clay, the numbers and the marks of the one that wrote it."""
    first = make()
    ann, _ = enter(first, 1)
    for number in range(1, 6):
        first.receive(ann, stroke(1, number, [number], by=number))
    second = make()
    for one in first.take_entries():
        second.replay(one, ANN.user)
    assert (x(second), second.seq) == (x(first), first.seq)
    again, _ = enter(second, 1)
    (answer,) = second.receive(again, stroke(1, 5))
    assert receipt(answer)[2:] == (5, 5)
    assert not second.take_entries()


def test_saving_is_told_once():
    """Going away and coming back are told when they happen, not again and again."""
    room = make()
    assert room.set_saving(True, "back") == []
    (away,) = room.set_saving(False, "away")
    told = json.loads(away.data)
    assert (told["event"], told["ok"], told["client"], told["name"]) == ("saving", False, None, None)
    assert room.set_saving(False, "away") == []
    assert len(room.set_saving(True, "back")) == 1


# metadata


def change(room: Room, one, **changes: Any):
    return room.change_meta(one, MetaChange(ref=3, changes=Changes(**changes)), PEOPLE)


def test_meta_change():
    """Trimmed, applied, and told to all with the name."""
    room = make()
    ann, _ = enter(room, 1)
    applied, news, removals = change(room, ann, name="  Bust ", description=" two\nlines ")
    assert (room.project.name, room.project.description) == ("Bust", "two\nlines")
    assert kinds(news, 1) == kinds(news, 2) == ["meta_change"]
    assert applied == json.loads(news[0].data)["changes"] == {"name": "Bust", "description": "two\nlines"}
    assert removals == []


@pytest.mark.parametrize(
    "name", ["", "  ", "a\x00b", "a\nb", "a\u202eb", "\u2066", "a\x7fb", "a\x9fb", "a\u200fb", "a\u061cb"]
)
def test_names_that_are_refused(name):
    """Nothing empty, and nothing that is not shown or reorders the text around it."""
    room = make()
    ann, _ = enter(room, 1)
    with pytest.raises(Invalid):
        change(room, ann, name=name, description="new")
    assert (room.project.name, room.project.description) == ("Clay", "")


def test_who_may_change_what():
    """Viewers nothing, editors name and description, the owner all."""
    room = make()
    ben, _ = enter(room, 2, BEN, Role.EDITOR)
    change(room, ben, name="Ben's")
    for changes in ({"owner": "Ben"}, {"collaborators": []}):
        with pytest.raises(Forbidden, match="only the owner"):
            change(room, ben, **changes)
    eve, _ = enter(room, 3, EVE, Role.VIEWER)
    with pytest.raises(Forbidden):
        change(room, eve, name="Eve's")
    assert room.project.name == "Ben's" and room.project.owner == ANN


def test_removed_and_demoted():
    """Whoever loses access is named for removal, with all tabs; whoever changes role has it at once."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN, Role.EDITOR)
    enter(room, 3, BEN, Role.EDITOR)
    *_, removals = change(room, ann, collaborators=[NewCollaborator("Ben", "viewer"), NewCollaborator("Eve", "editor")])
    assert removals == [] and ben.role is Role.VIEWER
    (refused,) = room.receive(ben, stroke(2, 1))
    assert json.loads(refused.data)["event"] == "refused"
    *_, removals = change(room, ann, collaborators=[])
    assert [(one.client, one.reason) for one in removals] == [
        (client, "Ann has removed you from this project") for client in (2, 3)
    ]


def test_handing_the_project_over():
    """The new owner leaves the list of collaborators, the old one joins it as an editor, roles change at once."""
    room = make()
    ann, _ = enter(room, 1)
    ben, _ = enter(room, 2, BEN, Role.EDITOR)
    change(room, ann, owner="Ben")
    assert room.project.owner == BEN and (ann.role, ben.role) == (Role.EDITOR, Role.OWNER)
    assert [(one.name, one.role) for one in room.project.collaborators] == [("Ann", Role.EDITOR)]
    with pytest.raises(Forbidden):
        change(room, ann, owner="Ann")


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        ("Zoe", {"owner": "Zoe"}),
        ("Zoe", {"collaborators": [NewCollaborator("Zoe", "editor")]}),
        (
            "Eve is in the list twice",
            {"collaborators": [NewCollaborator("Eve", "editor"), NewCollaborator("Eve", "viewer")]},
        ),
    ],
)
def test_people_who_cannot_be_taken(words, changes):
    """An unknown name and a double one are refused by name, and nothing changes."""
    room = make()
    ann, _ = enter(room, 1)
    with pytest.raises(Invalid, match=words):
        change(room, ann, name="New", **changes)
    assert room.project.name == "Clay" and [one.name for one in room.project.collaborators] == ["Ben"]


def test_the_owner_is_no_collaborator():
    """Naming the owner among the collaborators is harmless, and changes nothing about them."""
    room = make()
    ann, _ = enter(room, 1)
    change(room, ann, collaborators=[NewCollaborator("Ann", "viewer"), NewCollaborator("Ben", "editor")])
    assert [one.name for one in room.project.collaborators] == ["Ben"] and ann.role is Role.OWNER
