"""The journal: contiguous, written once, and a fence."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.database import Database

from rooms.errors import Fenced, Invalid, TooLarge
from rooms.records import JournalBatch, User
from rooms.store import MAX_BATCH_BYTES, Damaged, Store


def batch(seq: int, count: int = 1, frames: bytes | None = None) -> JournalBatch:
    return JournalBatch(seq, count, frames or b"frame %d" % seq, {2**64 - 1: "ada-id", 5: "bob-id"})


async def read(store: Store, project: str, after: int) -> list[JournalBatch]:
    return [each async for each in store.read_journal(project, after)]


@pytest.mark.gen_test
async def test_batches_come_back_in_order(store: Store) -> None:
    """What was appended is read back as it was, ascending; other projects have their own."""
    batches = [batch(1, 3), batch(4), batch(5, 100), JournalBatch(105, 1, b"", {}, {"owner": "$here", "token": 3})]
    for number, each in enumerate(batches):
        await store.append_journal("p", each, f"batch {number}")
    await store.append_journal("q", batch(1), "batch of q")
    assert await read(store, "p", 0) == batches
    assert await store.last_seq("p") == 105
    assert await store.last_seq("q") == 1
    assert await store.last_seq("nothing") == 0
    assert await read(store, "nothing", 0) == []


@pytest.mark.parametrize(
    ("after", "first"), [(0, 1), (1, 1), (3, 4), (4, 4), (5, 4), (6, 7), (7, 8), (8, None), (99, None)]
)
@pytest.mark.gen_test
async def test_reading_begins_with_the_batch_that_reaches_past(store: Store, after: int, first: int | None) -> None:
    """The first batch may begin before, but no batch is read that holds nothing new."""
    for each in (batch(1, 3), batch(4, 3), batch(7), batch(8)):
        await store.append_journal("p", each, f"batch {each.seq}")
    found = await read(store, "p", after)
    assert (found[0].seq if found else None) == first


@pytest.mark.gen_test
async def test_a_foreign_batch_at_our_number_fences_us(store: Store) -> None:
    """The same sequence number is never written twice, and what is there stays."""
    await store.append_journal("p", batch(1), "mine")
    with pytest.raises(Fenced, match="sequence number 1"):
        await store.append_journal("p", batch(1, frames=b"stale"), "theirs")
    assert await read(store, "p", 0) == [batch(1)]


@pytest.mark.gen_test
async def test_our_own_retry_is_success(store: Store) -> None:
    """The same batch under the same id, sent again after a timeout, is there once."""
    for _ in range(3):
        await store.append_journal("p", batch(1, 2), "mine")
    assert await read(store, "p", 0) == [batch(1, 2)]


@pytest.mark.gen_test
async def test_an_id_used_for_another_batch_is_no_retry(store: Store) -> None:
    """A batch id that stands at another number, or with another count, does not count as written."""
    await store.append_journal("p", batch(1, 2), "mine")
    with pytest.raises(Fenced):
        await store.append_journal("p", batch(3), "mine")
    with pytest.raises(Fenced):
        await store.append_journal("p", batch(1, 3), "mine")


@pytest.mark.gen_test
async def test_a_gap_is_an_error_with_both_numbers(store: Store) -> None:
    """A journal in which something is missing is not read over."""
    await store.append_journal("p", batch(1), "a")
    await store.append_journal("p", batch(3), "b")
    with pytest.raises(Damaged, match="goes on at 3, expected 2"):
        await read(store, "p", 0)
    assert await read(store, "p", 2) == [batch(3)]


@pytest.mark.gen_test(timeout=60)
async def test_a_long_journal_is_read_whole(store: Store) -> None:
    """More batches, and more bytes, than one reply of the database holds."""
    frames = bytes(1_000_000)
    for seq in range(1, 41):
        await store.append_journal("p", batch(seq, frames=frames), f"batch {seq}")
    found = await read(store, "p", 0)
    assert [each.seq for each in found] == list(range(1, 41))
    assert all(each.frames == frames for each in found)


@pytest.mark.gen_test
async def test_limits(store: Store) -> None:
    """A batch at the limit is taken, one byte more is refused with both numbers, as is an empty one."""
    await store.append_journal("p", batch(1, frames=bytes(MAX_BATCH_BYTES)), "a")
    with pytest.raises(TooLarge, match=f"{MAX_BATCH_BYTES + 1} bytes, the limit is {MAX_BATCH_BYTES}"):
        await store.append_journal("p", batch(2, frames=bytes(MAX_BATCH_BYTES + 1)), "b")
    for wrong in (batch(2, 0), batch(0, 1)):
        with pytest.raises(Invalid):
            await store.append_journal("p", wrong, "c")
    for hostile in ({"$gt": ""}, "p\0", "\ud800"):
        with pytest.raises(Invalid):
            await store.append_journal(hostile, batch(2), "d")  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            await store.last_seq(hostile)  # type: ignore[arg-type]


@pytest.mark.gen_test
async def test_a_number_beyond_64_bits_is_a_clean_error(store: Store) -> None:
    """What BSON cannot hold is refused as a value, not as a crash."""
    with pytest.raises(Invalid, match="cannot hold"):
        await store.append_journal("p", batch(2**63), "a")


@pytest.mark.gen_test
async def test_the_index_makes_it_true(store: Store, raw: Database[dict[str, Any]]) -> None:
    """Uniqueness is the database's, not ours."""
    assert raw["journal"].index_information()["project_1_seq_1"]["unique"] is True


@pytest.mark.gen_test
async def test_the_last_number_may_be_a_snapshots(store: Store, ada: User, make_snapshot: Any) -> None:
    """A project that was created at a sequence number goes on after it."""
    project = await store.create_project(ada, "Head", "", make_snapshot(3, seq=41))
    assert await store.last_seq(project.project) == 41
    await store.append_journal(project.project, batch(42, 2), "a")
    assert await store.last_seq(project.project) == 43
