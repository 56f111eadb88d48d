"""Members who do not read, or read slowly, among others who broadcast: real sockets, a real server."""

from __future__ import annotations

import asyncio
import socket as sockets
import time
from pathlib import Path

import numpy as np
import pytest

import server
from handlers.heartbeat import Heartbeat
from handlers.outbox import HELD_BYTES, HELD_BYTES_MAX
from rooms import wire
from rooms.records import Role
from tests.deployment import Deployment, SculptPeer
from tests.reliability.swarm import LONG

#: 12 bytes each: the sum of everything is larger than what may wait unsummed.
VERTICES = 100_000
#: Of one stroke; in 2 bytes each.
STROKE_VERTICES = 20_000
#: Strokes by each of the nine.
STROKES = 110 if LONG else 55

pytestmark = [pytest.mark.gen_test(timeout=300), pytest.mark.timeout(320)]


@pytest.fixture
def deployment(io_loop, store, tmp_path):
    started = io_loop.run_sync(lambda: Deployment.start(store, tmp_path))
    yield started
    io_loop.run_sync(started.stop)


def resident_bytes() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def waiting_for(deployment: Deployment, peer: SculptPeer) -> int:
    """Bytes that the server keeps in memory for this member alone."""
    receiver = deployment.rooms.keeper_of(peer.project.project).outbox._receivers[peer.replica.client]
    return receiver.held_bytes + len(receiver.stream._write_buffer)


@pytest.fixture
def patient(monkeypatch):
    """Whoever does not answer for five minutes is still there: otherwise the heartbeat would end the stalled one."""
    monkeypatch.setattr(server, "Heartbeat", lambda: Heartbeat(silence=300.0))


async def test_a_stalled_reader_among_ten(patient, deployment):
    """What waits for one who does not read is summed and bounded; the others get everything; then it catches up."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann, vertices=VERTICES)
    nine = [await deployment.join(ann, project) for _ in range(9)]
    stalled = await deployment.join(ann, project)
    # The client's kernel would hide megabytes.
    stalled.connection.protocol.stream.socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 64 * 1024)
    room = deployment.rooms.keeper_of(project.project).room
    began, before, most_waiting, sent = time.monotonic(), resident_bytes(), 0, 0

    async def sculpt(peer: SculptPeer, seed: int) -> None:
        nonlocal most_waiting, sent
        rng = np.random.default_rng(seed)
        for number in range(STROKES):
            start = int(rng.integers(0, VERTICES - STROKE_VERTICES))
            deltas = rng.integers(-(2**14), 2**14, (3, STROKE_VERTICES)).astype(np.int32)
            sent += len(peer.replica.sculpt(np.arange(start, start + STROKE_VERTICES), deltas))
            peer.send_outgoing()
            await peer.until(lambda number=number: peer.replica.accepted >= number - 2)
            most_waiting = max(most_waiting, waiting_for(deployment, stalled))

    async def save(peers: list[SculptPeer]) -> None:
        """Keeps the room's own memory of strokes short, so that what is measured is the stalled reader."""
        keeper = deployment.rooms.keeper_of(project.project)
        while not all(peer.replica.own_seq == STROKES for peer in peers):
            await keeper.save(None, "autosave")
            await asyncio.sleep(0.5)

    await asyncio.gather(save(nine), *(sculpt(peer, seed) for seed, peer in enumerate(nine)))
    for peer in nine:
        await peer.until_journaled()
    for peer in nine:
        await peer.until(lambda peer=peer: peer.replica.heard >= room.seq)
    grown = resident_bytes() - before
    room.sculpture.check()
    truth = room.sculpture.pieces[1].positions.tobytes()
    for peer in nine:
        assert not peer.replica.problems and peer.replica.positions.tobytes() == truth
    owed = waiting_for(deployment, stalled)
    assert stalled.replica.client in room.members, "the stalled one was thrown out"
    assert stalled.replica.seq < room.seq and owed > HELD_BYTES, "it was not stalled: the test proves nothing"
    assert most_waiting <= HELD_BYTES_MAX + HELD_BYTES + wire.MAX_SERVER_MESSAGE
    assert most_waiting < sent / 8
    frames = 0
    receive = stalled.replica._receive_frame

    def counted(frame: bytes) -> None:
        nonlocal frames
        frames += 1
        receive(frame)

    stalled.replica._receive_frame = counted
    await stalled.until(lambda: stalled.replica.seq >= room.seq and not stalled.replica.torn)
    assert stalled.replica.positions.tobytes() == truth
    assert not stalled.replica.problems and stalled.replica.digests_checked
    print(
        f"{sent / 1e6:.0f} MB in {9 * STROKES} strokes by nine, at most {most_waiting / 1e6:.2f} MB waited for the stalled "
        f"reader, the process grew by {grown / 1e6:.0f} MB, it caught up with {frames} frames; {time.monotonic() - began:.0f} s"
    )


