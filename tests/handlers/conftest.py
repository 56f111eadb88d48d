"""A whole app on a real store, and people in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import tornado.httpclient
import tornado.ioloop
import tornado.web

from handlers.base import AllowedHosts
from handlers.outbox import RoomOutbox
from handlers.projects import first_snapshot
from rooms.accounts import Accounts
from rooms.map import RoomMap
from rooms.meshes import sphere
from rooms.passwords import Passwords
from rooms.records import Collaborator, Project, Role, User
from rooms.store import Store
from rooms.workers import WorkerPool
from server import Settings, make_app
from tests.handlers.browser import SECRET, Browser


class Clock:
    """Time as a test sets it, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(io_loop: tornado.ioloop.IOLoop, store: Store) -> Iterator[RoomMap]:
    open_rooms = RoomMap(store, owner="tests", outbox_factory=RoomOutbox)
    yield open_rooms
    io_loop.run_sync(open_rooms.close)


@pytest.fixture
def accounts(store: Store, clock: Clock) -> Iterator[Accounts]:
    """The real accounts with a hash that costs next to nothing, and a clock that stands still."""
    made = Accounts(store, clock, Passwords(memory_kib=64, passes=1))
    yield made
    made.close()


@pytest.fixture
def settings(io_loop: tornado.ioloop.IOLoop, tmp_path: Path) -> Iterator[Settings]:
    workers = WorkerPool(1)
    yield Settings(tmp_path, workers, SECRET, AllowedHosts(["localhost", "127.0.0.1", "[::1]"]))
    io_loop.run_sync(workers.close)


@pytest.fixture
def app(store: Store, rooms: RoomMap, settings: Settings, accounts: Accounts) -> tornado.web.Application:
    return make_app(store, rooms, settings, accounts)


@pytest.fixture
def browser(http_client: tornado.httpclient.AsyncHTTPClient, base_url: str) -> Callable[[], Browser]:
    """Makes browsers that nobody is logged in with."""
    return lambda: Browser(http_client, base_url)


@dataclass
class Cast:
    """One project and everybody who can stand in a relation to it."""

    project: Project
    owner: User
    editor: User
    viewer: User
    outsider: User


@pytest.fixture
def cast(io_loop: tornado.ioloop.IOLoop, store: Store) -> Cast:
    async def make() -> Cast:
        owner, editor, viewer, outsider = [
            await store.create_user(name, "-") for name in ("Ona", "Edi", "Vera", "Otto")
        ]
        project = await store.create_project(owner, "Hare", "", first_snapshot(sphere(320), "Sphere"))
        project.collaborators = [
            Collaborator(editor.user, editor.name, Role.EDITOR),
            Collaborator(viewer.user, viewer.name, Role.VIEWER),
        ]
        await store.save_meta(project)
        return Cast(project, owner, editor, viewer, outsider)

    return io_loop.run_sync(make)
