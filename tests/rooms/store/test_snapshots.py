"""Snapshots: whole or not at all, written once, read back bit for bit."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from pymongo.database import Database

from rooms.errors import Conflict, Fenced, Invalid, NotFound, StoreUnavailable
from rooms.records import PieceRecord, Project, Snapshot, User
from rooms.store import Damaged, Store
from rooms.store.codec import CHUNK_BYTES
from rooms.store.mongod import Mongod
from rooms.store.snapshots import CHUNK_GRACE


def assert_same(found: Snapshot, expected: Snapshot) -> None:
    assert (found.seq, found.clients, found.user, found.message) == (
        expected.seq,
        expected.clients,
        expected.user,
        expected.message,
    )
    assert len(found.pieces) == len(expected.pieces)
    for one, other in zip(found.pieces, expected.pieces, strict=True):
        assert (one.piece, one.epoch, one.name, one.scale, one.offset) == (
            other.piece,
            other.epoch,
            other.name,
            other.scale,
            other.offset,
        )
        for array, wanted in ((one.positions, other.positions), (one.triangles, other.triangles)):
            assert array.dtype == wanted.dtype
            assert array.flags.writeable and array.flags.c_contiguous
            np.testing.assert_array_equal(array, wanted)
        assert (one.paint is None) == (other.paint is None)
        if one.paint is not None:
            np.testing.assert_array_equal(one.paint, other.paint)


async def gunzipped(store: Store, project: str, blob: str) -> bytes:
    found = await store.blob_chunks(project, blob)
    assert found is not None
    data = gzip.decompress(b"".join([part async for part in found[1]]))
    assert found[0].size == len(data)
    return data


# ---- saving and loading ------------------------------------------------------------------------------------------


@pytest.mark.gen_test
async def test_a_snapshot_comes_back_bit_for_bit(store: Store, ada: User, make_snapshot: Any) -> None:
    """Arrays, metadata and client marks, with an odd last chunk."""
    snapshot = make_snapshot(20_001, seq=9, user="ada-id", message="the $nose")
    project = await store.create_project(ada, "Head", "", make_snapshot(5))
    identity = await store.save_snapshot(project.project, snapshot, None)
    loaded = await store.load_snapshot(identity)
    assert_same(loaded, snapshot)
    assert loaded.snapshot == identity
    reloaded = await store.load_project(project.project)
    assert reloaded is not None
    assert (reloaded.snapshot, reloaded.saved_at) == (identity, loaded.at)


@pytest.mark.parametrize("vertices", [0, 1, CHUNK_BYTES // 12, CHUNK_BYTES // 12 + 1])
@pytest.mark.gen_test
async def test_sizes_at_the_edges_of_chunks(store: Store, ada: User, make_snapshot: Any, vertices: int) -> None:
    """An empty piece, one vertex, one chunk and one byte more."""
    snapshot = make_snapshot(vertices)
    project = await store.create_project(ada, "Head", "", snapshot)
    assert_same(await store.load_snapshot(str(project.snapshot)), snapshot)


@pytest.mark.gen_test
async def test_several_pieces_and_equal_chunks(store: Store, ada: User, raw: Database[dict[str, Any]]) -> None:
    """Chunks that are equal are stored once, whichever array they are of."""
    zeros = [
        PieceRecord(n, 1, f"Piece {n}", np.zeros((3, 60_000), np.int32), np.zeros((60_000, 3), np.uint32))
        for n in (1, 2)
    ]
    project = await store.create_project(ada, "Zero", "", Snapshot(0, zeros))
    assert_same(await store.load_snapshot(str(project.snapshot)), Snapshot(0, zeros))
    # One full chunk of zeros and one shorter one, for 44 places.
    assert raw["chunks"].count_documents({}) == 2


@pytest.mark.gen_test
async def test_only_changed_chunks_are_written(
    store: Store, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """A stroke in one place writes its chunk on each axis, and nothing else is sent or touched."""
    snapshot = make_snapshot(100_000)
    project = await store.create_project(ada, "Head", "", snapshot)
    before = {chunk["_id"]: chunk["at"] for chunk in raw["chunks"].find({}, {"at": 1})}
    assert len(before) == -(-1_200_000 // CHUNK_BYTES) + -(-2_400_000 // CHUNK_BYTES)
    snapshot.pieces[0].positions[:, 1000:1100] += 17
    await store.save_snapshot(project.project, snapshot, None)
    after = {chunk["_id"]: chunk["at"] for chunk in raw["chunks"].find({}, {"at": 1})}
    assert len(after) - len(before) == 3
    assert all(after[digest] == at for digest, at in before.items())


@pytest.mark.gen_test
async def test_arrays_in_another_order_are_stored_the_same(store: Store, ada: User, make_snapshot: Any) -> None:
    """A transposed array is stored by its values, not by its memory."""
    snapshot = make_snapshot(1000)
    piece = snapshot.pieces[0]
    piece.positions = np.asfortranarray(piece.positions)
    project = await store.create_project(ada, "Head", "", snapshot)
    loaded = await store.load_snapshot(str(project.snapshot))
    np.testing.assert_array_equal(loaded.pieces[0].positions, piece.positions)


@pytest.mark.gen_test
async def test_wrong_arrays_and_texts_are_refused(
    store: Store, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """Another dtype or shape, NaN, a NUL, half a surrogate pair: an error that says what, and nothing stored."""

    def broken(**changes: Any) -> Snapshot:
        snapshot: Snapshot = make_snapshot(10)
        for key, value in changes.items():
            setattr(snapshot.pieces[0] if hasattr(snapshot.pieces[0], key) else snapshot, key, value)
        return snapshot

    wrong: list[dict[str, Any]] = [
        {"positions": np.zeros((3, 5), np.int64)},
        {"positions": np.zeros((5, 3), np.int32)},
        {"triangles": np.zeros((3, 5), np.uint32)},
        {"triangles": np.zeros((5, 3), np.int32)},
        {"scale": float("nan")},
        {"offset": (0.0, float("inf"), 0.0)},
        {"name": "a\0"},
        {"message": "\udfff"},
        {"message": {"$gt": ""}},
        {"seq": 2**63},
    ]
    for changes in wrong:
        with pytest.raises(Invalid):
            await store.create_project(ada, "Head", "", broken(**changes))
    assert raw["projects"].count_documents({}) == raw["snapshots"].count_documents({}) == 0


# ---- the fence ---------------------------------------------------------------------------------------------------


@pytest.mark.gen_test
async def test_an_older_owner_cannot_move_the_pointer(
    store: Store, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """Once a new owner has the lease, the old one's save is refused and leaves no version behind."""
    project = await store.create_project(ada, "Head", "", make_snapshot(10))
    old = await store.take_lease(project.project, "here:1")
    first = await store.save_snapshot(project.project, make_snapshot(10, seq=1), old.token)
    await store.release_lease(old)
    new = await store.take_lease(project.project, "here:2")
    with pytest.raises(Fenced, match=f"token {new.token}, this one has {old.token}"):
        await store.save_snapshot(project.project, make_snapshot(10, seq=2), old.token)
    found = await store.load_project(project.project)
    assert found is not None and found.snapshot == first
    assert raw["snapshots"].count_documents({}) == 2
    await store.save_snapshot(project.project, make_snapshot(10, seq=2), new.token)


