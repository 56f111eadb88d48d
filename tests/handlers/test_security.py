"""What guards every page: Host, Origin, XSRF, headers, cookies."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import tornado.httpserver
import tornado.netutil
import tornado.web
from tornado.httpclient import AsyncHTTPClient
from tornado.testing import ExpectLog

from handlers.accounts import local_path
from handlers.base import AllowedHosts, json_script
from rooms.accounts import Accounts
from rooms.errors import StoreUnavailable
from rooms.map import RoomMap
from rooms.store import Store
from server import Settings, cookie_secret, make_app
from tests.handlers.browser import Browser, said, text
from tests.handlers.conftest import Cast

#: One of each kind of handler: page, JSON, asset, socket, unknown.
KINDS = ("/", "/healthz", "/static/{digest}/css/base.css", "/p/AAAAAAAAAAAAAAAAAAAAAA/socket", "/nowhere")


def digest_of(app: tornado.web.Application) -> str:
    digest = app.wildcard_router.rules[0].target_kwargs["parts"].assets.digest
    assert isinstance(digest, str)
    return digest


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.gen_test
async def test_foreign_host(path: str, app: tornado.web.Application, browser: Callable[[], Browser]) -> None:
    """A name that was made to resolve to us is refused everywhere, also when Origin and Host agree."""
    headers = {"Host": "evil.test", "Origin": "http://evil.test"}
    with ExpectLog("tornado.general", ".*Host 'evil.test' is not one of ours"):
        answer = await browser().get(path.format(digest=digest_of(app)), headers)
    assert answer.code == 403
    assert b"Sign up" not in answer.body


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("localhost", True),
        ("LOCALHOST:8888", True),
        ("localhost.", True),
        ("[::1]:80", True),
        ("127.0.0.1:1", True),
        ("localhost.evil.test", False),
        ("evil.test:8888", False),
        ("", False),
        ("[::2]", False),
        ("localhost@evil.test", False),
    ],
)
def test_allowed_hosts(host: str, allowed: bool) -> None:
    """Names are compared whole and without port."""
    assert AllowedHosts(["localhost", "127.0.0.1", "[::1]"]).allows(host) is allowed


@pytest.mark.parametrize("path", ["/login", "/signup", "/logout", "/projects", "/api/projects/import"])
@pytest.mark.gen_test
async def test_foreign_origin(path: str, browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """A form on somebody else's page can not act for whoever looks at it, even with the right token."""
    page = await browser().be(cast.owner, store)
    await page.token()
    with ExpectLog("tornado.general", ".*Origin 'http://evil.test' not allowed"):
        answer = await page.post(path, {"name": "x"}, headers={"Origin": "http://evil.test"})
    assert answer.code == 403


