"""The WebSocket: translates between a browser and a room, and decides nothing."""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket as sockets
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tornado.iostream import IOStream
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler, WebSocketProtocol, WebSocketProtocol13

from rooms import errors, messages
from rooms.map import Place, RoomMap
from rooms.records import Session
from rooms.wire import client_to_text

from .base import HostChecked
from .buffered import BufferedProtocol
from .heartbeat import Heartbeat
from .outbox import NOT_SENT_BYTES, PING, TCP_NOTSENT_LOWAT

if TYPE_CHECKING:
    from rooms.accounts import Accounts

logger = logging.getLogger("clayroom.socket")

#: Seconds between the upgrade and the first join_proj.
JOIN_DEADLINE = 10.0
#: Requests of one socket that may wait for their turn.
MAX_WAITING = 16

#: The only table from error to close code; docs/protocol.md says what a page does with each.
CLOSE_CODES: dict[type[errors.ClayroomError], int] = {
    errors.Malformed: 4400,
    errors.NotLoggedIn: 4401,
    errors.Forbidden: 4403,
    errors.NotFound: 4404,
    errors.TooSlow: 4408,
    errors.Conflict: 4409,
    errors.TooLarge: 4413,
    errors.Elsewhere: 4421,
    errors.TooFast: 4429,
    errors.RoomFull: 4503,
    errors.StoreUnavailable: 1012,
}
#: A join that fails ends the socket: there is nothing else that it is for.
_CANNOT_JOIN = (errors.NotFound, errors.NotLoggedIn, errors.Forbidden, errors.RoomFull, errors.Elsewhere)


