"""Who may do what: every route and method of the router, for everybody who can ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import tornado.web

from rooms.records import User
from rooms.store import Store
from tests.handlers.browser import Browser
from tests.handlers.conftest import Cast

PEOPLE = ("stranger", "outsider", "viewer", "editor", "owner")

#: (route, method) → a path, what is sent, and the status for each of PEOPLE.
#: ``{id}`` is the project, ``{blob}`` one of its blobs, ``{reference}`` a picture; ``{digest}`` and ``{three}`` are of the assets.
ALL_MAY = (200, 200, 200, 200, 200)
MEMBERS = (401, 404, 200, 200, 200)
MATRIX: dict[tuple[str, str], tuple[str, dict[str, str] | bytes | None, tuple[int, ...]]] = {
    ("/", "GET"): ("/", None, ALL_MAY),
    ("/signup", "GET"): ("/signup", None, (200, 303, 303, 303, 303)),
    ("/signup", "POST"): ("/signup", {"name": "x", "password": "too short"}, (422,) * 5),
    ("/login", "GET"): ("/login", None, (200, 303, 303, 303, 303)),
    ("/login", "POST"): ("/login", {"name": "nobody", "password": "not the one"}, (401,) * 5),
    ("/logout", "POST"): ("/logout", {}, (303,) * 5),
    ("/language", "POST"): ("/language", {"language": "de"}, (303,) * 5),
    ("/projects", "POST"): ("/projects", {"detail": "no such"}, (401, 422, 422, 422, 422)),
    ("/p/{id}", "GET"): ("/p/{id}", None, (303, 404, 200, 200, 200)),
    # Beyond the session a socket asks for the role when it joins: tests/handlers/test_socket.py.
    ("/p/{id}/socket", "GET"): ("/p/{id}/socket", None, (401, 400, 400, 400, 400)),
    ("/api/projects/import", "POST"): ("/api/projects/import", b"no mesh", (401, 422, 422, 422, 422)),
    ("/api/projects/{id}/token", "GET"): ("/api/projects/{id}/token", None, MEMBERS),
    ("/api/projects/{id}/delete", "POST"): ("/api/projects/{id}/delete", {}, (401, 404, 403, 403, 303)),
    ("/api/projects/{id}/snapshot", "GET"): ("/api/projects/{id}/snapshot", None, MEMBERS),
    ("/api/projects/{id}/blobs/{}", "GET"): ("/api/projects/{id}/blobs/{blob}", None, MEMBERS),
    ("/api/projects/{id}/export.{}", "GET"): ("/api/projects/{id}/export.stl", None, MEMBERS),
    ("/api/projects/{id}/thumbnail.webp", "GET"): ("/api/projects/{id}/thumbnail.webp", None, MEMBERS),
    ("/api/projects/{id}/references", "POST"): (
        "/api/projects/{id}/references",
        b"no picture",
        (401, 404, 403, 422, 422),
    ),
    ("/api/projects/{id}/references/{}", "GET"): ("/api/projects/{id}/references/{reference}", None, MEMBERS),
    ("/healthz", "GET"): ("/healthz", None, ALL_MAY),
    ("/static/{}/{}", "GET"): ("/static/{digest}/css/base.css", None, ALL_MAY),
    ("/vendor/three@{}/{}", "GET"): ("/vendor/three@{three}/build/three.module.js", None, ALL_MAY),
}


def routes_of(app: tornado.web.Application) -> set[tuple[str, str]]:
    """Every (route, method) that the router answers, with ``{id}`` and ``{}`` for what varies."""
    found = set()
    for rule in app.wildcard_router.rules:
        pattern = rule.matcher.regex.pattern.removesuffix("$").replace("\\.", ".")
        route = pattern.replace("([A-Za-z0-9_-]{22})", "{id}")
        while "(" in route:
            before, _, rest = route.partition("(")
            route = before + "{}" + rest.partition(")")[2]
        for method in ("get", "post", "put", "patch", "delete"):
            if getattr(rule.target, method) is not getattr(tornado.web.RequestHandler, method):
                found.add((route, method.upper()))
    return found


def test_every_route_has_a_row(app: tornado.web.Application) -> None:
    """A route or a method that nobody has thought about fails here."""
    assert routes_of(app) == set(MATRIX)


@pytest.mark.parametrize("route", MATRIX, ids=lambda route: f"{route[1]} {route[0]}")
@pytest.mark.gen_test
async def test_status_by_role(
    route: tuple[str, str],
    app: tornado.web.Application,
    store: Store,
    browser: Callable[[], Browser],
    cast: Cast,
) -> None:
    """Each of PEOPLE gets exactly the status of the row; outsiders can not tell a project from none."""
    path, sent, expected = MATRIX[route]
    assert cast.project.snapshot is not None
    manifest = await store.manifest(cast.project.snapshot)
    parts = app.wildcard_router.rules[0].target_kwargs["parts"]
    path = path.format(
        id=cast.project.project,
        reference=await store.save_reference(cast.project.project, cast.owner.user, b"a picture", 2, 3),
        blob=manifest["pieces"][0]["positions"],
        digest=parts.assets.digest,
        three=parts.assets.three_version,
    )
    people: list[User | None] = [None, cast.outsider, cast.viewer, cast.editor, cast.owner]
    got = []
    for person in people:
        page = browser()
        if person:
            await page.be(person, store)
        if isinstance(sent, bytes):
            answer = await page.post(path, body=sent)
        elif sent is not None:
            answer = await page.post(path, sent)
        else:
            answer = await page.get(path, {"Origin": page.base_url})
        got.append(answer.code)
    assert dict(zip(PEOPLE, got, strict=True)) == dict(zip(PEOPLE, expected, strict=True))


@pytest.mark.parametrize("path", [path for path, sent, codes in MATRIX.values() if "{id}" in path and sent is None])
@pytest.mark.gen_test
async def test_a_project_that_is_not_there(path: str, store: Store, browser: Callable[[], Browser], cast: Cast) -> None:
    """An id that nobody has is answered like the id of somebody else's project."""
    page = await browser().be(cast.outsider, store)
    picture = await store.save_reference(cast.project.project, cast.owner.user, b"a picture", 2, 3)
    url = path.format(id="A" * 22, blob="0" * 32, reference=picture)
    theirs = path.format(id=cast.project.project, blob="0" * 32, reference=picture)
    headers = {"Origin": page.base_url}
    nowhere, foreign = await page.get(url, headers), await page.get(theirs, headers)
    assert (nowhere.code, nowhere.headers["Content-Type"]) == (foreign.code, foreign.headers["Content-Type"])
    assert nowhere.code == (400 if path.endswith("/socket") else 404)  # a socket looks when it joins
