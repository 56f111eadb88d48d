"""The driver: the only module that imports Motor, and the one table from the driver's errors to ours."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import pymongo
from bson.errors import BSONError
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DocumentTooLarge,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

from rooms.errors import Invalid, StoreUnavailable, TooLarge
from rooms.store.faults import as_text

Document: TypeAlias = dict[str, Any]
Collection: TypeAlias = "AsyncIOMotorCollection[Document]"
DuplicateKey = DuplicateKeyError

#: Seconds that a small operation may take. A database that hangs must be noticed while people still remember
#: what they did: "not saved" within two seconds. A false alarm costs one retry, which the journal recognises.
ANSWER_SECONDS = 1.8
#: Seconds for an operation that carries megabytes, such as a group of chunks.
BULK_SECONDS = 10.0
#: Seconds for an operation in the background that walks a collection: clearing up, making an index.
WALK_SECONDS = 300.0
#: Seconds to look for a server; after this the database counts as away.
SELECTION_SECONDS = 2.0
#: Bytes of randomness in an id: nobody guesses one, and two never meet.
ID_BYTES = 16

# Server errors that mean "not now" rather than "a mistake of ours": Unauthorized, AuthenticationFailed, MaxTimeMSExpired,
# WriteConcernFailed, ShutdownInProgress, PrimarySteppedDown, InterruptedAtShutdown, Interrupted,
# InterruptedDueToReplStateChange, NotYetInitialized, OutOfDiskSpace.
_AWAY_CODES = frozenset({13, 18, 50, 64, 91, 189, 11600, 11601, 11602, 94, 14031})
_DUPLICATE_KEY = 11000


def utc_now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    """22 characters of base64url, 128 random bits."""
    return secrets.token_urlsafe(ID_BYTES)


class Connection:
    """One client and the collections of one database. Belongs to the event loop in which it was made."""

    def __init__(self, uri: str, database: str, answer_seconds: float, clock: Callable[[], datetime]) -> None:
        try:
            self._client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
                uri,
                tz_aware=True,
                timeoutMS=int(answer_seconds * 1000),
                serverSelectionTimeoutMS=int(SELECTION_SECONDS * 1000),
                # Acknowledged means: on the disk of a majority. Measured on one member, j=True costs 0.4 ms more than
                # memory, and the majority nothing more. Without it a kill -9 of mongod loses acknowledged writes.
                w="majority",
                journal=True,
                appname="clayroom",
            )
        except (PyMongoError, ValueError) as error:
            raise StoreUnavailable(f"the database's address cannot be used: {error}") from error
        self._answer_seconds = answer_seconds
        self._clock = clock
        base = self._client[database]
        self.users: Collection = base["users"]
        self.sessions: Collection = base["sessions"]
        self.projects: Collection = base["projects"]
        self.thumbnails: Collection = base["thumbnails"]
        self.references: Collection = base["references"]
        self.snapshots: Collection = base["snapshots"]
        self.chunks: Collection = base["chunks"]
        self.journal: Collection = base["journal"]
        self.leases: Collection = base["leases"]

    def now(self) -> datetime:
        """The time in whole milliseconds, which is what the database keeps."""
        now = self._clock()
        return now - timedelta(microseconds=now.microsecond % 1000)

    @contextmanager
    def answering(self, seconds: float | None = None) -> Iterator[None]:
        """Around every use of a collection: bounds its time and turns the driver's errors into ours.

        Never hold it across a ``yield``: the deadline belongs to the task that entered it.
        ``DuplicateKey`` and ``BulkWriteError`` of duplicates pass through, for they mean different things in different places.
        """
        try:
            with pymongo.timeout(seconds or self._answer_seconds):
                yield
        except DuplicateKeyError:
            raise
        except BulkWriteError as error:
            if only_duplicates(error):
                raise
            raise StoreUnavailable(f"the database did not take everything: {_bulk_reason(error)}") from error
        except DocumentTooLarge as error:
            raise TooLarge(f"too large for one database document: {error}") from error
        except (ConnectionFailure, ExecutionTimeout, WriteConcernError) as error:
            raise StoreUnavailable(f"the database does not answer: {error}") from error
        except OperationFailure as error:
            if error.timeout or error.code in _AWAY_CODES:
                raise StoreUnavailable(f"the database cannot do this now: {error}") from error
            raise
        except InvalidOperation as error:
            raise StoreUnavailable(f"the connection to the database is closed: {error}") from error
        except PyMongoError as error:
            if error.timeout:
                raise StoreUnavailable(f"the database does not answer: {error}") from error
            raise
        except (BSONError, OverflowError, UnicodeEncodeError) as error:
            raise Invalid(f"a value that the database cannot hold: {error}") from error

    async def make_indexes(self) -> None:
        # A longer deadline is also a longer search for a server: first see that there is one.
        await self.ping()
        with self.answering(WALK_SECONDS):
            await self.users.create_index("key", unique=True)
            await self.sessions.create_index("expires", expireAfterSeconds=0)
            await self.sessions.create_index("user")
            await self.projects.create_index("owner")
            await self.projects.create_index("collaborators.user")
            await self.references.create_index("project")
            await self.snapshots.create_index([("project", 1), ("blobs", 1)])
            await self.chunks.create_index("at")
            # The fence: two owners can never both write the same sequence number.
            await self.journal.create_index([("project", 1), ("seq", 1)], unique=True)

    async def ping(self) -> None:
        with self.answering():
            await self._client.admin.command("ping")

    def close(self) -> None:
        self._client.close()


class StorePart:
    """What the parts of the store share. ``lease_seconds`` concerns ``leases.py`` alone."""

    def __init__(self, connection: Connection, lease_seconds: float) -> None:
        self._connection = connection
        self._lease_seconds = lease_seconds


def only_duplicates(error: BulkWriteError) -> bool:
    """True if all that went wrong is that some of the documents were there already."""
    details = error.details
    writes = details.get("writeErrors", [])
    return bool(writes) and not details.get("writeConcernErrors") and all(w["code"] == _DUPLICATE_KEY for w in writes)


def _bulk_reason(error: BulkWriteError) -> str:
    problems = [*error.details.get("writeErrors", []), *error.details.get("writeConcernErrors", [])]
    return str(problems[0].get("errmsg", problems[0])) if problems else str(error)


def project_query(project_id: str) -> Document:
    """The query for a project's document; raises ``Invalid`` for an id that is not text."""
    return {"_id": as_text(project_id, "project id")}