@pytest.mark.parametrize("path", ["/login", "/signup", "/logout", "/projects", "/api/projects/import"])
@pytest.mark.gen_test
async def test_missing_xsrf_token(path: str, browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """A POST without the token of one of our pages is refused, and nothing is logged out."""
    page = await browser().be(cast.owner, store)
    with ExpectLog("tornado.general", ".*'_xsrf' argument missing"):
        answer = await page.post(path, {"name": "x"}, xsrf=False)
    assert answer.code == 403
    assert (await page.get("/signup")).code == 303


@pytest.mark.gen_test
async def test_headers_of_a_page(browser: Callable[[], Browser]) -> None:
    """Every page comes with the whole set, and each with a nonce of its own."""
    page = browser()
    first, second = await page.get("/"), await page.get("/")
    policy = first.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "script-src" in policy
    # WebAssembly may be compiled; nothing else that is called unsafe is allowed.
    assert "unsafe" not in policy.replace(" 'wasm-unsafe-eval'", "")
    assert f"connect-src 'self' ws://{page.base_url.removeprefix('http://')}" in policy
    assert policy != second.headers["Content-Security-Policy"]
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    assert {name: first.headers.get(name) for name in expected} == expected
    assert "camera=()" in first.headers["Permissions-Policy"]
    assert "Server" not in first.headers and "Strict-Transport-Security" not in first.headers


@pytest.mark.parametrize("path", ["/", "/nowhere", "/api/projects/AAAAAAAAAAAAAAAAAAAAAA/snapshot"])
@pytest.mark.gen_test
async def test_nothing_inline(path: str, browser: Callable[[], Browser]) -> None:
    """No page has what its own policy forbids: inline styles, scripts or handlers."""
    body = text(await browser().get(path))
    assert " style=" not in body and "<style" not in body and " onclick=" not in body and "<script>" not in body


@pytest.mark.gen_test
async def test_behind_tls(
    store: Store,
    rooms: RoomMap,
    accounts: Accounts,
    settings: Settings,
    http_client: AsyncHTTPClient,
    base_url: str,
    app: object,
) -> None:
    """Behind TLS cookies are Secure and bound to the host, and browsers are told to stay with https."""
    settings.secure = True
    secured = tornado.httpserver.HTTPServer(make_app(store, rooms, settings, accounts))
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    secured.add_sockets(sockets)
    url = f"http://localhost:{sockets[0].getsockname()[1]}"
    page = await http_client.fetch(url + "/")
    (xsrf,) = page.headers.get_list("Set-Cookie")
    name, _, value = xsrf.partition(";")[0].partition("=")
    assert name == "__Host-clayroom_xsrf"
    answer = await http_client.fetch(
        url + "/signup",
        method="POST",
        body="name=Mira&password=correct+horse",
        headers={"Cookie": f"{name}={value}", "X-XSRFToken": value, "Origin": url},
        follow_redirects=False,
        raise_error=False,
    )
    (session,) = answer.headers.get_list("Set-Cookie")
    assert session.startswith("__Host-clayroom=")
    for cookie in (xsrf, session):
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    secured.stop()
    await secured.close_all_connections()


@pytest.mark.parametrize(
    ("given", "followed"),
    [
        ("/p/abc?x=1", "/p/abc?x=1"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/\t/evil.test", "/"),
        ("https://evil.test/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        ("p/abc", "/"),
        ("/ü", "/"),
    ],
)
def test_local_path(given: str, followed: str) -> None:
    """Nobody is sent to another site after the login."""
    assert local_path(given) == followed


def test_json_in_a_page() -> None:
    """Nothing that a person calls a project can end the script element it stands in."""
    written = json_script({"name": "</script><script>alert(1)</script>&\u2028"})
    assert not set("<>&\u2028") & set(written)


@pytest.mark.gen_test
async def test_names_are_escaped(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """A project's name is text in every page that shows it."""
    cast.project.name = "<img src=x onerror=alert(1)>"
    await store.save_meta(cast.project)
    page = await browser().be(cast.viewer, store)
    for path in ("/", f"/p/{cast.project.project}"):
        body = text(await page.get(path))
        assert "<img src=x" not in body
        assert "onerror=alert(1)" in body


@pytest.mark.gen_test
async def test_errors_in_words(browser: Callable[[], Browser]) -> None:
    """People read a page, programs read JSON, and neither reads a traceback."""
    page = browser()
    lost = await page.get("/nowhere")
    assert (lost.code, "Nothing here" in text(lost)) == (404, True)
    answer = await page.get("/api/projects/AAAAAAAAAAAAAAAAAAAAAA/snapshot")
    assert answer.code == 401
    assert said(answer) == {"code": "not_logged_in", "message": "Please log in first."}


@pytest.mark.gen_test
async def test_database_away(
    browser: Callable[[], Browser], store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a database people read that it is away, and a load balancer hears 503."""

    async def away(*_: object) -> None:
        raise StoreUnavailable("the database does not answer")

    page = await browser().be(cast.owner, store)
    monkeypatch.setattr(store, "find_session", away)
    monkeypatch.setattr(store, "ping", away)
    with ExpectLog("clayroom.access", "503 GET /"):
        answer = await page.get("/")
    assert (answer.code, "The database does not answer." in text(answer)) == (503, True)
    with ExpectLog("clayroom.access", "503 GET /healthz"):
        answer = await browser().get("/healthz")
    assert (answer.code, said(answer)["code"]) == (503, "unavailable")


@pytest.mark.gen_test
async def test_a_fault_of_ours(
    browser: Callable[[], Browser], store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What we did not foresee is in the log, with its traceback, and not on the page."""

    async def broken(*_: object) -> None:
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(store, "list_projects", broken)
    page = await browser().be(cast.owner, store)
    with ExpectLog("tornado.application", "Uncaught exception GET /"), ExpectLog("clayroom.access", "500 GET /"):
        answer = await page.get("/")
    assert answer.code == 500
    assert "Something broke on our side" in text(answer) and "secret" not in text(answer)


def test_cookie_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is made once, is for its owner's eyes only, and a short one is refused."""
    monkeypatch.delenv("CLAYROOM_COOKIE_SECRET", raising=False)
    made = cookie_secret(tmp_path)
    assert len(made) >= 64 and cookie_secret(tmp_path) == made
    assert (tmp_path / "cookie_secret").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("CLAYROOM_COOKIE_SECRET", "short")
    with pytest.raises(Exception, match="has 5 characters"):
        cookie_secret(tmp_path)
