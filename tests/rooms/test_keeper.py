"""The keeper: between room, journal, store and outbox, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tornado.testing import ExpectLog

from rooms import wire
from rooms.errors import Elsewhere, Fenced, Forbidden, Invalid, NotFound, StoreUnavailable
from rooms.journal import BARRIER_SPAN
from rooms.keeper import AUTOSAVE, DIGEST_EVERY, MAX_BARRIER_TRIES, Keeper, load_room
from rooms.messages import Changes, MetaChange, NewCollaborator
from rooms.presence import Member
from rooms.records import JournalBatch, Role
from rooms.wire import Kind
from tests.fakes import (
    ANN,
    BEN,
    FakePort,
    FakeStore,
    RecordingOutbox,
    clay,
    join_request,
    member,
    project_of,
    run,
    settled,
    stroke,
)


class World:
    """One keeper on a fake store, with Ann in the room."""

    def __init__(self, store: FakeStore) -> None:
        self.store = store
        self.lost: list[str] = []

    async def open(self, owner: str = "here") -> World:
        project = await self.store.load_project("p")
        assert project is not None
        self.keeper = await Keeper.open(
            self.store, project, owner=owner, outbox=RecordingOutbox(), clock=asyncio.get_running_loop().time,
            lost=lambda keeper, name: self.lost.append(name),
        )  # fmt: skip
        self.ann, self.port = self.join(1)
        return self

    def join(self, client: int, user=ANN, role: Role = Role.OWNER) -> tuple[Member, FakePort]:
        person, port = member(client, user, role), FakePort()
        assert self.keeper.join(person, port, join_request(self.keeper.room.seq)) is None
        return person, port

    def sculpt(self, number: int, by: int = 1) -> None:
        self.keeper.receive(self.ann, stroke(1, number, by=by))

    @property
    def stored_x(self) -> int:
        """Vertex 0 of the newest snapshot."""
        return int(self.store.snapshots[self.store.project.snapshot].pieces[0].positions[0, 0])


def with_keeper(test: Callable[[World], Awaitable[None]], store: FakeStore | None = None) -> None:
    async def main() -> None:
        world = await World(store or FakeStore(project_of(ANN, BEN))).open()
        await test(world)
        await world.keeper.abandon()
        assert asyncio.all_tasks() == {asyncio.current_task()}, "abandon left a task"

    run(main())


# opening


def test_opening_takes_the_lease_loads_and_writes_the_barrier():
    """In this order: before the barrier an older owner may still write, and what it wrote is taken in."""

    async def test(world: World) -> None:
        order = [
            name
            for name in world.store.actions
            if name in ("take_lease", "load_snapshot", "read_journal", "append_journal")
        ]
        assert order == ["take_lease", "load_snapshot", "read_journal", "append_journal"]
        ((_, barrier),) = world.store.journal
        assert (barrier.seq, barrier.count, barrier.barrier) == (1, BARRIER_SPAN, {"owner": "here", "token": 1})
        assert world.keeper.room.seq == BARRIER_SPAN

    with_keeper(test)


def test_the_barrier_collides_with_an_older_owner():
    """What an older owner wrote between reading and barrier is read, and the barrier is written behind it."""

    async def main() -> None:
        store = FakeStore()
        racing = 3

        def older_owner_writes(name: str, count: int) -> None:
            if name == "append_journal" and count <= racing:
                seq = store.last_seq + 1
                frame = wire.with_seq(stroke(9, count, by=10), seq)
                store.journal.append((f"old {count}", JournalBatch(seq, 1, frame, {9: BEN.user})))

        store.trouble = older_owner_writes
        world = await World(store).open()
        assert world.keeper.room.seq == racing + BARRIER_SPAN
        world.keeper.room.sculpture.settle()
        assert world.keeper.room.sculpture.pieces[1].positions[0, 0] == 10 * racing
        assert [batch.seq for _, batch in store.journal] == [1, 2, 3, 4]
        await world.keeper.abandon()

    run(main())


def test_a_barrier_that_always_collides():
    """If others keep writing, the opening ends with Elsewhere and gives the lease back."""

    async def main() -> None:
        store = FakeStore()

        def always(name: str, count: int) -> Exception | None:
            return Fenced("taken") if name == "append_journal" else None

        store.trouble = always
        with pytest.raises(Elsewhere, match=str(MAX_BARRIER_TRIES)):
            await World(store).open()
        assert store.lease is None and store.count("append_journal") == MAX_BARRIER_TRIES

    run(main())


def test_a_project_that_is_gone():
    """A project that was deleted while its room was being opened is not found, and the lease is given back."""

    async def main() -> None:
        store = FakeStore()
        project = await store.load_project("p")
        store.project.project = "another"
        with pytest.raises(NotFound):
            await Keeper.open(
                store, project, owner="here", outbox=RecordingOutbox(), lost=lambda *_: None, clock=lambda: 0.0
            )
        assert store.lease is None

    run(main())


def test_what_another_process_changed_before_the_lease():
    """Name, people and snapshot are those of the moment when the lease was taken, not of an earlier look."""

    async def main() -> None:
        store = FakeStore(project_of(ANN, BEN))
        project = await store.load_project("p")
        store.project.name, store.project.collaborators = "Bust", []
        keeper = await Keeper.open(
            store, project, owner="here", outbox=RecordingOutbox(), lost=lambda *_: None, clock=lambda: 0.0
        )
        assert (keeper.room.project.name, keeper.room.project.role_of(BEN.user)) == ("Bust", None)
        assert keeper.room.project is project
        await keeper.abandon()

    run(main())


def test_a_batch_that_straddles_a_snapshot():
    """Of a batch that a snapshot has in part only the rest is added."""

    async def main() -> None:
        store = FakeStore()
        frames = [wire.with_seq(stroke(1, n, by=10**n), n) for n in (1, 2, 3, 4)]
        store.journal.append(("b", JournalBatch(1, 4, b"".join(frames), {1: ANN.user})))
        snapshot = store.snapshots["s0"]
        snapshot.seq, snapshot.pieces[0].positions[0, 0] = 2, 110
        room = await load_room(store, store.project, clock=lambda: 0.0)
        assert room.seq == 4
        assert room.sculpture.pieces[1].positions[0, 0] == 11110
        assert [one.seq for one in room.tail.strokes] == [3, 4]

    run(main())


def test_a_project_without_a_snapshot():
    """A project's document without its clay is not found, rather than an empty room."""

    async def main() -> None:
        store = FakeStore()
        store.project.snapshot = None
        with pytest.raises(NotFound, match="p has no snapshot"):
            await load_room(store, store.project, clock=lambda: 0.0)

    run(main())


