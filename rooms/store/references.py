"""Reference images: the pictures themselves. Where each hangs is part of the project's metadata (``projects.py``).

    references  {_id: reference id, project, data: WebP, width, height, user, at}

A picture is stored before it is hung up, and taken down before it is deleted. What a crash leaves in between hangs nowhere;
the next picture of the same project clears it away.
"""

from __future__ import annotations

from datetime import timedelta

from rooms.errors import Invalid, NotFound
from rooms.records import MAX_REFERENCES
from rooms.store.connection import BULK_SECONDS, StorePart, new_id, project_query
from rooms.store.faults import as_text

#: A picture that hangs nowhere is kept this long: its page may be about to hang it up.
UNPLACED_GRACE = timedelta(minutes=10)


class ReferenceStore(StorePart):
    async def save_reference(self, project_id: str, user_id: str, data: bytes, width: int, height: int) -> str:
        """Store a picture that hangs nowhere yet; returns its id.

        Raises ``NotFound`` if the project is gone, ``Invalid`` if it has ``MAX_REFERENCES`` pictures.
        """
        query, references = project_query(project_id), self._connection.references
        with self._connection.answering(BULK_SECONDS):
            project = await self._connection.projects.find_one(query, {"references.reference": 1})
            if project is None:
                raise NotFound("there is no such project")
            hung = [one["reference"] for one in project.get("references", [])]
            old = {"$lt": self._connection.now() - UNPLACED_GRACE}
            await references.delete_many({"project": query["_id"], "_id": {"$nin": hung}, "at": old})
            count = await references.count_documents({"project": query["_id"]})
            if count >= MAX_REFERENCES:
                raise Invalid(f"this project has {count} reference images, at most {MAX_REFERENCES} are kept")
            identity = new_id()
            picture = {"data": data, "width": width, "height": height}
            owner = {"project": query["_id"], "user": as_text(user_id, "user id"), "at": self._connection.now()}
            await references.insert_one({"_id": identity, **owner, **picture})
        return identity

    async def reference_size(self, project_id: str, reference: str) -> tuple[int, int] | None:
        """Width and height in pixels; None if this project has no such picture."""
        query = {"_id": as_text(reference, "reference id"), "project": as_text(project_id, "project id")}
        with self._connection.answering():
            found = await self._connection.references.find_one(query, {"width": 1, "height": 1})
        return (found["width"], found["height"]) if found else None

    async def reference_image(self, project_id: str, reference: str) -> bytes | None:
        """The picture as WebP; None if this project has no such picture."""
        query = {"_id": as_text(reference, "reference id"), "project": as_text(project_id, "project id")}
        with self._connection.answering(BULK_SECONDS):
            found = await self._connection.references.find_one(query, {"data": 1})
        return bytes(found["data"]) if found else None

    async def delete_reference(self, project_id: str, reference: str) -> None:
        """Nothing happens if it is gone already."""
        query = {"_id": as_text(reference, "reference id"), "project": as_text(project_id, "project id")}
        with self._connection.answering():
            await self._connection.references.delete_one(query)
