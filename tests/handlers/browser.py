"""A browser for the tests: keeps cookies, sends Origin and the XSRF token as a page of ours does, follows nothing."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.web import create_signed_value

from rooms.records import User
from rooms.store import Store

#: Signs the cookies of every app in these tests.
SECRET = "a secret of the tests, which is long enough to be one"
SESSION_COOKIE = "clayroom_session"
XSRF_COOKIE = "clayroom_xsrf"


class Browser:
    def __init__(self, client: AsyncHTTPClient, base_url: str) -> None:
        self.client = client
        self.base_url = base_url
        self.cookies: dict[str, str] = {}

    async def be(self, user: User, store: Store) -> Browser:
        """Logs in without the form: a session of its own in the store, and its cookie."""
        token = await store.create_session(user.user)
        self.cookies[SESSION_COOKIE] = create_signed_value(SECRET, SESSION_COOKIE, token).decode()
        return self

    async def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> HTTPResponse:
        return await self._fetch(path, method, None, headers or {})

    async def post(
        self,
        path: str,
        form: dict[str, str] | None = None,
        *,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        xsrf: bool = True,
    ) -> HTTPResponse:
        """A form, or a raw ``body``, with the XSRF token of a page that was read before."""
        sent = {"Origin": self.base_url, **(headers or {})}
        if xsrf:
            sent["X-XSRFToken"] = await self.token()
        return await self._fetch(path, "POST", urlencode(form or {}).encode() if body is None else body, sent)

    async def token(self) -> str:
        if XSRF_COOKIE not in self.cookies:
            await self.get("/no-such-page")  # every page sets the cookie, also this one
        return self.cookies[XSRF_COOKIE]

    async def _fetch(self, path: str, method: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        if self.cookies:
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **headers}
        answer = await self.client.fetch(
            self.base_url + path,
            method=method,
            body=body,
            headers=headers,
            follow_redirects=False,
            raise_error=False,
            decompress_response="Accept-Encoding" not in headers,  # who asks for an encoding wants to see it
        )
        for line in answer.headers.get_list("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel.value:
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
        return answer


def text(answer: HTTPResponse) -> str:
    return answer.body.decode()


def said(answer: HTTPResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.body)
