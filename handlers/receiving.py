"""A file as the body of a request: to disk as it comes, counted, and gone when the request ends."""

from __future__ import annotations

from typing import ClassVar

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPHeaders
from tornado.web import stream_request_body

from handlers.base import BaseHandler
from handlers.uploads import Upload, check_size
from rooms.errors import Malformed

#: Bytes of a file that are read, written or sent at a time: small enough that nobody else waits for the disk.
PIECE_BYTES = 256 * 1024


@stream_request_body
class Receiving(BaseHandler):
    """Base of the handlers that take a file. ``prepare`` of each checks who asks, then calls ``receive``."""

    #: of the file; the larger of what is announced and what comes counts
    most_bytes: ClassVar[int]
    upload: Upload | None = None

    def check_xsrf_cookie(self) -> None:
        # Runs before ``prepare``. Whoever is refused, here or there, hears why only after their file was read to its end.
        assert isinstance(self.request.connection, HTTP1Connection)
        self.request.connection.set_max_body_size(self.most_bytes + PIECE_BYTES)
        super().check_xsrf_cookie()

    def receive(self) -> None:
        """The file may come. Raises TooLarge for what it announces, TooFast for one upload too many."""
        check_size(announced_size(self.request.headers), self.most_bytes)
        self.upload = self.parts.imports.begin(self.person().user.user, self.most_bytes)

    def received(self) -> str:
        """Everything has come: the path of the file. Raises TooLarge."""
        assert self.upload is not None
        self.upload.finish()
        return str(self.upload.path)

    def data_received(self, chunk: bytes) -> None:
        if self.upload:
            self.upload.write(chunk)

    def on_finish(self) -> None:
        if self.upload:
            self.upload.close()

    def on_connection_close(self) -> None:
        super().on_connection_close()
        self.on_finish()


def announced_size(headers: HTTPHeaders) -> int:
    text = headers.get("Content-Length", "0")
    if not text.isdecimal():
        raise Malformed("The size of the upload is not a number.")
    return int(text)
