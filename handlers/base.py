"""What all handlers share: the Host list, the security headers, who is asking, and how an error is told.

    HostChecked          Host allow list, security headers, session cookie; also the base of the WebSocket handler
    └── BaseHandler      the asking person, Jinja2 pages, projects by role, errors as a page or as JSON

The one table from domain error to HTTP status is `STATUS`.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup
from tornado.web import HTTPError, RequestHandler

from rooms import errors
from rooms.records import Project, Role, Session

if TYPE_CHECKING:
    from handlers.assets import Assets
    from handlers.heartbeat import Heartbeat
    from handlers.thumbnails import Thumbnails
    from handlers.uploads import Imports
    from handlers.words import Language, Words
    from rooms.accounts import Accounts
    from rooms.map import RoomMap
    from rooms.store import Store
    from rooms.workers import WorkerPool

log = logging.getLogger("clayroom.web")
access_log = logging.getLogger("clayroom.access")

#: Days the browser keeps the session cookie: the absolute life of a session in the store.
SESSION_DAYS = 90

STATUS: dict[type[errors.ClayroomError], int] = {
    errors.Malformed: 400,
    errors.NotLoggedIn: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.Elsewhere: 421,
    errors.Invalid: 422,
    errors.MeshError: 422,
    errors.TooFast: 429,
    errors.RoomFull: 503,
    errors.Fenced: 503,
    errors.StoreUnavailable: 503,
    errors.ClayroomError: 500,
}

#: Codes of errors that Tornado found before any code of ours ran, by status. Their words are ``pages.error.<status>``.
CODES: dict[int, str] = {
    400: "malformed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_fast",
    500: "error",
    503: "unavailable",
}

#: Holds the code of the language that was chosen. No secret, and worth keeping for longer than a login.
LANGUAGE_COOKIE = "clayroom_language"
LANGUAGE_DAYS = 400

#: Ranking of roles for "at least": each may do all that those before it may.
RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}


@dataclass(frozen=True)
class Parts:
    """What the handlers work with, made once in ``server.make_app`` and handed in through the route table."""

    store: Store
    rooms: RoomMap
    accounts: Accounts
    heartbeat: Heartbeat
    workers: WorkerPool
    assets: Assets
    templates: jinja2.Environment
    imports: Imports
    thumbnails: Thumbnails
    words: Words


class AllowedHosts:
    """The names under which this deployment answers.

    Without such a list a page of ``evil.test`` whose name is made to resolve to us (DNS rebinding) would be of the
    same origin as we are, for its Origin equals its Host.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(name.lower().strip("[]").rstrip(".") for name in names)

    def allows(self, host: str) -> bool:
        """Whether a Host header (``name``, ``name:port``, ``[v6]:port``) is one of ours; any port is."""
        name = host.lower()
        name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
        return name.rstrip(".") in self.names


def make_templates(folder: Path) -> jinja2.Environment:
    """The Jinja2 environment: autoescape on, a missing variable is an error, and the filters our pages use."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(json_script=json_script)
    return environment


def json_script(value: Any) -> Markup:
    """``value`` as JSON that is safe inside a ``<script>`` element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def sentence(message: str) -> str:
    """An error's message as a page shows it: with a capital and a full stop."""
    message = message[:1].upper() + message[1:]
    return message if message.endswith((".", "!", "?")) else message + "."


