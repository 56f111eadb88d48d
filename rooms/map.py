"""The room map: which rooms are open, who is in them, and how a room comes and goes.

The three look-ups of the protocol live here: client → room (``room_of``), room → project and clients (``keeper_of``,
``clients_of``), client → name (``name_of``). A project is loaded once however many join at that moment; the last one to
leave has it committed and removed; a join during that commit waits for it and finds everything.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from . import messages, wire
from .errors import ClayroomError, Conflict, Fenced, Forbidden, NotFound, NotLoggedIn, StoreUnavailable
from .keeper import Keeper, Outbox, Port, RoomStore, load_room
from .presence import Member
from .records import Project, Session, Snapshot
from .room import Delivery

logger = logging.getLogger("clayroom.rooms")

#: Seconds that a connect token is good for: from the page's making to its socket, on a slow phone.
TOKEN_LIFE = 60.0
#: Seconds between renewals of the leases, which run out after ten.
RENEW_EVERY = 3.0
#: Seconds that a room waits empty for somebody who was told to load a newer snapshot first.
EMPTY_GRACE = 10.0
#: Seconds between tries to commit an empty room while the database is away.
CLOSE_RETRY = 2.0
#: Rooms that are committed at the same time when the server ends.
CLOSE_AT_ONCE = 4
#: Milliseconds over which clients spread their return after a restart, so that they do not come all at once.
RETURN_SPREAD = 3_000


@dataclass(slots=True)
class Place:
    """One member's connection: the only record of which room a client is in."""

    member: Member
    keeper: Keeper


class _Entry:
    """A project that is open, being opened, or being closed."""

    def __init__(self, project: asyncio.Task[Project]) -> None:
        self.project = project
        self.opening: asyncio.Task[Keeper] | None = None
        self.closing: asyncio.Task[None] | None = None


