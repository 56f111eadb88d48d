"""The heartbeat's arithmetic with three numbers, and its beat on a virtual clock."""

from __future__ import annotations

import asyncio

import pytest

from handlers.heartbeat import BEAT, SILENCE, Heartbeat, silent
from tests.fakes import run


class Socket:
    """Answers pings until ``dies``."""

    def __init__(self, dies: float = float("inf")) -> None:
        self.dies = dies
        self.last_sign = 0.0
        self.pings = 0
        self.lost_at: float | None = None

    def ping_peer(self) -> None:
        self.pings += 1
        now = asyncio.get_running_loop().time()
        if now < self.dies:
            self.last_sign = now

    def lost(self) -> None:
        if self.lost_at is None:
            self.lost_at = asyncio.get_running_loop().time()


class Silent:
    def __init__(self, last_sign: float) -> None:
        self.last_sign = last_sign


@pytest.mark.parametrize(
    ("last_sign", "now", "before", "gone"),
    [
        (10.0, 12.9, 11.5, False),
        (10.0, 13.0, 11.5, False),
        (10.0, 13.1, 11.6, True),
        (10.0, 99.0, 97.5, True),
        (10.0, 99.0, 95.9, False),  # the loop was held up: nobody is judged by what it did not hear
        (13.2, 13.1, 11.6, False),
    ],
)
def test_who_counts_as_gone(last_sign, now, before, gone):
    """More than the silence without a sign, and the loop has listened meanwhile."""
    socket = Silent(last_sign)
    assert silent({socket}, now, before, 3.0) == ([socket] if gone else [])


def test_the_promise_of_five_seconds():
    """Whenever somebody dies, it is noticed within five seconds, and never in less than the silence."""
    assert SILENCE + BEAT < 5.0

    async def main() -> None:
        loop = asyncio.get_running_loop()
        heartbeat = Heartbeat()
        sockets = [Socket(loop.time() + 10 + n / 10) for n in range(40)]
        healthy = Socket()
        for socket in (*sockets, healthy):
            socket.last_sign = loop.time()
            heartbeat.add(socket)
        await asyncio.sleep(30)
        for socket in sockets:
            assert socket.lost_at is not None
            # Its last sign was an answer to the last beat before its death.
            assert SILENCE - BEAT < socket.lost_at - socket.dies <= SILENCE + BEAT
        assert healthy.lost_at is None
        for socket in (*sockets, healthy):
            heartbeat.remove(socket)

    run(main())


def test_the_beat_ends_with_the_last_socket():
    """A server without sockets does nothing; the next socket starts the beat again."""

    async def main() -> None:
        heartbeat = Heartbeat()
        for _ in range(2):
            socket = Socket()
            socket.last_sign = asyncio.get_running_loop().time()
            heartbeat.add(socket)
            await asyncio.sleep(2 * BEAT + 0.1)
            assert socket.pings == 2
            heartbeat.remove(socket)
            heartbeat.remove(socket)
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main())


def test_a_socket_that_leaves_while_it_is_lost():
    """A lost socket removes itself in the middle of the round; the others are still pinged."""

    async def main() -> None:
        heartbeat = Heartbeat()
        now = asyncio.get_running_loop().time()
        dead, healthy = Socket(now), Socket()
        dead.last_sign = healthy.last_sign = now
        dead.lost = lambda: heartbeat.remove(dead)
        heartbeat.add(dead)
        heartbeat.add(healthy)
        await asyncio.sleep(20)
        assert healthy.lost_at is None and healthy.pings == int(20 / BEAT)
        heartbeat.remove(healthy)

    run(main())