@pytest.mark.gen_test
async def test_an_older_state_does_not_replace_a_newer_one(store: Store, ada: User, make_snapshot: Any) -> None:
    """A save that was overtaken says so with both numbers; the same sequence number may be saved again."""
    project = await store.create_project(ada, "Head", "", make_snapshot(10))
    await store.save_snapshot(project.project, make_snapshot(10, seq=7), None)
    await store.save_snapshot(project.project, make_snapshot(10, seq=7, seed=2), None)
    with pytest.raises(Conflict, match="snapshot at 7 already, this one is at 6"):
        await store.save_snapshot(project.project, make_snapshot(10, seq=6), None)


# ---- crashes -----------------------------------------------------------------------------------------------------


class Crash(Exception):
    """Stands for the end of the process."""


class CrashingStore(Store):
    """Ends before or after one step of a save; ``chunk_groups`` counts down over the groups of chunks."""

    crash_at = ""
    chunk_groups = 0

    async def _crashing(self, name: str, step: Callable[[], Awaitable[Any]]) -> Any:
        if self.crash_at == f"before {name}":
            raise Crash
        result = await step()
        if self.crash_at == f"after {name}":
            raise Crash
        return result

    async def _insert_chunks(self, *given: Any) -> None:
        self.chunk_groups -= 1
        if self.crash_at == "between chunks" and self.chunk_groups < 0:
            raise Crash
        await super()._insert_chunks(*given)

    async def _put_chunks(self, *given: Any) -> None:
        parent = super()._put_chunks
        await self._crashing("chunks", lambda: parent(*given))

    async def _put_manifest(self, *given: Any) -> None:
        parent = super()._put_manifest
        await self._crashing("manifest", lambda: parent(*given))

    async def _move_pointer(self, *given: Any) -> None:
        parent = super()._move_pointer
        await self._crashing("pointer", lambda: parent(*given))


