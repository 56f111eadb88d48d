"""The load generator: a room full of sockets in one thread, the same for everyone who is measured.

It does as little as can be done: raw sockets, one ``recv_into`` per readable socket, and only frame headers are read. What
it needs of the bytes is the length of a stroke, and when it was sent: strokes carry their time of sending, in microseconds,
in the field for the author's number of the stroke, which nobody between here and there looks at.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import random
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rooms import messages, wire
from rooms.wire import Kind

from .machine import busy_seconds

#: Bytes taken from a socket at once; a message of the server is at most 1 MiB, and one may have begun before.
RECEIVE_BYTES = 4 * 1024 * 1024
#: Readable sockets that are served before the clock is looked at again.
EVENTS = 64
#: Receivers whose strokes are timed, evenly among all.
TIMED = 40
#: Seconds until a handshake counts as failed.
PATIENCE = 30.0
#: Strokes with different displacements for each sculptor.
TEMPLATES = 16

_TIME = struct.Struct("<I")
_SEQ_AND_TIME = struct.Struct("<II")
_AT_CLIENT_SEQ = 24
_AT_TIME = 28
_WRAP = 2**32


def microseconds() -> int:
    """As a stroke carries it: wraps around after 71 minutes."""
    return time.perf_counter_ns() // 1000 % _WRAP


def stroke_frames(rng: np.random.Generator, piece_vertices: int, vertices: int, client: int) -> list[bytearray]:
    """Strokes of one sculptor, all of one length: runs of neighbouring ids, as a dab on a Morton-ordered mesh has them."""
    runs = 8
    start = int(rng.integers(0, piece_vertices // 2))
    ids = np.concatenate(
        [start + 300 * run + np.arange(vertices // runs + (run < vertices % runs)) for run in range(runs)]
    )
    frames = []
    for _ in range(TEMPLATES):
        deltas = rng.integers(-100, 100, (3, len(ids))).astype(np.int32) << 6
        deltas[:, 0] = 1 << 6  # or the encoder would find a larger shift now and then
        frames.append(bytearray(wire.encode_stroke(ids, deltas, client=client)))
    assert len({len(frame) for frame in frames}) == 1
    return frames


class Peer:
    """One socket of the room."""

    __slots__ = (
        "closed",
        "masks",
        "owed",
        "received",
        "sequence",
        "sock",
        "tail",
        "templates",
        "texts",
        "timed",
        "upgraded",
    )

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.tail = b""
        #: bytes that the socket did not take yet
        self.owed = b""
        self.received = 0
        self.sequence = 0
        self.timed = False
        self.upgraded = False
        self.closed = False
        #: texts are kept while somebody waits for one
        self.texts: list[str] | None = []
        self.templates: list[bytearray] = []
        self.masks: tuple[bytes, int] = (b"", 0)

    def send(self, data: bytes) -> None:
        if self.owed:
            self.owed += data
            return
        try:
            sent = self.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.closed = True
            return
        if sent < len(data):
            self.owed = data[sent:]

    def send_owed(self) -> None:
        data, self.owed = self.owed, b""
        self.send(data)


def masked(first: int, payload: bytes, key: bytes) -> bytes:
    """One WebSocket frame of a client (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    mask = int.from_bytes((key * (size // 4 + 1))[:size], "little")
    return head + key + (int.from_bytes(payload, "little") ^ mask).to_bytes(size, "little")


@dataclass
class Measurement:
    """What one stretch of load gave. Seconds, but for the latencies."""

    members: int
    seconds: float
    strokes: int  #: sent
    deliveries: int  #: strokes received, counted at each receiver
    cpu: float  #: of the measured process
    database_cpu: float
    generator_cpu: float
    foreign_cpu: float  #: of processes that have no part in this
    latencies_ms: np.ndarray = field(repr=False)
    whole: bool = True  #: everybody has got everything, one by one
    lost: int = 0  #: members whose socket was closed
    merged: int = 0  #: summed strokes, which only somebody who is far behind gets

    @property
    def cpu_per_delivery(self) -> float:
        return self.cpu / max(1, self.deliveries)

    @property
    def foreign(self) -> float:
        """What others took meanwhile, in cores. A server that waits for its core sends more at once: cheaper, and slower."""
        return self.foreign_cpu / self.seconds

    @property
    def p99_ms(self) -> float:
        return float(np.percentile(self.latencies_ms, 99)) if len(self.latencies_ms) else float("inf")

    def line(self) -> str:
        p50, p99 = np.percentile(self.latencies_ms, (50, 99)) if len(self.latencies_ms) else (np.inf, np.inf)
        return (
            f"{self.members:5d} members: {self.deliveries / self.seconds:8.0f} deliveries/s "
            f"({self.deliveries / max(1, self.strokes * (self.members - 1)):4.0%} of what was sent), "
            f"{self.cpu_per_delivery * 1e6:6.2f} µs each, core {self.cpu / self.seconds:4.0%}, "
            f"database {self.database_cpu / self.seconds:4.0%}, generator {self.generator_cpu / self.seconds:4.0%}, "
            f"others {self.foreign:4.0%}, p50 {p50:6.1f} ms, p99 {p99:6.1f} ms"
            f"{'' if self.whole else ', NOT WHOLE'}{f', {self.merged} merged' if self.merged else ''}"
            f"{f', {self.lost} LOST' if self.lost else ''}"
        )


class Crowd:
    """The sockets of one room. ``add`` lets one in, ``measure`` has some of them sculpt."""

    def __init__(self, port: int, stroke_vertices: int, piece_vertices: int) -> None:
        self.port = port
        self.peers: list[Peer] = []
        self.merged = 0
        self._stroke_vertices = stroke_vertices
        self._piece_vertices = piece_vertices
        self._rng = np.random.default_rng(9)
        self._epoll = select.epoll()
        self._by_fd: dict[int, Peer] = {}
        self._buffer = bytearray(RECEIVE_BYTES)
        self._view = memoryview(self._buffer)
        self._length = len(stroke_frames(self._rng, piece_vertices, stroke_vertices, 1)[0])
        #: (sent, received) in microseconds, of strokes at timed receivers
        self._times: list[tuple[int, int]] = []

    @property
    def stroke_bytes(self) -> int:
        return self._length

    # -- coming and going --------------------------------------------------------------------------------------------

    def connect(self, path: str, headers: dict[str, str]) -> Peer:
        """Asks for the upgrade; ``upgraded`` waits for the answer."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
            "Sec-WebSocket-Version: 13",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        sock.sendall("\r\n".join([*lines, "", ""]).encode())
        sock.setblocking(False)
        peer = Peer(sock)
        key = os.urandom(4)
        peer.masks = (key, int.from_bytes((key * (self._length // 4 + 1))[: self._length], "little"))
        self.peers.append(peer)
        self._by_fd[sock.fileno()] = peer
        self._epoll.register(sock.fileno(), select.EPOLLIN)
        return peer

    def upgraded(self, peer: Peer) -> None:
        """Serves the whole room until the upgrade is answered. ``RuntimeError`` if it is refused, or too late."""
        deadline = time.monotonic() + PATIENCE
        while not peer.upgraded:
            if peer.closed or time.monotonic() > deadline:
                raise RuntimeError(f"the upgrade was refused: {peer.tail[:200]!r}")
            self.serve(0.1)

    def say(self, peer: Peer, text: str) -> None:
        peer.send(masked(0x81, text.encode(), peer.masks[0]))

    def hear(self, peer: Peer, event: str) -> dict[str, Any]:
        """Serves the whole room until ``peer`` is told ``event``. ``RuntimeError`` if it is an error instead, or too late."""
        deadline = time.monotonic() + PATIENCE
        while True:
            assert peer.texts is not None
            for text in peer.texts:
                message: dict[str, Any] = json.loads(text)
                if message["event"] == event:
                    peer.texts.clear()
                    return message
                if message["event"] == "error":
                    raise RuntimeError(f"waited for {event!r}, got {message}")
            peer.texts.clear()
            if peer.closed or time.monotonic() > deadline:
                raise RuntimeError(f"waited for {event!r}; " + ("the socket was closed" if peer.closed else "too long"))
            self.serve(0.1)

    def join(self, peers: list[Peer], project: str, tokens: list[str], since: int) -> int:
        """``join_proj`` for all of ``peers``; returns the room's sequence number."""
        for peer, token in zip(peers, tokens, strict=True):
            self.upgraded(peer)
            request = {
                "event": "join_proj", "ref": 1, "project": project, "token": token, "since": since, "client": None,
                "mine": [],
            }  # fmt: skip
            client = int(self.hear(peer, "connect")["client"], 16)
            peer.templates = stroke_frames(self._rng, self._piece_vertices, self._stroke_vertices, client)
            self.say(peer, messages.encode(request))
        for peer in peers:
            answer = self.hear(peer, "reply")
            if answer["fresh"]:
                raise RuntimeError(f"the room asks to load anew: since {since} is too old for it")
            peer.texts = None
        return int(answer["seq"])

    def join_relay(self, peer: Peer) -> None:
        self.upgraded(peer)
        peer.texts = None
        peer.templates = stroke_frames(self._rng, self._piece_vertices, self._stroke_vertices, len(self.peers))

    def close(self) -> None:
        for peer in self.peers:
            peer.sock.close()
        self._epoll.close()

    # -- receiving ---------------------------------------------------------------------------------------------------

    def serve(self, timeout: float) -> None:
        """Takes what has arrived on up to ``EVENTS`` sockets."""
        by_fd = self._by_fd
        for fd, event in self._epoll.poll(timeout, EVENTS):
            peer = by_fd[fd]
            if event & ~select.EPOLLOUT:
                self._receive(peer)
            if peer.owed and not peer.closed:
                peer.send_owed()
            if peer.closed:
                self._epoll.unregister(fd)
                del by_fd[fd]

    def _receive(self, peer: Peer) -> None:
        buffer, length = self._buffer, self._length
        have = len(peer.tail)
        if have:
            buffer[:have] = peer.tail
        try:
            got = peer.sock.recv_into(self._view[have:] if have else buffer)
        except BlockingIOError:
            return
        except OSError:
            got = 0
        if not got:
            peer.closed = True
            return
        end = have + got
        at = 0
        if not peer.upgraded:
            head, found, _ = bytes(self._view[:end]).partition(b"\r\n\r\n")
            if not found:
                peer.tail = head
                return
            peer.upgraded = head.startswith(b"HTTP/1.1 101 ")
            peer.closed = not peer.upgraded
            at = len(head) + 4
        while end - at >= 2:
            size = buffer[at + 1]
            start = at + 2
            if size == 126:
                start = at + 4
                if start > end:
                    break
                size = buffer[at + 2] << 8 | buffer[at + 3]
            elif size == 127:
                start = at + 10
                if start > end:
                    break
                size = int.from_bytes(self._view[at + 2 : start], "big")
            stop = start + size
            if stop > end:
                break
            first = buffer[at]
            if first == 0x82:
                if size % length or peer.timed:
                    self._walk(peer, start, stop)
                else:
                    peer.received += size // length
            elif first == 0x89:
                peer.send(masked(0x8A, bytes(self._view[start:stop]), peer.masks[0]))
            elif first == 0x81:
                if peer.texts is not None:
                    peer.texts.append(str(self._view[start:stop], "utf-8"))
            elif first == 0x88:
                peer.closed = True
            at = stop
        peer.tail = bytes(self._view[at:end]) if at < end else b""

    def _walk(self, peer: Peer, at: int, stop: int) -> None:
        """Every frame of one message: what is shorter than a stroke, and the times."""
        buffer = self._buffer
        now = microseconds()
        while at < stop:
            size = _TIME.unpack_from(buffer, at + 4)[0]
            if size == self._length and buffer[at] == Kind.STROKE:
                peer.received += 1
                if peer.timed:
                    self._times.append((_TIME.unpack_from(buffer, at + _AT_TIME)[0], now))
            elif buffer[at] == Kind.MERGED:
                self.merged += 1
            at += size

    # -- sculpting ---------------------------------------------------------------------------------------------------

    def measure(
        self,
        sculptors: int,
        rate: float,
        *,
        warm_up: float,
        seconds: float,
        cpu: Callable[[], float],
        database_cpu: Callable[[], float] = lambda: 0.0,
    ) -> Measurement:
        """``sculptors`` of the peers send ``rate`` strokes a second each, every one in its own time.

        After the end everybody has ``PATIENCE`` to get what is still under way; then it is counted.
        """
        peers = self.peers
        hands = [peers[index * len(peers) // sculptors] for index in range(sculptors)]
        spacing = max(1, len(peers) // TIMED)
        for index, peer in enumerate(peers):
            peer.timed = index % spacing == spacing - 1
            peer.received = 0
        self.merged = 0
        self._times.clear()
        phases = random.Random(4)
        begin = time.perf_counter()
        due = sorted((begin + phases.random() / rate, index) for index in range(sculptors))
        marks: list[tuple[float, int, int, float, float, float, int, float]] = []
        sent = 0
        gc.collect()
        gc.disable()

        def mark() -> None:
            marks.append(
                (
                    time.perf_counter(), sent, sum(peer.received for peer in peers), cpu(), database_cpu(),
                    time.process_time(), microseconds(), busy_seconds(),
                )
            )  # fmt: skip

        ends = [begin + warm_up, begin + warm_up + seconds]
        while len(marks) < 2:
            now = time.perf_counter()
            if now >= ends[len(marks)]:
                mark()
                continue
            while due[0][0] <= now:
                at, index = due.pop(0)
                self._send_stroke(hands[index])
                sent += 1
                due.append((at + 1 / rate, index))
            self.serve(max(0.0, min(due[0][0], ends[len(marks)]) - now))
        expected = sent * len(peers) - sent
        patience = time.monotonic() + min(PATIENCE, 3 * seconds)
        while sum(peer.received for peer in peers) < expected and time.monotonic() < patience and not self.merged:
            self.serve(0.1)
        gc.enable()
        first, last = marks
        times = np.array(self._times, dtype=np.int64).reshape(-1, 2)
        age = (times[:, 0] - first[6]) % _WRAP
        counted = times[age < (last[6] - first[6]) % _WRAP]
        return Measurement(
            members=len(peers),
            seconds=last[0] - first[0],
            strokes=last[1] - first[1],
            deliveries=last[2] - first[2],
            cpu=last[3] - first[3],
            database_cpu=last[4] - first[4],
            generator_cpu=last[5] - first[5],
            foreign_cpu=max(0.0, last[7] - first[7] - sum(last[i] - first[i] for i in (3, 4, 5))),
            latencies_ms=(counted[:, 1] - counted[:, 0]) % _WRAP / 1000,
            whole=sum(peer.received for peer in peers) == expected and not any(peer.closed for peer in peers),
            lost=sum(peer.closed for peer in peers),
            merged=self.merged,
        )

    def _send_stroke(self, peer: Peer) -> None:
        peer.sequence += 1
        frame = peer.templates[peer.sequence % TEMPLATES]
        _SEQ_AND_TIME.pack_into(frame, _AT_CLIENT_SEQ, peer.sequence, microseconds())
        key, mask = peer.masks
        size = self._length
        payload = (int.from_bytes(frame, "little") ^ mask).to_bytes(size, "little")
        peer.send(b"".join((b"\x82\xfe", size.to_bytes(2, "big"), key, payload)))
        if peer.owed:
            self._epoll.modify(peer.sock.fileno(), select.EPOLLIN | select.EPOLLOUT)