async def test_a_slow_reader_is_alive(monkeypatch, deployment, store, tmp_path):
    """A member whose line is slow, and who has no time to answer pings, is not taken for dead while it reads on."""
    beat, silence = 0.25, 1.5
    monkeypatch.setattr(server, "Heartbeat", lambda: Heartbeat(beat, silence))
    quick = await Deployment.start(store, tmp_path / "quick")
    slow = sockets.socket()
    try:
        ann, ben = await quick.person("Ann"), await quick.person("Ben")
        project = await quick.project(ann, (ben, Role.VIEWER), vertices=VERTICES)
        peer = await quick.join(ann, project)
        room = quick.rooms.keeper_of(project.project).room
        loop = asyncio.get_running_loop()
        slow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 16 * 1024)
        slow.setblocking(False)
        await loop.sock_connect(slow, ("127.0.0.1", quick.port))
        lines = (
            f"GET /p/{project.project}/socket HTTP/1.1", f"Host: 127.0.0.1:{quick.port}",
            f"Origin: http://127.0.0.1:{quick.port}", f"Cookie: {ben.cookie}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", "",
        )  # fmt: skip
        await loop.sock_sendall(slow, "\r\n".join(lines).encode())
        token = quick.rooms.connect_token(ben.session, project.project)
        text = peer.replica.join_request(project.project, token).replace(
            wire.client_to_text(peer.replica.client), "0" * 15 + "1"
        )
        payload = text.encode()
        await loop.sock_sendall(slow, bytes((0x81, 0x80 | 126)) + len(payload).to_bytes(2) + bytes(4) + payload)
        await peer.expect("join", name="Ben")
        rng = np.random.default_rng(1)

        def sculpt() -> None:
            """240 kB; for one who is behind they are summed."""
            start = int(rng.integers(0, VERTICES - STROKE_VERTICES))
            deltas = rng.integers(-(2**29), 2**29, (3, STROKE_VERTICES)).astype(np.int32)
            peer.replica.sculpt(np.arange(start, start + STROKE_VERTICES), deltas)
            peer.send_outgoing()

        reader = asyncio.create_task(peer.until(lambda: False))  # answers its own pings
        began, reads, behind = loop.time(), 0, 0
        while loop.time() - began < 4 * silence:
            if reads % 10 == 0:
                sculpt()
            await loop.sock_recv(slow, 8192)
            reads += 1
            assert 1 in room.members, f"somebody who reads was taken for dead after {loop.time() - began:.1f} s"
            behind += quick.rooms.keeper_of(project.project).outbox._receivers[1].stream.writing()
            await asyncio.sleep(0.02)
        assert behind > reads / 2, "it was not slow: the test proves nothing"
        stopped = loop.time()
        while 1 in room.members:  # now it is dead
            await asyncio.sleep(beat)
            assert loop.time() - stopped < 20 * silence, "somebody who is dead was not missed"
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
    finally:
        slow.close()
        await quick.stop()
        quick.accounts.close()
