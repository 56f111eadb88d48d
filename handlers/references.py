"""Reference images: a picture on its way in, and on its way to those who may open the project."""

from __future__ import annotations

from handlers.base import BaseHandler
from handlers.meshes import BLOB_AGE
from handlers.receiving import Receiving
from rooms.errors import NotFound
from rooms.pictures import MAX_PICTURE_BYTES, read_picture
from rooms.records import Role

#: Seconds until a picture must be read and written anew; the largest takes about three.
PICTURE_SECONDS = 30.0


class ReferenceUpload(Receiving):
    """A picture for a project. The body is the file. It hangs nowhere until a ``reference_change`` says where."""

    most_bytes = MAX_PICTURE_BYTES

    async def prepare(self) -> None:
        await super().prepare()
        await self.load_project(self.path_args[0], need=Role.EDITOR)
        self.receive()

    async def post(self, project_id: str) -> None:
        picture = await self.parts.workers.run(read_picture, self.received(), timeout=PICTURE_SECONDS)
        user = self.person().user.user
        reference = await self.parts.store.save_reference(project_id, user, *picture)
        self.set_status(201)
        self.finish({"reference": reference, "width": picture.width, "height": picture.height})


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
