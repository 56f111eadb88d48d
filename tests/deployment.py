"""A whole Clayroom in the test's own loop: real server on a free port, real store, and people who come by socket."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import create_signed_value
from tornado.websocket import WebSocketClientConnection, websocket_connect

from handlers.base import AllowedHosts
from handlers.outbox import RoomOutbox
from rooms import messages
from rooms.accounts import Accounts
from rooms.map import RoomMap
from rooms.records import Collaborator, Project, Role, Session, Snapshot, User
from rooms.store import Store
from rooms.workers import WorkerPool
from server import Settings, make_app

from .peers import Replica, ball

SECRET = "a secret of the tests"
#: Seconds until something that should happen counts as not happening.
PATIENCE = 15.0


@dataclass
class Person:
    user: User
    session: Session
    token: str

    @property
    def cookie(self) -> str:
        return "clayroom_session=" + create_signed_value(SECRET, "clayroom_session", self.token).decode()


@dataclass
class Deployment:
    """``await Deployment.start(store, data)``; ``await stop()``."""

    store: Store
    rooms: RoomMap
    accounts: Accounts
    workers: WorkerPool
    server: HTTPServer
    port: int
    peers: list[SculptPeer] = field(default_factory=list)

    @classmethod
    async def start(cls, store: Store, data: Path, **rooms_options: Any) -> Deployment:
        rooms = RoomMap(store, owner="tests", outbox_factory=RoomOutbox, **rooms_options)
        accounts = Accounts(store)
        workers = WorkerPool(1)
        app = make_app(
            store, rooms, Settings(data, workers, SECRET, AllowedHosts(["127.0.0.1", "localhost"])), accounts
        )
        server = HTTPServer(app)
        listener, port = bind_unused_port()
        server.add_socket(listener)
        return cls(store, rooms, accounts, workers, server, port)

    async def stop(self) -> None:
        for peer in self.peers:
            peer.hang_up()
        self.server.stop()
        await self.rooms.close()
        await self.server.close_all_connections()
        await self.workers.close()

    async def person(self, name: str) -> Person:
        """Somebody with an account and a session (made in the store: hashing passwords is tested elsewhere)."""
        user = await self.store.create_user(name, "no password")
        token = await self.store.create_session(user.user)
        session = await self.store.find_session(token)
        assert session is not None
        return Person(user, session, token)

    async def project(self, owner: Person, *collaborators: tuple[Person, Role], vertices: int = 162) -> Project:
        project = await self.store.create_project(owner.user, "Clay", "", Snapshot(0, [ball(vertices)]))
        project.collaborators = [Collaborator(p.user.user, p.user.name, role) for p, role in collaborators]
        await self.store.save_meta(project)
        return project

    async def upgrade(
        self, project: str, cookie: str | None, *, host: str | None = None, origin: str | None = "own"
    ) -> WebSocketClientConnection:
        """Raises ``HTTPClientError`` when the upgrade is refused."""
        headers = {"Host": host or f"127.0.0.1:{self.port}"}
        if origin is not None:
            headers["Origin"] = f"http://127.0.0.1:{self.port}" if origin == "own" else origin
        if cookie is not None:
            headers["Cookie"] = cookie
        request = HTTPRequest(f"ws://127.0.0.1:{self.port}/p/{project}/socket", headers=headers)
        return await websocket_connect(request, max_message_size=16 * 2**20)

    async def refusal(self, project: str, cookie: str | None, **options: Any) -> int:
        """The HTTP status with which an upgrade is refused."""
        try:
            connection = await self.upgrade(project, cookie, **options)
        except HTTPClientError as error:
            return error.code
        connection.close()
        return 101

    async def connect(self, person: Person, project: Project, replica: Replica | None = None) -> SculptPeer:
        """A socket that has been told its client id, and has not joined."""
        peer = SculptPeer(self, person, project, await self.upgrade(project.project, person.cookie))
        self.peers.append(peer)
        hello = await peer.expect("connect")
        if replica is None:
            assert project.snapshot
            replica = Replica.loaded(int(hello["client"], 16), await self.store.load_snapshot(project.snapshot))
        peer.replica = replica
        return peer

    async def join(self, person: Person, project: Project, replica: Replica | None = None) -> SculptPeer:
        """A socket in the room, caught up."""
        peer = await self.connect(person, project, replica)
        await peer.join()
        return peer


class SculptPeer:
    """A person on a real socket. Everything that arrives goes through the replica; texts wait in ``texts``."""

    def __init__(
        self, deployment: Deployment, person: Person, project: Project, connection: WebSocketClientConnection
    ) -> None:
        self.deployment = deployment
        self.person = person
        self.project = project
        self.connection = connection
        self.replica = Replica(0, np.zeros((3, 0), dtype=np.int32))
        self.texts: deque[dict[str, Any]] = deque()
        self.closed = False
        self._ref = 1000

    async def read(self) -> bool:
        """One message. False at the end of the connection."""
        data = await asyncio.wait_for(self.connection.read_message(), PATIENCE)
        if data is None:
            self.closed = True
            self.replica.disconnected()
            return False
        message = self.replica.receive(data)
        if message is not None:
            self.texts.append(message)
        self.send_outgoing()
        return True

    def send_outgoing(self) -> None:
        for message in self.replica.outgoing:
            self.connection.write_message(message, binary=isinstance(message, bytes)).add_done_callback(_heard)
        self.replica.outgoing.clear()

    async def expect(self, event: str, **fields: Any) -> dict[str, Any]:
        """Reads on until a text with this event and these fields, and returns it; others before it are forgotten."""
        seen = []
        while True:
            while self.texts:
                message = self.texts.popleft()
                seen.append(message["event"])
                if message["event"] == event and all(message.get(key) == value for key, value in fields.items()):
                    return message
            assert await self.read(), f"closed with {self.close_code} {self.close_reason}, no {event} after {seen}"

    async def join(self) -> dict[str, Any]:
        token = self.deployment.rooms.connect_token(self.person.session, self.project.project)
        self.connection.write_message(self.replica.join_request(self.project.project, token))
        answer = await self.expect("reply", ref=self.replica.ref)
        while answer["fresh"]:
            project = await self.deployment.store.load_project(self.project.project)
            assert project and project.snapshot
            self.replica.reload(await self.deployment.store.load_snapshot(project.snapshot))
            self.connection.write_message(self.replica.join_request(self.project.project, token))
            answer = await self.expect("reply", ref=self.replica.ref)
        await self.until(
            lambda: not self.replica.reloading and not self.replica.torn and self.replica.seq >= answer["seq"]
        )
        return answer

    async def ask(self, event: str, **fields: Any) -> dict[str, Any]:
        """Sends a request; returns the reply or the error."""
        self._ref += 1
        ref = self._ref
        self.connection.write_message(messages.encode({"event": event, "ref": ref, **fields}))
        kept = []
        while True:
            while self.texts:
                message = self.texts.popleft()
                if message.get("ref") == ref:
                    self.texts.extend(kept)
                    return message
                kept.append(message)
            assert await self.read(), f"closed with {self.close_code} {self.close_reason} instead of an answer"

    async def until(self, condition: Any) -> None:
        """Reads until ``condition()``."""
        while not condition():
            assert await self.read(), f"closed with {self.close_code} {self.close_reason}"

    def sculpt(self, rng: np.random.Generator, count: int = 20) -> None:
        ids = np.sort(rng.choice(self.replica.positions.shape[1], count, replace=False))
        self.replica.sculpt(ids, rng.integers(-1000, 1000, (3, count)).astype(np.int32))
        self.send_outgoing()

    async def until_journaled(self) -> None:
        await self.until(lambda: not self.replica.pending)

    async def until_closed(self) -> tuple[int | None, str | None]:
        """Reads to the end; the close code and reason."""
        while await self.read():
            pass
        return self.close_code, self.close_reason

    @property
    def close_code(self) -> int | None:
        return self.connection.close_code

    @property
    def close_reason(self) -> str | None:
        return self.connection.close_reason

    def hang_up(self) -> None:
        """Ends the connection without a goodbye."""
        stream = self.connection.protocol.stream if self.connection.protocol else None
        if stream is not None:
            stream.close()
        self.connection.close()  # Tornado's client complains of what was not closed by hand


def _heard(done: asyncio.Future[None]) -> None:
    if not done.cancelled():
        done.exception()
