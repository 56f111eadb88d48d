"""The socket against a real server and a real database: every event, and every refusal."""

from __future__ import annotations

import asyncio
import socket as sockets

import numpy as np
import pytest
from tornado.testing import ExpectLog

from rooms import wire
from rooms.presence import MAX_FRAMES_AT_ONCE
from rooms.records import Role
from tests.deployment import Deployment, SculptPeer

pytestmark = pytest.mark.gen_test(timeout=60)


@pytest.fixture
def deployment(io_loop, store, tmp_path):
    started = io_loop.run_sync(lambda: Deployment.start(store, tmp_path))
    yield started
    io_loop.run_sync(started.stop)


@pytest.fixture
def rng():
    return np.random.default_rng(5)


async def equal(*peers: SculptPeer) -> None:
    """All have everything that any of them made, and hold the same bits as the room."""
    for peer in peers:
        await peer.until_journaled()
    room = peers[0].deployment.rooms.keeper_of(peers[0].project.project).room
    for peer in peers:
        await peer.until(lambda peer=peer: peer.replica.heard == room.seq)
        assert not peer.replica.problems
        room.sculpture.settle()
        assert peer.replica.positions.tobytes() == room.sculpture.pieces[1].positions.tobytes()


# connect


async def test_upgrade_without_login(deployment):
    """Whoever is not logged in gets 401 and no socket."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    assert await deployment.refusal(project.project, None) == 401
    assert await deployment.refusal(project.project, "clayroom_session=made-up") == 401


@pytest.mark.parametrize("origin", ["http://evil.test", "null", None, "http://127.0.0.1:1"])
async def test_upgrade_from_a_foreign_origin(deployment, origin):
    """A page of another origin, or something that names none, gets 403."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    with ExpectLog("tornado.general", ".*403.*Origin"):
        assert await deployment.refusal(project.project, ann.cookie, origin=origin) == 403


async def test_upgrade_to_a_foreign_host(deployment):
    """A rebound name, where Host and Origin agree, gets 403."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    with ExpectLog("tornado.general", ".*403.*Host"):
        status = await deployment.refusal(project.project, ann.cookie, host="evil.test", origin="http://evil.test")
    assert status == 403


# join_proj


async def test_join_tells_everyone_the_newcomer_too(deployment):
    """Whoever joins is announced to all, also when alone in the room."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    first = await deployment.join(ann, project)
    assert (await first.expect("join"))["name"] == "Ann"
    second = await deployment.join(ben, project)
    assert (await first.expect("join"))["name"] == "Ben"
    assert (await second.expect("join"))["name"] == "Ben"
    rooms = deployment.rooms
    assert rooms.room_of(first.replica.client) == project.project
    assert set(rooms.clients_of(project.project)) == {first.replica.client, second.replica.client}
    assert rooms.name_of(second.replica.client) == "Ben"


async def test_join_by_a_stranger(deployment):
    """Somebody who has no part in a project is told that there is none, and nothing is joined."""
    ann, eve = await deployment.person("Ann"), await deployment.person("Eve")
    project = await deployment.project(ann)
    peer = await deployment.connect(eve, project)
    token = deployment.rooms.connect_token(eve.session, project.project)
    peer.connection.write_message(peer.replica.join_request(project.project, token))
    assert (await peer.expect("error"))["code"] == "not_found"
    assert (await peer.until_closed())[0] == 4404
    assert deployment.rooms.keeper_of(project.project) is None