CRASHES = ["before chunks", "between chunks", "after chunks", "before manifest", "after manifest", "before pointer"]


@pytest.mark.parametrize("crash_at", CRASHES)
@pytest.mark.gen_test
async def test_a_crash_leaves_the_old_version_whole(
    mongod: Mongod, database: str, store: Store, ada: User, make_snapshot: Any, crash_at: str
) -> None:
    """Wherever a save ends, the project has its old version, bit for bit, and the next save works."""
    old, new = make_snapshot(100_000), make_snapshot(100_000, seq=5, seed=2)
    project = await store.create_project(ada, "Head", "", old)
    dying = await CrashingStore.connect(mongod.uri, database, answer_seconds=15)
    assert isinstance(dying, CrashingStore)
    dying.crash_at, dying.chunk_groups = crash_at, 1
    with pytest.raises(Crash):
        await dying.save_snapshot(project.project, new, None)
    await dying.close()
    found = await store.load_project(project.project)
    assert found is not None and found.snapshot == project.snapshot
    assert_same(await store.load_snapshot(str(found.snapshot)), old)
    await store.collect_chunks()
    assert_same(await store.load_snapshot(await store.save_snapshot(project.project, new, None)), new)


@pytest.mark.gen_test
async def test_a_crash_after_the_pointer_leaves_the_new_version_whole(
    mongod: Mongod, database: str, store: Store, ada: User, make_snapshot: Any
) -> None:
    """The save was done, only nobody heard of it."""
    project = await store.create_project(ada, "Head", "", make_snapshot(10))
    new = make_snapshot(100_000, seq=5, seed=2)
    dying = await CrashingStore.connect(mongod.uri, database, answer_seconds=15)
    dying.crash_at = "after pointer"  # type: ignore[attr-defined]
    with pytest.raises(Crash):
        await dying.save_snapshot(project.project, new, None)
    await dying.close()
    found = await store.load_project(project.project)
    assert found is not None
    assert_same(await store.load_snapshot(str(found.snapshot)), new)


@pytest.mark.gen_test
async def test_a_crash_while_creating_leaves_no_project(
    mongod: Mongod, database: str, store: Store, make_snapshot: Any
) -> None:
    """A project is there with its clay or not at all."""
    owner = await store.create_user("Ada", "hash")
    dying = await CrashingStore.connect(mongod.uri, database, answer_seconds=15)
    dying.crash_at = "after manifest"  # type: ignore[attr-defined]
    with pytest.raises(Crash):
        await dying.create_project(owner, "Head", "", make_snapshot(10))
    await dying.close()
    assert await store.list_projects(owner.user) == []


@pytest.mark.gen_test(timeout=90)
async def test_killing_the_database_during_a_save(own_mongod: Mongod, ada: User, make_snapshot: Any) -> None:
    """kill -9 of mongod at ten moments of a save: afterwards the old or the new version, whole."""
    store = await Store.connect(own_mongod.uri, answer_seconds=15)
    try:
        current = make_snapshot(100_000)
        project = await store.create_project(ada, "Head", "", current)
        for turn in range(1, 11):
            new = make_snapshot(100_000, seq=turn, seed=turn + 1)
            saving = asyncio.ensure_future(store.save_snapshot(project.project, new, None))
            await asyncio.wait([saving], timeout=turn * 0.012)
            own_mongod.kill()
            own_mongod.restart()
            outcome = (await asyncio.gather(saving, return_exceptions=True))[0]
            assert isinstance(outcome, str | StoreUnavailable), outcome
            found = await store.load_project(project.project)
            assert found is not None
            loaded = await store.load_snapshot(str(found.snapshot))
            if isinstance(outcome, str):
                assert found.snapshot == outcome
            current = new if loaded.seq == turn else current
            assert_same(loaded, current)
    finally:
        await store.close()


