"""Reference images: a picture on its way in, and on its way to those who may open the project."""

from __future__ import annotations

from tornado.http1connection import HTTP1Connection
from tornado.web import stream_request_body

from handlers.base import BaseHandler
from handlers.meshes import BLOB_AGE, PIECE_BYTES, announced_size
from handlers.uploads import Upload, check_size
from rooms.errors import NotFound
from rooms.pictures import MAX_PICTURE_BYTES, read_picture
from rooms.records import Role

#: Seconds until a picture must be read and written anew; the largest takes about three.
PICTURE_SECONDS = 30.0


@stream_request_body
class ReferenceUpload(BaseHandler):
    """A picture for a project. The body is the file. It hangs nowhere until a ``reference_change`` says where."""

    upload: Upload | None = None

    def check_xsrf_cookie(self) -> None:
        # As for an import: whoever is refused hears why only after their file was read to its end.
        assert isinstance(self.request.connection, HTTP1Connection)
        self.request.connection.set_max_body_size(MAX_PICTURE_BYTES + PIECE_BYTES)
        super().check_xsrf_cookie()

    async def prepare(self) -> None:
        await super().prepare()
        await self.load_project(self.path_args[0], need=Role.EDITOR)
        check_size(announced_size(self.request.headers), MAX_PICTURE_BYTES)
        self.upload = self.parts.imports.begin(self.person().user.user, MAX_PICTURE_BYTES)

    def data_received(self, chunk: bytes) -> None:
        if self.upload:
            self.upload.write(chunk)

    async def post(self, project_id: str) -> None:
        assert self.upload is not None
        self.upload.finish()
        picture = await self.parts.workers.run(read_picture, str(self.upload.path), timeout=PICTURE_SECONDS)
        user = self.person().user.user
        reference = await self.parts.store.save_reference(project_id, user, *picture)
        self.set_status(201)
        self.finish({"reference": reference, "width": picture.width, "height": picture.height})

    def on_finish(self) -> None:
        if self.upload:
            self.upload.close()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.on_finish()


class ReferenceImage(BaseHandler):
    """The picture, as we wrote it: a WebP, whatever was uploaded."""

    async def get(self, project_id: str, reference: str) -> None:
        project = await self.load_project(project_id)
        picture = await self.parts.store.reference_image(project.project, reference)
        if picture is None:
            raise NotFound("There is no such picture in this project.")
        self.set_header("Content-Type", "image/webp")
        self.set_header("Cache-Control", f"private, max-age={BLOB_AGE}, immutable")
        self.finish(picture)
