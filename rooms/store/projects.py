"""Projects: metadata, roles, and the pointer to the newest snapshot; thumbnails.

    projects    {_id, name, description, owner: user id, collaborators: [{user, role}], created_at,
                 references: [{reference, name, width, height, pin, x, y, depth, scale, opacity}],
                 snapshot, seq, saved_at,       the pointer, moved by save_snapshot
                 fence}                         the greatest token that a lease of this project had
    thumbnails  {_id: project id, data, at}

Names of people are looked up in ``users`` when a project is read, so that there is one place that knows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rooms.errors import Invalid, NotFound, TooLarge
from rooms.records import Collaborator, Project, Reference, Role, Snapshot, User
from rooms.store.connection import WALK_SECONDS, Document, new_id, project_query
from rooms.store.faults import as_text
from rooms.store.snapshots import CHUNK_GRACE, SnapshotStore

#: Projects on one person's list: a page that names more is no use to anybody.
LIST_LIMIT = 1000
#: Bytes of a thumbnail. A 512-pixel WebP of a sculpture has about 20 kB.
MAX_THUMBNAIL_BYTES = 512 * 1024

_GONE = "(gone)"


class ProjectStore(SnapshotStore):
    async def create_project(self, owner: User, name: str, description: str, snapshot: Snapshot) -> Project:
        """Store a new project with its first snapshot. A crash on the way leaves nothing that anybody sees."""
        identity = new_id()
        record: Document = {
            "_id": identity,
            **_metadata(name, description, owner.user, []),
            "created_at": self._connection.now(),
            "fence": 0,
        }
        manifest = await self._write_snapshot(identity, snapshot, (), None)
        record |= {"snapshot": manifest["_id"], "seq": manifest["seq"], "saved_at": manifest["at"]}
        with self._connection.answering():
            await self._connection.projects.insert_one(record)
        return _project(record, {owner.user: owner.name})

    async def load_project(self, project_id: str) -> Project | None:
        with self._connection.answering():
            record = await self._connection.projects.find_one(project_query(project_id))
            if record is None:
                return None
            return _project(record, await self._names_of([record]))

    async def list_projects(self, user_id: str) -> list[Project]:
        """The projects that a user owns or collaborates on, the last saved first, at most ``LIST_LIMIT``."""
        user = as_text(user_id, "user id")
        query = {"$or": [{"owner": user}, {"collaborators.user": user}]}
        with self._connection.answering():
            found = self._connection.projects.find(query).sort([("saved_at", -1), ("_id", 1)])
            records = await found.to_list(LIST_LIMIT)
            names = await self._names_of(records)
        return [_project(record, names) for record in records]

    async def save_meta(self, project: Project) -> None:
        """Store a project's name, description, owner, collaborators and where its reference images hang.

        Raises ``NotFound`` if it is gone.
        """
        change = {
            "$set": _metadata(project.name, project.description, project.owner.user, project.collaborators)
            | {"references": [asdict(one) for one in project.references]}
        }
        with self._connection.answering():
            result = await self._connection.projects.update_one(project_query(project.project), change)
        if not result.matched_count:
            raise NotFound("there is no such project")

    async def delete_project(self, project_id: str) -> None:
        """Delete a project, its versions and its journal. Nothing happens if it is gone already.

        The project itself goes first: from then on nobody can open it. What a crash leaves behind ``collect_chunks`` removes.
        """
        query = project_query(project_id)
        with self._connection.answering(WALK_SECONDS):
            await self._connection.projects.delete_one(query)
        await self._delete_belongings(query["_id"])

    # ---- thumbnails ---------------------------------------------------------------------------------------------

    async def thumbnail(self, project_id: str) -> bytes | None:
        with self._connection.answering():
            found = await self._connection.thumbnails.find_one(project_query(project_id), {"data": 1})
        return found["data"] if found else None

    async def save_thumbnail(self, project_id: str, data: bytes) -> None:
        """Raises ``NotFound`` if the project is gone, ``TooLarge`` over ``MAX_THUMBNAIL_BYTES``."""
        query = project_query(project_id)
        if len(data) > MAX_THUMBNAIL_BYTES:
            raise TooLarge(f"thumbnail of {len(data)} bytes, the limit is {MAX_THUMBNAIL_BYTES}")
        with self._connection.answering():
            if await self._connection.projects.find_one(query, {"_id": 1}) is None:
                raise NotFound("there is no such project")
            picture = {"$set": {"data": data, "at": self._connection.now()}}
            await self._connection.thumbnails.update_one(query, picture, upsert=True)

    # ---- clearing up --------------------------------------------------------------------------------------------

    async def collect_chunks(self) -> int:
        """Finish deletions that a crash interrupted, then delete the chunks that nobody needs; returns how many."""
        # A project that is being created has a manifest for a moment before it is there itself.
        old: Document = {"at": {"$lt": self._connection.now() - CHUNK_GRACE}}
        for collection in (self._connection.snapshots, self._connection.journal):
            with self._connection.answering(WALK_SECONDS):
                grouped = collection.aggregate([{"$match": old}, {"$group": {"_id": "$project"}}])
                referred = [group["_id"] async for group in grouped]
                query = {"_id": {"$in": referred}}
                there = {found["_id"] async for found in self._connection.projects.find(query, {"_id": 1})}
            for orphan in set(referred) - there:
                await self._delete_belongings(orphan)
        return await super().collect_chunks()

    async def _delete_belongings(self, project_id: str) -> None:
        with self._connection.answering(WALK_SECONDS):
            await self._connection.journal.delete_many({"project": project_id})
            await self._connection.thumbnails.delete_one({"_id": project_id})
            await self._connection.references.delete_many({"project": project_id})
            await self._connection.leases.delete_one({"_id": project_id})
            await self._connection.snapshots.delete_many({"project": project_id})

    async def _names_of(self, records: Iterable[Document]) -> dict[str, str]:
        """user id → name, for everyone in these projects. Call it inside ``answering``."""
        people = {record["owner"] for record in records}
        people |= {person["user"] for record in records for person in record["collaborators"]}
        found = self._connection.users.find({"_id": {"$in": list(people)}}, {"name": 1})
        return {user["_id"]: user["name"] async for user in found}


def _metadata(name: str, description: str, owner: str, collaborators: list[Collaborator]) -> dict[str, Any]:
    for person in collaborators:
        if person.role not in (Role.EDITOR, Role.VIEWER):
            raise Invalid(f"a collaborator is an editor or a viewer, not {person.role!r}")
    return {
        "name": as_text(name, "name of a project"),
        "description": as_text(description, "description of a project"),
        "owner": as_text(owner, "user id"),
        "collaborators": [
            {"user": as_text(person.user, "user id"), "role": Role(person.role).value} for person in collaborators
        ],
    }


def _project(record: Document, names: dict[str, str]) -> Project:
    return Project(
        project=record["_id"],
        name=record["name"],
        description=record["description"],
        owner=User(record["owner"], names.get(record["owner"], _GONE)),
        collaborators=[
            Collaborator(person["user"], names[person["user"]], Role(person["role"]))
            for person in record["collaborators"]
            if person["user"] in names
        ],
        snapshot=record["snapshot"],
        saved_at=record["saved_at"],
        created_at=record["created_at"],
        references=[Reference(**one) for one in record.get("references", [])],
    )
