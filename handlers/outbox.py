"""The way out of a room: one write per member and turn of the event loop, bounded for whoever cannot keep up.

What a room sends within one turn of the event loop is collected and framed once for all members; each then costs one
``send``. While a room is busy, a write waits for ``PACE`` since the last one, so that there are fewer and fuller ones.
(``write_message`` builds the frame, a Future and a Task for every member and message: 23 µs against 7.) A member whose
socket is full costs nothing but memory, and little of it: strokes that wait for it are summed, since addition commutes,
so at most one merged stroke per piece waits, and when it arrives the member is up to date.
"""

from __future__ import annotations

import asyncio
import ssl
import struct
from typing import Protocol

from tornado.iostream import IOStream, StreamClosedError

from rooms import wire
from rooms.errors import ClayroomError, TooSlow
from rooms.keeper import Painted
from rooms.room import Delivery
from rooms.wire import Kind

#: Bytes of new frames that may wait for one member before they are summed: about a second of ten sculptors.
HELD_BYTES = 512 * 1024
#: Bytes that may wait for one member after summing. A member who is owed more loads the snapshot instead.
HELD_BYTES_MAX = 4 * 1024 * 1024
#: Bytes that the kernel takes for one member before it says that the socket is full. By default it hides 4 MB.
NOT_SENT_BYTES = 128 * 1024
#: TCP_NOTSENT_LOWAT of Linux and macOS; the socket module has no name for it.
TCP_NOTSENT_LOWAT = 25

#: Seconds from one write to the next while a room is busy: half a frame of a 60 Hz screen. What comes after a pause goes
#: out in the same turn of the loop. Measured (benchmarks/fanout.py) with 10 of 300 sculpting: 2.9 µs a delivery instead of
#: 5.0, and p99 13 ms instead of 47; with 5 of 50: 12.4 instead of 18.9, for 4 to 5 ms of latency at the median.
PACE = 0.008

_TEXT, _BINARY = 0x81, 0x82
_MEDIUM = struct.Struct("!BBH")
_LARGE = struct.Struct("!BBQ")


def websocket_frame(first: int, payload: bytes) -> bytes:
    """One unmasked WebSocket frame (RFC 6455, section 5.2); ``first`` is FIN and opcode."""
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return _MEDIUM.pack(first, 126, size) + payload
    return _LARGE.pack(first, 127, size) + payload


PING = bytes((0x89, 0))


def pack(items: list[bytes | str]) -> bytes:
    """The WebSocket frames that carry ``items`` in order: neighbouring frames share a message, texts have their own."""
    parts: list[bytes] = []
    run: list[bytes] = []
    size = 0
    for item in items:
        if isinstance(item, str):
            if run:
                parts.append(websocket_frame(_BINARY, b"".join(run)))
                run, size = [], 0
            parts.append(websocket_frame(_TEXT, item.encode()))
            continue
        if size + len(item) > wire.MAX_SERVER_MESSAGE:
            parts.append(websocket_frame(_BINARY, b"".join(run)))
            run, size = [], 0
        run.append(item)
        size += len(item)
    if run:
        parts.append(websocket_frame(_BINARY, b"".join(run)))
    return parts[0] if len(parts) == 1 else b"".join(parts)


def compact(items: list[bytes | str], painted: Painted) -> list[bytes | str]:
    """The same for its receiver, smaller: texts, the last receipts, the sum of the strokes, the paint, and CAUGHT_UP.

    Cursors, views and digests are dropped; CAUGHT_UP says up to where the sum goes. Paint is what the room has now, from
    ``painted``; the receipts come before it, because they say which of the receiver's own writes it is newer than.
    """
    texts: list[bytes | str] = []
    strokes: list[wire.Stroke] = []
    paints: list[wire.Stroke] = []
    receipts: dict[int, bytes] = {}
    seq = 0
    catches_up = False
    for item in items:
        if isinstance(item, str):
            texts.append(item)
        elif item[0] == Kind.STROKE or item[0] == Kind.MERGED:
            stroke = wire.parse_stroke(item)
            strokes.append(stroke)
            seq = max(seq, stroke.seq)
            catches_up = True
        elif item[0] == Kind.PAINT or item[0] == Kind.PAINTED:
            paint = wire.parse_paint(item)
            paints.append(paint)
            seq = max(seq, paint.seq)
            catches_up = True
        elif item[0] == Kind.RECEIPT:
            receipt_seq, client, _, _ = wire.parse_receipt(item)
            receipts[client] = item
            seq = max(seq, receipt_seq)
        elif item[0] == Kind.CAUGHT_UP:
            seq = max(seq, wire.parse_caught_up(item))
            catches_up = True
    out = texts + list(receipts.values()) + wire.merge(strokes, seq) + painted(paints)
    if catches_up:
        out.append(wire.encode_caught_up(seq))
    return out


class MemberPort(Protocol):
    """What the outbox needs of a socket handler."""

    @property
    def iostream(self) -> IOStream | None: ...
    def end(self, problem: ClayroomError) -> None: ...


