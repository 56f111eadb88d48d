"""The room: every rule of working together, as a synchronous machine without I/O.

Bytes and messages go in, deliveries come out; the keeper (``keeper.py``) moves them to the journal, the store and the
sockets. The order of calls for one stroke: ``receive`` → (deliveries go out) → ``take_entries`` → (they are written) →
``journaled`` → (the receipts go out).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import numpy as np

from . import messages, references, wire
from .errors import ClayroomError, Forbidden, Invalid, Malformed, StoreUnavailable
from .presence import Member, Members
from .records import ClientMark, Collaborator, Int32Array, Project, Role, Snapshot, User
from .sculpture import Sculpture
from .wire import Kind, Paint, Stroke, client_to_text

#: Bytes of strokes that are sent one by one to somebody who joins; more are summed first. A summed stroke costs the
#: server milliseconds, a megabyte costs a phone seconds.
JOIN_BYTES = 1024 * 1024
#: Bytes of accepted strokes that may wait for the journal. When the database has been away for so long the room takes
#: no more strokes, and says so: memory is not a place to keep things.
MAX_BACKLOG = 64 * 1024 * 1024
#: Bytes of strokes kept in memory since the newest snapshot before the keeper makes another one.
SNAPSHOT_AFTER = 16 * 1024 * 1024
#: Clients that a snapshot remembers, the most recent ones: a tab that re-sends after so many others would be taken twice.
#: 80 bytes each.
MAX_MARKS = 10_000


class Delivery(NamedTuple):
    """``data``: a frame (bytes) or a control message (text). To one client, or to everyone ``but`` one."""

    data: bytes | str
    to: int | None = None
    but: int | None = None


class Removal(NamedTuple):
    """A client who has to go, and the sentence that says why."""

    client: int
    reason: str


@dataclass(slots=True)
class Mark:
    """How far the room and the database have come with one client's frames."""

    user: str
    accepted: int = 0
    journaled: int = 0


@dataclass(slots=True)
class Tail:
    """What the room accepted after ``base``: enough to bring anyone up to date who is not further behind.

    ``voids`` are half-open ranges of sequence numbers that no replica can be at: a barrier takes ``start … end`` at
    once, so whoever says to be inside has applied strokes that died with an earlier owner of the room.
    """

    base: int
    strokes: list[Stroke] = field(default_factory=list)
    sizes: int = 0
    voids: list[tuple[int, int]] = field(default_factory=list)

    def add(self, stroke: Stroke) -> None:
        self.strokes.append(stroke)
        self.sizes += len(stroke.frame)

    def reaches(self, since: int, now: int) -> bool:
        """Whether a replica that has everything up to ``since`` can be brought to ``now`` from here."""
        return self.base <= since <= now and not any(start <= since < end for start, end in self.voids)

    def after(self, since: int) -> list[Stroke]:
        return self.strokes[bisect_right(self.strokes, since, key=lambda stroke: stroke.seq) :]

    def drop_through(self, seq: int) -> None:
        kept = self.after(seq)
        self.base = seq
        self.strokes = kept
        self.sizes = sum(len(stroke.frame) for stroke in kept)


