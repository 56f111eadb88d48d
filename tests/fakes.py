"""Fakes of what the rooms stand on, written by hand: they keep the rules of the real thing, and record.

``run`` gives a coroutine an event loop whose time stands still until nobody has anything to do, and then jumps to the
next timer: what takes minutes takes milliseconds, in the same order every time.
"""

from __future__ import annotations

import asyncio
import copy
import random
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

import numpy as np

from rooms import messages, wire
from rooms.errors import ClayroomError, Conflict, Elsewhere, Fenced, NotFound, StoreUnavailable
from rooms.presence import Member
from rooms.records import Collaborator, JournalBatch, Lease, PieceRecord, Project, Role, Session, Snapshot, User
from rooms.room import Delivery
from rooms.wire import Kind

T = TypeVar("T")

ANN, BEN, EVE = User("u-ann", "Ann"), User("u-ben", "Ben"), User("u-eve", "Eve")


# time


class _Jumping(selectors.SelectSelector):
    """Never waits: the time that it is told to wait has passed when it returns."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready:
            return ready
        assert timeout is not None, "everybody waits for somebody else"
        self.loop.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in time of its own."""

    def __init__(self) -> None:
        self.now = 1000.0
        selector = _Jumping()
        super().__init__(selector)
        selector.loop = self

    def time(self) -> float:
        return self.now


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs ``work`` in virtual time. A task that it leaves behind is cancelled."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


async def settled() -> None:
    """Returns when all that can be done at this moment is done."""
    for _ in range(50):
        await asyncio.sleep(0)


# clay


def clay(vertices: int = 64) -> PieceRecord:
    """A piece whose vertices are all at the origin: what is there afterwards is what was added."""
    triangles = np.array([[0, 1, 2]], dtype=np.uint32)
    return PieceRecord(1, 1, "Clay", np.zeros((3, vertices), dtype=np.int32), triangles)


def stroke(client: int, client_seq: int, ids: Any = (0,), by: int = 1, **fields: Any) -> bytes:
    """A frame of ``client`` that moves each of ``ids`` by ``by`` quanta along x."""
    deltas = np.zeros((3, len(ids)), dtype=np.int32)
    deltas[0] = by
    return wire.encode_stroke(np.asarray(ids), deltas, client=client, client_seq=client_seq, **fields)


def project_of(owner: User = ANN, *editors: User) -> Project:
    collaborators = [Collaborator(one.user, one.name, Role.EDITOR) for one in editors]
    return Project("p", "Clay", "", owner, collaborators, snapshot="s0")


def member(client: int, user: User = ANN, role: Role = Role.OWNER) -> Member:
    return Member(client, user, f"session of {user.user}", role)


def session_of(user: User) -> Session:
    return Session(f"session of {user.user}", user)


def join_request(since: int | None, client: int | None = None, mine: Any = (), ref: int = 1) -> messages.JoinProj:
    return messages.JoinProj(
        ref=ref, project="p", token="", since=since,
        client=None if client is None else wire.client_to_text(client), mine=list(mine),
    )  # fmt: skip


# the store


