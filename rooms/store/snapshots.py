"""Snapshots: versions of a sculpture, as manifests over content-addressed chunks.

    snapshots  see manifests.py
    chunks     {_id: digest, size, data, at}      data: see codec.py; at: last time that a save wanted this chunk

A save writes the chunks that are new, then the manifest, then moves the project's pointer. A crash at any point leaves
the old version whole, and chunks that nothing refers to, which ``collect_chunks`` removes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

from pymongo.errors import BulkWriteError

from rooms.errors import ClayroomError, Conflict, Fenced, NotFound
from rooms.records import Blob, Snapshot
from rooms.store.codec import (
    CHUNK_BYTES,
    GZIP_HEADER,
    Attribute,
    check,
    compress,
    decompress_into,
    gzip_trailer,
    in_groups,
    split_digests,
)
from rooms.store.connection import BULK_SECONDS, WALK_SECONDS, Document, StorePart, new_id, project_query
from rooms.store.faults import Damaged, as_text
from rooms.store.manifests import (
    ATTRIBUTES,
    arrays_of,
    attributes_of,
    describe_snapshot,
    empty_snapshot,
    make_manifest,
    public_manifest,
)

#: Chunks written or read at a time: 2 MiB, so that a database shared with strokes stays free between two of them.
GROUP = 32
#: Groups under way at once: while one is compressed, another travels.
PARALLEL = 2
#: Chunks that nothing refers to are kept this long: a save may be about to refer to them.
CHUNK_GRACE = timedelta(days=1)
#: Documents deleted at a time.
DELETE_GROUP = 1000

_CHUNKS_OF_MANIFEST = {f"pieces.{key}.chunks": 1 for key in ATTRIBUTES}


class SnapshotStore(StorePart):
    async def save_snapshot(self, project_id: str, snapshot: Snapshot, token: int | None) -> str:
        """Store a snapshot and make it the project's newest; returns its id.

        Call it with a copy of the arrays: they must not change before this returns. Everything up to ``snapshot.seq``
        must be in the journal already. One save per project at a time.

        ``token`` is the lease's. Raises ``Fenced`` if the project has had an owner with a greater one, ``Conflict`` if
        it has a snapshot of a later sequence number, ``NotFound`` if it is gone. The old version is whole in each case.
        """
        query = project_query(project_id)
        with self._connection.answering():
            project = await self._connection.projects.find_one(query, {"snapshot": 1})
            if project is None:
                raise NotFound("there is no such project")
            previous = await self._connection.snapshots.find_one({"_id": project["snapshot"]}, _CHUNKS_OF_MANIFEST)
        known = _digests_of(previous) if previous else set()
        manifest = await self._write_snapshot(project_id, snapshot, known, project["snapshot"])
        try:
            await self._move_pointer(project_id, manifest, token)
        except (Fenced, Conflict, NotFound):
            # It never was the newest. If this fails too it is only never found.
            with suppress(ClayroomError), self._connection.answering():
                await self._connection.snapshots.delete_one({"_id": manifest["_id"]})
            raise
        return str(manifest["_id"])

    async def load_snapshot(self, snapshot_id: str) -> Snapshot:
        """A snapshot with its arrays, writable and C-contiguous.

        Raises ``NotFound``, or ``Damaged`` if a chunk is missing or its bytes are not those that were saved.
        """
        manifest = await self._manifest(snapshot_id)
        snapshot = empty_snapshot(manifest)
        arrays = list(arrays_of(manifest, snapshot))
        groups = ((data, attribute, group) for data, attribute in arrays for group in _groups_of(attribute))

        async def read() -> None:
            for data, attribute, group in groups:
                pieces = await self._read_chunks(attribute, group)
                await asyncio.to_thread(_decompress_group, data, attribute, group, pieces)

        await _all(read() for _ in range(PARALLEL))
        await asyncio.to_thread(_check_all, arrays)
        return snapshot

    async def manifest(self, snapshot_id: str) -> dict[str, Any]:
        """What a page needs to load a snapshot; the shape is in docs/protocol.md. Raises ``NotFound``."""
        return public_manifest(await self._manifest(snapshot_id))

    async def blob_chunks(self, project_id: str, blob: str) -> tuple[Blob, AsyncIterator[bytes]] | None:
        """One attribute as a gzip stream, if it belongs to any snapshot of this project; else None.

        The stream raises ``Damaged`` if a chunk is missing.
        """
        query = {"project": as_text(project_id, "project id"), "blobs": as_text(blob, "blob id")}
        with self._connection.answering():
            manifest = await self._connection.snapshots.find_one(query, {"pieces": 1})
        if manifest is None:
            return None
        attribute = next(attribute for attribute in attributes_of(manifest) if attribute.blob == blob)
        return Blob(attribute.blob, attribute.size), self._gzip_stream(attribute)

    # ---- the steps of a save, in this order ---------------------------------------------------------------------

    async def _write_snapshot(
        self, project_id: str, snapshot: Snapshot, known: Collection[bytes], previous: str | None
    ) -> Document:
        described = await asyncio.to_thread(describe_snapshot, snapshot)
        await self._put_chunks(described.attributes, known)
        at = self._connection.now()
        manifest = make_manifest(new_id(), project_id, previous, snapshot, described, at)
        await self._put_manifest(manifest)
        return manifest

    async def _put_chunks(self, attributes: list[tuple[memoryview, Attribute]], known: Collection[bytes]) -> None:
        """Write the chunks that are not stored yet. ``known``: those of the previous manifest, which stay as they are."""
        new: dict[bytes, memoryview] = {}
        for data, attribute in attributes:
            for index, digest in enumerate(attribute.digests()):
                if digest not in known:
                    new[digest] = data[index * CHUNK_BYTES : (index + 1) * CHUNK_BYTES]
        groups = iter(in_groups(list(new), GROUP))

        async def write() -> None:
            for group in groups:
                missing = await self._touch_chunks(group)
                chunks = [new[digest] for digest in missing]
                compressed = await asyncio.to_thread(_compress_all, chunks)
                await self._insert_chunks(missing, [len(chunk) for chunk in chunks], compressed)

        await _all(write() for _ in range(PARALLEL))

    async def _touch_chunks(self, digests: Collection[bytes]) -> list[bytes]:
        """Keep those that are stored from being collected for another day; returns the others."""
        query = {"_id": {"$in": list(digests)}}
        with self._connection.answering(BULK_SECONDS):
            await self._connection.chunks.update_many(query, {"$set": {"at": self._connection.now()}})
            there = {found["_id"] async for found in self._connection.chunks.find(query, {"_id": 1})}
        return [digest for digest in digests if digest not in there]

    async def _insert_chunks(self, digests: list[bytes], sizes: list[int], compressed: list[bytes]) -> None:
        at = self._connection.now()
        chunks = [
            {"_id": digest, "size": size, "data": data, "at": at}
            for digest, size, data in zip(digests, sizes, compressed, strict=True)
        ]
        if not chunks:
            return
        # Somebody else may be storing an equal chunk at this moment: equal, so it does not matter whose stays.
        with suppress(BulkWriteError), self._connection.answering(BULK_SECONDS):
            await self._connection.chunks.insert_many(chunks, ordered=False)

    async def _put_manifest(self, manifest: Document) -> None:
        with self._connection.answering(BULK_SECONDS):
            await self._connection.snapshots.insert_one(manifest)

    async def _move_pointer(self, project_id: str, manifest: Document, token: int | None) -> None:
        query = {**project_query(project_id), "seq": {"$lte": manifest["seq"]}}
        if token is not None:
            query["fence"] = {"$lte": token}
        pointer = {"snapshot": manifest["_id"], "seq": manifest["seq"], "saved_at": manifest["at"]}
        with self._connection.answering():
            moved = await self._connection.projects.update_one(query, {"$set": pointer})
            if moved.matched_count:
                return
            project = await self._connection.projects.find_one(project_query(project_id), {"fence": 1, "seq": 1})
        if project is None:
            raise NotFound("there is no such project")
        if token is not None and project["fence"] > token:
            raise Fenced(f"the project has an owner with token {project['fence']}, this one has {token}")
        raise Conflict(f"the project has a snapshot at {project['seq']} already, this one is at {manifest['seq']}")

    # ---- reading ------------------------------------------------------------------------------------------------

    async def _manifest(self, snapshot_id: str) -> Document:
        with self._connection.answering(BULK_SECONDS):
            manifest = await self._connection.snapshots.find_one({"_id": as_text(snapshot_id, "snapshot id")})
        if manifest is None:
            raise NotFound("there is no such snapshot")
        return manifest

    async def _read_chunks(self, attribute: Attribute, group: range) -> list[bytes]:
        """The compressed chunks ``group`` of an attribute, in order."""
        digests = [attribute.digests()[index] for index in group]
        with self._connection.answering(BULK_SECONDS):
            found = self._connection.chunks.find({"_id": {"$in": list(set(digests))}}, {"data": 1}, batch_size=GROUP)
            pieces = {chunk["_id"]: chunk["data"] async for chunk in found}
        missing = [index for index, digest in zip(group, digests, strict=True) if digest not in pieces]
        if missing:
            count = len(attribute.digests())
            raise Damaged(f"blob {attribute.blob}: chunk {missing[0]} of {count} is missing from the database")
        return [pieces[digest] for digest in digests]

    async def _gzip_stream(self, attribute: Attribute) -> AsyncIterator[bytes]:
        yield GZIP_HEADER
        for group in _groups_of(attribute):
            yield b"".join(await self._read_chunks(attribute, group))
        yield gzip_trailer(attribute)

    # ---- clearing up --------------------------------------------------------------------------------------------

    async def collect_chunks(self) -> int:
        """Delete chunks that no manifest refers to and that no save has wanted for a day; returns how many.

        Candidates are listed before the manifests are read, and a chunk that a save wants again meanwhile is fresh,
        which the deletion itself checks: so a chunk that a manifest needs is never deleted.
        """
        before = self._connection.now() - CHUNK_GRACE
        old = {"at": {"$lt": before}}
        chunks, snapshots = self._connection.chunks, self._connection.snapshots
        with self._connection.answering(WALK_SECONDS):
            unused: set[bytes] = {found["_id"] async for found in chunks.find(old, {"_id": 1})}
            async for manifest in snapshots.find({}, _CHUNKS_OF_MANIFEST):
                unused -= _digests_of(manifest)
        deleted = 0
        for group in in_groups(list(unused), DELETE_GROUP):
            with self._connection.answering(WALK_SECONDS):
                deleted += (await chunks.delete_many({"_id": {"$in": list(group)}, **old})).deleted_count
        return deleted


async def _all(coroutines: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run them side by side. The first error ends the others, is waited for, and is raised as it is."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _groups_of(attribute: Attribute) -> Iterator[range]:
    count = len(attribute.digests())
    return (range(at, min(at + GROUP, count)) for at in range(0, count, GROUP))


def _compress_all(chunks: list[memoryview]) -> list[bytes]:
    return [compress(chunk) for chunk in chunks]


def _decompress_group(data: memoryview, attribute: Attribute, group: range, pieces: list[bytes]) -> None:
    for index, piece in zip(group, pieces, strict=True):
        start = index * attribute.chunk_bytes
        decompress_into(data[start : start + attribute.size_of(index)], piece)


def _check_all(arrays: list[tuple[memoryview, Attribute]]) -> None:
    for data, attribute in arrays:
        check(data, attribute)


def _digests_of(manifest: Document) -> set[bytes]:
    """The digests of all chunks of a manifest, of which only the chunks need have been read."""
    return {
        digest
        for piece in manifest["pieces"]
        for key in ATTRIBUTES
        if key in piece
        for digest in split_digests(piece[key]["chunks"])
    }