# ---- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.gen_test
async def test_the_manifest_and_its_blobs(store: Store, ada: User, make_snapshot: Any) -> None:
    """The page's manifest is JSON; its blobs are gzip streams of exactly the arrays."""
    snapshot = make_snapshot(100_001)
    project = await store.create_project(ada, "Head", "", snapshot)
    manifest = await store.manifest(str(project.snapshot))
    piece = manifest["pieces"][0]
    assert manifest["snapshot"] == project.snapshot
    assert {key: piece[key] for key in ("piece", "epoch", "name", "vertices", "triangles", "scale", "offset")} == {
        "piece": 1,
        "epoch": 3,
        "name": "Head",
        "vertices": 100_001,
        "triangles": 200_002,
        "scale": 0.25,
        "offset": [1.0, -2.0, 3.5],
    }
    assert await gunzipped(store, project.project, piece["positions"]) == snapshot.pieces[0].positions.tobytes()
    assert await gunzipped(store, project.project, piece["triangles_blob"]) == snapshot.pieces[0].triangles.tobytes()


@pytest.mark.gen_test
async def test_blobs_of_old_versions_and_of_other_projects(store: Store, ada: User, make_snapshot: Any) -> None:
    """A blob is named by its content and stays; another project cannot read it unless it has it too."""
    mine = await store.create_project(ada, "Mine", "", make_snapshot(1000))
    theirs = await store.create_project(ada, "Theirs", "", make_snapshot(1000, seed=2))
    blob = (await store.manifest(str(mine.snapshot)))["pieces"][0]["positions"]
    await store.save_snapshot(mine.project, make_snapshot(1000, seq=1, seed=3), None)
    assert len(await gunzipped(store, mine.project, blob)) == 12_000
    assert await store.blob_chunks(theirs.project, blob) is None
    assert await store.blob_chunks(mine.project, "nothing") is None
    same = await store.create_project(ada, "Same", "", make_snapshot(1000))
    assert (await store.manifest(str(same.snapshot)))["pieces"][0]["positions"] == blob
    for hostile in ({"$ne": ""}, "\ud800", "a\0"):
        with pytest.raises(Invalid):
            await store.blob_chunks(mine.project, hostile)  # type: ignore[arg-type]