# journal and receipts


def test_receipts_follow_the_journal():
    """Accepted at once, journaled after the write, and the write within 50 ms of the stroke."""

    async def test(world: World) -> None:
        began = asyncio.get_running_loop().time()
        world.sculpt(1)
        world.sculpt(2)
        assert world.port.receipts()[-1][2:] == (2, 0)
        await asyncio.sleep(0.05)
        assert world.port.receipts()[-1][2:] == (2, 2)
        assert [batch.count for _, batch in world.store.journal] == [BARRIER_SPAN, 2]
        assert asyncio.get_running_loop().time() - began <= 0.051

    with_keeper(test)


def test_the_database_goes_away_and_comes_back():
    """Editing goes on; all are told once that nothing is saved, and once that everything is."""

    async def test(world: World) -> None:
        _, other = world.join(2, BEN, Role.EDITOR)
        world.store.down = {"all"}
        world.sculpt(1)
        await asyncio.sleep(3)
        world.sculpt(2)
        await asyncio.sleep(3)
        assert [news["ok"] for news in other.texts("saving")] == [False]
        assert len(other.frames(Kind.STROKE)) == 2, "editing did not go on"
        assert world.port.receipts()[-1][3] == 0
        assert world.keeper.room.saving is False
        world.store.down.clear()
        await asyncio.sleep(1)
        assert [news["ok"] for news in other.texts("saving")] == [False, True]
        assert world.port.receipts()[-1][3] == 2
        assert [one.client_seq for one in world.store.strokes()] == [1, 2]

    with_keeper(test)


def test_an_error_that_nobody_expected_does_not_end_the_journal():
    """The room must be written sooner or later, whatever the driver says: told, logged, tried again."""

    async def test(world: World) -> None:
        def odd(name: str, count: int) -> Exception | None:
            return RuntimeError("the driver has a bug") if name == "append_journal" and count == 2 else None

        world.store.trouble = odd
        with ExpectLog("clayroom.rooms", ".*journal"):
            world.sculpt(1)
            await asyncio.sleep(3)
        assert [news["ok"] for news in world.port.texts("saving")] == [False, True]
        assert world.port.receipts()[-1][3] == 1

    with_keeper(test)