def status_of(error: errors.ClayroomError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def log_request(handler: RequestHandler) -> None:
    """One line per request. A refusal is an answer like any other; only what is our fault is an error."""
    level = logging.ERROR if handler.get_status() >= 500 else logging.INFO
    milliseconds = 1000 * handler.request.request_time()
    method, path = handler.request.method, handler.request.path
    access_log.log(
        level, "%d %s %s (%s) %.1f ms", handler.get_status(), method, path, handler.request.remote_ip, milliseconds
    )


class HostChecked(RequestHandler):
    """Refuses foreign Hosts, sets the security headers and reads the session cookie.

    Settings it needs: ``allowed_hosts`` (`AllowedHosts`) and ``secure`` (True behind TLS). A subclass that overrides
    ``prepare`` calls this one first.
    """

    nonce: str

    def set_default_headers(self) -> None:
        self.nonce = secrets.token_urlsafe(16)
        self.clear_header("Server")
        for name, value in self.security_headers().items():
            self.set_header(name, value)

    def security_headers(self) -> dict[str, str]:
        # 'self' covers WebSockets of the same host in current browsers, but not in Safari before 15.4.
        host = self.request.host
        ours = self.settings["allowed_hosts"].allows(host)
        socket = (" wss://" if self.settings["secure"] else " ws://") + host if ours else ""
        policy = {
            "default-src": "'none'",
            # The kernel's loops are WebAssembly; this allows to compile that, and no eval.
            "script-src": f"'self' 'nonce-{self.nonce}' 'wasm-unsafe-eval'",
            "style-src": "'self'",
            "img-src": "'self' blob: data:",
            "connect-src": f"'self'{socket}",
            "worker-src": "'self'",
            "font-src": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
        }
        headers = {
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            # Together these two isolate our pages, so that workers may share memory with them.
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
        if self.settings["secure"]:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return headers

    def prepare(self) -> Any:
        host = self.request.host
        if not self.settings["allowed_hosts"].allows(host):
            raise HTTPError(403, f"Host {host!r} is not one of ours", reason="Unknown Host")

    @property
    def session_cookie(self) -> str:
        """``__Host-`` makes the browser refuse the cookie unless it is Secure, for ``/`` and without a Domain."""
        return "__Host-clayroom" if self.settings["secure"] else "clayroom_session"

    def session_token(self) -> str | None:
        """The secret token of the asking browser. It is signed only so that a made-up one never costs a query."""
        token = self.get_signed_cookie(self.session_cookie, max_age_days=SESSION_DAYS)
        return token.decode() if token else None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """The bare reason. `BaseHandler` has better."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(self._reason)


class BaseHandler(HostChecked):
    """A handler that knows who is asking (``self.session``) and answers with a page or with JSON."""

    #: Set by ``prepare``; None for a stranger, and also while the database is away.
    session: Session | None = None

    def initialize(self, parts: Parts) -> None:
        self.parts = parts

    async def prepare(self) -> None:
        super().prepare()
        token = self.session_token()
        self.session = await self.parts.accounts.who(token) if token else None

    @property
    def language(self) -> Language:
        """The language of the asking browser: what was chosen on a page of ours, or else what the browser asks for."""
        return self.parts.words.choose(
            self.get_cookie(LANGUAGE_COOKIE), self.request.headers.get("Accept-Language", "")
        )

    def person(self) -> Session:
        """The session of the asking person. Raises NotLoggedIn for a stranger."""
        if self.session is None:
            raise errors.NotLoggedIn("Please log in first.")
        return self.session

    async def load_project(self, project_id: str, need: Role = Role.VIEWER) -> Project:
        """The project, if the asking person has at least the role ``need``: the one check of every project URL.

        Raises NotLoggedIn; NotFound when there is no such project *or* the person has no part in it, so that ids can
        not be probed; Forbidden when their role is too small.
        """
        person = self.person()
        project = await self.parts.store.load_project(project_id)
        role = project.role_of(person.user.user) if project else None
        if project is None or role is None:
            raise errors.NotFound("There is no such project, or it is not shared with you.")
        if RANK[role] < RANK[need]:
            raise errors.Forbidden(f"Only the {need} of this project may do that; you are its {role}.")
        return project

    # Answers

    def page(self, template: str, **values: Any) -> None:
        """Finishes with a rendered page. Every template may use what is listed here."""
        assets = self.parts.assets
        assets.refresh()
        self.parts.words.refresh()
        language = self.language
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Language", language.code)
        self.finish(
            self.parts.templates.get_template(template).render(
                user=self.session.user if self.session else None,
                csp_nonce=self.nonce,
                import_map=json_script(assets.import_map()),
                static_url=assets.url,
                modules=assets.modules,
                xsrf_token=self.xsrf_token.decode(),
                version=assets.digest,
                t=language.t,
                ago=language.ago,
                language=language.code,
                languages=self.parts.words.names(),
                page_texts=language.page_texts,
                here=self.request.uri if self.request.method == "GET" else "/",
                **values,
            )
        )

    def see_other(self, url: str) -> None:
        """Redirects with 303, so that a form that was sent is followed by a GET."""
        self.redirect(url, status=303)

    # Errors

    @property
    def wants_json(self) -> bool:
        return self.request.path.startswith("/api/") or self.request.path == "/healthz"

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs.get("exc_info", (None, None))[1]
        language = self.language
        status = status_code if status_code in CODES else 500
        code, headline, words = CODES[status], f"pages.error.{status}", language.plain(f"pages.error.{status}.why")
        if isinstance(error, errors.ClayroomError):
            status_code = status_of(error)
            self.set_status(status_code)
            code, words = error.code, sentence(language.message(error.message))
            headline = f"pages.error.{status_code}" if status_code in CODES else "pages.error.other"
        if self.wants_json:
            self.finish({"code": code, "message": words})
        elif isinstance(error, errors.NotLoggedIn) and self.request.method == "GET":
            self.see_other("/login?next=" + quote(self.request.uri or "/", safe=""))
        elif not self.settings["allowed_hosts"].allows(self.request.host):
            super().write_error(status_code)
        else:
            self.page("error.html", headline=language.t(headline), sentence=words)

    def log_exception(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """A domain error is an answer, not an accident: one line without a traceback."""
        if isinstance(error, errors.ClayroomError):
            log.info("%s %s: %s", self.request.method, self.request.path, error.code)
        else:
            super().log_exception(kind, error, trace)


class UnknownPage(BaseHandler):
    """Every path that no route knows."""

    async def prepare(self) -> None:
        await super().prepare()
        raise errors.NotFound(self.language.plain("pages.error.404.why"))

    def check_xsrf_cookie(self) -> None:
        """Nothing happens here, so a POST may have the honest 404."""

    def check_trusted_origin(self, origin: str) -> bool:
        return True
