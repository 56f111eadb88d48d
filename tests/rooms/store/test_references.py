"""Reference images in the database: pictures, where they hang, and how they go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pymongo.database import Database

from rooms.errors import Invalid, NotFound
from rooms.records import MAX_REFERENCES, Reference
from rooms.store import Store
from rooms.store.references import UNPLACED_GRACE


def hung(reference: str) -> Reference:
    return Reference(reference, "face", 40, 30, "side", 0.5, -1.0, 0.0, 2.0, 0.75)


@pytest.mark.gen_test
async def test_a_picture_and_its_place_come_back(store: Store, make_snapshot: Any) -> None:
    """The bytes, the size, and all that says where it hangs."""
    ada = await store.create_user("Ada", "hash")
    project = await store.create_project(ada, "Head", "", make_snapshot(10))
    picture = await store.save_reference(project.project, ada.user, b"\x00picture", 40, 30)
    assert len(picture) == 22
    assert await store.reference_size(project.project, picture) == (40, 30)
    assert await store.reference_image(project.project, picture) == b"\x00picture"
    project.references = [hung(picture)]
    await store.save_meta(project)
    assert await store.load_project(project.project) == project


@pytest.mark.gen_test
async def test_a_picture_belongs_to_one_project(store: Store, make_snapshot: Any) -> None:
    """Through another project, or none, it is not found and not deleted."""
    ada = await store.create_user("Ada", "hash")
    one, other = [await store.create_project(ada, name, "", make_snapshot(10)) for name in ("One", "Other")]
    picture = await store.save_reference(one.project, ada.user, b"picture", 40, 30)
    assert await store.reference_image(other.project, picture) is None
    assert await store.reference_size(other.project, picture) is None
    await store.delete_reference(other.project, picture)
    assert await store.reference_image(one.project, picture) == b"picture"
    await store.delete_reference(one.project, picture)
    await store.delete_reference(one.project, picture)
    assert await store.reference_image(one.project, picture) is None
    with pytest.raises(NotFound):
        await store.save_reference("nothing", ada.user, b"picture", 40, 30)


@pytest.mark.gen_test
async def test_the_limit_counts_pictures_that_hang_and_clears_away_those_that_do_not(
    clocked_store: Store, clock: Any, make_snapshot: Any
) -> None:
    """A page that uploads and goes away does not fill the project for good."""
    store = clocked_store
    ada = await store.create_user("Ada", "hash")
    project = await store.create_project(ada, "Head", "", make_snapshot(10))
    pictures = [await store.save_reference(project.project, ada.user, b"x", 1, 1) for _ in range(MAX_REFERENCES)]
    with pytest.raises(Invalid, match=f"has {MAX_REFERENCES} reference images, at most {MAX_REFERENCES}"):
        await store.save_reference(project.project, ada.user, b"x", 1, 1)
    project.references = [hung(pictures[0])]
    await store.save_meta(project)
    clock.pass_by(UNPLACED_GRACE + timedelta(seconds=1))
    await store.save_reference(project.project, ada.user, b"new", 1, 1)
    assert await store.reference_size(project.project, pictures[0]) == (1, 1)
    assert await store.reference_size(project.project, pictures[1]) is None


@pytest.mark.gen_test
async def test_a_deleted_project_takes_its_pictures_along(
    store: Store, make_snapshot: Any, raw: Database[dict[str, Any]]
) -> None:
    """And leaves those of others."""
    ada = await store.create_user("Ada", "hash")
    one, other = [await store.create_project(ada, name, "", make_snapshot(10)) for name in ("One", "Other")]
    for project in (one, other):
        await store.save_reference(project.project, ada.user, b"picture", 40, 30)
    await store.delete_project(one.project)
    assert [found["project"] for found in raw["references"].find()] == [other.project]
