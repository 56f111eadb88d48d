"""Projects: metadata, roles, lists, thumbnails, deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from rooms.errors import Invalid, NotFound, TooLarge
from rooms.records import Collaborator, JournalBatch, Role, User
from rooms.store import Store
from rooms.store.projects import MAX_THUMBNAIL_BYTES


@pytest.mark.gen_test
async def test_a_project_comes_back_as_it_was_made(store: Store, make_snapshot: Any) -> None:
    """What create_project returns is what load_project finds."""
    ada = await store.create_user("Ada", "hash")
    made = await store.create_project(ada, "Head of $where", "a.b: {$set: 1}", make_snapshot(10))
    assert len(made.project) == 22
    assert made.role_of(ada.user) is Role.OWNER
    assert await store.load_project(made.project) == made
    assert await store.load_project("nothing") is None


@pytest.mark.gen_test
async def test_metadata_is_saved(store: Store, make_snapshot: Any) -> None:
    """Name, description, owner and collaborators change together; people's names are looked up."""
    ada, bob, eve = [await store.create_user(name, "hash") for name in ("Ada", "Bob", "Eve")]
    project = await store.create_project(ada, "Head", "", make_snapshot(10))
    project.name, project.description, project.owner = "Bust", "of somebody", bob
    project.collaborators = [Collaborator(ada.user, "Ada", Role.EDITOR), Collaborator(eve.user, "Eve", Role.VIEWER)]
    await store.save_meta(project)
    found = await store.load_project(project.project)
    assert found == project
    assert found.role_of(eve.user) is Role.VIEWER
    project.collaborators = [Collaborator(eve.user, "Eve", Role.OWNER)]
    with pytest.raises(Invalid, match="an editor or a viewer"):
        await store.save_meta(project)


@pytest.mark.gen_test
async def test_somebody_who_is_gone(store: Store, make_snapshot: Any, raw: Database[dict[str, Any]]) -> None:
    """A collaborator without an account is no collaborator; a project of a gone owner can still be read."""
    ada, bob = [await store.create_user(name, "hash") for name in ("Ada", "Bob")]
    project = await store.create_project(ada, "Head", "", make_snapshot(10))
    project.collaborators = [Collaborator(bob.user, "Bob", Role.EDITOR)]
    await store.save_meta(project)
    raw["users"].delete_many({})
    found = await store.load_project(project.project)
    assert found is not None
    assert (found.owner, found.collaborators) == (User(ada.user, "(gone)"), [])


@pytest.mark.gen_test
async def test_the_list_has_own_and_shared_projects(clocked_store: Store, clock: Any, make_snapshot: Any) -> None:
    """The last saved first; strangers' projects are not on it."""
    store = clocked_store
    ada, bob = [await store.create_user(name, "hash") for name in ("Ada", "Bob")]
    projects = []
    for owner, name in ((ada, "first"), (bob, "shared"), (bob, "private"), (ada, "last")):
        projects.append(await store.create_project(owner, name, "", make_snapshot(3)))
        clock.pass_by(timedelta(minutes=1))
    projects[1].collaborators = [Collaborator(ada.user, "Ada", Role.VIEWER)]
    await store.save_meta(projects[1])
    assert [p.name for p in await store.list_projects(ada.user)] == ["last", "shared", "first"]
    await store.save_snapshot(projects[0].project, make_snapshot(3, seq=1), None)
    assert [p.name for p in await store.list_projects(ada.user)] == ["first", "last", "shared"]
    assert [p.name for p in await store.list_projects(bob.user)] == ["private", "shared"]
    assert await store.list_projects("nobody") == []


@pytest.mark.gen_test
async def test_deleting_leaves_nothing(
    store: Store, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """Versions, journal, lease and thumbnail go with the project; others keep theirs."""
    gone, stays = [await store.create_project(ada, name, "", make_snapshot(10)) for name in ("gone", "stays")]
    for project in (gone, stays):
        await store.take_lease(project.project, "me")
        await store.append_journal(project.project, JournalBatch(1, 1, b"frame", {1: "ada-id"}), project.name)
        await store.save_thumbnail(project.project, b"picture")
    await store.delete_project(gone.project)
    await store.delete_project(gone.project)
    for collection in ("projects", "snapshots", "journal", "leases", "thumbnails"):
        assert raw[collection].count_documents({}) == 1, collection
    assert await store.load_project(gone.project) is None
    for call in (
        store.save_meta(gone),
        store.save_snapshot(gone.project, make_snapshot(3, seq=1), None),
        store.save_thumbnail(gone.project, b""),
        store.take_lease(gone.project, "me"),
    ):
        with pytest.raises(NotFound):
            await call
    assert await store.load_project(stays.project) is not None


@pytest.mark.gen_test
async def test_an_interrupted_deletion_is_finished_later(
    clocked_store: Store, clock: Any, ada: User, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """What a crash in the middle of a deletion left is collected after a day."""
    store = clocked_store
    gone, stays = [await store.create_project(ada, name, "", make_snapshot(10)) for name in ("gone", "stays")]
    for project in (gone, stays):
        await store.append_journal(project.project, JournalBatch(1, 1, b"frame", {1: "ada-id"}), project.name)
    raw["projects"].delete_one({"_id": gone.project})
    await store.collect_chunks()
    assert raw["journal"].count_documents({}) == raw["snapshots"].count_documents({}) == 2
    clock.pass_by(timedelta(days=1, seconds=1))
    await store.collect_chunks()
    for collection in ("journal", "snapshots"):
        assert [each["project"] for each in raw[collection].find()] == [stays.project]


@pytest.mark.gen_test
async def test_thumbnails(store: Store, ada: User, make_snapshot: Any) -> None:
    """The last one stays; a limit with both numbers."""
    project = (await store.create_project(ada, "Head", "", make_snapshot(3))).project
    assert await store.thumbnail(project) is None
    await store.save_thumbnail(project, b"one")
    await store.save_thumbnail(project, bytes(MAX_THUMBNAIL_BYTES))
    assert await store.thumbnail(project) == bytes(MAX_THUMBNAIL_BYTES)
    with pytest.raises(TooLarge, match=f"{MAX_THUMBNAIL_BYTES + 1} bytes, the limit is {MAX_THUMBNAIL_BYTES}"):
        await store.save_thumbnail(project, bytes(MAX_THUMBNAIL_BYTES + 1))


HOSTILE: list[Any] = [{"$ne": None}, ["x"], 1, None, "a\0", "\ud800"]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
@pytest.mark.gen_test
async def test_what_is_no_text_is_refused(store: Store, ada: User, make_snapshot: Any, value: Any) -> None:
    """An operator, a NUL or half a surrogate pair never reaches a query or a document."""
    project = await store.create_project(ada, "Head", "", make_snapshot(3))
    for call in (store.load_project, store.list_projects, store.delete_project, store.thumbnail, store.lease_owner):
        with pytest.raises(Invalid):
            await call(value)
    for given in ((ada, value, ""), (ada, "Head", value), (User(value, "Ada"), "Head", "")):
        with pytest.raises(Invalid):
            await store.create_project(*given, make_snapshot(3))
    project.name = value
    with pytest.raises(Invalid):
        await store.save_meta(project)
    assert await store.load_project(project.project) is not None
