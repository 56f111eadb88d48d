"""The outbox: what leaves in one turn, in which order, in how many bytes; and what we rely on in Tornado for it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import numpy as np
import pytest
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

from handlers import outbox
from handlers.outbox import HELD_BYTES, HELD_BYTES_MAX, PACE, PING, Receiver, RoomOutbox, compact, pack, websocket_frame
from rooms import wire
from rooms.errors import NotFound, TooSlow
from rooms.room import Delivery
from rooms.wire import Kind
from tests.fakes import stroke

pytestmark = pytest.mark.gen_test

CURSOR = wire.encode_cursor(1, 0, 0, 1, 1, (0, 0, 0), (0, 0, 1))


class Port:
    """A member's socket: a real pair of connected sockets, the server's end in an IOStream."""

    def __init__(self) -> None:
        ours, self.peer = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16 * 1024)
        self.iostream = IOStream(ours)
        self.peer.setblocking(False)
        self.ended: Exception | None = None

    def end(self, problem: Exception) -> None:
        self.ended = problem

    async def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes."""
        data = b""
        while len(data) < size:
            data += await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.peer, size - len(data)), 10)
        return data

    async def messages(self, until: int) -> list[bytes | str]:
        """Messages, as a browser would see them, until they hold ``until`` bytes together."""
        found: list[bytes | str] = []
        total = 0
        while total < until:
            first, size = await self.read(2)
            if size > 125:
                size = int.from_bytes(await self.read(2 if size == 126 else 8))
            payload = await self.read(size)
            found.append(payload.decode() if first == 0x81 else payload)
            assert first in (0x81, 0x82)
            total += size
        return found

    def nothing_arrived(self) -> bool:
        try:
            return not self.peer.recv(1)
        except BlockingIOError:
            return True

    def close(self) -> None:
        self.iostream.close()
        self.peer.close()


@pytest.fixture
def ports(io_loop):
    async def make() -> list[Port]:
        return [Port() for _ in range(3)]

    made = io_loop.run_sync(make)
    yield made
    for port in made:
        port.close()


class CountingReceiver(Receiver):
    """Remembers what was pushed."""

    __slots__ = ("pushed",)
    all: list[CountingReceiver] = []  # noqa: RUF012

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.pushed: list[bytes] = []
        CountingReceiver.all.append(self)

    def push(self, items, packed) -> None:
        self.pushed.append(packed)
        super().push(items, packed)


@pytest.fixture
def receivers(monkeypatch):
    CountingReceiver.all = []
    monkeypatch.setattr(outbox, "Receiver", CountingReceiver)
    return CountingReceiver.all


# framing


@pytest.mark.parametrize("size", [0, 125, 126, 65535, 65536, 70_000])
async def test_websocket_frames(size):
    """Each of the three length forms of RFC 6455, unmasked and final."""
    frame = websocket_frame(0x82, bytes(size))
    head = {0: 2, 1: 4, 2: 10}[(size > 125) + (size > 65535)]
    assert len(frame) == head + size and frame[0] == 0x82 and not frame[1] & 0x80
    said = frame[1] if head == 2 else int.from_bytes(frame[2:head])
    assert said == size


async def test_pack_joins_frames_and_keeps_the_order():
    """Neighbouring frames share a message; a text between them has its own, in its place."""
    a, b, c = stroke(1, 1), stroke(1, 2), stroke(1, 3)
    packed = pack([a, b, "hello", c])
    assert packed == websocket_frame(0x82, a + b) + websocket_frame(0x81, b"hello") + websocket_frame(0x82, c)


async def test_pack_ends_a_message_at_its_limit():
    """A message of the server never passes MAX_SERVER_MESSAGE, however much one turn brings."""
    frame = bytes(250 * 1024)
    packed = pack([frame] * 9)
    at, sizes = 0, []
    while at < len(packed):
        size = int.from_bytes(packed[at + 2 : at + 10])
        sizes.append(size)
        at += 10 + size
    assert sum(sizes) == 9 * len(frame)
    assert max(sizes) <= wire.MAX_SERVER_MESSAGE and len(sizes) == 3


# one turn