class FakeStore:
    """A store in memory with the rules of the real one: unique sequence numbers, batch ids, fences, leases.

    ``actions`` records every call by name, and its end as ``name.``. ``trouble(name, count)`` returns an error to raise or
    None. With ``weather`` every call takes a random time before it has its effect, and another one after.
    """

    def __init__(self, project: Project | None = None, piece: PieceRecord | None = None) -> None:
        self.project = project or project_of()
        self.users = {user.name: user for user in (ANN, BEN, EVE)}
        self.snapshots: dict[str, Snapshot] = {"s0": Snapshot(0, [piece or clay()], snapshot="s0")}
        #: pixels of the stored reference images
        self.pictures: dict[str, tuple[int, int]] = {}
        self.pointer_seq = 0
        self.fence = 0
        self.journal: list[tuple[str, JournalBatch]] = []
        self.lease: Lease | None = None
        self.actions: list[str] = []
        self.down: set[str] = set()
        self.trouble: Callable[[str, int], Exception | None] = lambda name, count: None
        self.weather: random.Random | None = None
        self.held: asyncio.Event | None = None

    def count(self, name: str) -> int:
        return self.actions.count(name)

    async def _act(self, name: str) -> None:
        self.actions.append(name)
        await self._wait()
        if name in self.down or "all" in self.down:
            raise StoreUnavailable(f"{name}: the database does not answer")
        problem = self.trouble(name, self.count(name))
        if problem is not None:
            raise problem

    async def _wait(self) -> None:
        if self.weather is not None:
            if self.weather.random() < 0.5:
                await asyncio.sleep(self.weather.choice((0, 0.001, 0.01, 0.1, 1.0)))
            for _ in range(self.weather.randrange(3)):
                await asyncio.sleep(0)

    async def _done(self, name: str) -> None:
        await self._wait()
        self.actions.append(f"{name}.")

    # projects and snapshots

    async def load_project(self, project: str) -> Project | None:
        await self._act("load_project")
        found = copy.deepcopy(self.project) if project == self.project.project else None
        await self._done("load_project")
        return found

    async def save_meta(self, project: Project) -> None:
        await self._act("save_meta")
        self.project.name, self.project.description = project.name, project.description
        self.project.owner, self.project.collaborators = project.owner, list(project.collaborators)
        self.project.references = list(project.references)
        await self._done("save_meta")

    async def find_user(self, name: str) -> User | None:
        await self._act("find_user")
        return self.users.get(name)

    async def reference_size(self, project: str, reference: str) -> tuple[int, int] | None:
        await self._act("reference_size")
        return self.pictures.get(reference)

    async def delete_reference(self, project: str, reference: str) -> None:
        await self._act("delete_reference")
        self.pictures.pop(reference, None)

    async def load_snapshot(self, snapshot: str) -> Snapshot:
        await self._act("load_snapshot")
        found = copy.deepcopy(self.snapshots[snapshot])
        await self._done("load_snapshot")
        return found

    async def save_snapshot(self, project: str, snapshot: Snapshot, token: int | None) -> str:
        await self._act("save_snapshot")
        if self.held is not None:
            await self.held.wait()
        assert snapshot.seq <= self.last_seq, f"a snapshot at {snapshot.seq}, the journal ends at {self.last_seq}"
        if token is not None and self.fence > token:
            raise Fenced(f"an owner with token {self.fence} has this project")
        if snapshot.seq < self.pointer_seq:
            raise Conflict(f"there is a snapshot at {self.pointer_seq}")
        name = f"s{len(self.snapshots)}"
        self.snapshots[name] = copy.deepcopy(snapshot)
        self.snapshots[name].snapshot = name
        self.project.snapshot, self.pointer_seq = name, snapshot.seq
        await self._done("save_snapshot")
        return name

    # the journal

    @property
    def last_seq(self) -> int:
        return self.journal[-1][1].seq + self.journal[-1][1].count - 1 if self.journal else 0

    def strokes(self) -> list[wire.Stroke]:
        """All strokes of the journal, in order."""
        return [wire.parse_stroke(frame) for _, batch in self.journal for frame in wire.split(batch.frames)]

    async def append_journal(self, project: str, batch: JournalBatch, batch_id: str) -> None:
        await self._act("append_journal")
        taken = {one.seq: name for name, one in self.journal}
        if taken.get(batch.seq) != batch_id:
            if batch.seq in taken:
                raise Fenced(f"somebody else has written {batch.seq}")
            assert batch.seq == self.last_seq + 1, f"the journal ends at {self.last_seq}, a batch begins at {batch.seq}"
            self.journal.append((batch_id, batch))
        await self._done("append_journal")

    async def read_journal(self, project: str, after: int) -> AsyncIterator[JournalBatch]:
        await self._act("read_journal")
        for _, batch in list(self.journal):
            if batch.seq + batch.count - 1 > after:
                yield batch
                await self._wait()

    # leases

    async def take_lease(self, project: str, owner: str) -> Lease:
        await self._act("take_lease")
        if self.lease is not None and self.lease.owner != owner:
            raise Elsewhere(f"this project is open at {self.lease.owner}", self.lease.owner)
        self.fence += 1
        self.lease = Lease(project, owner, self.fence)
        await self._done("take_lease")
        return self.lease

    async def renew_leases(self, owner: str, projects: list[str]) -> set[str]:
        await self._act("renew_leases")
        ours = self.lease is not None and self.lease.owner == owner
        return set(projects) if ours else set()

    async def release_lease(self, lease: Lease) -> None:
        await self._act("release_lease")
        if self.lease is not None and self.lease.token == lease.token:
            self.lease = None


# the way out


class FakePort:
    """A member's socket: what it was sent, and with what it was ended."""

    def __init__(self) -> None:
        self.got: list[bytes | str] = []
        self.ended: ClayroomError | None = None

    def texts(self, event: str) -> list[dict[str, Any]]:
        decoded = [messages.msgspec.json.decode(text) for text in self.got if isinstance(text, str)]
        return [text for text in decoded if text["event"] == event]

    def frames(self, kind: Kind) -> list[bytes]:
        return [data for data in self.got if isinstance(data, bytes) and data[0] == kind]

    def receipts(self) -> list[tuple[int, int, int, int]]:
        return [wire.parse_receipt(frame) for frame in self.frames(Kind.RECEIPT)]

    def end(self, problem: ClayroomError) -> None:
        self.ended = problem


class RecordingOutbox:
    """Delivers at once, to ``FakePort``s."""

    def __init__(self) -> None:
        self.ports: dict[int, Any] = {}
        self.painted: Any = None

    def add(self, client: int, port: Any) -> None:
        self.ports[client] = port

    def remove(self, client: int) -> None:
        self.ports.pop(client, None)

    def send(self, deliveries: list[Delivery]) -> None:
        for data, to, but in deliveries:
            for client, port in self.ports.items():
                if client == to or (to is None and client != but):
                    port.got.append(data)

    def flush(self) -> None:
        pass

    def close(self, client: int, problem: ClayroomError) -> None:
        port = self.ports.pop(client, None)
        if port is not None:
            port.end(problem)


__all__ = [
    "ANN", "BEN", "EVE", "FakePort", "FakeStore", "NotFound", "RecordingOutbox", "VirtualLoop", "clay", "join_request",
    "member", "project_of", "run", "session_of", "settled", "stroke",
]  # fmt: skip
