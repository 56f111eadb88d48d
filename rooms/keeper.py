"""The keeper of one open room: it moves what the room decides to the sockets, the journal and the store.

The room decides and does no I/O; the keeper does I/O and decides nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Protocol

from . import messages, wire
from .errors import ClayroomError, Elsewhere, Fenced, Invalid, NotFound, StoreUnavailable
from .journal import BARRIER_SPAN, JournalWriter
from .presence import Member
from .records import JournalBatch, Lease, Project, Snapshot, User
from .room import Delivery, Removal, Room
from .wire import Stroke

logger = logging.getLogger("clayroom.rooms")

#: Seconds that work may lie in the journal alone before a snapshot is made of it: what a restart has to replay.
AUTOSAVE = 60.0
#: Seconds between two digests of a room where something moves.
DIGEST_EVERY = 10.0
#: Tries to write the barrier when other owners keep taking the room.
MAX_BARRIER_TRIES = 20


#: PAINTED frames with what the room has now where these strokes painted.
Painted = Callable[[Iterable[Stroke]], list[bytes]]

#: A member's way out. It comes from the socket handler with the outbox, and the rooms only pass it from one to the other.
Port = Any


class Outbox(Protocol):
    """Where a room's deliveries go. ``handlers/outbox.py`` is the real one."""

    #: what the outbox asks when it makes one of many writes: ``Room.painted``
    painted: Painted

    def add(self, client: int, port: Port) -> None: ...
    def remove(self, client: int) -> None: ...
    def send(self, deliveries: list[Delivery]) -> None: ...
    def flush(self) -> None: ...
    def close(self, client: int, problem: ClayroomError) -> None:
        """Sends what waits, then ends this client's socket with the code for ``problem`` and its sentence."""


class RoomStore(Protocol):
    """What rooms need of the store (``rooms/store``)."""

    async def load_project(self, project: str) -> Project | None: ...
    async def save_meta(self, project: Project) -> None: ...
    async def find_user(self, name: str) -> User | None: ...
    async def reference_size(self, project: str, reference: str) -> tuple[int, int] | None: ...
    async def delete_reference(self, project: str, reference: str) -> None: ...
    async def load_snapshot(self, snapshot: str) -> Snapshot: ...
    async def save_snapshot(self, project: str, snapshot: Snapshot, token: int | None) -> str: ...
    def read_journal(self, project: str, after: int) -> AsyncIterator[JournalBatch]: ...
    async def append_journal(self, project: str, batch: JournalBatch, batch_id: str) -> None: ...
    async def take_lease(self, project: str, owner: str) -> Lease: ...
    async def renew_leases(self, owner: str, projects: list[str]) -> set[str]: ...
    async def release_lease(self, lease: Lease) -> None: ...


async def load_room(
    store: RoomStore, project: Project, *, clock: Callable[[], float], max_members: int | None = None
) -> Room:
    """The newest snapshot with the journal after it. Takes no lease: good for reading, not for joining."""
    if project.snapshot is None:
        raise NotFound(f"project {project.project} has no snapshot")
    snapshot = await store.load_snapshot(project.snapshot)
    room = Room(project, snapshot, clock=clock, max_members=max_members)
    await _replay(store, room)
    return room


async def _replay(store: RoomStore, room: Room) -> None:
    async for batch in store.read_journal(room.project.project, room.seq):
        if batch.barrier is not None:
            room.pass_barrier(batch.seq, batch.count)
            continue
        for frame in wire.split(batch.frames):
            stroke = wire.parse_made(frame)
            if stroke.seq > room.seq:  # a snapshot may have been taken in the middle of a batch
                room.replay(stroke, batch.authors[stroke.client])
        room.sculpture.settle()