async def test_join_without_a_good_token(deployment):
    """A connect token is good once, for its own session and project."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    token = deployment.rooms.connect_token(ann.session, project.project)
    for words in ("made up", token, token):
        peer = await deployment.connect(ann, project)
        peer.connection.write_message(peer.replica.join_request(project.project, words))
        if words == token and not peer.replica.joined:
            answer = await peer.read() and peer.texts.popleft()
            token = "used"
            assert answer["event"] == "reply"
        else:
            assert (await peer.until_closed())[0] == 4401


async def test_many_join_at_once(deployment):
    """The project is pulled once however many join at the same moment."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    loads = []
    load = deployment.store.load_snapshot

    async def counted(snapshot):
        loads.append(snapshot)
        return await load(snapshot)

    peers = [await deployment.connect(ann, project) for _ in range(12)]
    deployment.store.load_snapshot = counted
    await asyncio.gather(*(peer.join() for peer in peers))
    assert loads == [project.snapshot]
    assert len(deployment.rooms.clients_of(project.project)) == 12


# leave, disconnect


async def test_leave_is_told_to_those_who_stay(deployment):
    """A goodbye and a lost connection are both told, with their reasons."""
    ann, ben, cleo = [await deployment.person(name) for name in ("Ann", "Ben", "Cleo")]
    project = await deployment.project(ann, (ben, Role.EDITOR), (cleo, Role.VIEWER))
    stays, leaves, is_lost = [await deployment.join(person, project) for person in (ann, ben, cleo)]
    assert (await leaves.ask("leave"))["event"] == "reply"
    assert await stays.expect("leave", name="Ben", reason="left")
    is_lost.hang_up()
    assert await stays.expect("leave", name="Cleo", reason="lost")
    assert deployment.rooms.clients_of(project.project) == [stays.replica.client]


async def test_a_pulled_cable_is_noticed(deployment, rng):
    """Somebody whose machine no longer answers leaves the room within five seconds, without a goodbye."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    stays = await deployment.join(ann, project)
    # A bare socket that does the handshake, joins, and then never reads or writes again.
    silent = sockets.create_connection(("127.0.0.1", deployment.port))
    silent.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(
        silent,
        (
            f"GET /p/{project.project}/socket HTTP/1.1\r\nHost: 127.0.0.1:{deployment.port}\r\n"
            f"Origin: http://127.0.0.1:{deployment.port}\r\nCookie: {ben.cookie}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        ).encode(),
    )
    await loop.sock_recv(silent, 4096)
    token = deployment.rooms.connect_token(ben.session, project.project)
    text = (
        f'{{"event":"join_proj","ref":1,"project":"{project.project}","token":"{token}","since":null,'
        '"client":null,"mine":[]}'
    ).replace("null", "0", 1)
    room = deployment.rooms.keeper_of(project.project).room
    text = text.replace('"since":0', f'"since":{room.seq}').encode()
    await loop.sock_sendall(silent, bytes((0x81, 0x80 | 126)) + len(text).to_bytes(2) + bytes(4) + text)
    await stays.expect("join", name="Ben")
    joined = loop.time()
    await stays.expect("leave", name="Ben", reason="lost")
    assert loop.time() - joined < 5.0
    silent.close()


async def test_the_last_leave_commits_and_removes_the_room(deployment, rng):
    """The last one out has the project written to the database; whoever comes next finds it all."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    peer = await deployment.join(ann, project)
    for _ in range(10):
        peer.sculpt(rng)
    await peer.until_journaled()
    before = peer.replica.positions.tobytes()
    peer.hang_up()
    # join at once: it has to wait for the commit under way
    fresh = await deployment.store.load_project(project.project)
    again = await deployment.join(ann, fresh)
    assert again.replica.positions.tobytes() == before
    stored = await deployment.store.load_project(project.project)
    assert (await deployment.store.load_snapshot(stored.snapshot)).pieces[0].positions.tobytes() == before


# strokes


