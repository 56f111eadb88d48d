"""The home page, the editor page, new projects and their end."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from handlers.projects import project_name
from rooms.errors import Invalid
from rooms.map import RoomMap
from rooms.store import Store
from tests.handlers.browser import Browser, said, text
from tests.handlers.conftest import Cast


@pytest.mark.gen_test
async def test_home_lists_own_and_shared(
    browser: Callable[[], Browser], store: Store, rooms: RoomMap, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Owner and collaborators see the project and who is in it; nobody else does."""
    monkeypatch.setattr(rooms, "open_projects", lambda: {cast.project.project: ["Edi", "Ona"]})
    for person, words, here in (
        (cast.owner, "With Edi, Vera", "Edi is here now"),
        (cast.viewer, "Shared by Ona", "Edi, Ona are here now"),
    ):
        body = text(await (await browser().be(person, store)).get("/"))
        assert "Hare" in body and words in body and here in body
    assert "Hare" not in text(await (await browser().be(cast.outsider, store)).get("/"))


@pytest.mark.gen_test
async def test_only_owners_are_offered_to_delete(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """The page does not offer what would be refused."""
    address = f'action="/api/projects/{cast.project.project}/delete"'
    assert address in text(await (await browser().be(cast.owner, store)).get("/"))
    assert address not in text(await (await browser().be(cast.editor, store)).get("/"))


@pytest.mark.parametrize(("detail", "triangles"), [("coarse", 20_480), ("medium", 81_920)])
@pytest.mark.gen_test
async def test_create(detail: str, triangles: int, browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """A new sphere of the chosen density, at once on its own page."""
    page = await browser().be(cast.outsider, store)
    answer = await page.post("/projects", {"name": "  My\u202e hare ", "detail": detail})
    assert answer.code == 303
    (project,) = await store.list_projects(cast.outsider.user)
    assert answer.headers["Location"] == f"/p/{project.project}"
    assert project.name == "My hare"
    assert project.snapshot is not None
    snapshot = await store.load_snapshot(project.snapshot)
    assert snapshot.pieces[0].triangles.shape == (triangles, 3)
    assert (await page.get(answer.headers["Location"])).code == 200


@pytest.mark.gen_test
async def test_editor_page(browser: Callable[[], Browser], store: Store, rooms: RoomMap, cast: Cast) -> None:
    """The facts in the page are what the scripts need, and its token opens a socket of this session once."""
    page = await browser().be(cast.editor, store)
    body = text(await page.get(f"/p/{cast.project.project}"))
    found = re.search(r'<script type="application/json" id="clayroom">(.*?)</script>', body, re.DOTALL)
    assert found
    facts = json.loads(found[1])
    assert cast.project.snapshot is not None
    assert facts["manifest"] == await store.manifest(cast.project.snapshot)
    assert (facts["role"], facts["owner"], facts["user"]) == ("editor", "Ona", {"name": "Edi"})
    assert facts["collaborators"] == [{"name": "Edi", "role": "editor"}, {"name": "Vera", "role": "viewer"}]
    again = said(await page.get(facts["tokenUrl"]))["token"]
    assert again != facts["token"]
    assert (await page.get(facts["snapshot"])).code == 200
    import_map = re.search(r'<script type="importmap" nonce="([^"]+)">(.*?)</script>', body, re.DOTALL)
    assert import_map
    assert (await page.get(json.loads(import_map[2])["imports"]["three"])).code == 200


@pytest.mark.gen_test
async def test_delete(
    browser: Callable[[], Browser], store: Store, rooms: RoomMap, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room is emptied first, then the project is gone for everyone."""
    told: list[str] = []
    real = rooms.project_deleted

    async def recording(project: str) -> None:
        told.append(project)
        assert await store.load_project(project) is not None
        await real(project)

    monkeypatch.setattr(rooms, "project_deleted", recording)
    page = await browser().be(cast.owner, store)
    answer = await page.post(f"/api/projects/{cast.project.project}/delete")
    assert (answer.code, answer.headers["Location"]) == (303, "/")
    assert told == [cast.project.project]
    assert await store.load_project(cast.project.project) is None
    assert (await page.get(f"/p/{cast.project.project}")).code == 404


@pytest.mark.parametrize(
    ("given", "otherwise", "name"),
    [
        ("Hare", "x", "Hare"),
        ("", "armadillo", "armadillo"),
        (" \x00\u200b ", "\u202e", "Untitled sculpture"),
        ("a\nb\tc", "x", "a b c"),
        ("", "y" * 300, "y" * 120),
    ],
)
def test_project_name(given: str, otherwise: str, name: str) -> None:
    """What cannot be seen is left out; a file's name is cut to fit."""
    assert project_name(given, otherwise) == name


def test_project_name_too_long() -> None:
    """A name that somebody typed is not cut behind their back."""
    with pytest.raises(Invalid, match="121 characters; at most 120"):
        project_name("x" * 121, "")
