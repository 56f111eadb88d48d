"""The stroke journal: every accepted frame, in order, in batches. It is also the fence between owners.

    journal  {_id: batch id, project, seq, count, frames, authors: [{client, user}], barrier: {owner, token} or null, at}

``(project, seq)`` is unique, and every writer appends at exactly the next sequence number. So when a new owner has
written its BARRIER there, the next batch of an older one collides with it.

Clients are kept as 16 hexadecimal digits: BSON's integers are signed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from rooms.errors import Fenced, Invalid, TooLarge
from rooms.records import JournalBatch
from rooms.store.connection import BULK_SECONDS, Document, DuplicateKey, StorePart, project_query
from rooms.store.faults import Damaged, as_text

#: Bytes of frames in one batch. A BSON document ends at 16 MiB; authors and field names need a little of it.
MAX_BATCH_BYTES = 12 * 1024 * 1024
#: Documents fetched at a time when reading; the database itself ends a reply at 16 MiB.
READ_BATCH = 64


class JournalStore(StorePart):
    async def append_journal(self, project_id: str, batch: JournalBatch, batch_id: str) -> None:
        """Write a batch; on the disk of a majority when this returns.

        ``batch_id`` is the writer's random name of this batch. After ``StoreUnavailable`` the batch may or may not have
        been written: append it again *with the same id*, and it is there once.

        Raises ``Fenced`` if somebody else has written at this sequence number: this owner writes nothing more.
        """
        query = project_query(project_id)
        if batch.count < 1 or batch.seq < 1:
            raise Invalid(
                f"a journal batch begins at 1 and has at least 1 frame, got seq {batch.seq}, count {batch.count}"
            )
        if len(batch.frames) > MAX_BATCH_BYTES:
            raise TooLarge(f"journal batch of {len(batch.frames)} bytes, the limit is {MAX_BATCH_BYTES}")
        record: Document = {
            "_id": as_text(batch_id, "batch id"),
            "project": query["_id"],
            "seq": batch.seq,
            "count": batch.count,
            "frames": batch.frames,
            "authors": [{"client": f"{c:016x}", "user": as_text(u, "user id")} for c, u in batch.authors.items()],
            "barrier": _barrier(batch.barrier),
            "at": self._connection.now(),
        }
        try:
            with self._connection.answering():
                await self._connection.journal.insert_one(record)
        except DuplicateKey:
            with self._connection.answering():
                there = await self._connection.journal.find_one(
                    {"project": query["_id"], "seq": batch.seq}, {"count": 1}
                )
            if there is None or there["_id"] != batch_id or there["count"] != batch.count:
                raise Fenced(f"another owner has written sequence number {batch.seq} of this project") from None

    async def read_journal(self, project_id: str, after: int) -> AsyncIterator[JournalBatch]:
        """All batches that hold something after sequence number ``after``, ascending.

        The first batch may begin at or before ``after``, if it reaches past it.
        Raises ``Damaged`` if a sequence number is missing.
        """
        project = project_query(project_id)["_id"]
        with self._connection.answering():
            straddling = await self._connection.journal.find_one(
                {"project": project, "seq": {"$lte": after}}, {"seq": 1, "count": 1}, sort=[("seq", -1)]
            )
        start = expected = after + 1
        if straddling is not None and straddling["seq"] + straddling["count"] > after + 1:
            start = expected = straddling["seq"]
        cursor = self._connection.journal.find({"project": project, "seq": {"$gte": start}}, batch_size=READ_BATCH)
        cursor.sort("seq", 1)
        while True:
            with self._connection.answering(BULK_SECONDS):
                record = await anext(cursor, None)
            if record is None:
                return
            if record["seq"] != expected:
                raise Damaged(f"the journal of project {project} goes on at {record['seq']}, expected {expected}")
            expected += record["count"]
            yield _batch(record)

    async def last_seq(self, project_id: str) -> int:
        """The last sequence number that the project has, in its journal or in its newest snapshot; 0 for none."""
        query = project_query(project_id)
        with self._connection.answering():
            last = await self._connection.journal.find_one(
                {"project": query["_id"]}, {"seq": 1, "count": 1}, sort=[("seq", -1)]
            )
            project = await self._connection.projects.find_one(query, {"seq": 1})
        journaled = last["seq"] + last["count"] - 1 if last else 0
        return max(int(journaled), int(project["seq"]) if project else 0)


def _barrier(barrier: dict[str, Any] | None) -> Document | None:
    if barrier is None:
        return None
    return {"owner": as_text(barrier["owner"], "lease owner"), "token": int(barrier["token"])}


def _batch(record: Document) -> JournalBatch:
    return JournalBatch(
        seq=record["seq"],
        count=record["count"],
        frames=record["frames"],
        authors={int(author["client"], 16): author["user"] for author in record["authors"]},
        barrier=record["barrier"],
    )