async def test_strokes_reach_everyone(deployment, rng):
    """What one makes the others have, while both sculpt; receipts say when it is in the database."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    first, second = await deployment.join(ann, project), await deployment.join(ben, project)
    for _ in range(30):
        first.sculpt(rng)
        second.sculpt(rng)
    first.replica.undo(3)
    first.send_outgoing()
    await equal(first, second)


async def test_nothing_is_acknowledged_before_it_is_journaled(deployment, rng):
    """A receipt that says journaled comes after the write, never before."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    peer = await deployment.join(ann, project)
    may_write = asyncio.Event()
    append = deployment.store.append_journal

    async def held(*args):
        await may_write.wait()
        await append(*args)

    deployment.store.append_journal = held
    peer.sculpt(rng)
    await peer.until(lambda: peer.replica.accepted == 1)
    assert (await peer.ask("ping"))["event"] == "reply"
    assert peer.replica.pending, "acknowledged although the journal has not written"
    may_write.set()
    await peer.until_journaled()


async def test_strokes_made_offline_are_taken_once(deployment, rng):
    """Reconnecting sends what was made meanwhile, and what was sent already counts once."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    first, second = await deployment.join(ann, project), await deployment.join(ben, project)
    first.sculpt(rng)
    await second.until(lambda: second.replica.seq == deployment.rooms.keeper_of(project.project).room.seq)
    first.hang_up()
    first.replica.disconnected()
    for _ in range(20):
        first.sculpt(rng)
        second.sculpt(rng)
    back = await deployment.join(ann, project, first.replica)
    for frame in list(back.replica.pending.values()):  # and all of it once more
        back.connection.write_message(frame, binary=True)
    await equal(back, second)


async def test_a_viewers_stroke_is_refused(deployment, rng):
    """A viewer sees everything and changes nothing; the socket stays open."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.VIEWER))
    owner, viewer = await deployment.join(ann, project), await deployment.join(ben, project)
    viewer.sculpt(rng)
    assert (await viewer.expect("refused"))["code"] == "forbidden"
    assert (await viewer.ask("save"))["code"] == "forbidden"
    assert (await viewer.ask("meta_change", changes={"name": "Mine"}))["code"] == "forbidden"
    assert not deployment.rooms.keeper_of(project.project).room.tail.strokes
    assert (await owner.ask("ping"))["event"] == "reply"


async def test_a_stroke_beyond_the_piece_is_refused(deployment, rng):
    """A vertex that is not there, a piece that is not there, an epoch that is past: refused with both numbers."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    peer = await deployment.join(ann, project)
    one = np.ones((3, 1), dtype=np.int32)
    for number, (words, options) in enumerate(
        [("vertex 162, piece 1 has 162", {}), ("piece 7", {"piece": 7}), ("epoch 2", {"epoch": 2})], start=1
    ):
        frame = wire.encode_stroke(
            np.array([162 if not options else 0]), one, client=peer.replica.client, client_seq=number, **options
        )
        peer.connection.write_message(frame, binary=True)
        refused = await peer.expect("refused", client_seq=number)
        assert words in refused["message"]


# meta_change


async def test_meta_change_reaches_everyone_and_the_database(deployment):
    """A new name and description are applied, told to all with who did it, and committed."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    first, second = await deployment.join(ann, project), await deployment.join(ben, project)
    assert (await second.ask("meta_change", changes={"name": "Bust", "description": "of Ben"}))["event"] == "reply"
    news = await first.expect("meta_change")
    assert (news["name"], news["changes"]) == ("Ben", {"name": "Bust", "description": "of Ben"})
    stored = await deployment.store.load_project(project.project)
    assert (stored.name, stored.description) == ("Bust", "of Ben")


