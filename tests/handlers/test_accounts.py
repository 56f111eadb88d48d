"""Signing up, logging in and out, by the forms that people fill in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tornado.testing import ExpectLog

from rooms.accounts import Accounts
from rooms.map import RoomMap
from rooms.store import Store
from tests.handlers.browser import SESSION_COOKIE, Browser, text
from tests.handlers.conftest import Cast, Clock

MIRA = {"name": "Mira", "password": "correct horse"}


async def signed_up(page: Browser) -> Browser:
    assert (await page.post("/signup", MIRA)).code == 303
    return page


@pytest.mark.gen_test
async def test_sign_up_and_log_in(browser: Callable[[], Browser]) -> None:
    """A new person is in at once, and can come back from another browser, to the page they wanted."""
    page = browser()
    answer = await page.post("/signup", MIRA)
    assert (answer.code, answer.headers["Location"]) == (303, "/")
    assert "Your sculptures" in text(await page.get("/"))
    other = browser()
    answer = await other.post("/login", {**MIRA, "next": "/p/somewhere"})
    assert (answer.code, answer.headers["Location"]) == (303, "/p/somewhere")
    cookie = next(c for c in answer.headers.get_list("Set-Cookie") if c.startswith(SESSION_COOKIE))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert other.cookies[SESSION_COOKIE] != page.cookies[SESSION_COOKIE]


@pytest.mark.parametrize("next_page", ["//evil.test/", "https://evil.test/", "/\\evil.test"])
@pytest.mark.gen_test
async def test_next_stays_here(next_page: str, browser: Callable[[], Browser]) -> None:
    """A link to our login can not carry people on to another site."""
    await signed_up(browser())
    answer = await browser().post("/login", {**MIRA, "next": next_page})
    assert (answer.code, answer.headers["Location"]) == (303, "/")


@pytest.mark.gen_test
async def test_the_way_back_to_a_project(browser: Callable[[], Browser], cast: Cast) -> None:
    """Who opens a project's link without being logged in is asked to, and comes back to it."""
    answer = await browser().get(f"/p/{cast.project.project}?x=1")
    assert (answer.code, answer.headers["Location"]) == (303, f"/login?next=%2Fp%2F{cast.project.project}%3Fx%3D1")
    assert f'value="/p/{cast.project.project}?x=1"' in text(await browser().get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("path", "form", "status", "words"),
    [
        ("/signup", MIRA, 409, "The name Mira is taken."),
        ("/signup", {**MIRA, "name": "mIRA"}, 409, "is taken."),
        ("/signup", {"name": "Jonas", "password": "short"}, 422, "at least 8 characters, this one has 5."),
        ("/signup", {"name": "J", "password": "long enough"}, 422, "2 to 32 characters"),
        ("/login", {**MIRA, "password": "wrong horse"}, 401, "do not belong together."),
        ("/login", {"name": "Nobody", "password": "wrong horse"}, 401, "do not belong together."),
    ],
)
@pytest.mark.gen_test
async def test_what_a_form_says(
    path: str, form: dict[str, str], status: int, words: str, browser: Callable[[], Browser]
) -> None:
    """A refused form comes back with the reason and the name, never with the password, and without a session."""
    await signed_up(browser())
    page = browser()
    answer = await page.post(path, form)
    assert (answer.code, words in text(answer)) == (status, True)
    assert f'value="{form["name"]}"' in text(answer)
    assert form["password"] not in text(answer)
    assert SESSION_COOKIE not in page.cookies


@pytest.mark.gen_test
async def test_a_form_with_a_field_missing(browser: Callable[[], Browser]) -> None:
    """A request that our form would never send is answered with 400, in words."""
    with ExpectLog("tornado.general", ".*Missing argument password"):
        answer = await browser().post("/login", {"name": "Mira"})
    assert (answer.code, "garbled" in text(answer)) == (400, True)


@pytest.mark.gen_test
async def test_throttled_login(browser: Callable[[], Browser], clock: Clock) -> None:
    """After some wrong tries even the right password has to wait; time alone lifts it."""
    await signed_up(browser())
    page = browser()
    codes = [(await page.post("/login", {**MIRA, "password": f"wrong {n:03}"})).code for n in range(7)]
    assert codes[:5] == [401] * 5 and codes[-1] == 429
    answer = await page.post("/login", MIRA)
    assert (answer.code, SESSION_COOKIE in page.cookies) == (429, False)
    clock.now += 3600
    assert (await page.post("/login", MIRA)).code == 303


@pytest.mark.gen_test
async def test_log_out(browser: Callable[[], Browser], rooms: RoomMap, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session ends in the store and its sockets with it: a kept copy of the cookie is worth nothing."""
    ended: list[str] = []
    monkeypatch.setattr(rooms, "end_session", ended.append)
    page = await signed_up(browser())
    stolen = browser()
    stolen.cookies.update(page.cookies)
    answer = await page.post("/logout")
    assert (answer.code, answer.headers["Location"]) == (303, "/")
    assert SESSION_COOKIE not in page.cookies
    assert len(ended) == 1
    assert "Sign up" in text(await stolen.get("/"))
    assert (await stolen.post("/projects", {"detail": "coarse"})).code == 401


@pytest.mark.gen_test
async def test_revoked_session(browser: Callable[[], Browser], store: Store, accounts: Accounts, cast: Cast) -> None:
    """A session that was ended elsewhere is over with the next request."""
    page = await browser().be(cast.owner, store)
    assert (await page.get(f"/p/{cast.project.project}")).code == 200
    await store.end_sessions_of(cast.owner.user)
    assert (await page.get(f"/p/{cast.project.project}")).code == 303
    assert (await page.get(f"/api/projects/{cast.project.project}/snapshot")).code == 401


@pytest.mark.gen_test
async def test_a_new_login_ends_the_old_session(browser: Callable[[], Browser]) -> None:
    """Logging in over a live session leaves no session behind that no browser has."""
    page = await signed_up(browser())
    old = browser()
    old.cookies.update(page.cookies)
    assert (await page.post("/login", MIRA)).code == 303
    assert "Sign up" in text(await old.get("/"))
    assert "Your sculptures" in text(await page.get("/"))


@pytest.mark.parametrize(
    "cookie", ["", "x", "2|1:0|10:1700000000|16:clayroom_session|4:eHh4|deadbeef", "é", "a" * 4000]
)
@pytest.mark.gen_test
async def test_made_up_cookies(cookie: str, browser: Callable[[], Browser]) -> None:
    """A cookie that we did not sign is a stranger's, and no error."""
    page = browser()
    page.cookies[SESSION_COOKIE] = cookie
    assert (await page.get("/")).code == 200