@pytest.mark.gen_test
async def test_what_is_missing_is_named(
    store: Store, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """A missing snapshot, a missing chunk: errors in words, for loading and for streaming."""
    with pytest.raises(NotFound):
        await store.load_snapshot("nothing")
    with pytest.raises(NotFound):
        await store.manifest("nothing")
    project = await store.create_project(ada, "Head", "", make_snapshot(20_000))
    blob = (await store.manifest(str(project.snapshot)))["pieces"][0]["positions"]
    digest = raw["snapshots"].find_one({})["pieces"][0]["positions"]["chunks"][64:96]  # type: ignore[index]
    raw["chunks"].delete_one({"_id": digest})
    with pytest.raises(Damaged, match=f"blob {blob}: chunk 2 of 4 is missing"):
        await store.load_snapshot(str(project.snapshot))
    with pytest.raises(Damaged, match="chunk 2 of 4"):
        await gunzipped(store, project.project, blob)


@pytest.mark.gen_test
async def test_exchanged_chunks_are_found(
    store: Store, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """A chunk with other bytes of the right length fails the checksum, one of another length fails before."""
    project = await store.create_project(ada, "Head", "", make_snapshot(20_000))
    chunks = raw["snapshots"].find_one({})["pieces"][0]["positions"]["chunks"]  # type: ignore[index]
    first, second, last = chunks[:32], chunks[32:64], chunks[96:]
    other = raw["chunks"].find_one({"_id": second})["data"]  # type: ignore[index]
    raw["chunks"].update_one({"_id": first}, {"$set": {"data": other}})
    with pytest.raises(Damaged, match="checksum"):
        await store.load_snapshot(str(project.snapshot))
    raw["chunks"].update_one({"_id": last}, {"$set": {"data": other}})
    with pytest.raises(Damaged, match="bytes, expected 43392"):
        await store.load_snapshot(str(project.snapshot))


@pytest.mark.gen_test
async def test_a_later_format_is_refused_in_words(
    store: Store, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """What a later version wrote is not guessed at."""
    project = await store.create_project(ada, "Head", "", make_snapshot(10))
    raw["snapshots"].update_one({}, {"$set": {"format": 2}})
    with pytest.raises(Damaged, match="format 2, this version reads 1"):
        await store.load_snapshot(str(project.snapshot))


# ---- clearing up -------------------------------------------------------------------------------------------------


async def project_with(store: Store, snapshot: Snapshot) -> Project:
    return await store.create_project(User("ada-id", "Ada"), "Head", "", snapshot)


@pytest.mark.gen_test
async def test_unused_chunks_go_after_a_day(clocked_store: Store, clock: Any, make_snapshot: Any) -> None:
    """A deleted project's chunks go, but not before a day, and not those that others share."""
    store = clocked_store
    shared, alone = make_snapshot(50_000), make_snapshot(50_000, seed=2)
    gone = await project_with(store, shared)
    await store.save_snapshot(gone.project, alone, None)
    stays = await project_with(store, shared)
    await store.delete_project(gone.project)
    assert await store.collect_chunks() == 0
    clock.pass_by(CHUNK_GRACE + timedelta(seconds=1))
    assert await store.collect_chunks() == -(-600_000 // CHUNK_BYTES) + -(-1_200_000 // CHUNK_BYTES)
    assert await store.collect_chunks() == 0
    assert_same(await store.load_snapshot(str(stays.snapshot)), shared)


@pytest.mark.gen_test
async def test_paint_is_kept_where_there_is_some(clocked_store: Store, clock: Any, make_snapshot: Any) -> None:
    """A painted piece has a blob more, whose chunks no collecting takes; one that nobody painted says nothing of paint."""
    store = clocked_store
    plain, painted = make_snapshot(20_001), make_snapshot(20_001, seq=3)
    painted.pieces[0].paint = np.random.default_rng(2).integers(0, 256, (5, 20_001)).astype(np.uint8)
    project = await project_with(store, plain)
    assert project.snapshot is not None
    assert "paint" not in (await store.manifest(project.snapshot))["pieces"][0]
    identity = await store.save_snapshot(project.project, painted, None)
    clock.pass_by(CHUNK_GRACE + timedelta(seconds=1))
    assert await store.collect_chunks() == 0
    assert_same(await store.load_snapshot(identity), painted)
    blob = (await store.manifest(identity))["pieces"][0]["paint"]
    assert await gunzipped(store, project.project, blob) == painted.pieces[0].paint.tobytes()
    assert_same(await store.load_snapshot(project.snapshot), plain)
    painted.pieces[0].paint = painted.pieces[0].paint[:4]
    with pytest.raises(Invalid, match=r"paint must be \(5, 20001\) uint8, got \(4, 20001\)"):
        await store.save_snapshot(project.project, painted, None)


@pytest.mark.gen_test
async def test_old_versions_keep_their_chunks(clocked_store: Store, clock: Any, make_snapshot: Any) -> None:
    """A version that is no longer the newest is still there in a year."""
    first = make_snapshot(50_000)
    project = await project_with(clocked_store, first)
    await clocked_store.save_snapshot(project.project, make_snapshot(50_000, seq=1, seed=2), None)
    clock.pass_by(timedelta(days=365))
    assert await clocked_store.collect_chunks() == 0
    assert_same(await clocked_store.load_snapshot(str(project.snapshot)), first)


@pytest.mark.gen_test
async def test_a_save_saves_the_chunks_it_wants_again(
    mongod: Mongod, database: str, clocked_store: Store, clock: Any, make_snapshot: Any
) -> None:
    """Old chunks that nothing refers to are wanted by a save while they are being collected: they stay."""
    snapshot = make_snapshot(50_000)
    gone = await project_with(clocked_store, snapshot)
    project = await project_with(clocked_store, make_snapshot(10))
    await clocked_store.delete_project(gone.project)
    clock.pass_by(CHUNK_GRACE + timedelta(seconds=1))

    class Interleaved(CrashingStore):
        """Collects between the chunks of a save and its manifest: the worst moment."""

        async def _put_manifest(self, *given: Any) -> None:
            assert await clocked_store.collect_chunks() == 0
            await super()._put_manifest(*given)

    saving = await Interleaved.connect(mongod.uri, database, answer_seconds=15, clock=clock)
    try:
        identity = await saving.save_snapshot(project.project, snapshot, None)
    finally:
        await saving.close()
    assert_same(await clocked_store.load_snapshot(identity), snapshot)
