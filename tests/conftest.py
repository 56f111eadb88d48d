"""What every test may ask for: a real database, a store on it, an event loop that leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import itertools
import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest
import tornado.ioloop

from rooms.store import Store
from rooms.store.mongod import Mongod

#: Seconds that the database may take in tests: the machine may be busy with others. Tests of its absence choose less.
PATIENT_SECONDS = 15.0

_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright keeps an event loop running in this thread from its start to its end."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(autouse=True)
def no_unexpected_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A test that logs a warning or worse fails, unless it says so with ``tornado.testing.ExpectLog``."""
    yield
    records = [record for phase in ("setup", "call", "teardown") for record in caplog.get_records(phase)]
    unexpected = [f"{r.name}: {r.getMessage()}" for r in records if r.levelno >= logging.WARNING]
    assert not unexpected, f"logged without ExpectLog: {unexpected}"


@pytest.fixture
def io_loop() -> Iterator[tornado.ioloop.IOLoop]:
    """pytest-tornado's loop, but what a test leaves running is cancelled and waited for before the loop closes."""
    # Made by hand: an IOLoop that makes its own remembers, and never closes, the one that was current before.
    running = asyncio.new_event_loop()
    asyncio.set_event_loop(running)
    loop = tornado.ioloop.IOLoop.current()
    yield loop

    async def finish() -> None:
        leftover = asyncio.all_tasks() - {asyncio.current_task()}
        for task in leftover:
            task.cancel()
        await asyncio.gather(*leftover, return_exceptions=True)
        await running.shutdown_asyncgens()
        await running.shutdown_default_executor()

    running.run_until_complete(finish())
    # A task that failed unseen says so when it is collected: here, and not in the middle of another test.
    gc.collect()
    loop.close(all_fds=True)
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session")
def mongod() -> Iterator[Mongod]:
    """One real mongod for the whole run. A test that stops it uses its own instead (``own_mongod``)."""
    directory = Path(tempfile.mkdtemp(prefix="clayroom-"))
    running = Mongod.start(directory)
    yield running
    running.stop()
    shutil.rmtree(directory)


@pytest.fixture
def own_mongod() -> Iterator[Mongod]:
    """A mongod of this test alone, to be stopped, killed and restarted."""
    directory = Path(tempfile.mkdtemp(prefix="clayroom-"))
    running = Mongod.start(directory)
    yield running
    running.stop()
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def mongo_client(mongod: Mongod) -> Iterator[pymongo.MongoClient[dict[str, Any]]]:
    """The plain driver, for tests that look at or damage what is stored."""
    with pymongo.MongoClient(mongod.uri, tz_aware=True) as client:
        yield client


@pytest.fixture
def database(mongo_client: pymongo.MongoClient[dict[str, Any]]) -> Iterator[str]:
    """The name of a database that no other test uses."""
    name = f"clayroom_test_{next(_numbers)}"
    yield name
    mongo_client.drop_database(name)


@pytest.fixture
def store(io_loop: tornado.ioloop.IOLoop, mongod: Mongod, database: str) -> Iterator[Store]:
    """A store on an empty database."""
    connected = io_loop.run_sync(lambda: Store.connect(mongod.uri, database, answer_seconds=PATIENT_SECONDS))
    yield connected
    io_loop.run_sync(connected.close)