class RoomSocket(HostChecked, WebSocketHandler):
    """One browser tab. ``connect`` on open, ``join_proj`` and the rest by message, ``disconnect`` on close."""

    def initialize(self, rooms: RoomMap, accounts: Accounts, heartbeat: Heartbeat) -> None:
        self.rooms = rooms
        self.accounts = accounts
        self.heartbeat = heartbeat
        self.session: Session | None = None
        self.place: Place | None = None
        self.client = 0
        self.last_sign = 0.0
        self._taken: int | None = None
        self._trusted = False
        self._requests: asyncio.Queue[messages.AnyRequest] = asyncio.Queue(MAX_WAITING)
        self._worker: asyncio.Task[None] | None = None
        self._deadline: asyncio.TimerHandle | None = None

    # -- connect -----------------------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        super().prepare()
        # Tornado asks check_origin only when there is an Origin, and not when it equals the Host. A browser always
        # sends one, and a page of ours never anything but our own.
        origin = self.request.headers.get("Origin")
        if origin is None or not self.check_origin(origin):
            raise HTTPError(403, f"Origin {origin!r} is not ours", reason="Cross origin websockets not allowed")
        token = self.session_token()
        self.session = await self.accounts.who(token) if token else None
        if self.session is None:
            raise HTTPError(401, reason="Not logged in")

    def check_origin(self, origin: str) -> bool:
        return urlsplit(origin).netloc.lower() == self.request.host.lower()

    def get_compression_options(self) -> None:
        return None  # a deflate window for each client costs 7 to 100 times the CPU of sending

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        protocol = super().get_websocket_protocol()
        if isinstance(protocol, WebSocketProtocol13):
            return BufferedProtocol(self, protocol.mask_outgoing, protocol.params)
        return protocol

    def open(self, project: str) -> None:
        self.project = project
        self.client = secrets.randbits(64) or 1
        self.set_nodelay(True)
        stream = self.iostream
        if stream is not None and stream.socket.family in (sockets.AF_INET, sockets.AF_INET6):
            stream.socket.setsockopt(sockets.IPPROTO_TCP, TCP_NOTSENT_LOWAT, NOT_SENT_BYTES)
        loop = asyncio.get_running_loop()
        self.last_sign = loop.time()
        self.heartbeat.add(self)
        self._deadline = loop.call_later(
            JOIN_DEADLINE, self.end, errors.NotLoggedIn(f"nothing was joined within {JOIN_DEADLINE:.0f} seconds")
        )
        self._worker = loop.create_task(self._work(), name="requests of a socket")
        self._say(messages.event("connect", client=client_to_text(self.client)))

    @property
    def iostream(self) -> IOStream | None:
        """The stream below the WebSocket, for the outbox; None when it is gone."""
        return self.ws_connection.stream if self.ws_connection is not None else None

    # -- messages ----------------------------------------------------------------------------------------------------

    def on_message(self, message: str | bytes) -> None:
        """Never awaits: what takes time waits in ``_requests``, or healthy clients would seem dead behind it."""
        self.last_sign = asyncio.get_running_loop().time()
        try:
            if isinstance(message, bytes):
                if self.place is None:
                    raise errors.Malformed("a frame before join_proj")
                self.place.keeper.receive(self.place.member, message)
                return
            if self.place is not None:
                self.place.member.spend_control(self.last_sign)
            request = messages.decode(message)
            try:
                self._requests.put_nowait(request)
            except asyncio.QueueFull:
                raise errors.TooFast(f"more than {MAX_WAITING} requests wait already") from None
        except errors.ClayroomError as problem:
            self.end(problem)

    async def _work(self) -> None:
        while True:
            request = await self._requests.get()
            try:
                await self._answer(request)
            except _CANNOT_JOIN as problem:
                self._say(messages.error(request.ref, problem))
                if self.place is None:
                    self.end(problem)
            except errors.ClayroomError as problem:
                self._say(messages.error(request.ref, problem))
            except Exception:
                logger.exception("A request could not be answered")
                self.end(errors.StoreUnavailable("something went wrong on the server"))

    async def _answer(self, request: messages.AnyRequest) -> None:
        match request:
            case messages.JoinProj():
                await self._join(request)
            case messages.Ping():
                self._say(messages.reply(request.ref))
            case _ if self.place is None:
                raise errors.Malformed("join_proj comes first")
            case messages.Leave():
                self._leave("left")
                self._say(messages.reply(request.ref))
            case messages.Adopt():
                self.place.keeper.adopt(self.place.member, request)
            case messages.MetaChange():
                await self.rooms.change_meta(self.place, request)
            case messages.ReferenceChange():
                await self.place.keeper.change_reference(self.place.member, request)
            case messages.Save():
                await self._save(self.place, request)

    async def _join(self, request: messages.JoinProj) -> None:
        if request.project != self.project:
            raise errors.NotFound("this socket is for another project")
        if self.place is not None:
            raise errors.Malformed("this socket has joined already")
        assert self.session is not None
        if not self._trusted:
            self.rooms.take_token(request.token, self.session, self.project)
            self._trusted = True
        if self._deadline is not None:
            self._deadline.cancel()
        joined = await self.rooms.join(self.session, self.client, self, request)
        if isinstance(joined, Place):
            self.place = joined
            self.client = joined.member.client
            if self.ws_connection is None:  # the connection was lost meanwhile
                self._leave("lost")
        else:
            assert isinstance(joined.data, str)
            self._say(joined.data)

    async def _save(self, place: Place, request: messages.Save) -> None:
        if not place.member.role.may_sculpt:
            raise errors.Forbidden("you may look at this project, but not save it")
        snapshot = await place.keeper.save(place.member, "button", request.message)
        assert snapshot.at is not None
        self._say(messages.reply(request.ref, at=snapshot.at.isoformat(), seq=snapshot.seq, snapshot=snapshot.snapshot))

    def _say(self, text: str) -> None:
        """A text to this client alone, behind what the room has for it."""
        if self.place is not None:
            self.place.keeper.outbox.flush()
        if self.ws_connection is None:
            return
        with suppress(WebSocketClosedError):
            self.write_message(text).add_done_callback(_heard)

    # -- the heartbeat -----------------------------------------------------------------------------------------------

    def ping_peer(self) -> None:
        stream = self.iostream
        if stream is None or stream.closed():
            return
        if not stream.writing():
            self._taken = None
            stream.write(PING).add_done_callback(_heard)
            return
        # A ping would wait behind what this peer has not read yet. That it reads is a sign of life: the socket was full
        # at the last beat, and has taken something since.
        before, self._taken = self._taken, stream._total_write_done_index
        if before is not None and self._taken > before:
            self.last_sign = asyncio.get_running_loop().time()

    def on_pong(self, data: bytes) -> None:
        self.last_sign = asyncio.get_running_loop().time()

    def lost(self) -> None:
        """No sign of life. The stream is closed, not the socket: a goodbye would wait for its answer."""
        self._leave("lost")
        stream = self.iostream
        if stream is not None:
            stream.close()

    # -- disconnect --------------------------------------------------------------------------------------------------

    def end(self, problem: errors.ClayroomError) -> None:
        """Closes this socket with the code for ``problem`` and its sentence."""
        self._leave("removed" if isinstance(problem, errors.Forbidden) else "lost")
        code = next(
            CLOSE_CODES[kind] for kind in (*type(problem).__mro__, errors.StoreUnavailable) if kind in CLOSE_CODES
        )
        if self.ws_connection is not None and self.close_code is None:
            # A reason has 123 bytes; what is cut is never more than the end of a sentence.
            self.close(code, problem.message.encode()[:120].decode(errors="ignore"))
        stream = self.iostream
        if stream is not None and stream.writing():
            stream.close()  # the goodbye would wait behind what this peer does not read

    def on_close(self) -> None:
        self._leave("left" if self.close_code in (1000, 1001) else "lost")
        self.heartbeat.remove(self)
        if self._deadline is not None:
            self._deadline.cancel()
        if self._worker is not None:
            self._worker.cancel()

    def _leave(self, reason: str) -> None:
        place, self.place = self.place, None
        if place is not None and place.keeper.room.members.get(place.member.client) is place.member:
            self.rooms.leave(place.member.client, reason)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(self._reason)


def _heard(done: asyncio.Future[None]) -> None:
    """The peer went away while we wrote to it; ``on_close`` has the news."""
    if not done.cancelled():
        done.exception()
