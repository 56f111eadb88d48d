"""A whole Clayroom for the benchmarks: ``server.py`` in a process of its own, a real mongod, one person, projects."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tornado.web import create_signed_value

from rooms.meshes import sphere
from rooms.records import PieceRecord, Project, Snapshot, User
from rooms.store import Store
from rooms.store.mongod import Mongod

from .machine import OTHER_CORE, SERVER_CORE, end, first_line, on_core

ROOT = Path(__file__).resolve().parent.parent
COOKIE = "clayroom_session"
#: Seconds for the database on a busy machine: it is not what is measured.
PATIENT_SECONDS = 60.0
#: Sockets that join together: enough to hide the database's round trips, few enough to answer pings in time.
TOKENS_AT_ONCE = 16


@dataclass
class Deployment:
    """``port`` on loopback; ``cookie`` is the value of the one person's session cookie."""

    uri: str
    mongod_pid: int
    server_pid: int
    port: int
    user: User
    cookie: str

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add_sphere(self, vertices: int) -> Project:
        """A project with a sphere of about so many vertices."""
        clay = sphere(2 * vertices)
        piece = PieceRecord(1, 1, "Sphere", clay.positions, clay.triangles, clay.scale, clay.offset)

        async def add() -> Project:
            store = await Store.connect(self.uri, answer_seconds=PATIENT_SECONDS)
            project = await store.create_project(self.user, "Benchmark", "", Snapshot(0, [piece]))
            await store.close()
            return project

        return asyncio.run(add())

    @contextmanager
    def tokens(self, project: str) -> Iterator[TokenSource]:
        """Where the connect tokens of many sockets come from: each page has one, once."""
        connections = [http.client.HTTPConnection("127.0.0.1", self.port, timeout=30) for _ in range(TOKENS_AT_ONCE)]
        try:
            yield TokenSource(connections, project, f"{COOKIE}={self.cookie}")
        finally:
            for connection in connections:
                connection.close()


@dataclass
class TokenSource:
    connections: list[http.client.HTTPConnection]
    project: str
    cookie: str

    def take(self, count: int) -> list[str]:
        """At most ``TOKENS_AT_ONCE``, which are asked for together."""
        chosen = self.connections[:count]
        for connection in chosen:
            connection.request("GET", f"/api/projects/{self.project}/token", headers={"Cookie": self.cookie})
        tokens = []
        for connection in chosen:
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"no connect token: {answer.status} {body[:200]!r}")
            tokens.append(str(json.loads(body)["token"]))
        return tokens


@contextmanager
def deployment(root: Path = ROOT, command: list[str] | None = None, *, pinned: bool = True) -> Iterator[Deployment]:
    """``pinned``: the server stays on one core and the database on another, where there are two.

    ``root`` is the checkout that is served; ``command`` runs it, without the options.
    """
    directory = Path(tempfile.mkdtemp(prefix="clayroom-bench-"))
    secret = secrets.token_urlsafe(48)
    try:
        with on_core(OTHER_CORE if pinned else None):
            mongod = Mongod.start(directory / "mongodb")
        try:
            user, token = asyncio.run(_person(mongod.uri))
            with on_core(SERVER_CORE if pinned else None):
                process = subprocess.Popen(
                    [
                        *(command or [sys.executable, "server.py"]),
                        *(
                            "--port=0",
                            f"--data={directory / 'data'}",
                            f"--mongodb_uri={mongod.uri}",
                            "--logging=warning",
                        ),
                    ],
                    cwd=root,
                    env={**os.environ, "CLAYROOM_COOKIE_SECRET": secret},
                    stdout=subprocess.PIPE,
                    text=True,
                )
            try:
                port = int(first_line(process, "server.py").rpartition(":")[2])
                cookie = create_signed_value(secret, COOKIE, token).decode()
                yield Deployment(mongod.uri, mongod.pid, process.pid, port, user, cookie)
            finally:
                end(process)
        finally:
            mongod.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


async def _person(uri: str) -> tuple[User, str]:
    """An account and a session, made in the store: logging in is not what is measured."""
    store = await Store.connect(uri, answer_seconds=PATIENT_SECONDS)
    user = await store.create_user("Sculptor", "no password")
    token = await store.create_session(user.user)
    await store.close()
    return user, token
