"""A real server process and people who sculpt in it, whatever happens to the server or to its database.

What must hold at any time is checked against the journal, which has every stroke ever accepted: each client's strokes
stand in it once, in order and without a gap, as far at least as the client was told; and newest snapshot plus
journal after it is the same clay as all strokes added to the first one, under the paint that was written last.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import secrets
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.testing import bind_unused_port
from tornado.web import create_signed_value
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

from rooms import messages, wire
from rooms.keeper import load_room
from rooms.paint import unpainted
from rooms.records import Collaborator, Project, Role, Snapshot
from rooms.store import Store
from tests.peers import Replica, ball

ROOT = Path(__file__).parents[2]
SECRET = "a secret of the tests, long enough"
#: Seconds until something that should happen counts as not happening.
PATIENCE = 60.0
VERTICES = 500
#: The first so many of them are painted: few enough that people paint over one another.
PAINTED = 100
LONG = bool(os.environ.get("CLAYROOM_LONG"))
SEED = int(os.environ.get("CLAYROOM_SEED", "1"))


async def until(condition: Any, what: str, patience: float = PATIENCE) -> None:
    """Looks again and again until ``condition()``."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited {patience:.0f} s for: {what}"
        await asyncio.sleep(0.02)


class ServerProcess:
    """``server.py`` as a process of its own, on the same port each time."""

    def __init__(self, mongodb_uri: str, database: str, data: Path) -> None:
        listener, self.port = bind_unused_port()
        listener.close()
        self.errors = data / "stderr"
        self._command = [
            sys.executable, "server.py", f"--port={self.port}", f"--data={data}", f"--database={database}",
        ]  # fmt: skip
        self._env = {**os.environ, "MONGODB_URI": mongodb_uri, "CLAYROOM_COOKIE_SECRET": SECRET}
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it says that it is ready."""
        with self.errors.open("ab") as errors:
            self.process = await asyncio.create_subprocess_exec(
                *self._command, cwd=ROOT, env=self._env, stdout=asyncio.subprocess.PIPE, stderr=errors
            )
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        assert b"Clayroom is ready" in line, f"the server did not start: {self.errors.read_text()[-2000:]}"

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM; the exit status."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        status = await asyncio.wait_for(self.process.wait(), PATIENCE)
        # A killed process leaves its side of the pipe to us.
        self.process._transport.close()  # type: ignore[attr-defined]
        return status

    def tracebacks(self) -> list[str]:
        """What the server logged as its own fault, over all its lives."""
        text = self.errors.read_text()
        return [text[at : at + 3000] for at in range(len(text)) if text.startswith("Traceback (most recent", at)]


class Hand:
    """Somebody who sculpts on and on, and comes back whenever the connection breaks."""

    def __init__(self, swarm: Swarm, cookie: str, seed: int, paints: bool = False) -> None:
        self.swarm = swarm
        #: with every second stroke, instead of moving the clay
        self.paints = paints
        self.cookie = cookie
        self.random = random.Random(seed)
        self.numbers = np.random.default_rng(seed)
        self.replica = Replica.loaded(secrets.randbits(64) or 1, swarm.first)
        self.connection: WebSocketClientConnection | None = None
        self.acknowledged = 0
        self.reconnects = 0
        self.news: list[dict[str, Any]] = []
        self.closes: list[tuple[int | None, str | None]] = []
        self.sculpts = True
        self.saves = 0
        #: what the server said last about the database
        self.saving = True
        self._tasks = [asyncio.create_task(self._stay()), asyncio.create_task(self._sculpt())]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._hang_up()
        for result in results:
            if isinstance(result, Exception):
                raise result

    def check(self) -> None:
        """Raises what went wrong in the tasks."""
        for task in self._tasks:
            if task.done():
                task.result()

    @property
    def online(self) -> bool:
        return self.replica.joined and not self.replica.torn and not self.replica.reloading

    def acknowledge(self) -> None:
        """Notes what the server has promised to keep, as the wire said it and not as we hope."""
        unacknowledged = min(self.replica.pending, default=self.replica.own_seq + 1)
        self.acknowledged = max(self.acknowledged, unacknowledged - 1)

    async def _sculpt(self) -> None:
        while True:
            await asyncio.sleep(self.random.uniform(0.005, 0.03))
            if not self.sculpts:
                continue
            if self.paints and self.random.random() < 0.5:
                self._paint()
            elif self.replica.sums and self.random.random() < 0.1:
                self.replica.undo(self.random.choice(list(self.replica.sums)))
            else:
                count = int(self.numbers.integers(1, 30))
                ids = np.sort(self.numbers.choice(VERTICES, count, replace=False))
                self.replica.sculpt(ids, self.numbers.integers(-3000, 3000, (3, count)).astype(np.int32))
            self._send_outgoing()
            if self.replica.joined and self.random.random() < 0.05:
                self.saves += 1
                self._write(messages.encode({"event": "save", "ref": 10_000 + self.saves, "message": ""}))

    def _paint(self) -> None:
        """Any channels of vertices that everybody paints, so that strokes lie on others; or undo and redo of one of these."""
        if self.replica.covers and self.random.random() < 0.2:
            self.replica.undo_paint(self.random.choice(list(self.replica.covers)))
            return
        count, channels = int(self.numbers.integers(1, 30)), int(self.numbers.integers(1, 8))
        ids = np.sort(self.numbers.choice(PAINTED, count, replace=False)).astype(np.int32)
        size = (len(wire.planes_of(channels)), count)
        self.replica.brush(ids, channels, self.numbers.integers(0, 256, size).astype(np.uint8))

    async def _stay(self) -> None:
        while True:
            with suppress(OSError, HTTPClientError, StreamClosedError, WebSocketClosedError, TimeoutError):
                await self._visit()
            self.replica.disconnected()
            self.reconnects += 1
            await asyncio.sleep(self.random.uniform(0.02, 0.1))

    async def _visit(self) -> None:
        """One connection, from the connect token to its end."""
        address = f"127.0.0.1:{self.swarm.server.port}"
        headers = {"Cookie": self.cookie, "Origin": f"http://{address}"}
        client = AsyncHTTPClient(force_instance=True)
        try:
            got = await client.fetch(
                HTTPRequest(f"http://{address}/api/projects/{self.swarm.project.project}/token", headers=headers)
            )
        finally:
            client.close()
        token = json.loads(got.body)["token"]
        url = f"ws://{address}/p/{self.swarm.project.project}/socket"
        connection = await websocket_connect(HTTPRequest(url, headers=headers, connect_timeout=5))
        self.connection = connection
        try:
            self._write(self.replica.join_request(self.swarm.project.project, token))
            while (data := await connection.read_message()) is not None:
                message = self.replica.receive(data)
                self.acknowledge()
                if message is not None:
                    self._hear(message)
                if self.replica.told_fresh:
                    self.replica.reload(await self.swarm.newest())
                    self._write(self.replica.join_request(self.swarm.project.project, token))
                self._send_outgoing()
            self.closes.append((connection.close_code, connection.close_reason))
        finally:
            self._hang_up()

    def _hear(self, message: dict[str, Any]) -> None:
        if message["event"] == "saving":
            self.saving = message["ok"]
        elif message["event"] == "reply" and "saving" in message:
            self.saving = message["saving"]
        if message["event"] in ("saving", "closing", "save"):
            self.news.append({**message, "heard": time.monotonic()})
        assert message["event"] != "refused", f"refused: {message}"
        assert message["event"] != "error" or message["code"] == "unavailable", f"an error: {message}"

    def _send_outgoing(self) -> None:
        for message in self.replica.outgoing:
            self._write(message)
        self.replica.outgoing.clear()

    def _write(self, message: bytes | str) -> None:
        if self.connection is not None:
            with suppress(WebSocketClosedError):
                self.connection.write_message(message, binary=isinstance(message, bytes)).add_done_callback(_heard)

    def _hang_up(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            if connection.protocol is not None and connection.protocol.stream is not None:
                connection.protocol.stream.close()
            connection.close()  # Tornado's client complains of what was not closed by hand


class Swarm:
    """One project, one server process, several hands."""

    def __init__(
        self, store: Store, server: ServerProcess, cookies: list[str], project: Project, first: Snapshot, painters: int
    ) -> None:
        self.store = store
        self.server = server
        self.cookies = cookies
        self.project = project
        self.first = first
        self.painters = painters
        self.seed = SEED
        self.hands: list[Hand] = []
        self.dead: list[Hand] = []
        self.reads: list[Exception] = []
        # what the journal was seen to hold
        self.truth = first.pieces[0].positions.copy()
        self.paint = unpainted(VERTICES)
        self.paints = 0
        self.journaled: dict[int, int] = {}
        self.strokes = 0
        self.batches = 0
        self._seen = 0

    @classmethod
    async def start(cls, store: Store, server: ServerProcess, hands: int, painters: int = 0) -> Swarm:
        """The first ``painters`` of the ``hands`` paint as well."""
        cookies, people = [], []
        for number in range(hands):
            user = await store.create_user(f"Hand {number}", "no password")
            token = await store.create_session(user.user)
            people.append(user)
            cookies.append("clayroom_session=" + create_signed_value(SECRET, "clayroom_session", token).decode())
        first = Snapshot(0, [ball(VERTICES)])
        project = await store.create_project(people[0], "Clay", "", first)
        project.collaborators = [Collaborator(user.user, user.name, Role.EDITOR) for user in people[1:]]
        await store.save_meta(project)
        swarm = cls(store, server, cookies, project, first, painters)
        await server.start()
        for number in range(hands):
            swarm.add(number)
        return swarm

    def add(self, number: int) -> None:
        self.seed += 1
        self.hands.append(Hand(self, self.cookies[number % len(self.cookies)], self.seed, number < self.painters))

    async def stop(self) -> None:
        for hand in self.hands:
            await hand.stop()
        if self.server.process is not None:
            await self.server.kill()

    async def newest(self) -> Snapshot:
        """What a page loads over HTTP (the store is asked here: the handlers have their own tests)."""
        project = await self.store.load_project(self.project.project)
        assert project is not None and project.snapshot is not None
        return await self.store.load_snapshot(project.snapshot)

    async def die_with_the_server(self, index: int) -> None:
        """This hand's tab ends with the server, with all that it had not sent; somebody else comes instead."""
        hand = self.hands.pop(index)
        await hand.stop()
        self.dead.append(hand)
        self.add(index)

    async def everyone_online(self) -> None:
        await until(lambda: self.alive() and all(hand.online for hand in self.hands), "everyone is back")

    def alive(self) -> bool:
        for hand in self.hands:
            hand.check()
        return True

    # -- what must hold -----------------------------------------------------------------------------------------------

    async def check_database(self) -> None:
        """No acknowledged stroke lost, none taken twice, none out of order; a fresh load is all of them."""
        hands = [*self.hands, *self.dead]
        promised = {hand.replica.client: hand.acknowledged for hand in hands}
        async for batch in self.store.read_journal(self.project.project, self._seen):  # raises on a gap
            self._seen = batch.seq + batch.count - 1
            self.batches += 1
            for frame in wire.split(batch.frames):
                stroke = wire.parse_made(frame)
                had = self.journaled.get(stroke.client, 0)
                assert stroke.client_seq == had + 1, (
                    f"after stroke {had} of client {stroke.client:016x} comes {stroke.client_seq}: "
                    f"{'twice' if stroke.client_seq <= had else 'a hole'}; CLAYROOM_SEED={SEED}"
                )
                self.journaled[stroke.client] = stroke.client_seq
                self.strokes += 1
                if isinstance(stroke, wire.Paint):
                    assert not stroke.compares, "a comparison that nobody decided is in the journal"
                    self.paints += 1
                    self.paint[np.ix_(stroke.planes, stroke.ids())] = stroke.values()
                    continue
                ids, deltas = stroke.displacements()
                self.truth[:, ids] += deltas
        for client, number in promised.items():
            assert self.journaled.get(client, 0) >= number, (
                f"client {client:016x} was told that {number} strokes are kept, the database has "
                f"{self.journaled.get(client, 0)}; CLAYROOM_SEED={SEED}"
            )

    async def check_fresh_load(self) -> None:
        """Newest snapshot plus journal is the same clay and paint as the first one plus all strokes. Call while nobody writes."""
        project = await self.store.load_project(self.project.project)
        assert project is not None
        room = await load_room(self.store, project, clock=time.monotonic)
        await self.check_database()
        room.sculpture.check()
        assert room.sculpture.pieces[1].positions.tobytes() == self.truth.tobytes(), (
            f"snapshot and journal differ; {SEED=}"
        )
        loaded = room.sculpture.pieces[1].paint.planes
        assert (unpainted(VERTICES) if loaded is None else loaded).tobytes() == self.paint.tobytes(), (
            f"the paint of snapshot and journal differ; {SEED=}"
        )

    async def check_end(self) -> None:
        """Everyone stops, everything arrives: all replicas and the database hold the same bits, each stroke once."""
        for hand in self.hands:
            hand.sculpts = False
        await until(
            lambda: self.alive() and all(hand.online and not hand.replica.pending for hand in self.hands),
            "everything is journaled",
        )
        await self.check_database()
        await until(
            # Whoever made the last stroke of all has a receipt for it, and that stroke from nobody.
            lambda: self.alive() and all(hand.replica.heard >= self._seen for hand in self.hands),
            "everyone has everything",
        )
        for hand in self.hands:
            assert not hand.replica.problems, hand.replica.problems[:3]
            assert self.journaled.get(hand.replica.client, 0) == hand.replica.own_seq, "a stroke is lost"
            assert hand.replica.positions.tobytes() == self.truth.tobytes(), f"a replica differs; {SEED=}"
            assert hand.replica.paint.tobytes() == self.paint.tobytes(), f"the paint of a replica differs; {SEED=}"
        assert not self.server.tracebacks(), self.server.tracebacks()[0]

    def told(self) -> str:
        hands = [*self.hands, *self.dead]
        return (
            f"{self.strokes} strokes ({self.paints} of paint) in {self.batches} batches, "
            f"{sum(hand.acknowledged for hand in hands)} acknowledged, "
            f"{sum(hand.saves for hand in hands)} saves asked for, {sum(hand.reconnects for hand in hands)} reconnects, "
            f"0 lost, 0 twice (seed {SEED})"
        )


def _heard(done: asyncio.Future[None]) -> None:
    if not done.cancelled():
        done.exception()
