"""Reference images over HTTP: in by an editor, out to everybody in the project."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import tornado.web
from PIL import Image
from tornado.testing import ExpectLog

from rooms.pictures import MAX_PICTURE_BYTES
from rooms.records import MAX_REFERENCES
from rooms.store import Store
from tests.handlers.browser import Browser, said
from tests.handlers.conftest import Cast


def png(width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 60, 40)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.gen_test
async def test_a_picture_in_and_out(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """An editor brings a PNG, a viewer gets a WebP that no browser takes for anything else."""
    page = await browser().be(cast.editor, store)
    api = f"/api/projects/{cast.project.project}/references"
    answer = await page.post(api, body=png())
    assert (answer.code, said(answer)["width"], said(answer)["height"]) == (201, 40, 30)
    looking = await browser().be(cast.viewer, store)
    picture = await looking.get(f"{api}/{said(answer)['reference']}")
    assert (picture.code, picture.headers["Content-Type"]) == (200, "image/webp")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.headers["Cache-Control"].startswith("private")
    with Image.open(io.BytesIO(picture.body)) as image:
        assert (image.format, image.size) == ("WEBP", (40, 30))


@pytest.mark.gen_test
async def test_a_picture_through_another_project(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """Whoever knows the id of a picture, but not one of its people, gets what a wrong id gets."""
    owner = await browser().be(cast.owner, store)
    picture = said(await owner.post(f"/api/projects/{cast.project.project}/references", body=png()))["reference"]
    page = await browser().be(cast.outsider, store)
    created = await page.post("/projects", {"name": "Mine", "detail": "coarse"})
    mine = created.headers["Location"].rpartition("/")[2]
    assert (await page.get(f"/api/projects/{mine}/references/{picture}")).code == 404
    assert (await page.get(f"/api/projects/{cast.project.project}/references/{picture}")).code == 404


@pytest.mark.parametrize(
    "body",
    [b"<svg xmlns='http://www.w3.org/2000/svg'/>", png()[:60], png(5000, 8)],
    ids=["svg", "half", "too many pixels"],
)
@pytest.mark.gen_test
async def test_refusals(
    body: bytes, browser: Callable[[], Browser], store: Store, cast: Cast, app: tornado.web.Application
) -> None:
    """What a picture is lies in its bytes, whatever type the request names; nothing of a refused one is left."""
    page = await browser().be(cast.editor, store)
    api = f"/api/projects/{cast.project.project}/references"
    answer = await page.post(api, body=body, headers={"Content-Type": "image/png"})
    assert answer.code in (413, 422) and said(answer)["message"]
    imports = app.wildcard_router.rules[0].target_kwargs["parts"].imports
    assert list(imports.folder.iterdir()) == [] and not imports.running


@pytest.mark.gen_test
async def test_too_many_bytes_and_too_many_pictures(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """Each limit is told with its number."""
    page = await browser().be(cast.editor, store)
    api = f"/api/projects/{cast.project.project}/references"
    answer = await page.post(api, body=bytes(MAX_PICTURE_BYTES + 1))
    assert answer.code == 413 and f"{MAX_PICTURE_BYTES:,}" in said(answer)["message"]
    for _ in range(MAX_REFERENCES):
        await store.save_reference(cast.project.project, cast.owner.user, b"x", 1, 1)
    answer = await page.post(api, body=png())
    assert answer.code == 422 and str(MAX_REFERENCES) in said(answer)["message"]


@pytest.mark.gen_test
async def test_a_form_of_another_site_brings_nothing(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """Without the page's token there is no upload."""
    page = await browser().be(cast.editor, store)
    with ExpectLog("tornado.general", ".*_xsrf"):
        answer = await page.post(f"/api/projects/{cast.project.project}/references", body=png(), xsrf=False)
    assert answer.code == 403
