"""Leases, and the journal's barrier behind them: never two owners who write."""

from __future__ import annotations

import asyncio
import random
import secrets
from typing import Any

import pytest
from pymongo.database import Database

from rooms.errors import Elsewhere, Fenced, Invalid, NotFound
from rooms.records import JournalBatch, User
from rooms.store import Store
from rooms.store.mongod import Mongod


@pytest.fixture
def project(io_loop: Any, store: Store, ada: User, make_snapshot: Any) -> str:
    return str(io_loop.run_sync(lambda: store.create_project(ada, "Head", "", make_snapshot(3))).project)


@pytest.mark.gen_test
async def test_a_live_lease_is_not_taken(store: Store, project: str) -> None:
    """Another owner is told where the room is; the owner itself may take again, with a greater token."""
    assert await store.lease_owner(project) is None
    first = await store.take_lease(project, "here:1")
    assert await store.lease_owner(project) == "here:1"
    with pytest.raises(Elsewhere, match="open at here:1") as caught:
        await store.take_lease(project, "here:2")
    assert caught.value.owner == "here:1"
    again = await store.take_lease(project, "here:1")
    assert again.token > first.token


@pytest.mark.gen_test
async def test_a_released_lease_is_free_and_its_token_goes_on(store: Store, project: str) -> None:
    """Tokens only grow, also over a release; an old lease releases nothing."""
    first = await store.take_lease(project, "here:1")
    await store.release_lease(first)
    assert await store.lease_owner(project) is None
    second = await store.take_lease(project, "here:2")
    assert second.token == first.token + 1
    await store.release_lease(first)
    assert await store.lease_owner(project) == "here:2"


@pytest.mark.gen_test
async def test_an_expired_lease_is_taken(store: Store, project: str, mongod: Mongod, database: str) -> None:
    """A lease that nobody renews ends by the database's clock, and the old owner is told that it lost it."""
    short = await Store.connect(mongod.uri, database, answer_seconds=15, lease_seconds=0.001)
    try:
        old = await short.take_lease(project, "dead")
        while await store.lease_owner(project) is not None:
            await asyncio.sleep(0.001)
        new = await store.take_lease(project, "alive")
        assert new.token == old.token + 1
        assert await store.renew_leases("dead", [project]) == set()
        assert await store.lease_owner(project) == "alive"
    finally:
        await short.close()


@pytest.mark.gen_test
async def test_renewing(store: Store, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]) -> None:
    """All of an owner's leases are prolonged at once, also one that ran out and that nobody took."""
    ids = [(await store.create_project(ada, "Head", "", make_snapshot(3))).project for _ in range(4)]
    for one in ids[:3]:
        await store.take_lease(one, "me")
    await store.take_lease(ids[3], "you")
    past = raw.command({"serverStatus": 1})["localTime"].replace(year=2020)
    raw["leases"].update_one({"_id": ids[0]}, {"$set": {"expires": past}})
    before = {row["_id"]: row["expires"] for row in raw["leases"].find()}
    assert await store.renew_leases("me", [*ids, "unknown"]) == set(ids[:3])
    after = {row["_id"]: row["expires"] for row in raw["leases"].find()}
    assert all(after[one] >= before[one] for one in ids[:3])
    assert after[ids[0]] > before[ids[0]]
    assert after[ids[3]] == before[ids[3]]
    assert await store.renew_leases("me", []) == set()


@pytest.mark.gen_test
async def test_an_owner_may_be_called_anything(store: Store, project: str) -> None:
    """A name that begins with $ is a name, not the path of a field; what is no text is refused."""
    for owner in ("$token", "$$NOW", "$expires"):
        lease = await store.take_lease(project, owner)
        assert await store.lease_owner(project) == owner
        await store.release_lease(lease)
    hostile: Any
    for hostile in ({"$ne": 1}, "\ud800", "a\0"):
        with pytest.raises(Invalid):
            await store.take_lease(project, hostile)
        with pytest.raises(Invalid):
            await store.take_lease(hostile, "me")
    with pytest.raises(NotFound):
        await store.take_lease("unknown", "me")


@pytest.mark.gen_test(timeout=60)
async def test_of_many_who_race_one_wins(store: Store, ada: User, make_snapshot: Any) -> None:
    """Ten owners ask at the same moment, thirty times over: one has it, nine are told who."""
    for _ in range(30):
        project = (await store.create_project(ada, "Head", "", make_snapshot(3))).project
        found = await asyncio.gather(
            *(store.take_lease(project, f"here:{n}") for n in range(10)), return_exceptions=True
        )
        winners = [lease for lease in found if not isinstance(lease, BaseException)]
        assert len(winners) == 1
        assert all(
            isinstance(other, Elsewhere) and other.owner == winners[0].owner for other in found if other != winners[0]
        )


@pytest.mark.gen_test(timeout=120)
async def test_takeovers_under_load_lose_nothing(store: Store, project: str, mongod: Mongod, database: str) -> None:
    """Three hundred takeovers while every owner writes: the journal has no gap, and every acknowledged batch, once.

    The leases live a millisecond, so that every owner believes itself the owner for longer than it is.
    """
    seed = secrets.randbits(32)
    dice = random.Random(seed)
    short = await Store.connect(mongod.uri, database, answer_seconds=15, lease_seconds=0.001)
    acknowledged: dict[str, int] = {}
    takeovers: list[int] = []
    fenced: list[int] = []

    async def own(owner: str) -> None:
        while len(takeovers) < 300:
            try:
                lease = await short.take_lease(project, owner)
            except Elsewhere:
                continue
            try:
                # A barrier at exactly the next number; whoever was quicker makes us look again.
                while True:
                    seq = await short.last_seq(project) + 1
                    barrier = JournalBatch(seq, 1, b"", {}, {"owner": owner, "token": lease.token})
                    try:
                        await short.append_journal(project, barrier, secrets.token_hex(8))
                        break
                    except Fenced:
                        continue
                takeovers.append(lease.token)
                for _ in range(dice.randint(1, 6)):
                    count = dice.randint(1, 3)
                    name = secrets.token_hex(8)
                    await short.append_journal(project, JournalBatch(seq + 1, count, name.encode(), {1: owner}), name)
                    acknowledged[name] = seq + 1
                    seq += count
            except Fenced:
                fenced.append(lease.token)

    try:
        await asyncio.gather(*(own(f"here:{n}") for n in range(4)))
    finally:
        await short.close()
    found: dict[str, int] = {}
    writer = ""
    async for batch in store.read_journal(project, 0):
        if batch.barrier:
            writer = batch.barrier["owner"]
            continue
        assert batch.authors == {1: writer}, f"seed {seed}: a batch of a fenced owner at {batch.seq}"
        found[batch.frames.decode()] = batch.seq
    assert found == acknowledged, f"seed {seed}"
    assert fenced, "nobody lost a race: this run showed nothing"