async def test_one_turn_is_one_write_of_shared_bytes(ports, receivers):
    """What is sent within a turn leaves once, and all plain receivers are given the very same object."""
    box = RoomOutbox()
    for client, port in enumerate(ports, start=1):
        box.add(client, port)
    frames = [stroke(9, n) for n in range(1, 6)]
    for frame in frames:
        box.send([Delivery(frame)])
    assert all(port.nothing_arrived() for port in ports)
    await asyncio.sleep(0)
    assert [len(receiver.pushed) for receiver in receivers] == [1, 1, 1]
    assert receivers[0].pushed[0] is receivers[1].pushed[0] is receivers[2].pushed[0]
    for port in ports:
        assert await port.messages(sum(map(len, frames))) == [b"".join(frames)]


async def test_to_one_and_but_one(ports, receivers):
    """Everyone gets what is theirs, in the order in which it was sent."""
    box = RoomOutbox()
    for client, port in enumerate(ports, start=1):
        box.add(client, port)
    a, b, c = stroke(1, 1), stroke(2, 1), wire.encode_receipt(1, 1, 1, 1)
    box.send([Delivery(a, but=1), Delivery(c, to=1), Delivery("news"), Delivery(b, but=2)])
    await asyncio.sleep(0)
    assert await ports[0].messages(len(c) + 4 + len(b)) == [c, "news", b]
    assert await ports[1].messages(len(a) + 4) == [a, "news"]
    assert await ports[2].messages(len(a) + 4 + len(b)) == [a, "news", b]


async def test_a_newcomer_gets_nothing_from_before(ports):
    """What was sent earlier in the turn goes to those who were there."""
    box = RoomOutbox()
    box.add(1, ports[0])
    box.send([Delivery("before")])
    box.add(2, ports[1])
    box.send([Delivery("after")])
    await asyncio.sleep(0)
    assert await ports[0].messages(11) == ["before", "after"]
    assert await ports[1].messages(5) == ["after"]


async def test_closing_sends_what_waits_first(ports):
    """The last news arrive before the end; nothing comes after it."""
    box = RoomOutbox()
    box.add(1, ports[0])
    box.send([Delivery("last words")])
    box.close(1, NotFound("gone"))
    box.send([Delivery("too late")])
    await asyncio.sleep(0)
    assert await ports[0].messages(10) == ["last words"]
    assert ports[0].nothing_arrived() and isinstance(ports[0].ended, NotFound)
    box.close(1, NotFound("twice"))
    assert ports[0].ended.message == "gone"
    assert len(box) == 0


async def test_closing_somebody_whom_the_flush_ends(ports, monkeypatch):
    """When what waits for a member is a drop too much, its end as too slow is its only end."""
    box = RoomOutbox()
    port = ports[0]
    box.add(1, port)

    def end(problem: Exception) -> None:
        assert port.ended is None, "ended twice"
        port.ended = problem
        box.remove(1)

    port.end = end
    box._receivers[1].unsent = 1
    box.send([Delivery("x" * (HELD_BYTES_MAX + 1), to=1)])
    box.close(1, NotFound("gone"))
    assert isinstance(port.ended, TooSlow) and len(box) == 0


async def test_a_member_whose_connection_is_gone(ports):
    """Sending to a closed stream is harmless, and the others get theirs."""
    box = RoomOutbox()
    box.add(1, ports[0])
    box.add(2, ports[1])
    ports[0].iostream.close()
    ports[2].peer.close()
    box.add(3, ports[2])
    for _ in range(3):
        box.send([Delivery("news")])
        await asyncio.sleep(0)
    assert await ports[1].messages(12) == ["news"] * 3


# who cannot keep up


def delivered(items: list[bytes | str]) -> tuple[np.ndarray, int]:
    """What a replica of 40,000 vertices holds after ``items``, and up to where it says that it is."""
    positions, seq = np.zeros((3, 40_000), np.int32), 0
    for item in items:
        if isinstance(item, str):
            continue
        for frame in wire.split(item):
            if frame[0] in (Kind.STROKE, Kind.MERGED):
                ids, deltas = wire.parse_stroke(frame).displacements()
                positions[:, ids] += deltas
            if frame[0] == Kind.STROKE:
                seq = wire.parse_stroke(frame).seq
            elif frame[0] == Kind.CAUGHT_UP:
                seq = wire.parse_caught_up(frame)
    return positions, seq


def no_paint(strokes):
    return []


def many_strokes(count: int, vertices: int = 2000, among: int = 40_000) -> list[bytes]:
    rng = np.random.default_rng(count)
    return [
        wire.encode_stroke(
            np.sort(rng.choice(among, vertices, replace=False)), rng.integers(-(2**31), 2**31, (3, vertices)).astype(np.int32),
            seq=seq, client=3, client_seq=seq,
        )
        for seq in range(1, count + 1)
    ]  # fmt: skip


