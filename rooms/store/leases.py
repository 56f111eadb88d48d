"""Leases: which process owns which room.

    leases  {_id: project id, owner, token, expires}

All times are the database's own ($$NOW): the processes' clocks may differ or step. A lease is a hint that saves two
owners from working at once; what keeps the data right is the journal's barrier under the lease's fencing token.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pymongo import ReturnDocument

from rooms.errors import Elsewhere, NotFound
from rooms.records import Lease
from rooms.store.connection import DuplicateKey, StorePart, project_query
from rooms.store.faults import as_text

#: Seconds that a lease lives without renewal: how long a room of a dead process stays closed. Renew every third of it.
LEASE_SECONDS = 10.0

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_EXPIRED: dict[str, Any] = {"$lte": ["$expires", "$$NOW"]}
_LIVE: dict[str, Any] = {"$gt": ["$expires", "$$NOW"]}


class LeaseStore(StorePart):
    async def take_lease(self, project_id: str, owner: str) -> Lease:
        """Become the owner of a project's room.

        Afterwards append a barrier with the lease's token to the journal, and only then read the project: from the barrier
        on nobody else can add to it. Every take has a greater token than all before it, also a repeated one by the same
        owner, and raises the project's fence: snapshots of older owners are refused from here on.

        Raises ``Elsewhere`` if another live owner has it, ``NotFound`` if there is no such project.
        """
        query = project_query(project_id)
        mine = as_text(owner, "lease owner")
        # $literal: an owner that begins with "$" would be read as a field's path.
        free = {"$or": [_EXPIRED, {"$eq": ["$owner", {"$literal": mine}]}]}
        take = [{"$set": {"owner": {"$literal": mine}, "token": {"$add": ["$token", 1]}, "expires": self._expiry()}}]
        leases = self._connection.leases
        with self._connection.answering():
            if await self._connection.projects.find_one(query, {"_id": 1}) is None:
                raise NotFound("there is no such project")
            # $expr is not allowed together with upsert: make the row first.
            with suppress(DuplicateKey):
                await leases.update_one(
                    query, {"$setOnInsert": {"owner": None, "token": 0, "expires": _LONG_AGO}}, upsert=True
                )
            while True:
                row = await leases.find_one_and_update(
                    {**query, "$expr": free}, take, return_document=ReturnDocument.AFTER
                )
                if row is not None:
                    break
                other = await self.lease_owner(project_id)
                if other is not None and other != mine:
                    raise Elsewhere(f"this project is open at {other}", other)
            token = int(row["token"])
            await self._connection.projects.update_one(query, {"$max": {"fence": token}})
        return Lease(project_id, owner, token)

    async def renew_leases(self, owner: str, project_ids: Iterable[str]) -> set[str]:
        """Prolong an owner's leases, all in one write; returns those that are still the owner's.

        A lease that ran out but that nobody else took is still the owner's.
        """
        query: dict[str, Any] = {
            "_id": {"$in": [as_text(project, "project id") for project in project_ids]},
            "owner": as_text(owner, "lease owner"),
        }
        with self._connection.answering():
            await self._connection.leases.update_many(query, [{"$set": {"expires": self._expiry()}}])
            return {row["_id"] async for row in self._connection.leases.find({**query, "$expr": _LIVE}, {"_id": 1})}

    async def release_lease(self, lease: Lease) -> None:
        """Give a lease back, so that the next owner need not wait. Nothing happens if it is somebody else's by now.

        The row stays: its token must never start again.
        """
        query = {"_id": lease.project, "owner": lease.owner, "token": lease.token}
        with self._connection.answering():
            await self._connection.leases.update_one(query, {"$set": {"owner": None, "expires": _LONG_AGO}})

    async def lease_owner(self, project_id: str) -> str | None:
        """The live owner of a project's room, or None."""
        with self._connection.answering():
            row = await self._connection.leases.find_one({**project_query(project_id), "$expr": _LIVE}, {"owner": 1})
        return str(row["owner"]) if row else None

    def _expiry(self) -> dict[str, Any]:
        return {"$add": ["$$NOW", int(self._lease_seconds * 1000)]}
