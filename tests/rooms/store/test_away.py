"""The database is away: it hangs, it dies, it comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rooms.errors import StoreUnavailable
from rooms.records import JournalBatch, User
from rooms.store import Store
from rooms.store.mongod import Mongod

BATCH = JournalBatch(1, 1, b"frame", {1: "ada-id"})
#: People are told within two seconds; the rest is for a loaded machine.
SOON = 2.0 + 1.0


@pytest.fixture
def brisk(io_loop: Any, own_mongod: Mongod) -> Iterator[Store]:
    """A store with the deadlines of real life."""
    connected = io_loop.run_sync(lambda: Store.connect(own_mongod.uri))
    yield connected
    io_loop.run_sync(connected.close)


@pytest.mark.gen_test(timeout=60)
async def test_a_database_that_hangs_is_noticed(own_mongod: Mongod, brisk: Store) -> None:
    """With mongod stopped every call ends in StoreUnavailable soon; when it goes on, so do we."""
    os.kill(own_mongod.pid, signal.SIGSTOP)
    # The signal is on its way when kill returns: on a busy machine the first call would still be answered.
    os.waitid(os.P_PID, own_mongod.pid, os.WSTOPPED | os.WNOWAIT)
    try:
        for call in (brisk.ping(), brisk.append_journal("p", BATCH, "mine"), brisk.find_user("Ada")):
            started = time.monotonic()
            with pytest.raises(StoreUnavailable):
                await call
            assert time.monotonic() - started < SOON
    finally:
        os.kill(own_mongod.pid, signal.SIGCONT)
    await eventually(brisk)
    # Whether or not the first try arrived, the second is the same batch.
    await brisk.append_journal("p", BATCH, "mine")
    assert [batch async for batch in brisk.read_journal("p", 0)] == [BATCH]


@pytest.mark.gen_test(timeout=60)
async def test_a_database_that_was_killed_comes_back(own_mongod: Mongod, brisk: Store, make_snapshot: Any) -> None:
    """After kill -9 and a restart the same store goes on, and what was acknowledged is there."""
    project = await brisk.create_project(User("ada-id", "Ada"), "Head", "", make_snapshot(1000))
    for seq in range(1, 51):
        await brisk.append_journal(project.project, JournalBatch(seq, 1, b"%d" % seq, {}), f"batch {seq}")
    own_mongod.kill()
    for call in (
        brisk.ping(),
        brisk.load_project(project.project),
        brisk.save_snapshot(project.project, make_snapshot(3, seq=50), None),
        brisk.renew_leases("me", [project.project]),
        anext(aiter(brisk.read_journal(project.project, 0))),
    ):
        started = time.monotonic()
        with pytest.raises(StoreUnavailable):
            await call
        assert time.monotonic() - started < SOON
    own_mongod.restart()
    await eventually(brisk)
    assert [batch.seq async for batch in brisk.read_journal(project.project, 0)] == list(range(1, 51))
    assert await brisk.load_snapshot(str(project.snapshot)) is not None


@pytest.mark.gen_test
async def test_no_database_at_all() -> None:
    """Connecting to nothing, or to no address, says so instead of waiting."""
    started = time.monotonic()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        await Store.connect("mongodb://127.0.0.1:1/?directConnection=true")
    assert time.monotonic() - started < SOON
    with pytest.raises(StoreUnavailable, match="address cannot be used"):
        await Store.connect("nonsense://")


@pytest.mark.gen_test
async def test_a_closed_store(own_mongod: Mongod) -> None:
    """Who still uses a store after its close is told in our own words."""
    store = await Store.connect(own_mongod.uri)
    await store.close()
    with pytest.raises(StoreUnavailable):
        await store.ping()


async def eventually(store: Store) -> None:
    """Return when the database answers again."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return await store.ping()
        except StoreUnavailable:
            if time.monotonic() > deadline:
                raise
