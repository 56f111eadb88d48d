"""Making and deleting projects, and the connect token of the editor page."""

from __future__ import annotations

import unicodedata

from handlers.base import BaseHandler
from rooms.errors import Invalid
from rooms.meshes import Clay, sphere
from rooms.meshes.primitives import SPHERE_TRIANGLES
from rooms.messages import MAX_NAME
from rooms.paint import painted_like
from rooms.records import PieceRecord, Role, Snapshot

#: Seconds until a sphere must be made; the fine one takes less than one.
SPHERE_SECONDS = 30.0


class CreateProject(BaseHandler):
    """A new sculpture from a sphere."""

    async def post(self) -> None:
        person = self.person()
        detail = self.get_body_argument("detail", "medium")
        if detail not in SPHERE_TRIANGLES:
            raise Invalid(f"There is no sphere {detail!r}; there are {', '.join(SPHERE_TRIANGLES)}.")
        name = project_name(self.get_body_argument("name", ""), self.language.plain("pages.new.untitled"))
        clay = await self.parts.workers.run(sphere, SPHERE_TRIANGLES[detail], timeout=SPHERE_SECONDS)
        project = await self.parts.store.create_project(person.user, name, "", first_snapshot(clay, "Sphere"))
        self.see_other(f"/p/{project.project}")


class DeleteProject(BaseHandler):
    """Deletes a project for good; whoever is in its room is told and let out."""

    async def post(self, project_id: str) -> None:
        project = await self.load_project(project_id, need=Role.OWNER)
        await self.parts.rooms.project_deleted(project.project)
        await self.parts.store.delete_project(project.project)
        self.see_other("/")


class ConnectToken(BaseHandler):
    """A new one-time token for a page that reconnects."""

    async def get(self, project_id: str) -> None:
        project = await self.load_project(project_id)
        self.write({"token": self.parts.rooms.connect_token(self.person(), project.project)})


class ThumbnailImage(BaseHandler):
    """The small picture of a project, for the home page."""

    async def get(self, project_id: str) -> None:
        project = await self.load_project(project_id)
        self.set_header("Content-Type", "image/webp")
        # Asked again each time, answered with 304 as long as nothing was saved.
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Etag", f'"{project.snapshot}"')
        if self.check_etag_header():
            self.set_status(304)
        else:
            self.write(await self.parts.thumbnails.of(project))


def project_name(given: str, otherwise: str) -> str:
    """The name of a new project: ``given`` without what cannot be seen (control and direction characters among it).

    ``otherwise`` (a file's name, say) stands in for an empty one, and is cut to fit. Raises Invalid when ``given`` is
    too long.
    """
    name = visible(given)
    if len(name) > MAX_NAME:
        raise Invalid(f"The name has {len(name)} characters; at most {MAX_NAME} are taken.")
    return name or visible(otherwise)[:MAX_NAME].strip() or "Untitled sculpture"


def visible(text: str) -> str:
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(character for character in spaced if character.isprintable()).strip()


def first_snapshot(clay: Clay, name: str) -> Snapshot:
    """What a new project holds before its first stroke: one piece, in its first epoch."""
    piece = PieceRecord(
        piece=1,
        epoch=1,
        name=name,
        positions=clay.positions,
        triangles=clay.triangles,
        scale=clay.scale,
        offset=clay.offset,
        paint=None if clay.colours is None else painted_like(clay.colours),
    )
    return Snapshot(seq=0, pieces=[piece])
