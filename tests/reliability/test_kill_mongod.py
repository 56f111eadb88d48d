"""kill -9 of the database, alone and together with the server, with people at work. Real processes throughout."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from rooms.store import Store
from tests.reliability.swarm import LONG, SEED, ServerProcess, Swarm, until

KILLS = 20 if LONG else 3
BOTH = 20 if LONG else 2
HANDS = 3
#: Seconds within which people learn that their work is not being saved: 1.8 for the database to answer, and the rest for
#: a machine that is busy with other tests.
TOLD_WITHIN = 4.0

pytestmark = [pytest.mark.gen_test(timeout=900), pytest.mark.timeout(1000)]


@pytest.fixture
def swarm(io_loop, own_mongod, tmp_path):
    store = io_loop.run_sync(lambda: Store.connect(own_mongod.uri, "clayroom", answer_seconds=15))
    started = io_loop.run_sync(lambda: Swarm.start(store, ServerProcess(own_mongod.uri, "clayroom", tmp_path), HANDS))
    yield started
    io_loop.run_sync(started.stop)
    io_loop.run_sync(store.close)


async def test_kill_the_database(swarm, own_mongod):
    """While it is away editing goes on and all know that nothing is saved; when it is back all of it is, each stroke once."""
    chance = random.Random(SEED)
    told, while_away = [], 0
    for _ in range(KILLS):
        await swarm.everyone_online()
        await until(lambda: all(hand.saving for hand in swarm.hands), "all know that saving works")
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        killed = time.monotonic()
        own_mongod.kill()
        await until(lambda: all(not hand.saving for hand in swarm.hands), "all are told that nothing is saved", 20)
        told.append(max(hand.news[-1]["heard"] for hand in swarm.hands) - killed)
        before = [(hand.replica.accepted, hand.acknowledged) for hand in swarm.hands]
        await until(
            lambda before=before: all(
                h.replica.accepted >= a + 20 for h, (a, _) in zip(swarm.hands, before, strict=True)
            ),
            "editing goes on",
        )
        assert [hand.acknowledged for hand in swarm.hands] == [acknowledged for _, acknowledged in before]
        while_away += sum(len(hand.replica.pending) for hand in swarm.hands)
        own_mongod.restart()
        marks = [hand.replica.own_seq for hand in swarm.hands]
        await until(
            lambda marks=marks: all(h.acknowledged >= mark for h, mark in zip(swarm.hands, marks, strict=True)),
            "what was made meanwhile is journaled",
        )
        await until(lambda: all(hand.saving for hand in swarm.hands), "all are told that saving works")
        await swarm.check_database()
    await swarm.check_end()
    await swarm.server.kill()
    await swarm.check_fresh_load()
    seconds = ", ".join(f"{one:.1f}" for one in told)
    print(f"{KILLS} kills of mongod, told after {seconds} s, {while_away} strokes made while away: {swarm.told()}")
    assert max(told) < TOLD_WITHIN, f"people were told after {seconds} s"


async def test_kill_the_database_and_the_server_at_once(swarm, own_mongod):
    """Nothing that was acknowledged is lost; who is still there sends the rest again."""
    chance = random.Random(SEED)
    for _ in range(BOTH):
        await swarm.everyone_online()
        await asyncio.sleep(chance.uniform(0.1, 0.8))
        first, second = own_mongod.kill, swarm.server.process.kill
        if chance.random() < 0.5:
            first, second = second, first
        first()
        second()
        await swarm.server.kill()
        await swarm.die_with_the_server(chance.randrange(HANDS))
        own_mongod.restart()
        await swarm.check_fresh_load()
        await swarm.server.start()
    await swarm.everyone_online()
    await swarm.check_end()
    await swarm.server.kill()
    await swarm.check_fresh_load()
    print(f"{BOTH} kills of mongod and server at once, {len(swarm.dead)} tabs with them: {swarm.told()}")