# saving


def test_a_save_flushes_the_journal_first():
    """A snapshot never holds what the journal has not: the flush comes before the snapshot."""

    async def test(world: World) -> None:
        world.sculpt(1, by=4)
        snapshot = await world.keeper.save(world.ann, "button", "the nose")
        calls = [name for name in world.store.actions if name in ("append_journal.", "save_snapshot")]
        assert calls == ["append_journal.", "append_journal.", "save_snapshot"]
        assert (snapshot.seq, snapshot.user, snapshot.message, world.stored_x) == (
            world.keeper.room.seq,
            ANN.user,
            "the nose",
            4,
        )
        (news,) = world.port.texts("save")
        assert (news["name"], news["by"], news["seq"], news["snapshot"]) == (
            "Ann",
            "button",
            snapshot.seq,
            snapshot.snapshot,
        )
        assert world.port.frames(Kind.DIGEST), "no digest after a save"

    with_keeper(test)


def test_strokes_during_a_save_are_not_in_it_and_not_lost():
    """The snapshot is of the moment it was asked for; what comes while it is written is journaled behind it."""

    async def test(world: World) -> None:
        world.store.held = asyncio.Event()
        world.sculpt(1, by=1)
        saving = asyncio.create_task(world.keeper.save(world.ann, "button"))
        await asyncio.sleep(1)
        world.sculpt(2, by=10)
        await asyncio.sleep(1)
        assert world.port.receipts()[-1][3] == 2, "the journal waits for the snapshot"
        world.store.held.set()
        await saving
        assert world.stored_x == 1
        assert world.keeper.room.dirty
        again = await load_room(world.store, world.store.project, clock=lambda: 0.0)
        assert again.sculpture.pieces[1].positions[0, 0] == 11

    with_keeper(test)


def test_strokes_during_a_save_are_saved_by_themselves():
    """What came while a snapshot was written gets its own autosave, also if nothing comes after it."""

    async def test(world: World) -> None:
        world.store.held = asyncio.Event()
        world.sculpt(1, by=1)
        saving = asyncio.create_task(world.keeper.save(world.ann, "button"))
        await asyncio.sleep(1)
        world.sculpt(2, by=10)
        await asyncio.sleep(1)
        world.store.held.set()
        await saving
        await asyncio.sleep(AUTOSAVE + 2 * DIGEST_EVERY)
        assert world.stored_x == 11

    with_keeper(test)


def test_two_saves_at_once_are_one_after_the_other():
    """Snapshots of a project never overtake each other."""

    async def test(world: World) -> None:
        world.store.held = asyncio.Event()
        world.sculpt(1)
        first = asyncio.create_task(world.keeper.save(world.ann, "button"))
        await asyncio.sleep(0.1)
        world.sculpt(2)
        second = asyncio.create_task(world.keeper.save(world.ann, "button"))
        await asyncio.sleep(1)
        assert world.store.count("save_snapshot") == 1
        world.store.held.set()
        assert (await first).seq < (await second).seq
        assert world.stored_x == 2

    with_keeper(test)


@pytest.mark.parametrize("call", ["append_journal", "save_snapshot"])
def test_a_failed_save_is_told_to_who_asked(call):
    """The one who pressed the button hears that it failed; nothing is said to be saved, and nothing is lost."""

    async def test(world: World) -> None:
        world.sculpt(1, by=4)
        world.store.down = {call}
        with pytest.raises(StoreUnavailable):
            await world.keeper.save(world.ann, "button")
        assert not world.port.texts("save") and world.keeper.room.dirty
        world.store.down.clear()
        await world.keeper.save(world.ann, "button")
        assert world.stored_x == 4

    with_keeper(test)


def test_autosave():
    """What lies in the journal alone gets its snapshot after a minute, and everyone is told; once, not every round."""

    async def test(world: World) -> None:
        world.sculpt(1, by=4)
        await asyncio.sleep(AUTOSAVE - 1)
        assert not world.store.count("save_snapshot")
        await asyncio.sleep(DIGEST_EVERY + 2)
        assert world.stored_x == 4
        (news,) = world.port.texts("save")
        assert (news["by"], news["client"], news["name"]) == ("autosave", None, None)
        await asyncio.sleep(5 * AUTOSAVE)
        assert world.store.count("save_snapshot") == 1

    with_keeper(test)


