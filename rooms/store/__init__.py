"""The store: everything Clayroom keeps, in MongoDB.

``Store`` is what the rest of the house sees. Each group of collections has its module, and the facade is their sum:

    accounts.py    users, sessions
    projects.py    projects (metadata, roles, the pointer to the newest snapshot), thumbnails
    references.py  reference images
    snapshots.py   snapshots (manifests), chunks; codec.py is their byte format
    journal.py     the stroke journal, which is also the fence
    leases.py      who owns which room
    connection.py  the driver and its errors; the only import of Motor
    mongod.py      a database of our own, for whoever has none
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from rooms.store.accounts import UserStore, name_key
from rooms.store.connection import ANSWER_SECONDS, Connection, utc_now
from rooms.store.faults import Damaged
from rooms.store.journal import MAX_BATCH_BYTES, JournalStore
from rooms.store.leases import LEASE_SECONDS, LeaseStore
from rooms.store.projects import ProjectStore
from rooms.store.references import ReferenceStore

__all__ = ["ANSWER_SECONDS", "LEASE_SECONDS", "MAX_BATCH_BYTES", "Damaged", "Store", "name_key", "utc_now"]


class Store(UserStore, ProjectStore, ReferenceStore, JournalStore, LeaseStore):
    """The database of one deployment, for one event loop.

    Every method may raise ``StoreUnavailable`` (the database does not answer) and ``Invalid`` (a value that cannot be
    stored: not text, a NUL, half a surrogate pair). Motor runs on threads: cancelling an await does not cancel
    the write behind it.
    """

    @classmethod
    async def connect(
        cls,
        uri: str,
        database: str = "clayroom",
        *,
        answer_seconds: float = ANSWER_SECONDS,
        lease_seconds: float = LEASE_SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> Store:
        """Connect, and make the indexes that are missing. Raises ``StoreUnavailable``.

        ``answer_seconds``: how long a small operation may take before the database counts as away.
        ``lease_seconds``: how long a lease lives without renewal, on the database's clock.
        ``clock``: the time for sessions and for the dates that people read; leases never use it.
        """
        connection = Connection(uri, database, answer_seconds, clock)
        try:
            await connection.make_indexes()
        except BaseException:
            connection.close()
            raise
        return cls(connection, lease_seconds)

    async def ping(self) -> None:
        """Return when the database answers; raises ``StoreUnavailable`` if it does not."""
        await self._connection.ping()

    async def close(self) -> None:
        """Close the connections. What was awaited before is stored."""
        self._connection.close()
