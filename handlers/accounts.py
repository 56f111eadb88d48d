"""Signing up, logging in and out, and one's language. Who may, and how often, is decided by ``rooms.accounts``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from handlers.base import LANGUAGE_COOKIE, LANGUAGE_DAYS, SESSION_DAYS, BaseHandler, sentence, status_of
from rooms.errors import ClayroomError, Invalid


def local_path(url: str) -> str:
    """``url`` if it leads to a page of ours, else ``/``: nobody is sent elsewhere after a login.

    Browsers read a backslash as a slash and drop tabs and newlines, so ``/\\evil.test`` and ``/<tab>/evil.test``
    would leave us as surely as ``//evil.test``.
    """
    plain = url.isascii() and url.isprintable() and "\\" not in url
    if not plain or not url.startswith("/") or url.startswith("//"):
        return "/"
    parts = urlsplit(url)
    return url if not parts.scheme and not parts.netloc else "/"


class _AccountForm(BaseHandler):
    """The landing page with its two forms; the one that failed says why."""

    form: str

    def form_page(self, error: str = "", name: str = "") -> None:
        self.page(
            "landing.html", form=self.form, error=error, name=name, next=local_path(self.get_argument("next", "/"))
        )

    def get(self) -> None:
        if self.session:
            self.see_other(local_path(self.get_argument("next", "/")))
        else:
            self.form_page()

    async def enter(self, name: str, password: str) -> str:
        """The new session's token."""
        raise NotImplementedError

    async def post(self) -> None:
        name = self.get_body_argument("name")
        # A password is taken as it was typed: spaces at its ends are part of it.
        password = self.get_body_argument("password", strip=False)
        try:
            token = await self.enter(name, password)
        except ClayroomError as error:
            self.set_status(status_of(error))
            self.form_page(sentence(self.language.message(error.message)), name)
        else:
            await self.replace_session(token)
            self.see_other(local_path(self.get_argument("next", "/")))

    async def replace_session(self, token: str) -> None:
        """Ends the session this browser had, so that none is left behind without a cookie, and sets the new one."""
        await end_session(self)
        self.set_signed_cookie(
            self.session_cookie, token, expires_days=SESSION_DAYS, **cookie_flags(self.settings["secure"])
        )


class SignUp(_AccountForm):
    form = "signup"

    async def enter(self, name: str, password: str) -> str:
        return await self.parts.accounts.sign_up(name, password, self.request.remote_ip or "")


class LogIn(_AccountForm):
    form = "login"

    async def enter(self, name: str, password: str) -> str:
        return await self.parts.accounts.log_in(name, password, self.request.remote_ip or "")


class LogOut(BaseHandler):
    async def post(self) -> None:
        await end_session(self)
        self.clear_cookie(self.session_cookie, path="/", secure=self.settings["secure"])
        self.clear_cookie(self.settings["xsrf_cookie_name"], path="/", secure=self.settings["secure"])
        self.see_other("/")


class ChooseLanguage(BaseHandler):
    """Remembers the language in this browser, and shows the same page in it."""

    def post(self) -> None:
        code = self.get_body_argument("language")
        if code not in self.parts.words.languages:
            offered = ", ".join(self.parts.words.languages)
            raise Invalid(f"There is no language {code!r} here; there are {offered}.")
        self.set_cookie(LANGUAGE_COOKIE, code, expires_days=LANGUAGE_DAYS, **cookie_flags(self.settings["secure"]))
        self.see_other(local_path(self.get_body_argument("next", "/")))


def cookie_flags(secure: bool) -> dict[str, Any]:
    return {"httponly": True, "samesite": "Lax", "secure": secure, "path": "/"}


async def end_session(handler: BaseHandler) -> None:
    """Revokes the asking browser's session in the store and closes its sockets."""
    token = handler.session_token()
    session = await handler.parts.accounts.log_out(token) if token else None
    if session:
        handler.parts.rooms.end_session(session)