def test_a_failed_autosave_is_told_and_so_is_its_success():
    """Everyone sees that saving fails, and that it works again: the page does not warn for ever."""

    async def test(world: World) -> None:
        world.sculpt(1, by=4)
        world.store.down = {"save_snapshot"}
        await asyncio.sleep(AUTOSAVE + 2 * DIGEST_EVERY)
        assert [news["ok"] for news in world.port.texts("saving")] == [False]
        world.store.down.clear()
        await asyncio.sleep(2 * DIGEST_EVERY)
        assert world.stored_x == 4
        assert [news["ok"] for news in world.port.texts("saving")] == [False, True]

    with_keeper(test)


def test_digests_go_out_while_something_moves():
    """Every replica can check itself now and then; a room at rest is silent."""

    async def test(world: World) -> None:
        await settled()
        world.port.got.clear()
        world.sculpt(1)
        await asyncio.sleep(DIGEST_EVERY + 1)
        (digest,) = world.port.frames(Kind.DIGEST)
        assert wire.parse_digest(digest) == (
            world.keeper.room.seq,
            1,
            1,
            world.keeper.room.sculpture.pieces[1].digest,
            0,
        )
        await asyncio.sleep(3 * DIGEST_EVERY)
        assert len(world.port.frames(Kind.DIGEST)) == 1

    with_keeper(test)


# fences


def other_owner_takes_over(store: FakeStore) -> None:
    """What another process does when the lease has run out: a greater token, and a barrier at the next number."""
    store.fence += 1
    store.journal.append(
        ("theirs", JournalBatch(store.last_seq + 1, BARRIER_SPAN, b"", {}, {"owner": "there", "token": 2}))
    )


def test_a_fenced_append_freezes_the_room():
    """Whoever was overtaken writes nothing more, acknowledges nothing more, and sends the members to the new owner."""

    async def test(world: World) -> None:
        _, other = world.join(2, BEN, Role.EDITOR)
        other_owner_takes_over(world.store)
        with ExpectLog("clayroom.rooms", "Another process"):
            world.sculpt(1)
            await asyncio.sleep(1)
        assert isinstance(world.port.ended, Elsewhere) and isinstance(other.ended, Elsewhere)
        assert world.lost == ["p"] and not len(world.keeper.room.members)
        assert world.port.receipts()[-1][3] == 0
        before = list(world.store.journal)
        world.sculpt(2)
        with pytest.raises(Fenced):
            await world.keeper.save(None, "autosave")
        await world.keeper.close()
        assert world.store.journal == before and not world.store.count("save_snapshot")

    with_keeper(test)


def test_a_fenced_save_freezes_the_room():
    """Also a snapshot under an old token is refused, and that is the end of the room."""

    async def test(world: World) -> None:
        world.sculpt(1)
        await asyncio.sleep(1)
        world.store.fence += 1
        with ExpectLog("clayroom.rooms", "Another process"), pytest.raises(Fenced):
            await world.keeper.save(world.ann, "button")
        assert isinstance(world.port.ended, Elsewhere) and world.lost == ["p"]
        assert world.stored_x == 0

    with_keeper(test)


def test_a_retry_of_our_own_batch_is_no_fence():
    """When the answer to a write was lost, the write is repeated, recognised, and there once."""

    async def test(world: World) -> None:
        append = world.store.append_journal
        lost_answers = 2

        async def answer_is_lost(project: str, batch: JournalBatch, batch_id: str) -> None:
            nonlocal lost_answers
            await append(project, batch, batch_id)
            if lost_answers:
                lost_answers -= 1
                raise StoreUnavailable("the answer was lost")

        world.store.append_journal = answer_is_lost
        world.sculpt(1)
        await asyncio.sleep(2)
        assert world.port.receipts()[-1][3] == 1 and world.port.ended is None
        assert len(world.store.strokes()) == 1

    with_keeper(test)


# metadata


def change(**changes: object) -> MetaChange:
    return MetaChange(ref=7, changes=Changes(**changes))


def test_meta_is_told_and_committed():
    """Everyone hears of it with the name of who did it, and it is in the database."""

    async def test(world: World) -> None:
        await world.keeper.change_meta(world.ann, change(name=" Bust "), lambda removal: None)
        (news,) = world.port.texts("meta_change")
        assert (news["name"], news["changes"]) == ("Ann", {"name": "Bust"})
        assert world.store.project.name == "Bust"

    with_keeper(test)


