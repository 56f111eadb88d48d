"""Two processes on one database: one owns the room, the other says so; when it takes over, the first one writes nothing more."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import ExpectLog, bind_unused_port

from handlers.base import AllowedHosts
from handlers.outbox import RoomOutbox
from rooms import wire
from rooms.accounts import Accounts
from rooms.keeper import load_room
from rooms.map import RoomMap
from rooms.store import Store
from rooms.store.mongod import Mongod
from rooms.workers import WorkerPool
from server import Settings, make_app
from tests.conftest import PATIENT_SECONDS
from tests.deployment import SECRET, Deployment, SculptPeer
from tests.reliability.swarm import LONG, until

ROUNDS = 30 if LONG else 5

pytestmark = [pytest.mark.gen_test(timeout=600), pytest.mark.timeout(700)]


async def start_process(uri: str, database: str, data: Path, owner: str, lease_seconds: float) -> Deployment:
    """What a second process is: its own driver, its own rooms, its own name."""
    store = await Store.connect(uri, database, answer_seconds=PATIENT_SECONDS, lease_seconds=lease_seconds)
    rooms = RoomMap(store, owner=owner, outbox_factory=RoomOutbox)
    accounts, workers = Accounts(store), WorkerPool(1)
    app = make_app(store, rooms, Settings(data, workers, SECRET, AllowedHosts(["127.0.0.1"])), accounts)
    server = HTTPServer(app)
    listener, port = bind_unused_port()
    server.add_socket(listener)
    return Deployment(store, rooms, accounts, workers, server, port)


@pytest.fixture
def processes(io_loop, mongod: Mongod, database: str, tmp_path: Path):
    async def start(lease_seconds: float) -> list[Deployment]:
        for name in ("first", "second"):
            started.append(await start_process(mongod.uri, database, tmp_path, name, lease_seconds))
        return started

    async def stop() -> None:
        for deployment in started:
            await deployment.stop()
            deployment.accounts.close()
            await deployment.store.close()

    started: list[Deployment] = []
    yield start
    io_loop.run_sync(stop)


async def refused(deployment: Deployment, person, project) -> tuple[dict, int | None]:
    """The error and the close code that a join gets."""
    peer = await deployment.connect(person, project)
    token = deployment.rooms.connect_token(person.session, project.project)
    peer.connection.write_message(peer.replica.join_request(project.project, token))
    return await peer.expect("error"), (await peer.until_closed())[0]


async def test_a_room_that_is_open_in_another_process(processes):
    """A process that is asked for another's room closes with 4421, and serves it as soon as the other gave it up."""
    first, second = await processes(lease_seconds=60)
    ann = await first.person("Ann")
    project = await first.project(ann)
    peer = await first.join(ann, project)
    error, code = await refused(second, ann, project)
    assert (error["code"], code) == ("elsewhere", 4421)
    assert "first" in error["message"]
    peer.hang_up()
    await until(lambda: first.rooms.keeper_of(project.project) is None, "the first has removed the room")
    assert (await second.join(ann, project)).replica.joined


async def test_takeovers(processes, mongo_client, database):
    """Whoever loses the room mid-stroke freezes and sends its people over; every stroke is there once, nothing is stale."""
    deployments = await processes(lease_seconds=60)
    ann = await deployments[0].person("Ann")
    ben = await deployments[0].person("Ben")
    project = await deployments[0].project(ann, (ben, "editor"))
    strokes = unacknowledged = 0
    peer = await deployments[0].join(ann, project)
    for number in range(ROUNDS):
        rng = np.random.default_rng(number)
        old, new = deployments[number % 2], deployments[(number + 1) % 2]
        for _ in range(int(rng.integers(1, 30))):
            peer.sculpt(rng)
        # As if the old owner's machine had slept until its lease was over.
        leases = mongo_client[database]["leases"]
        await asyncio.to_thread(leases.update_one, {"_id": project.project}, {"$set": {"expires": project.created_at}})
        keeper = old.rooms.keeper_of(project.project)
        with ExpectLog("clayroom.rooms", "Another process"):
            opening = asyncio.create_task(new.join(ben, project))
            for _ in range(int(rng.integers(1, 60))):
                peer.sculpt(rng)
                await asyncio.sleep(0)
            other = await opening
            assert isinstance(other, SculptPeer)
            peer.sculpt(rng)  # the first stroke that certainly comes too late
            unacknowledged += len(peer.replica.pending)
            code, reason = await peer.until_closed()
        assert code == 4421 and "another process" in reason
        assert old.rooms.keeper_of(project.project) is None and not len(keeper.room.members)
        # The old one does not write a snapshot either.
        before = await new.store.load_project(project.project)
        with pytest.raises(Exception, match=r"closed|taken"):
            await keeper.save(None, "autosave")
        assert (await new.store.load_project(project.project)).snapshot == before.snapshot
        # Its people come over with what was not acknowledged.
        peer = await new.join(ann, project, peer.replica)
        await peer.until_journaled()
        room = new.rooms.keeper_of(project.project).room
        await other.until(lambda other=other, room=room: other.replica.seq >= room.seq)
        room.sculpture.check()
        for one in (peer, other):
            assert not one.replica.problems
            assert one.replica.positions.tobytes() == room.sculpture.pieces[1].positions.tobytes()
        other.hang_up()
        strokes = peer.replica.own_seq
    seen = []
    async for batch in deployments[0].store.read_journal(project.project, 0):  # raises on a gap
        seen += [wire.parse_stroke(frame).client_seq for frame in wire.split(batch.frames)]
    assert seen == list(range(1, strokes + 1)), "a stroke is lost, doubled or out of order"
    loaded = await load_room(
        deployments[0].store, await deployments[0].store.load_project(project.project), clock=lambda: 0.0
    )
    assert loaded.sculpture.pieces[1].positions.tobytes() == peer.replica.positions.tobytes()
    print(f"{ROUNDS} takeovers, {strokes} strokes, {unacknowledged} not acknowledged at the moment: 0 lost, 0 twice")
    assert unacknowledged, "no takeover found anything unacknowledged: the test proves nothing"


async def test_a_lease_runs_out_by_itself(processes):
    """A process that stops renewing loses the room after the lease's time, on the database's clock, and not before."""
    first, second = await processes(lease_seconds=1.5)
    ann = await first.person("Ann")
    project = await first.project(ann)
    peer = await first.join(ann, project)
    first.rooms._renewing.cancel()
    error, code = await refused(second, ann, project)
    assert (error["code"], code) == ("elsewhere", 4421)

    async def no_owner() -> None:
        while await second.store.lease_owner(project.project) is not None:
            await asyncio.sleep(0.05)

    await asyncio.wait_for(no_owner(), 20)
    with ExpectLog("clayroom.rooms", "Another process"):
        await second.join(ann, project)
        peer.sculpt(np.random.default_rng(1))
        assert (await peer.until_closed())[0] == 4421