async def test_only_the_owner_changes_access(deployment):
    """An editor changes neither owner nor collaborators."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    editor = await deployment.join(ben, project)
    for changes in ({"owner": "Ben"}, {"collaborators": []}):
        assert (await editor.ask("meta_change", changes=changes))["code"] == "forbidden"
    assert (await editor.ask("meta_change", changes={"name": "  "}))["code"] == "invalid"
    assert (await editor.ask("meta_change", changes={"name": "a\u202eb"}))["code"] == "invalid"


async def test_a_removed_collaborator_is_out_at_once(deployment, rng):
    """Who loses access while connected is out with the reason, and nothing that they send is taken any more."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    owner, removed = await deployment.join(ann, project), await deployment.join(ben, project)
    answer = await owner.ask("meta_change", changes={"collaborators": []})
    assert answer["changes"]["collaborators"] == []
    taken = deployment.rooms.keeper_of(project.project).room.seq
    removed.sculpt(rng)
    assert await removed.until_closed() == (4403, "Ann has removed you from this project")
    assert await owner.expect("leave", name="Ben", reason="removed")
    assert deployment.rooms.keeper_of(project.project).room.seq == taken


async def test_a_new_owner_and_an_unknown_collaborator(deployment):
    """The owner hands the project over and stays as an editor; a name that nobody has is refused by name."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    owner = await deployment.join(ann, project)
    unknown = await owner.ask("meta_change", changes={"collaborators": [{"name": "Zoe", "role": "editor"}]})
    assert "Zoe" in unknown["message"]
    answer = await owner.ask("meta_change", changes={"owner": "Ben"})
    assert answer["changes"] == {"owner": "Ben", "collaborators": [{"name": "Ann", "role": "editor"}]}
    assert (await owner.ask("meta_change", changes={"owner": "Ann"}))["code"] == "forbidden"


# save


async def test_save_is_told_to_everyone(deployment, rng):
    """Everyone learns who saved and when; the snapshot holds the clay of that moment."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    first, second = await deployment.join(ann, project), await deployment.join(ben, project)
    first.sculpt(rng)
    await first.until_journaled()
    answer = await first.ask("save", message="the nose")
    news = await second.expect("save")
    assert (news["name"], news["by"], news["snapshot"]) == ("Ann", "button", answer["snapshot"])
    stored = await deployment.store.load_snapshot(answer["snapshot"])
    assert stored.pieces[0].positions.tobytes() == first.replica.positions.tobytes()
    assert stored.message == "the nose"


# what is refused


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("not json", 4400),
        ('{"event":"dance","ref":1}', 4400),
        ('{"event":"save","ref":1,"extra":2}', 4400),
        ('{"event":"save","ref":"1"}', 4400),
        ('{"event":"meta_change","ref":1,"changes":{"$set":{"owner":"Eve"}}}', 4400),
        ('{"event":"save","ref":1,"message":NaN}', 4400),
        ("[" * 50_000, 4400),
        (b"", 4400),
        (b"\x01", 4400),
        (b"\x09" + bytes(3) + (8).to_bytes(4, "little"), 4400),
        (bytes(48), 4400),
        (b"\x02\x00\x00\x00\x08\x00\x00\x00", 4400),
        ("x" * (65 * 1024), 4413),
        (bytes(257 * 1024), 1009),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_a_bad_message_closes_its_sender_only(deployment, message, code):
    """Whoever sends what is not in the protocol is closed with a code and a sentence; the others are not touched."""
    ann, eve = await deployment.person("Ann"), await deployment.person("Eve")
    project = await deployment.project(ann, (eve, Role.EDITOR))
    good, bad = await deployment.join(ann, project), await deployment.join(eve, project)
    if message == b"":  # an empty message holds no frame: harmless
        bad.connection.write_message(message, binary=True)
        assert (await bad.ask("ping"))["event"] == "reply"
        return
    bad.connection.write_message(message, binary=isinstance(message, bytes)).add_done_callback(
        lambda done: done.exception()
    )
    closed, reason = await bad.until_closed()
    assert closed == code
    assert reason or code == 1009
    assert await good.expect("leave", name="Eve")
    assert (await good.ask("ping"))["event"] == "reply"