def test_meta_is_committed_when_the_database_is_back():
    """A change while the database is away holds at once, is tried again, and the warning ends when it is stored."""

    async def test(world: World) -> None:
        world.store.down = {"save_meta"}
        await world.keeper.change_meta(world.ann, change(name="Bust"), lambda removal: None)
        assert world.keeper.room.project.name == "Bust"
        assert [news["ok"] for news in world.port.texts("saving")] == [False]
        world.sculpt(1)  # the journal works; that does not make the name saved
        await asyncio.sleep(1.5 * DIGEST_EVERY)
        assert [news["ok"] for news in world.port.texts("saving")] == [False]
        world.store.down.clear()
        await asyncio.sleep(DIGEST_EVERY)
        assert world.store.project.name == "Bust"
        assert [news["ok"] for news in world.port.texts("saving")] == [False, True]

    with_keeper(test)


def test_the_journal_comes_back_before_the_metadata():
    """ "Everything is saved" is not said while the new name still waits."""

    async def test(world: World) -> None:
        world.store.down = {"save_meta", "append_journal"}
        await world.keeper.change_meta(world.ann, change(name="Bust"), lambda removal: None)
        world.sculpt(1)
        await asyncio.sleep(1)
        world.store.down = {"save_meta"}
        await asyncio.sleep(2)
        assert world.port.receipts()[-1][3] == 1
        assert [news["ok"] for news in world.port.texts("saving")] == [False]
        world.store.down.clear()
        await asyncio.sleep(2 * DIGEST_EVERY)
        assert [news["ok"] for news in world.port.texts("saving")] == [False, True]

    with_keeper(test)


def test_waiting_metadata_is_committed_on_the_last_leave():
    """A room is not removed before its new name is stored."""

    async def test(world: World) -> None:
        world.store.down = {"save_meta"}
        await world.keeper.change_meta(world.ann, change(name="Bust"), lambda removal: None)
        with pytest.raises(StoreUnavailable):
            await world.keeper.close()
        world.store.down.clear()
        await world.keeper.close()
        assert world.store.project.name == "Bust"

    with_keeper(test)


def test_meta_of_somebody_who_has_left_meanwhile():
    """Whoever leaves while the names are looked up changes nothing."""

    async def test(world: World) -> None:
        find = world.store.find_user

        async def slow(name: str):
            world.keeper.leave(1, "left")
            return await find(name)

        world.store.find_user = slow
        with pytest.raises(Invalid, match="left"):
            await world.keeper.change_meta(
                world.ann, change(collaborators=[NewCollaborator("Eve", "editor")]), lambda removal: None
            )
        assert [one.name for one in world.store.project.collaborators] == ["Ben"]

    with_keeper(test)


def test_meta_that_is_refused_changes_nothing():
    """An editor does not change who is in, and nobody is told anything."""

    async def test(world: World) -> None:
        ben, port = world.join(2, BEN, Role.EDITOR)
        with pytest.raises(Forbidden):
            await world.keeper.change_meta(ben, change(name="Mine", owner="Ben"), lambda removal: None)
        assert not port.texts("meta_change") and not world.store.count("save_meta")
        assert world.keeper.room.project.name == "Clay"

    with_keeper(test)


# ending


def test_closing_commits_then_gives_the_lease_back():
    """The next owner finds everything, and need not wait."""

    async def test(world: World) -> None:
        world.sculpt(1, by=4)
        await world.keeper.close()
        order = [name for name in world.store.actions if name in ("append_journal.", "save_snapshot.", "release_lease")]
        assert order == ["append_journal.", "append_journal.", "save_snapshot.", "release_lease"]
        assert world.stored_x == 4 and world.store.lease is None

    with_keeper(test, FakeStore(piece=clay(8)))


def test_closing_without_the_database():
    """Closing says that it failed, and the room works on."""

    async def test(world: World) -> None:
        world.sculpt(1, by=4)
        world.store.down = {"all"}
        with pytest.raises(StoreUnavailable):
            await world.keeper.close()
        world.sculpt(2, by=4)
        world.store.down.clear()
        await asyncio.sleep(2)
        assert world.port.receipts()[-1][3] == 2
        await world.keeper.close()
        assert world.stored_x == 8

    with_keeper(test)