class RoomMap:
    """All open rooms of this process. ``owner`` is how it announces itself in leases, the same after a restart."""

    def __init__(
        self,
        store: RoomStore,
        *,
        owner: str,
        outbox_factory: Callable[[], Outbox],
        clock: Callable[[], float] = time.monotonic,
        max_members: int | None = None,
    ) -> None:
        self._store = store
        self._owner = owner
        self._outbox_factory = outbox_factory
        self._clock = clock
        self._max_members = max_members
        self._entries: dict[str, _Entry] = {}
        self._places: dict[int, Place] = {}
        self._tokens: dict[str, tuple[str, str, float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._renewing: asyncio.Task[None] | None = None
        self._ending = False

    # -- look-ups ----------------------------------------------------------------------------------------------------

    def room_of(self, client: int) -> str | None:
        place = self._places.get(client)
        return place.keeper.room.project.project if place else None

    def keeper_of(self, project: str) -> Keeper | None:
        entry = self._entries.get(project)
        if entry is None or entry.opening is None or not entry.opening.done() or entry.opening.cancelled():
            return None
        return None if entry.opening.exception() else entry.opening.result()

    def clients_of(self, project: str) -> list[int]:
        keeper = self.keeper_of(project)
        return [member.client for member in keeper.room.members] if keeper else []

    def name_of(self, client: int) -> str | None:
        place = self._places.get(client)
        return place.member.user.name if place else None

    def open_projects(self) -> dict[str, list[str]]:
        """The names of the people in each open room."""
        found = {}
        for project in self._entries:
            keeper = self.keeper_of(project)
            if keeper is not None:
                found[project] = sorted({member.user.name for member in keeper.room.members})
        return found

    # -- connect tokens ----------------------------------------------------------------------------------------------

    def connect_token(self, session: Session, project: str) -> str:
        """A token for one socket of this session to this project, good for ``TOKEN_LIFE`` seconds."""
        now = self._clock()
        self._tokens = {token: one for token, one in self._tokens.items() if one[2] > now}
        token = secrets.token_urlsafe(24)
        self._tokens[token] = (session.session, project, now + TOKEN_LIFE)
        return token

    def take_token(self, token: str, session: Session, project: str) -> None:
        """Uses the token up. Raises ``NotLoggedIn`` unless it was made for this session and project."""
        for_session, for_project, expires = self._tokens.pop(token, ("", "", 0.0))
        if for_session != session.session or for_project != project or expires <= self._clock():
            raise NotLoggedIn("this page is too old to join: load it again")

    # -- joining and leaving -----------------------------------------------------------------------------------------

    async def join(self, session: Session, client: int, port: Port, request: messages.JoinProj) -> Place | Delivery:
        """The member's place, or the answer to give it when its replica has to be loaded anew first.

        ``client`` is the id that the socket was given; the request may resume another one. Raises ``NotFound`` (also
        for strangers), ``Forbidden``, ``RoomFull``, ``Elsewhere``, ``StoreUnavailable``.
        """
        if request.client is not None:
            client = wire.client_from_text(request.client)
        keeper = await self._enter(request.project, session.user.user)
        # From here to the member's entry nothing is awaited, so the room can neither close nor change in between.
        role = keeper.room.project.role_of(session.user.user)
        if role is None:
            raise NotFound("there is no such project")
        old = self._places.get(client)
        if old is not None:
            if old.member.user.user != session.user.user:
                raise Forbidden("this client id belongs to somebody else")
            # Without a look at whether its room is empty now: this client is about to come back into it.
            self._show_out(client, "lost", Conflict("this page has joined again on another connection"))
            if old.keeper is not keeper:
                self._close_if_empty(old.keeper.room.project.project)
        member = Member(client, session.user, session.session, role)
        try:
            answer = keeper.join(member, port, request)
        except ClayroomError:
            self._close_if_empty(request.project)
            raise
        if answer is not None:
            self._spawn(self._close_later(request.project))
            return answer
        place = Place(member, keeper)
        self._places[client] = place
        return place

    def leave(self, client: int, reason: str) -> None:
        """``reason`` is ``left`` or ``lost``. Harmless if the client is in no room."""
        self._remove(client, reason, None)

    def _remove(self, client: int, reason: str, problem: ClayroomError | None) -> None:
        place = self._show_out(client, reason, problem)
        if place is not None:
            self._close_if_empty(place.keeper.room.project.project)

    def _show_out(self, client: int, reason: str, problem: ClayroomError | None) -> Place | None:
        place = self._places.pop(client, None)
        if place is None:
            return None
        if problem is not None:
            place.keeper.outbox.close(client, problem)
        place.keeper.leave(client, reason)
        return place

    async def change_meta(self, place: Place, request: messages.MetaChange) -> None:
        await place.keeper.change_meta(
            place.member,
            request,
            lambda removal: self._remove(removal.client, "removed", Forbidden(removal.reason)),
        )

    async def _enter(self, project_id: str, user: str) -> Keeper:
        while True:
            if self._ending:
                raise StoreUnavailable("the server is ending")
            entry = self._entries.get(project_id)
            if entry is None:
                entry = _Entry(asyncio.create_task(self._load_project(project_id)))
                self._entries[project_id] = entry
            try:
                project = await asyncio.shield(entry.project)
                if project.role_of(user) is None:
                    raise NotFound("there is no such project")
                if entry.closing is not None:
                    await asyncio.wait({entry.closing})
                    continue
                if self._entries.get(project_id) is not entry:
                    continue
                if self._ending:  # since the loop began
                    continue
                if entry.opening is None:
                    entry.opening = asyncio.create_task(self._open(project))
                keeper = await asyncio.shield(entry.opening)
            except BaseException:  # also when whoever asked has given up: a project that was read is not kept for later
                if entry.opening is None or (entry.opening.done() and entry.opening.exception()):
                    self._forget(project_id, entry)
                raise
            if entry.closing is None and self._entries.get(project_id) is entry:
                return keeper

    async def _load_project(self, project_id: str) -> Project:
        project = await self._store.load_project(project_id)
        if project is None:
            raise NotFound("there is no such project")
        return project

    async def _open(self, project: Project) -> Keeper:
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew(), name="renewing leases")
        keeper = await Keeper.open(
            self._store,
            project,
            owner=self._owner,
            outbox=self._outbox_factory(),
            lost=self._lost,
            clock=self._clock,
            max_members=self._max_members,
        )
        # Whoever it was opened for may have given up meanwhile, or been refused.
        self._spawn(self._close_later(project.project))
        return keeper

    def _forget(self, project_id: str, entry: _Entry) -> None:
        if self._entries.get(project_id) is entry:
            del self._entries[project_id]

    # -- closing -----------------------------------------------------------------------------------------------------

    def _close_if_empty(self, project_id: str) -> None:
        entry = self._entries.get(project_id)
        keeper = self.keeper_of(project_id)
        if entry is None or keeper is None or entry.closing is not None or len(keeper.room.members):
            return
        entry.closing = asyncio.create_task(self._close(project_id, entry, keeper), name=f"closing {project_id}")

    async def _close_later(self, project_id: str) -> None:
        await asyncio.sleep(EMPTY_GRACE)
        self._close_if_empty(project_id)

    async def _close(self, project_id: str, entry: _Entry, keeper: Keeper) -> None:
        try:
            await keeper.close()
        except StoreUnavailable:
            # Whoever waits for this closing finds the room as it was; nobody there: it is tried again.
            entry.closing = None
            if not self._ending:
                self._spawn(self._retry_close(project_id))
        except Exception as problem:
            # Fenced: another process has the room. NotFound: the project was deleted. Neither has anything to write.
            if not isinstance(problem, Fenced | NotFound):
                logger.exception("Closing the room %s failed", project_id)
            await keeper.abandon()
            self._forget(project_id, entry)
        else:
            self._forget(project_id, entry)

    async def _retry_close(self, project_id: str) -> None:
        await asyncio.sleep(CLOSE_RETRY)
        self._close_if_empty(project_id)

    def _lost(self, keeper: Keeper, project_id: str) -> None:
        """Another process owns the room now; its members were sent there."""
        for client, place in list(self._places.items()):
            if place.keeper is keeper:
                del self._places[client]
        entry = self._entries.pop(project_id, None)
        if entry is not None:
            self._spawn(keeper.abandon())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            open_now = [project for project in self._entries if self.keeper_of(project)]
            if not open_now:
                continue
            try:
                ours = await self._store.renew_leases(self._owner, open_now)
            except StoreUnavailable:
                continue  # nobody else can take a lease either; the barrier guards what comes after
            except Exception:
                logger.exception("The leases could not be renewed")
                continue
            for project in open_now:
                keeper = self.keeper_of(project)
                entry = self._entries.get(project)
                if project not in ours and keeper is not None and entry is not None and entry.closing is None:
                    keeper.freeze()

    # -- from outside the rooms --------------------------------------------------------------------------------------

    def end_sessions(self, sessions: Iterable[str]) -> None:
        """Closes every socket of these sessions: somebody logged out, or changed the password."""
        ended = set(sessions)
        for client, place in list(self._places.items()):
            if place.member.session in ended:
                self._remove(client, "removed", NotLoggedIn("you have logged out"))

    def end_session(self, session: str) -> None:
        self.end_sessions([session])

    async def project_deleted(self, project_id: str) -> None:
        """Shows everyone out; nothing more is written."""
        entry = self._entries.get(project_id)
        keeper = self.keeper_of(project_id)
        if entry is None or keeper is None:
            return
        self._forget(project_id, entry)
        for client, place in list(self._places.items()):
            if place.keeper is keeper:
                del self._places[client]
        keeper.show_out(NotFound("the owner has deleted this project"))
        await keeper.abandon()

    async def current(self, project_id: str) -> Snapshot:
        """The clay as it is now, for an export: a copy of the open room's, or what the database holds."""
        keeper = self.keeper_of(project_id)
        if keeper is None:
            room = await load_room(self._store, await self._load_project(project_id), clock=self._clock)
        else:
            room = keeper.room
        return room.snapshot()

    async def close(self) -> None:
        """Says goodbye to everyone, commits every room, and ends. Rooms that can't be committed are in the journal."""
        self._ending = True
        for project in list(self._entries):
            keeper = self.keeper_of(project)
            if keeper is None:
                continue
            goodbye = [
                Delivery(
                    messages.event(
                        "closing", client=None, name=None, message="The server restarts.",
                        retry_ms=500 + random.randrange(RETURN_SPREAD),
                    ),
                    to=member.client,
                )
                for member in keeper.room.members
            ]  # fmt: skip
            keeper.outbox.send(goodbye)
            keeper.show_out(StoreUnavailable("the server restarts"))
        self._places.clear()
        gate = asyncio.Semaphore(CLOSE_AT_ONCE)
        await asyncio.gather(*(self._end(project, entry, gate) for project, entry in list(self._entries.items())))
        if self._renewing is not None:
            self._renewing.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, *filter(None, [self._renewing]), return_exceptions=True)

    async def _end(self, project_id: str, entry: _Entry, gate: asyncio.Semaphore) -> None:
        async with gate:
            if entry.closing is not None:
                await asyncio.wait({entry.closing})
            if entry.opening is not None:
                await asyncio.wait({entry.opening})
            keeper = self.keeper_of(project_id)
            if keeper is None or self._entries.get(project_id) is not entry:
                return
            try:
                await keeper.close()
            except ClayroomError as problem:
                logger.error("The room %s could not be committed: %s", project_id, problem.message)
                await keeper.abandon()
            self._forget(project_id, entry)