class Keeper:
    """Made by ``Keeper.open``; ``close`` commits and ends it. ``lost`` is called when another owner has the room."""

    def __init__(
        self, store: RoomStore, room: Room, lease: Lease, outbox: Outbox, lost: Callable[[Keeper, str], None]
    ) -> None:
        self.room = room
        self.lease = lease
        self.outbox = outbox
        outbox.painted = room.painted
        self._store = store
        self._lost = lost
        self._saving = asyncio.Lock()
        self._committing = asyncio.Lock()
        self._meta_waits = False
        self._digested_seq = room.seq
        self._dirty_since: float | None = None
        self._frozen = False
        self._journal = JournalWriter(
            room, self._append, written=self._written, trouble=self._trouble, fenced=self.freeze
        )
        self._tending = asyncio.create_task(self._tend(), name=f"keeper of {room.project.project}")

    @classmethod
    async def open(
        cls,
        store: RoomStore,
        project: Project,
        *,
        owner: str,
        outbox: Outbox,
        lost: Callable[[Keeper, str], None],
        clock: Callable[[], float],
        max_members: int | None = None,
    ) -> Keeper:
        """Takes the lease, loads the room, and writes the barrier after which no older owner can write.

        Raises ``Elsewhere`` if another process has the room, ``StoreUnavailable``, ``NotFound``.
        """
        lease = await store.take_lease(project.project, owner)
        try:
            # Whoever had the room until now may have saved, or let somebody in or out, since this project was read.
            current = await store.load_project(project.project)
            if current is None:
                raise NotFound("there is no such project")
            for part in fields(Project):
                setattr(project, part.name, getattr(current, part.name))
            room = await load_room(store, project, clock=clock, max_members=max_members)
            await cls._write_barrier(store, room, lease)
        except BaseException:
            await store.release_lease(lease)
            raise
        return cls(store, room, lease, outbox, lost)

    @staticmethod
    async def _write_barrier(store: RoomStore, room: Room, lease: Lease) -> None:
        for _ in range(MAX_BARRIER_TRIES):
            barrier = {"owner": lease.owner, "token": lease.token}
            batch = JournalBatch(room.seq + 1, BARRIER_SPAN, b"", {}, barrier)
            try:
                await store.append_journal(room.project.project, batch, f"barrier-{lease.project}-{lease.token}")
            except Fenced:  # an older owner wrote in between: take that in and try behind it
                await _replay(store, room)
            else:
                room.pass_barrier(batch.seq, batch.count)
                return
        raise Elsewhere(f"others keep taking this room: {MAX_BARRIER_TRIES} tries", lease.owner)

    # -- what members do ---------------------------------------------------------------------------------------------

    def join(self, member: Member, port: Port, request: messages.JoinProj) -> Delivery | None:
        """Lets the member in, or returns the answer to give it (its replica has to be loaded anew).

        Raises what ``Room.join`` raises.
        """
        deliveries = self.room.join(member, request)
        if member.client not in self.room.members:
            return deliveries[0]
        self.outbox.add(member.client, port)
        self.outbox.send(deliveries)
        return None

    def leave(self, client: int, reason: str) -> None:
        self.outbox.remove(client)
        self.outbox.send(self.room.leave(client, reason))

    def receive(self, member: Member, message: bytes) -> None:
        self.outbox.send(self.room.receive(member, message))
        self._journal.wake()

    def adopt(self, member: Member, request: messages.Adopt) -> None:
        self.outbox.send(self.room.adopt(member, request))

    async def save(self, by: Member | None, how: str, message: str = "") -> Snapshot:
        """Commits the clay as it is now. Raises ``StoreUnavailable`` or ``Fenced``; then nothing was lost or changed."""
        async with self._saving:
            snapshot = self.room.snapshot(by.user.user if by else None, message)
            # The journal may never be behind a snapshot: a hole in it would be the end of the history.
            await self._journal.flush()
            try:
                snapshot.snapshot = await self._store.save_snapshot(
                    self.room.project.project, snapshot, self.lease.token
                )
            except Fenced:
                self.freeze()
                raise
            at = datetime.now(UTC)
            snapshot.at = at
            self.outbox.send(self.room.saved(snapshot, by, how, at))
            # What came while the snapshot was written waits for the next one.
            self._dirty_since = asyncio.get_running_loop().time() if self.room.dirty else None
            self._trouble(False)
            return snapshot

    async def change_meta(
        self, member: Member, request: messages.MetaChange, show_out: Callable[[Removal], None]
    ) -> None:
        """Applied, broadcast, committed. ``show_out`` is called for whoever lost access, before anything is awaited.

        Raises ``Forbidden`` or ``Invalid`` before anything changes.
        """
        changes = request.changes
        names: set[str] = set()
        if isinstance(changes.owner, str):
            names.add(changes.owner)
        if isinstance(changes.collaborators, list):
            names.update(one.name for one in changes.collaborators)
        people: dict[str, User] = {}
        for name in names:
            user = await self._store.find_user(name)
            if user is not None:
                people[name] = user
        if member.client not in self.room.members:
            raise Invalid("you have left the room")
        applied, news, removals = self.room.change_meta(member, request, people)
        self.outbox.send(news)
        for removal in removals:
            show_out(removal)
        await self._commit_meta()
        self.outbox.send([Delivery(messages.reply(request.ref, changes=applied), to=member.client)])

    async def change_reference(self, member: Member, request: messages.ReferenceChange) -> None:
        """Applied, broadcast, committed. Raises ``Forbidden`` or ``Invalid`` before anything changes."""
        project = self.room.project.project
        size = await self._store.reference_size(project, request.reference) if request.place else None
        if member.client not in self.room.members:
            raise Invalid("you have left the room")
        self.outbox.send(self.room.change_reference(member, request, size))
        await self._commit_meta()
        if request.place is None and not self._meta_waits:
            with suppress(StoreUnavailable):  # what hangs nowhere is cleared away with the next picture
                await self._store.delete_reference(project, request.reference)
        self.outbox.send([Delivery(messages.reply(request.ref), to=member.client)])

    async def _commit_meta(self) -> None:
        # One after the other, or an older state could be written last.
        async with self._committing:
            await self._write_meta()

    async def _write_meta(self) -> None:
        try:
            await self._store.save_meta(self.room.project)
        except StoreUnavailable:
            self._meta_waits = True
            self._trouble(True)
        else:
            self._meta_waits = False
            self._trouble(False)

    # -- looking after it --------------------------------------------------------------------------------------------

    def _written(self, strokes: list[Stroke]) -> None:
        self.outbox.send(self.room.journaled(strokes))
        if self._dirty_since is None:
            self._dirty_since = asyncio.get_running_loop().time()

    def _trouble(self, away: bool) -> None:
        if not away and (self._meta_waits or self._journal.in_trouble):
            return  # something else still waits for the database
        message = (
            "The database does not answer. Go on: your work is kept here and saved when it is back."
            if away
            else "The database is back, and everything is saved."
        )
        self.outbox.send(self.room.set_saving(not away, message))

    async def _append(self, batch: JournalBatch, batch_id: str) -> None:
        await self._store.append_journal(self.room.project.project, batch, batch_id)

    async def _tend(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(DIGEST_EVERY)
            try:
                if self.room.seq != self._digested_seq:
                    self._digested_seq = self.room.seq
                    self.outbox.send(self.room.digests())
                if self._meta_waits:
                    await self._commit_meta()
                due = self._dirty_since is not None and loop.time() - self._dirty_since >= AUTOSAVE
                if self.room.dirty and (due or self.room.wants_snapshot):
                    await self.save(None, "autosave")
            except StoreUnavailable:
                self._trouble(True)  # the next round tries again
            except Fenced:
                return
            except Exception:
                # A room must outlive whatever is wrong with one round of its upkeep; the log says what it was.
                logger.exception("Looking after the room %s failed", self.room.project.project)

    def freeze(self) -> None:
        """Another owner has the room: write nothing more, and send the members there."""
        if self._frozen:
            return
        self._frozen = True
        logger.warning("Another process has taken over the room %s", self.room.project.project)
        self.show_out(Elsewhere("this room is looked after by another process now", ""))
        self._lost(self, self.room.project.project)

    def show_out(self, problem: ClayroomError) -> None:
        """Ends everyone's socket."""
        for member in self.room.members:
            self.room.leave(member.client, "removed")
            self.outbox.close(member.client, problem)

    async def close(self) -> None:
        """Commits what is not committed and ends. Raises ``StoreUnavailable``: then the room is as it was."""
        if not self._frozen:
            await self._journal.flush()
            if self.room.dirty:
                await self.save(None, "leave")
            if self._meta_waits:
                await self._store.save_meta(self.room.project)
        await self.abandon()

    async def abandon(self) -> None:
        """Ends without writing anything."""
        self._frozen = True
        self._tending.cancel()
        await asyncio.gather(self._tending, return_exceptions=True)
        await self._journal.close()
        with suppress(StoreUnavailable):  # it runs out by itself
            await self._store.release_lease(self.lease)