async def test_compact_is_the_same_for_its_receiver():
    """Sums of strokes that wrap, the texts, the last receipts of each client; cursors and digests are dropped."""
    strokes = many_strokes(20)
    items = [
        "first", *strokes[:10], CURSOR, wire.encode_receipt(8, 7, 1, 0), wire.encode_digest(9, 1, 1, 5),
        *strokes[10:], wire.encode_receipt(20, 7, 2, 1), wire.encode_receipt(11, 8, 1, 0), "second",
    ]  # fmt: skip
    small = compact(items, no_paint)
    assert small[:2] == ["first", "second"]
    assert {item[0] for item in small[2:]} == {Kind.MERGED, Kind.RECEIPT, Kind.CAUGHT_UP}
    assert small[-1] == wire.encode_caught_up(20)
    receipts = [wire.parse_receipt(item) for item in small if isinstance(item, bytes) and item[0] == Kind.RECEIPT]
    assert receipts == [(20, 7, 2, 1), (11, 8, 1, 0)]
    want, got = delivered(strokes), delivered(small)
    assert got[1] == want[1] == 20 and np.array_equal(got[0], want[0])
    again = delivered(compact(compact(items, no_paint), no_paint))
    assert again[1] == 20 and np.array_equal(again[0], want[0])


async def test_compact_drops_views():
    """From where somebody looked a while ago is nothing to catch up with."""
    view = wire.encode_view(1, 0, (1, 0, 0), (0, 0, 0), (0, 1, 0))
    assert compact([view, "text"], no_paint) == ["text"]


async def test_compact_of_receipts_alone():
    """Somebody who was not sent a stroke is not told that it has everything."""
    receipt = wire.encode_receipt(8, 7, 1, 0)
    assert compact([receipt, CURSOR, "text"], no_paint) == ["text", receipt]


async def test_a_full_socket_holds_sums_and_catches_up(ports):
    """While the socket is full what waits is bounded and loses its cursors; afterwards the receiver has the same clay."""
    box = RoomOutbox()
    box.add(1, ports[0])
    box.add(2, ports[1])
    receiver = box._receivers[1]
    strokes = many_strokes(120)
    reading = asyncio.create_task(ports[1].messages(sum(map(len, strokes)) + 120 * len(CURSOR)))
    most = 0
    for frame in strokes:
        box.send([Delivery(frame), Delivery(CURSOR)])
        box.flush()
        while box._receivers[2].unsent:  # the other one reads, on the same loop
            await asyncio.sleep(0)
        most = max(most, receiver.held_bytes)
    assert receiver.unsent and ports[0].ended is None
    assert most <= 40_000 * 16 + HELD_BYTES, f"{most} bytes waited"
    assert not any(isinstance(item, bytes) and item[0] == Kind.CURSOR for item in receiver.held)
    want, _ = delivered(strokes)
    everything = await reading
    assert np.array_equal(delivered(everything)[0], want)
    got: list[bytes | str] = []
    while delivered(got)[1] < 120:
        got += await ports[0].messages(1)
    assert np.array_equal(delivered(got)[0], want)
    assert not receiver.unsent and not receiver.held
    box.send([Delivery("and on")])
    box.flush()
    assert await ports[0].messages(1) == ["and on"]


class SteppedLoop:
    """A loop whose clock is set by hand; remembers what it was asked to call, and when."""

    def __init__(self) -> None:
        self.now = 100.0
        self.due: list[tuple[float, Any]] = []

    def time(self) -> float:
        return self.now

    def call_soon(self, call) -> None:
        self.due.append((self.now, call))

    def call_later(self, wait, call) -> None:
        self.due.append((self.now + wait, call))


async def test_a_busy_room_writes_at_a_pace(ports):
    """After a pause it goes out at once; in a busy room what comes within the pace goes out together."""
    loop = SteppedLoop()
    box = RoomOutbox(loop)
    box.add(1, ports[0])
    box.send([Delivery("one")])
    (when, flush) = loop.due.pop()
    assert when == loop.now
    flush()
    loop.now += PACE / 4
    box.send([Delivery("two")])
    loop.now += PACE / 4
    box.send([Delivery("three")])
    ((when, flush),) = loop.due
    assert when == pytest.approx(100.0 + PACE)
    loop.now = when
    flush()
    got: list[bytes | str] = []
    while len(got) < 3:
        got += await ports[0].messages(1)
    assert got == ["one", "two", "three"]


