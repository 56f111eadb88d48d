"""Clay in and out: the manifest and blobs a page loads, the import of a file, the export to one."""

from __future__ import annotations

import asyncio
import re
import zlib
from pathlib import Path
from urllib.parse import quote

from tornado.http1connection import HTTP1Connection

from handlers.base import BaseHandler
from handlers.projects import first_snapshot, project_name
from handlers.receiving import PIECE_BYTES, Receiving
from rooms.errors import NotFound
from rooms.exports import export_file
from rooms.meshes import EXPORT_FORMATS
from rooms.meshes.jobs import import_file
from rooms.meshes.mesh import MAX_UPLOAD_BYTES

#: Seconds until a file must be read; a million triangles of OBJ take about two.
IMPORT_SECONDS = 60.0

#: Seconds until an export must be written.
EXPORT_SECONDS = 60.0

#: One year in seconds: a blob is named by its content and never changes.
BLOB_AGE = 365 * 24 * 3600


class Import(Receiving):
    """A new sculpture from an uploaded file. The body is the file, and goes to disk as it comes."""

    most_bytes = MAX_UPLOAD_BYTES

    async def prepare(self) -> None:
        await super().prepare()
        self.person()
        self.receive()

    async def post(self) -> None:
        path = self.received()
        filename = self.get_query_argument("filename", "")
        name = project_name(self.get_query_argument("name", ""), Path(filename).stem or "Imported model")
        clay = await self.parts.workers.run(import_file, path, filename[:200], timeout=IMPORT_SECONDS)
        snapshot = first_snapshot(clay, name)
        project = await self.parts.store.create_project(self.person().user, name, "", snapshot)
        self.set_status(201)
        self.finish({"project": project.project, "url": f"/p/{project.project}", "repairs": clay.repairs})


class SnapshotManifest(BaseHandler):
    async def get(self, project_id: str) -> None:
        project = await self.load_project(project_id)
        if project.snapshot is None:
            raise NotFound("This project has not been saved yet.")
        self.write(await self.parts.store.manifest(project.snapshot))


class BlobDownload(BaseHandler):
    """One attribute of a piece, whole. It lies in the store as gzip and goes out as it lies there."""

    async def get(self, project_id: str, blob: str) -> None:
        project = await self.load_project(project_id)
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Cache-Control", f"private, max-age={BLOB_AGE}, immutable")
        self.set_header("Vary", "Accept-Encoding")
        found = await self.parts.store.blob_chunks(project.project, blob)
        if found is None:
            raise NotFound("There is no such part in this project.")
        _, chunks = found
        gzip = "gzip" in self.request.headers.get("Accept-Encoding", "")
        if gzip:
            self.set_header("Content-Encoding", "gzip")
        inflate = None if gzip else zlib.decompressobj(wbits=31)
        try:
            async for chunk in chunks:
                self.write(inflate.decompress(chunk) if inflate else chunk)
                await self.flush()
        except Exception:
            # Half of it has gone out already: only a broken connection says that the rest is missing.
            assert isinstance(self.request.connection, HTTP1Connection)
            self.request.connection.close()
            raise


class Export(BaseHandler):
    """The sculpture as it is now, as a file in the units of what was imported."""

    async def get(self, project_id: str, format: str) -> None:
        project = await self.load_project(project_id)
        snapshot = await self.parts.rooms.current(project.project)
        media_type, suffix = EXPORT_FORMATS[format]
        path = self.parts.imports.scratch()
        try:
            await self.parts.workers.run(export_file, snapshot.pieces, format, str(path), timeout=EXPORT_SECONDS)
            self.set_header("Content-Type", media_type)
            self.set_header("Content-Disposition", attachment(project.name, suffix))
            self.set_header("Content-Length", str(path.stat().st_size))
            with path.open("rb") as file:
                while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
                    self.write(piece)
                    await self.flush()
        finally:
            path.unlink(missing_ok=True)


def attachment(name: str, suffix: str) -> str:
    """A Content-Disposition with a file name from the project's, for old clients in ASCII and for all others in full.

    A path separator, a control character or a dot at an end never gets into it.
    """
    safe = re.sub(r"[^\w .,()+-]", "_", name).strip(" ._") or "sculpture"
    plain = re.sub(r"[^A-Za-z0-9 .,()+-]", "_", safe).strip(" ._") or "sculpture"
    return f"attachment; filename=\"{plain}{suffix}\"; filename*=UTF-8''{quote(safe + suffix, safe='')}"
