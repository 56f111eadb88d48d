"""Sculptures and people for the tests of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pymongo
import pytest
import tornado.ioloop
from pymongo.database import Database

from rooms.records import ClientMark, PieceRecord, Snapshot, User
from rooms.store import Store
from rooms.store.mongod import Mongod

MakeSnapshot = Callable[..., Snapshot]


class SettableClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def clocked_store(
    io_loop: tornado.ioloop.IOLoop, mongod: Mongod, database: str, clock: SettableClock
) -> Iterator[Store]:
    """A store whose time is ``clock``."""
    connected = io_loop.run_sync(lambda: Store.connect(mongod.uri, database, answer_seconds=15, clock=clock))
    yield connected
    io_loop.run_sync(connected.close)


@pytest.fixture
def raw(mongo_client: pymongo.MongoClient[dict[str, Any]], database: str) -> Database[dict[str, Any]]:
    """The test's database by the plain driver: to look at what is stored, and to damage it."""
    return mongo_client[database]


@pytest.fixture
def ada() -> User:
    return User("ada-id", "Ada")


@pytest.fixture
def make_snapshot() -> MakeSnapshot:
    def make(vertices: int = 20_000, seq: int = 0, seed: int = 1, **others: Any) -> Snapshot:
        """A piece of noise of that many vertices and twice as many triangles."""
        random = np.random.default_rng(seed)
        positions = random.integers(-(2**22), 2**22, (3, vertices), np.int32)
        triangles = random.integers(0, max(1, vertices), (2 * vertices, 3), np.uint32)
        piece = PieceRecord(1, 3, "Head", positions, triangles, 0.25, (1.0, -2.0, 3.5))
        return Snapshot(seq, [piece], [ClientMark(2**64 - 1, "ada-id", 7)], **others)

    return make