class Receiver:
    """One member's socket. ``unsent`` bytes are with the stream; what comes after them is held."""

    __slots__ = ("direct", "held", "held_bytes", "painted", "port", "stream", "summed_bytes", "unsent")

    def __init__(self, port: MemberPort, painted: Painted) -> None:
        stream = port.iostream
        assert stream is not None
        self.port = port
        self.stream = stream
        self.painted = painted
        # A socket under TLS must not be written to behind the stream's back.
        self.direct = not isinstance(stream.socket, ssl.SSLSocket)
        self.unsent = 0
        self.held: list[bytes | str] = []
        self.held_bytes = 0
        #: bytes that were left when ``held`` was summed last
        self.summed_bytes = 0

    def push(self, items: list[bytes | str], packed: bytes) -> None:
        """Writes ``packed``, the frames of ``items``, or holds ``items`` while the socket is full."""
        if self.unsent:
            self._hold(items)
            return
        self._write(packed)

    def _write(self, data: bytes) -> None:
        sent = 0
        if self.direct and not self.stream.writing():
            try:
                sent = self.stream.socket.send(data)
            except (BlockingIOError, InterruptedError):
                pass
            except (OSError, AttributeError):
                # The peer is gone, and perhaps the stream has closed its socket: its reader will say so.
                return
            if sent == len(data):
                return
        rest = memoryview(data)[sent:]
        try:
            future = self.stream.write(rest)
        except StreamClosedError:
            return
        self.unsent = len(rest)
        future.add_done_callback(self._written)

    def _written(self, done: asyncio.Future[None]) -> None:
        self.unsent = 0
        if done.cancelled() or done.exception() is not None:
            self.held.clear()
            return
        if self.held:
            items, self.held, self.held_bytes, self.summed_bytes = self.held, [], 0, 0
            self._write(pack(items))

    def _hold(self, items: list[bytes | str]) -> None:
        for item in items:
            if isinstance(item, str) or item[0] not in (Kind.CURSOR, Kind.DIGEST, Kind.VIEW):
                self.held.append(item)
                self.held_bytes += len(item)
        # Counted from the last sum on: where that alone passes the limit, every push would sum it all again.
        if self.held_bytes - self.summed_bytes > HELD_BYTES:
            self.held = compact(self.held, self.painted)
            self.held_bytes = self.summed_bytes = sum(map(len, self.held))
            if self.held_bytes > HELD_BYTES_MAX:
                owed, self.held, self.held_bytes = self.held_bytes, [], 0
                self.port.end(TooSlow(f"{owed} bytes wait for this connection, at most {HELD_BYTES_MAX} may"))


class RoomOutbox:
    """A room's outbox. ``send`` collects, and one ``flush`` at the end of the turn writes."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self._loop = loop or asyncio.get_running_loop()
        #: the room's word on what is painted where, set by whoever opens the room
        self.painted: Painted = lambda strokes: []
        self._receivers: dict[int, Receiver] = {}
        self._queue: list[Delivery] = []
        self._flush_is_due = False
        self._flushed = -PACE

    def add(self, client: int, port: MemberPort) -> None:
        """From now on ``client`` gets what is sent: not what was sent in this turn before."""
        self.flush()
        self._receivers[client] = Receiver(port, self.painted)

    def remove(self, client: int) -> None:
        self._receivers.pop(client, None)

    def close(self, client: int, problem: ClayroomError) -> None:
        receiver = self._receivers.get(client)
        if receiver is not None:
            self.flush()
            if self._receivers.pop(client, None) is not None:  # the flush may have ended it as too slow
                receiver.port.end(problem)

    def send(self, deliveries: list[Delivery]) -> None:
        if not deliveries:
            return
        self._queue += deliveries
        if not self._flush_is_due:
            self._flush_is_due = True
            wait = self._flushed + PACE - self._loop.time()
            if wait > 0:
                self._loop.call_later(wait, self._flush_due)
            else:
                self._loop.call_soon(self._flush_due)

    def _flush_due(self) -> None:
        self._flush_is_due = False
        self.flush()

    def flush(self) -> None:
        queue, self._queue = self._queue, []
        if not queue:
            return
        self._flushed = self._loop.time()
        apart: set[int | None] = set()
        for delivery in queue:
            apart.add(delivery.to)
            apart.add(delivery.but)
        for_all: list[bytes | str] = [delivery.data for delivery in queue if delivery.to is None]
        packed_for_all = pack(for_all) if for_all else b""
        # A list: a receiver that is closed while we write takes itself out of the dictionary.
        for client, receiver in list(self._receivers.items()):
            if client in apart:
                items = [d.data for d in queue if (d.to is None and d.but != client) or d.to == client]
                if items:
                    receiver.push(items, pack(items))
            elif for_all:
                receiver.push(for_all, packed_for_all)

    def __len__(self) -> int:
        return len(self._receivers)
