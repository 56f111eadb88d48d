"""Reading everything that has arrived at once: no message is lost, joined or cut by it."""

from __future__ import annotations

import asyncio
import inspect
import os

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, WebSocketProtocol13

from handlers.buffered import READ_BYTES, BufferedProtocol


class Listener(WebSocketHandler):
    def initialize(self, heard, reads) -> None:
        self.heard = heard
        self.reads = reads

    def get_websocket_protocol(self):
        protocol = super().get_websocket_protocol()
        return BufferedProtocol(self, protocol.mask_outgoing, protocol.params)

    def open(self) -> None:
        read_bytes = self.ws_connection.stream.read_bytes

        def counted(*args, **options):
            self.reads.append(args)
            return read_bytes(*args, **options)

        self.ws_connection.stream.read_bytes = counted

    def on_message(self, message) -> None:
        self.heard.append(message)


def client_frame(payload: bytes) -> bytes:
    """A masked binary frame (RFC 6455, 5.2); the mask is zero, so the payload stands as it is."""
    size = len(payload)
    head = bytes((0x82, 0x80 | size)) if size < 126 else bytes((0x82, 0x80 | 127)) + size.to_bytes(8)
    return head + bytes(4) + payload


@pytest.mark.gen_test(timeout=30)
async def test_messages_in_any_pieces(io_loop):
    """Many messages in one piece of the stream, and one message in many pieces, arrive as they were sent."""
    heard: list[bytes] = []
    reads: list[tuple] = []
    server = HTTPServer(Application([("/", Listener, {"heard": heard, "reads": reads})]))
    listener, port = bind_unused_port()
    server.add_socket(listener)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    sent = [os.urandom(size) for size in (0, 1, 125, 600, 3 * READ_BYTES + 7, 5)]
    everything = b"".join(map(client_frame, sent))
    writer.write(everything)
    while len(heard) < len(sent):
        await asyncio.sleep(0)
    assert heard == sent
    assert len(reads) < 3 * len(sent), "it asks the stream as often as Tornado does"
    heard.clear()
    for at in range(0, 1000):
        writer.write(everything[at : at + 1])
        await writer.drain()
    writer.write(everything[1000:])
    while len(heard) < len(sent):
        await asyncio.sleep(0)
    assert heard == sent
    writer.close()
    server.stop()
    await server.close_all_connections()


def test_what_it_relies_on():
    """Tornado still reads frames through ``_read_bytes`` and counts them; an upgrade that changes it must fail here."""
    assert list(inspect.signature(WebSocketProtocol13._read_bytes).parameters) == ["self", "n"]
    assert "_wire_bytes_in" in inspect.getsource(WebSocketProtocol13._read_bytes)
    assert inspect.getsource(WebSocketProtocol13._receive_frame).count("self._read_bytes(") >= 3
