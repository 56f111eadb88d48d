"""Between a browser and the rooms: pages, JSON, uploads, downloads and the WebSocket. Decides nothing.

`routes` is the whole map of the site, one line per URL.
"""

from __future__ import annotations

from typing import Any

from tornado.routing import URLSpec

from handlers.accounts import ChooseLanguage, LogIn, LogOut, SignUp
from handlers.base import Parts
from handlers.meshes import BlobDownload, Export, Import, SnapshotManifest
from handlers.pages import EditorPage, Health, Home
from handlers.projects import ConnectToken, CreateProject, DeleteProject, ThumbnailImage
from handlers.references import ReferenceImage, ReferenceUpload
from handlers.socket import RoomSocket
from handlers.static import AssetHandler
from rooms.meshes import EXPORT_FORMATS

#: 22 characters of base64url: the ids that the store makes. Anything else is no project at all.
PROJECT = r"([A-Za-z0-9_-]{22})"


def routes(parts: Parts) -> list[URLSpec]:
    """The route table. ``parts`` goes to every handler's ``initialize``."""
    given: dict[str, Any] = dict(parts=parts)
    return [
        URLSpec(r"/", Home, given),
        URLSpec(r"/signup", SignUp, given),
        URLSpec(r"/login", LogIn, given),
        URLSpec(r"/logout", LogOut, given),
        URLSpec(r"/language", ChooseLanguage, given),
        URLSpec(r"/projects", CreateProject, given),
        URLSpec(rf"/p/{PROJECT}", EditorPage, given),
        URLSpec(
            rf"/p/{PROJECT}/socket",
            RoomSocket,
            dict(rooms=parts.rooms, accounts=parts.accounts, heartbeat=parts.heartbeat),
        ),
        URLSpec(r"/api/projects/import", Import, given),
        URLSpec(rf"/api/projects/{PROJECT}/token", ConnectToken, given),
        URLSpec(rf"/api/projects/{PROJECT}/delete", DeleteProject, given),
        URLSpec(rf"/api/projects/{PROJECT}/snapshot", SnapshotManifest, given),
        URLSpec(rf"/api/projects/{PROJECT}/blobs/([A-Za-z0-9_-]{{16,128}})", BlobDownload, given),
        URLSpec(rf"/api/projects/{PROJECT}/export\.({'|'.join(EXPORT_FORMATS)})", Export, given),
        URLSpec(rf"/api/projects/{PROJECT}/thumbnail\.webp", ThumbnailImage, given),
        URLSpec(rf"/api/projects/{PROJECT}/references", ReferenceUpload, given),
        URLSpec(rf"/api/projects/{PROJECT}/references/([A-Za-z0-9_-]{{16,32}})", ReferenceImage, given),
        URLSpec(r"/healthz", Health, given),
        URLSpec(r"/static/([0-9a-f]{16})/(.+)", AssetHandler, dict(assets=parts.assets, kind="own")),
        URLSpec(r"/vendor/three@([0-9.]+)/(.+)", AssetHandler, dict(assets=parts.assets, kind="vendor")),
    ]
