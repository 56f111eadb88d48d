"""kill -9 of the server at random moments, and its orderly end, with people at work. Real processes throughout."""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from tests.peers import paint_of
from tests.reliability.swarm import LONG, SEED, ServerProcess, Swarm

KILLS = 200 if LONG else 20
HANDS = 4
PAINTERS = 2

pytestmark = [pytest.mark.gen_test(timeout=1800), pytest.mark.timeout(1900)]


@pytest.fixture
def swarm(io_loop, mongod, database, store, tmp_path):
    started = io_loop.run_sync(
        lambda: Swarm.start(store, ServerProcess(mongod.uri, database, tmp_path), HANDS, PAINTERS)
    )
    yield started
    io_loop.run_sync(started.stop)


async def test_kill_the_server_at_random_moments(swarm):
    """Whenever the server is killed, no acknowledged stroke is lost, none is there twice, and all end with the same bits."""
    chance = random.Random(SEED)
    began = time.monotonic()
    while_away = 0
    for number in range(KILLS):
        if number % 4 == 0:  # the others are killed wherever they are: opening, replaying, catching up
            await swarm.everyone_online()
        await asyncio.sleep(chance.uniform(0.0, 1.0))
        await swarm.server.kill()
        while_away += sum(bool(hand.replica.pending) for hand in swarm.hands)
        for index in range(HANDS):
            if chance.random() < 0.15:
                await swarm.die_with_the_server(index)
        await swarm.check_fresh_load()
        await swarm.server.start()
    await swarm.everyone_online()
    await swarm.check_end()
    await swarm.server.kill()
    await swarm.check_fresh_load()
    print(
        f"{KILLS} kills of the server, {len(swarm.dead)} tabs with it, {time.monotonic() - began:.0f} s: {swarm.told()}"
    )
    assert swarm.paints, "nobody painted"
    assert while_away and swarm.dead, "no kill found anything unacknowledged: the test proves nothing"


async def test_an_orderly_end(swarm):
    """SIGTERM: everyone is told and let out with 1012, everything is committed to a snapshot, and the exit status is 0."""
    await swarm.everyone_online()
    await asyncio.sleep(0.5)
    for hand in swarm.hands:
        hand.closes.clear()
    began = time.monotonic()
    status = await swarm.server.terminate()
    took = time.monotonic() - began
    assert status == 0
    assert took < 10.0, f"the end took {took:.1f} s"
    for hand in swarm.hands:
        assert [code for code, _ in hand.closes[:1]] == [1012], hand.closes
        (closing,) = [news for news in hand.news if news["event"] == "closing"]
        assert closing["retry_ms"] >= 500 and closing["message"]
    await swarm.check_fresh_load()
    newest = await swarm.newest()
    assert newest.pieces[0].positions.tobytes() == swarm.truth.tobytes(), "the newest snapshot lacks something"
    assert paint_of(newest).tobytes() == swarm.paint.tobytes(), "the newest snapshot lacks paint"
    assert await swarm.store.lease_owner(swarm.project.project) is None
    await swarm.server.start()
    await swarm.everyone_online()
    await swarm.check_end()
    print(f"SIGTERM with {HANDS} people at work took {took:.1f} s; {swarm.told()}")
