"""The heartbeat of the sockets: whoever is gone without a goodbye leaves the room within five seconds.

Tornado's own ping notices a half-open peer after interval + timeout + 5 s of waiting for the close handshake, and stops
working when the write buffer is full. This one pings every member, and takes any sign of life: a pong, a message, or
a full socket that moved on.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

#: Seconds between pings.
BEAT = 1.5
#: Seconds of silence after which a member counts as gone: with the beat at most 4.5 s, inside the five promised.
SILENCE = 3.0


class Beating(Protocol):
    last_sign: float

    def ping_peer(self) -> None: ...
    def lost(self) -> None: ...


def silent(sockets: set[Beating], now: float, before: float, silence: float = SILENCE) -> list[Beating]:
    """Which of ``sockets`` count as gone at ``now``; ``before`` is when the beat before this one was due to act.

    A loop that was held up for long has heard nothing because it did not listen: then nobody is judged.
    """
    if now - before > silence:
        return []
    return [socket for socket in sockets if now - socket.last_sign > silence]


class Heartbeat:
    """Beats for all sockets of one process. ``start`` on the running loop, ``stop`` to end."""

    def __init__(self, beat: float = BEAT, silence: float = SILENCE) -> None:
        self._beat = beat
        self._silence = silence
        self._sockets: set[Beating] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, socket: Beating) -> None:
        self._sockets.add(socket)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run(), name="heartbeat")

    def remove(self, socket: Beating) -> None:
        self._sockets.discard(socket)
        if not self._sockets and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        before = loop.time()
        while True:
            await asyncio.sleep(self._beat)
            now = loop.time()
            for socket in silent(self._sockets, now, before, self._silence):
                socket.lost()
            for socket in list(self._sockets):
                socket.ping_peer()
            before = now