class Room:
    """One open project. Every method is synchronous; ``clock`` gives seconds that never go back.

    ``project`` and the arrays of ``snapshot`` are taken over and changed in place.
    """

    def __init__(
        self, project: Project, snapshot: Snapshot, *, clock: Callable[[], float], max_members: int | None = None
    ) -> None:
        self.project = project
        self.sculpture = Sculpture(snapshot.pieces)
        self.members = Members(max_members) if max_members else Members()
        self.seq = snapshot.seq
        self.saved_seq = snapshot.seq
        self.saving = True
        self.tail = Tail(snapshot.seq)
        self._previous_snapshot_seq = snapshot.seq
        self._clock = clock
        self._marks = {mark.client: Mark(mark.user, mark.client_seq, mark.client_seq) for mark in snapshot.clients}
        self._entries: list[Stroke] = []
        self._backlog = 0
        #: who is told when a client's frames are in the database: usually itself, also a tab that has adopted it
        self._carriers: dict[int, set[int]] = {}

    # -- opening: what the journal holds after the snapshot -----------------------------------------------------------

    def replay(self, stroke: Stroke, user: str) -> None:
        """Takes a stroke of the journal. Strokes come in order; ``user`` is its author."""
        self.sculpture.piece_for(stroke).add(stroke)
        mark = self._marks.setdefault(stroke.client, Mark(user))
        mark.accepted = mark.journaled = max(mark.accepted, stroke.client_seq)
        self.seq = stroke.seq
        self.tail.add(stroke)

    def pass_barrier(self, seq: int, count: int) -> None:
        """Takes a BARRIER of the journal, or the room's own: ``count`` sequence numbers from ``seq`` on are void."""
        self.seq = seq + count - 1
        self.tail.voids.append((seq, self.seq))

    # -- coming and going --------------------------------------------------------------------------------------------

    def join(self, member: Member, request: messages.JoinProj) -> list[Delivery]:
        """Lets ``member`` in and brings its replica up to date, or answers ``fresh`` and lets nobody in.

        Raises ``RoomFull``; ``Forbidden`` if the client id is somebody else's; ``Malformed`` for a bad one.
        Call ``leave`` first if this client is already here.
        """
        mark = self._own_mark(member.client, member.user)
        if request.since is None or not self.tail.reaches(request.since, self.seq):
            answer = self._welcome(request.ref, member, mark, fresh=True)
            return [Delivery(answer, to=member.client)]
        self.members.add(member)
        if member.client in self._marks:  # the most recent last: the oldest are the first to be forgotten
            self._marks[member.client] = self._marks.pop(member.client)
        member.mine.add(member.client)
        self._carriers.setdefault(member.client, set()).add(member.client)
        has = {wire.client_from_text(client): client_seq for client, client_seq in request.mine}
        after = self.tail.after(request.since)
        lacks = [
            stroke
            for stroke in after
            if not isinstance(stroke, Paint) and stroke.client_seq > has.get(stroke.client, -1)
        ]
        deliveries = [Delivery(self._welcome(request.ref, member, mark, fresh=False), to=member.client)]
        # Before the strokes: each of those says how far its receiver has come, and the paint from before it must be there then.
        deliveries += [Delivery(frame, to=member.client) for frame in self.painted(after)]
        if sum(len(stroke.frame) for stroke in lacks) <= JOIN_BYTES:
            deliveries += [Delivery(stroke.frame, to=member.client) for stroke in lacks]
        else:
            deliveries += [Delivery(frame, to=member.client) for frame in wire.merge(lacks, self.seq)]
        deliveries.append(Delivery(wire.encode_caught_up(self.seq), to=member.client))
        deliveries += self.digests(to=member.client)
        deliveries.append(Delivery(messages.event("join", **member.card())))
        others = [one for one in self.members if one.client != member.client]
        deliveries += [Delivery(one.view, to=member.client) for one in others if one.view is not None]
        return deliveries

    def painted(self, strokes: Iterable[Stroke]) -> list[bytes]:
        """PAINTED frames: what the vertices that the paint among ``strokes`` wrote have *now*, all planes of them.

        Never what was written: whoever is brought up to date has written there too, perhaps later than these, and
        the order between the two is lost for somebody who gets a sum. What the room has now is right whatever came
        first. Its own writes that the room has not taken stay on top for it, see docs/protocol.md.
        """
        touched: dict[int, list[Int32Array]] = {}
        for stroke in strokes:
            piece = self.sculpture.pieces.get(stroke.piece)
            if isinstance(stroke, Paint) and piece is not None and piece.epoch == stroke.epoch:
                touched.setdefault(stroke.piece, []).append(stroke.ids())
        frames: list[bytes] = []
        for number, parts in touched.items():
            piece = self.sculpture.pieces[number]
            ids = np.unique(np.concatenate(parts))
            frames += wire.encode_painted(ids, piece.paint.read(ids), seq=self.seq, epoch=piece.epoch, piece=number)
        return frames

    def leave(self, client: int, reason: str) -> list[Delivery]:
        """``reason`` is ``left``, ``lost`` or ``removed``. Harmless if the client is not here."""
        member = self.members.remove(client)
        if member is None:
            return []
        for mine in member.mine:
            carriers = self._carriers[mine]
            carriers.discard(client)
            if not carriers:
                del self._carriers[mine]
        return [Delivery(messages.event("leave", client=client_to_text(client), name=member.user.name, reason=reason))]

    def adopt(self, member: Member, request: messages.Adopt) -> list[Delivery]:
        """Lets ``member`` send what a dead tab of the same person left. Raises ``Forbidden`` for another's."""
        client = wire.client_from_text(request.client)
        mark = self._own_mark(client, member.user)
        member.mine.add(client)
        self._carriers.setdefault(client, set()).add(member.client)
        answer = messages.reply(request.ref, client=request.client, accepted=mark.accepted, journaled=mark.journaled)
        return [Delivery(answer, to=member.client)]

    def _own_mark(self, client: int, user: User) -> Mark:
        mark = self._marks.get(client)
        other = self.members.get(client)
        if (mark is not None and mark.user != user.user) or (other is not None and other.user.user != user.user):
            raise Forbidden("this client id belongs to somebody else")
        return mark or Mark(user.user)

    def _welcome(self, ref: int, member: Member, mark: Mark, *, fresh: bool) -> str:
        return messages.reply(
            ref,
            client=client_to_text(member.client),
            role=str(member.role),
            colour=member.colour,
            project=self.describe(),
            seq=self.seq,
            accepted=mark.accepted,
            journaled=mark.journaled,
            fresh=fresh,
            snapshot=self.project.snapshot,
            clients=[one.card() for one in self.members],
            saving=self.saving,
        )

    def describe(self) -> dict[str, Any]:
        """The project as the protocol shows it."""
        project = self.project
        return {
            "project": project.project,
            "name": project.name,
            "description": project.description,
            "owner": project.owner.name,
            "collaborators": [{"name": c.name, "role": str(c.role)} for c in project.collaborators],
            "pieces": [
                {
                    "piece": piece.piece,
                    "epoch": piece.epoch,
                    "name": piece.name,
                    "vertices": piece.vertices,
                    "triangles": len(piece.triangles),
                    "scale": piece.scale,
                    "offset": list(piece.offset),
                }
                for piece in self.sculpture.pieces.values()
            ],
            "references": [references.described(one) for one in project.references],
            "saved_at": project.saved_at.isoformat() if project.saved_at else None,
        }

    # -- strokes and cursors -----------------------------------------------------------------------------------------

    def receive(self, member: Member, message: bytes) -> list[Delivery]:
        """Takes a binary message of a member.

        Untrusted input. Raises ``Malformed``, ``TooLarge`` or ``TooFast``: the sender is to be closed, nobody else is
        concerned; ``StoreUnavailable`` when too much waits for the database: likewise, and the sender still has it. A
        well-made stroke that cannot be taken (a viewer's, an unknown piece) is refused by a message, and its number
        is used up.
        """
        now = self._clock()
        member.spend(len(message), now)
        frames = wire.split(message)
        # All is checked before anything is done: what was taken before a bad frame would never be delivered.
        checked: list[Stroke | Delivery] = []
        for index, frame in enumerate(frames):
            if index:
                member.spend(0, now)
            kind = frame[0]
            if kind == Kind.STROKE or kind == Kind.PAINT:
                stroke = self._check_stroke(member, frame)
                if len(frames) > 1:
                    stroke.last_id()  # raises now what would else be found when the ones before it are taken
                checked.append(stroke)
            elif kind == Kind.CURSOR:
                checked.append(self._receive_cursor(member, frame))
            elif kind == Kind.VIEW:
                checked += self._receive_view(member, frame, now)
            else:
                raise Malformed(f"kind {kind} is nothing that a client sends")
        full = self._backlog > MAX_BACKLOG
        deliveries: list[Delivery] = []
        for one in checked:
            if isinstance(one, Stroke):
                self._receive_stroke(member, one, full, deliveries)
            else:
                deliveries.append(one)
        return deliveries

    def _receive_cursor(self, member: Member, frame: bytes) -> Delivery:
        cursor = wire.parse_cursor(frame)
        if cursor.piece not in self.sculpture.pieces:
            raise Malformed(f"a cursor on piece {cursor.piece}, which is not here")
        return Delivery(wire.with_client(frame, member.client), but=member.client)

    @staticmethod
    def _receive_view(member: Member, frame: bytes, now: float) -> list[Delivery]:
        wire.parse_view(frame)
        if not member.views.take(1, now):
            return []
        member.view = wire.with_client(frame, member.client)
        return [Delivery(member.view, but=member.client)]

    @staticmethod
    def _check_stroke(member: Member, frame: bytes) -> Stroke:
        stroke = wire.parse_made(frame)
        if stroke.client not in member.mine:
            raise Malformed(f"a stroke of client {client_to_text(stroke.client)}, which is not the sender")
        if stroke.client_seq < 1:
            raise Malformed(f"a client_seq of {stroke.client_seq}, the first is 1")
        return stroke

    def _receive_stroke(self, member: Member, stroke: Stroke, full: bool, deliveries: list[Delivery]) -> None:
        client = stroke.client
        mark = self._marks.get(client)
        if mark is None:
            mark = self._marks[client] = Mark(member.user.user)
        if stroke.client_seq <= mark.accepted:
            deliveries.append(
                Delivery(wire.encode_receipt(self.seq, client, mark.accepted, mark.journaled), to=member.client)
            )
            return
        if full:
            # Not refused, which would use its number up: the stroke stays with its author, who comes back with it.
            raise StoreUnavailable(f"{self._backlog} bytes wait for the database, at most {MAX_BACKLOG} may")
        try:
            if not member.role.may_sculpt:
                raise Forbidden("you may look at this project, but not change it")
            piece = self.sculpture.piece_for(stroke)
        except (Forbidden, Invalid) as problem:
            mark.accepted = stroke.client_seq
            deliveries.append(Delivery(self._refused(stroke, problem), to=member.client))
            return
        self.seq += 1
        mark.accepted = stroke.client_seq
        decided = isinstance(stroke, Paint) and stroke.compares
        if isinstance(stroke, Paint) and decided:
            # Decided here, once: what goes to the journal and to everyone is a plain write.
            ids = stroke.ids()
            stroke = stroke.decided(piece.paint.compared(ids, stroke.planes, stroke.expected(), stroke.values()))
        frame = wire.with_seq(stroke.frame, self.seq)
        stroke = stroke._replace(seq=self.seq, frame=frame)
        piece.add(stroke)
        self.tail.add(stroke)
        self._entries.append(stroke)
        self._backlog += len(frame)
        # What became of a comparison its author learns from the room. Paint of a dead tab comes back to whoever sent it: another
        # tab may have sent it first, so its place in the order is not known there. All else the author has already.
        returns = decided or (isinstance(stroke, Paint) and client != member.client)
        deliveries.append(Delivery(frame) if returns else Delivery(frame, but=member.client))
        deliveries.append(
            Delivery(wire.encode_receipt(self.seq, client, mark.accepted, mark.journaled), to=member.client)
        )

    @staticmethod
    def _refused(stroke: Stroke, problem: ClayroomError) -> str:
        return messages.event(
            "refused", client=client_to_text(stroke.client), client_seq=stroke.client_seq, code=problem.code,
            message=problem.message,
        )  # fmt: skip

    def digests(self, to: int | None = None) -> list[Delivery]:
        """A DIGEST of each piece as it is now, for everyone or one client."""
        return [
            Delivery(wire.encode_digest(self.seq, piece.piece, piece.epoch, piece.digest, piece.paint.digest), to=to)
            for piece in self.sculpture.pieces.values()
        ]

    # -- the journal -------------------------------------------------------------------------------------------------

    def take_entries(self) -> list[Stroke]:
        """The accepted strokes that are not yet on their way to the journal, in order. The caller owes ``journaled``."""
        entries, self._entries = self._entries, []
        return entries

    def authors(self, strokes: list[Stroke]) -> dict[int, str]:
        """The user behind each client that occurs in ``strokes``."""
        return {client: self._marks[client].user for client in {stroke.client for stroke in strokes}}

    def journaled(self, strokes: list[Stroke]) -> list[Delivery]:
        """Told when ``strokes`` are in the database: receipts for their authors."""
        latest: dict[int, int] = {}
        for stroke in strokes:
            latest[stroke.client] = stroke.client_seq
            self._backlog -= len(stroke.frame)
        deliveries = []
        for client, client_seq in latest.items():
            mark = self._marks[client]
            mark.journaled = max(mark.journaled, client_seq)
            receipt = wire.encode_receipt(self.seq, client, mark.accepted, mark.journaled)
            deliveries += [Delivery(receipt, to=carrier) for carrier in self._carriers.get(client, ())]
        return deliveries

    def set_saving(self, ok: bool, message: str) -> list[Delivery]:
        """Tells everyone that the database went away or came back."""
        if ok == self.saving:
            return []
        self.saving = ok
        return [Delivery(messages.event("saving", client=None, name=None, ok=ok, message=message))]

    # -- snapshots ---------------------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Whether there are strokes that the newest snapshot lacks."""
        return bool(self.tail.strokes) and self.tail.strokes[-1].seq > self.saved_seq

    @property
    def wants_snapshot(self) -> bool:
        return self.tail.sizes > 2 * SNAPSHOT_AFTER and self.dirty

    def snapshot(self, user: str | None = None, message: str = "") -> Snapshot:
        """A copy of the clay at this moment."""
        return Snapshot(
            seq=self.seq,
            pieces=self.sculpture.records(),
            clients=[
                ClientMark(client, mark.user, mark.accepted) for client, mark in list(self._marks.items())[-MAX_MARKS:]
            ],
            user=user,
            message=message,
        )

    def saved(self, snapshot: Snapshot, by: Member | None, how: str, at: datetime) -> list[Delivery]:
        """Told when ``snapshot`` is in the database. ``how`` is ``button``, ``autosave`` or ``leave``.

        The tail keeps what came after the snapshot before, for pages that are just loading that one.
        """
        self.project.snapshot = snapshot.snapshot
        self.project.saved_at = at
        self.tail.drop_through(max(self.tail.base, self._previous_snapshot_seq))
        self._previous_snapshot_seq = snapshot.seq
        self.saved_seq = snapshot.seq
        news = messages.event(
            "save",
            client=client_to_text(by.client) if by else None,
            name=by.user.name if by else None,
            at=at.isoformat(),
            seq=snapshot.seq,
            snapshot=snapshot.snapshot,
            by=how,
        )
        return [Delivery(news), *self.digests()]

    # -- metadata ----------------------------------------------------------------------------------------------------

    def change_meta(
        self, member: Member, request: messages.MetaChange, people: dict[str, User]
    ) -> tuple[dict[str, Any], list[Delivery], list[Removal]]:
        """Applies ``{attribute: new value}``; ``people`` has the user for each name that occurs.

        Raises ``Forbidden`` (only the owner changes owner and collaborators, viewers change nothing) and ``Invalid``;
        nothing is changed then. Returns what was applied, what to send, and who has lost access.
        """
        changes = request.changes
        project = self.project
        access = changes.owner is not msgspec.UNSET or changes.collaborators is not msgspec.UNSET
        if not member.role.may_sculpt:
            raise Forbidden("you may look at this project, but not change it")
        if access and member.role is not Role.OWNER:
            raise Forbidden("only the owner changes the owner and the collaborators")
        name, description = project.name, project.description
        if changes.name is not msgspec.UNSET:
            name = _clean(changes.name, "name")
            if not name:
                raise Invalid("a project needs a name")
        if changes.description is not msgspec.UNSET:
            description = _clean(changes.description, "description", lines=True)
        owner = project.owner
        collaborators = list(project.collaborators)
        if changes.collaborators is not msgspec.UNSET:
            collaborators = []
            for one in changes.collaborators:
                user = _person(one.name, people)
                if any(user.user == other.user for other in collaborators):
                    raise Invalid(f"{user.name} is in the list twice")
                if user.user != owner.user:
                    collaborators.append(Collaborator(user.user, user.name, Role(one.role)))
        if changes.owner is not msgspec.UNSET:
            new_owner = _person(changes.owner, people)
            if new_owner.user != owner.user:
                collaborators = [c for c in collaborators if c.user not in (new_owner.user, owner.user)]
                collaborators.append(Collaborator(owner.user, owner.name, Role.EDITOR))
                owner = new_owner
        if len(collaborators) > messages.MAX_COLLABORATORS:
            raise Invalid(f"{len(collaborators)} collaborators, a project has at most {messages.MAX_COLLABORATORS}")
        project.name, project.description, project.owner = name, description, owner
        project.collaborators = collaborators
        applied: dict[str, Any] = {}
        if changes.name is not msgspec.UNSET:
            applied["name"] = project.name
        if changes.description is not msgspec.UNSET:
            applied["description"] = project.description
        if access:
            applied["owner"] = project.owner.name
            applied["collaborators"] = [{"name": c.name, "role": str(c.role)} for c in project.collaborators]
        removals = []
        for one_member in self.members:
            role = project.role_of(one_member.user.user)
            if role is None:
                removals.append(Removal(one_member.client, f"{member.user.name} has removed you from this project"))
            else:
                one_member.role = role
        news = messages.event(
            "meta_change", client=client_to_text(member.client), name=member.user.name, changes=applied
        )
        return applied, [Delivery(news)], removals

    def change_reference(
        self, member: Member, request: messages.ReferenceChange, size: tuple[int, int] | None
    ) -> list[Delivery]:
        """Hangs a reference image up, moves it or takes it down; the last one in the room's order wins.

        ``size`` as in ``references.moved``. Raises ``Forbidden`` for a viewer and ``Invalid``; nothing is changed then.
        """
        if not member.role.may_sculpt:
            raise Forbidden("you may look at this project, but not change it")
        place = request.place
        if place is not None:
            place = msgspec.structs.replace(place, name=_clean(place.name, "name"))
        self.project.references = references.moved(self.project.references, request.reference, place, size)
        now = next((one for one in self.project.references if one.reference == request.reference), None)
        news = messages.event(
            "reference_change", client=client_to_text(member.client), name=member.user.name,
            reference=request.reference, place=references.described(now) if now else None,
        )  # fmt: skip
        return [Delivery(news)]


def _person(name: str, people: dict[str, User]) -> User:
    user = people.get(name)
    if user is None:
        raise Invalid(f"there is nobody here by the name of {name}")
    return user


def _clean(text: str, what: str, *, lines: bool = False) -> str:
    """``text`` without outer white space. ``Invalid`` for control and bidirectional-override characters."""
    for char in text:
        if (ord(char) < 32 and not (lines and char in "\n\t")) or char in _BIDI or 0x7F <= ord(char) < 0xA0:
            raise Invalid(f"the {what} holds the character U+{ord(char):04X}, which is not shown")
    return text.strip()


#: They reorder the text around them: a name could pose as another.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
