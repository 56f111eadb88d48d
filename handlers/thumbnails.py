"""The small picture of a project. It is made when somebody looks at it and the sculpture has been saved since."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rooms.errors import NotFound
from rooms.meshes.jobs import render_thumbnail
from rooms.records import Project

if TYPE_CHECKING:
    from rooms.store import Store
    from rooms.workers import WorkerPool

#: Seconds until a picture must be there.
THUMBNAIL_SECONDS = 30.0

#: Pixels along each side.
SIZE = 256

#: Between the id of the snapshot and the picture in what is stored.
SEPARATOR = b"\n"


class Thumbnails:
    """Pictures of the newest snapshots, one being made per project at most.

    Stored as the id of the snapshot that it shows, a newline, and the WebP: so one look tells whether it is current.
    """

    def __init__(self, store: Store, workers: WorkerPool) -> None:
        self.store = store
        self.workers = workers
        self.under_way: dict[str, asyncio.Task[bytes]] = {}

    async def of(self, project: Project) -> bytes:
        """The picture as WebP. Raises NotFound for a project without a snapshot, and what the worker raises."""
        if project.snapshot is None:
            raise NotFound("This project has not been saved yet.")
        stored = await self.store.thumbnail(project.project)
        if stored:
            snapshot, _, picture = stored.partition(SEPARATOR)
            if snapshot.decode() == project.snapshot:
                return picture
        task = self.under_way.get(project.project)
        if task is None:
            task = asyncio.create_task(self._make(project.project, project.snapshot))
            self.under_way[project.project] = task
            task.add_done_callback(lambda _: self.under_way.pop(project.project, None))
        # One who goes away must not take the picture from the others who wait for it.
        return await asyncio.shield(task)

    async def _make(self, project: str, snapshot_id: str) -> bytes:
        snapshot = await self.store.load_snapshot(snapshot_id)
        piece = snapshot.pieces[0]
        picture = await self.workers.run(
            render_thumbnail, piece.positions, piece.triangles, SIZE, piece.paint, timeout=THUMBNAIL_SECONDS
        )
        await self.store.save_thumbnail(project, snapshot_id.encode() + SEPARATOR + picture)
        return picture