async def test_a_large_sum_is_not_summed_at_every_push(ports, monkeypatch):
    """Where the sum alone passes the limit, summing waits for as much again: work for one who sleeps is bounded too."""
    sums = 0

    def counted(items, painted):
        nonlocal sums
        sums += 1
        return compact(items, painted)

    monkeypatch.setattr(outbox, "compact", counted)
    receiver = Receiver(ports[0], no_paint)
    receiver.unsent = 1
    pushed = 0
    for frame in many_strokes(60, 18_000, 60_000):  # their sum has 720 kB
        receiver.push([frame], b"")
        pushed += len(frame)
    assert receiver.held_bytes > HELD_BYTES
    assert sums <= pushed // HELD_BYTES + 1, f"{sums} sums of {pushed} bytes"


async def test_whoever_is_owed_too_much_is_let_go(ports):
    """What cannot be summed is bounded by the end of the connection, with both numbers."""
    receiver = Receiver(ports[0], no_paint)
    receiver.unsent = 1
    text = "x" * 100_000
    for _ in range(HELD_BYTES_MAX // len(text) + 6):
        if ports[0].ended is None:
            receiver.push([text], b"")
    assert isinstance(ports[0].ended, TooSlow) and str(HELD_BYTES_MAX) in ports[0].ended.message
    assert not receiver.held and not receiver.held_bytes


# what we rely on in Tornado: private or half private, so an upgrade that changes it must fail here


async def test_writing_to_the_socket_beside_the_stream(ports):
    """``stream.socket`` is the plain non-blocking socket; what is sent on it while nothing is queued arrives in order."""
    stream, port = ports[0].iostream, ports[0]
    assert not stream.writing()
    assert stream.socket.getblocking() is False
    assert stream.socket.send(b"one") == 3
    done = stream.write(b"two")
    await done
    assert stream.socket.send(b"three") == 5
    assert await port.read(11) == b"onetwothree"


async def test_writing_says_whether_something_is_queued(ports):
    """``stream.writing()`` is true exactly while bytes wait; ``_total_write_done_index`` counts those that the kernel took."""
    stream, port = ports[0].iostream, ports[0]
    filled = 0
    with pytest.raises(BlockingIOError):
        while True:
            filled += stream.socket.send(bytes(4096))
    data = memoryview(bytes(100_000))
    before = stream._total_write_done_index
    done = stream.write(data)
    assert stream.writing() and not done.done()
    await port.read(filled)
    while stream._total_write_done_index == before:
        await asyncio.sleep(0)
    assert before < stream._total_write_done_index <= before + len(data)
    await port.read(len(data))
    await done
    assert not stream.writing() and stream._total_write_done_index == before + len(data)


async def test_a_closed_stream_has_no_socket(ports):
    """After ``close`` the stream's socket is None, and writing raises StreamClosedError: both are expected by the outbox."""
    stream = ports[0].iostream
    stream.close()
    assert stream.socket is None and stream.closed() and not stream.writing()
    receiver_port = ports[1]
    receiver = Receiver(receiver_port, no_paint)
    receiver_port.iostream.close()
    receiver.push(["text"], pack(["text"]))
    assert not receiver.unsent


async def test_the_handler_gives_its_stream():
    """``ws_connection.stream`` of an open WebSocketHandler is the IOStream of its connection; afterwards there is none."""
    opened: asyncio.Queue[WebSocketHandler] = asyncio.Queue()
    closed = asyncio.Event()

    class Handler(WebSocketHandler):
        def open(self) -> None:
            opened.put_nowait(self)

        def on_close(self) -> None:
            assert self.ws_connection is None
            closed.set()

    server = HTTPServer(Application([("/", Handler)]))
    listener, port = bind_unused_port()
    server.add_socket(listener)
    connection = await websocket_connect(f"ws://127.0.0.1:{port}/")
    handler = await opened.get()
    stream = handler.ws_connection.stream
    assert (
        isinstance(stream, IOStream)
        and stream.socket.getpeername()[1] == connection.protocol.stream.socket.getsockname()[1]
    )
    assert stream.socket.send(websocket_frame(0x81, b"beside")) == 8
    assert await connection.read_message() == "beside"
    stream.socket.send(PING)  # Tornado's client, as any, answers without being asked
    connection.close()
    await asyncio.wait_for(closed.wait(), 10)
    server.stop()
    await server.close_all_connections()