async def test_frames_before_joining(deployment):
    """A frame of somebody who has not joined closes the socket."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    peer = await deployment.connect(ann, project)
    peer.connection.write_message(wire.encode_cursor(0, 0, 0, 1, 1, (0, 0, 0), (0, 0, 1)), binary=True)
    assert (await peer.until_closed())[0] == 4400


async def test_a_stroke_in_anothers_name(deployment, rng):
    """A frame with another's client id closes the sender and moves nothing."""
    ann, eve = await deployment.person("Ann"), await deployment.person("Eve")
    project = await deployment.project(ann, (eve, Role.EDITOR))
    good, bad = await deployment.join(ann, project), await deployment.join(eve, project)
    frame = wire.encode_stroke(np.array([1]), np.ones((3, 1), np.int32), client=good.replica.client, client_seq=1)
    bad.connection.write_message(frame, binary=True)
    assert (await bad.until_closed())[0] == 4400
    assert not deployment.rooms.keeper_of(project.project).room.tail.strokes


async def test_too_fast(deployment):
    """More frames than a hand can make close the socket with 4429."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    peer = await deployment.join(ann, project)
    cursor = wire.encode_cursor(0, 0, 0, 1, 1, (0, 0, 0), (0, 0, 1))
    for _ in range(int(MAX_FRAMES_AT_ONCE) * 2):
        peer.connection.write_message(cursor, binary=True).add_done_callback(lambda done: done.exception())
    code, reason = await peer.until_closed()
    assert (code, "240 frames a second" in (reason or "")) == (4429, True)


async def test_logging_out_ends_the_sockets_of_the_session(deployment):
    """After a logout the session's sockets are closed with 4401."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    peer = await deployment.join(ann, project)
    deployment.rooms.end_session(ann.session.session)
    assert (await peer.until_closed())[0] == 4401


async def test_the_same_client_on_two_connections(deployment, rng):
    """A client that joins again takes its place over; the older socket is closed with 4409."""
    ann = await deployment.person("Ann")
    project = await deployment.project(ann)
    first = await deployment.join(ann, project)
    second = await deployment.join(ann, project, first.replica)
    assert (await first.until_closed())[0] == 4409
    assert deployment.rooms.clients_of(project.project) == [second.replica.client]


async def test_adopting_what_a_dead_tab_left(deployment, rng):
    """Another tab of the same person sends what was left, once, in the dead tab's name; nobody else may."""
    ann, eve = await deployment.person("Ann"), await deployment.person("Eve")
    project = await deployment.project(ann, (eve, Role.EDITOR))
    dead = await deployment.join(ann, project)
    dead.sculpt(rng)
    await dead.until_journaled()
    dead.hang_up()
    dead.replica.disconnected()
    left = dead.replica.sculpt(np.array([4]), np.ones((3, 1), np.int32))
    name = wire.client_to_text(dead.replica.client)
    thief, heir = await deployment.join(eve, project), await deployment.join(ann, project)
    assert (await thief.ask("adopt", client=name))["code"] == "forbidden"
    answer = await heir.ask("adopt", client=name)
    assert (answer["accepted"], answer["journaled"]) == (1, 1)
    room = deployment.rooms.keeper_of(project.project).room
    before = room.seq
    for _ in range(3):
        heir.connection.write_message(left, binary=True)
    await thief.until(lambda: thief.replica.seq > before)
    assert room.seq == before + 1


async def test_cursors_go_to_the_others(deployment):
    """A cursor reaches everyone but its sender, with the sender's id."""
    ann, ben = await deployment.person("Ann"), await deployment.person("Ben")
    project = await deployment.project(ann, (ben, Role.EDITOR))
    first, second = await deployment.join(ann, project), await deployment.join(ben, project)
    seen = []
    receive = second.replica._receive_frame
    second.replica._receive_frame = lambda frame: seen.append(frame) if frame[0] == 2 else receive(frame)
    first.connection.write_message(wire.encode_cursor(0, 3, 1, 1, 500, (1, 2, 3), (0, 0, 32767)), binary=True)
    await second.until(lambda: seen)
    assert wire.parse_cursor(seen[0]).client == first.replica.client
