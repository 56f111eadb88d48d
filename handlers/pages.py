"""The pages: one's sculptures (or, for a stranger, the way in), the editor, and the health of the server."""

from __future__ import annotations

from typing import Any

from handlers.base import BaseHandler, json_script
from rooms.meshes import IMPORT_FORMATS
from rooms.meshes.mesh import MAX_UPLOAD_BYTES
from rooms.meshes.primitives import SPHERE_TRIANGLES
from rooms.messages import MAX_NAME
from rooms.records import Project


class Home(BaseHandler):
    """One's own projects and those one collaborates on. A stranger sees what Clayroom is."""

    async def get(self) -> None:
        if self.session is None:
            self.page("landing.html", form="signup", error="", name="", next="/")
            return
        projects = await self.parts.store.list_projects(self.session.user.user)
        self.page(
            "home.html",
            projects=projects,
            present=self.parts.rooms.open_projects(),
            spheres=SPHERE_TRIANGLES,
            accept=",".join(f".{suffix}" for suffix in IMPORT_FORMATS),
            max_upload=MAX_UPLOAD_BYTES,
            max_name=MAX_NAME,
        )


class EditorPage(BaseHandler):
    """The editor. All that its scripts need stands in the page, the manifest of the newest snapshot included."""

    async def get(self, project_id: str) -> None:
        project = await self.load_project(project_id)
        assert project.snapshot is not None
        manifest = await self.parts.store.manifest(project.snapshot)
        facts = self.facts(project, manifest)
        self.page(
            "editor.html",
            project=project,
            role=facts["role"],
            collaborators=facts["collaborators"],
            facts=json_script(facts),
            blobs=[
                facts["blobs"] + piece[what]
                for piece in manifest["pieces"]
                for what in ("positions", "triangles_blob", "paint")
                if what in piece
            ],
        )

    def facts(self, project: Project, manifest: dict[str, Any]) -> dict[str, Any]:
        """What ``<script id="clayroom">`` holds: read by ``static/net/room.js`` and ``static/editor/main.js``."""
        person = self.person()
        api = f"/api/projects/{project.project}"
        return {
            "project": project.project,
            "name": project.name,
            "description": project.description,
            "role": project.role_of(person.user.user),
            "user": {"name": person.user.name},
            "owner": project.owner.name,
            "collaborators": [{"name": c.name, "role": c.role} for c in project.collaborators],
            "socket": f"/p/{project.project}/socket",
            "snapshot": f"{api}/snapshot",
            "blobs": f"{api}/blobs/",
            "token": self.parts.rooms.connect_token(person, project.project),
            "tokenUrl": f"{api}/token",
            "export": f"{api}/export.",
            "manifest": manifest,
            "version": self.parts.assets.digest,
        }


class Health(BaseHandler):
    """For a load balancer: 200 while the database answers, 503 while it does not."""

    async def get(self) -> None:
        await self.parts.store.ping()
        self.write({"ok": True})
