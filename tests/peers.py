"""Simulated people for the tests: a replica that follows docs/protocol.md to the letter, and nothing else.

It is written from the protocol page, not from the browser's code, so that the two check each other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rooms import messages, wire
from rooms.digest import contribution, digest_of
from rooms.paint import digest_of_paint, unpainted
from rooms.records import PieceRecord, Snapshot
from rooms.wire import Flag, Kind


def ball(vertices: int = 162, seed: int = 1) -> PieceRecord:
    """A piece of ``vertices`` random points on a unit sphere; its triangles mean nothing to the rooms."""
    points = np.random.default_rng(seed).normal(size=(3, vertices))
    points /= np.linalg.norm(points, axis=0)
    positions = np.ascontiguousarray(np.rint(points * 2**22).astype(np.int32))
    triangles = np.array([[i, i + 1, i + 2] for i in range(vertices - 2)], dtype=np.uint32)
    return PieceRecord(1, 1, "Ball", positions, triangles)


def paint_of(snapshot: Snapshot) -> np.ndarray:
    piece = snapshot.pieces[0]
    return unpainted(piece.positions.shape[1]) if piece.paint is None else piece.paint.copy()


@dataclass
class Replica:
    """One tab's clay. ``outgoing`` are the messages that it wants to send, ``problems`` what should never be."""

    client: int
    positions: np.ndarray
    seq: int = 0
    own_seq: int = 0
    #: the newest ``seq`` that a receipt has named: the room never sends an author what stands there
    receipt: int = 0
    accepted: int = 0
    strokes: int = 0
    torn: bool = False
    joined: bool = False
    reloading: bool = False
    #: (5, n): the paint as the room has it, as far as it has been heard of
    room_paint: np.ndarray = field(default_factory=lambda: np.empty((5, 0), np.uint8))
    covers: dict[int, tuple[np.ndarray, int, np.ndarray, np.ndarray]] = field(default_factory=dict)
    needs_reload: bool = False  # its clay is of no use: join with since = null
    told_fresh: bool = False  # the room has answered: load the newest snapshot and join again
    pending: dict[int, bytes] = field(default_factory=dict)
    sums: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    outgoing: list[bytes | str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    digests_checked: int = 0
    ref: int = 0
    refused: int = 0

    @classmethod
    def loaded(cls, client: int, snapshot: Snapshot) -> Replica:
        return cls(client, snapshot.pieces[0].positions.copy(), snapshot.seq, room_paint=paint_of(snapshot))

    # what a hand does

    def sculpt(self, ids: np.ndarray, deltas: np.ndarray, flags: int = Flag.END, stroke: int | None = None) -> bytes:
        """Applied at once, kept until journaled, sent when there is a connection."""
        if stroke is None:
            self.strokes += 1
            stroke = self.strokes
            self.sums[stroke] = (ids, deltas)
        self.own_seq += 1
        frame = wire.encode_stroke(ids, deltas, flags=flags, client=self.client, client_seq=self.own_seq, stroke=stroke)
        self.pending[self.own_seq] = frame
        if self.reloading:
            return frame  # added with the other pending ones when the new clay is complete
        self._add(wire.parse_stroke(frame))
        if self.joined:
            self.outgoing.append(frame)
        return frame

    def undo(self, stroke: int) -> None:
        """Undo adds the negated sum; redo adds it again."""
        ids, deltas = self.sums[stroke]
        if stroke in self.undone:
            self.undone.discard(stroke)
            self.sculpt(ids, deltas, Flag.END | Flag.REDO, stroke)
        else:
            self.undone.add(stroke)
            self.sculpt(ids, np.negative(deltas), Flag.END | Flag.UNDO, stroke)

    @property
    def heard(self) -> int:
        """The newest number of the room's order that it knows of: of a stroke that came, or of one of its own."""
        return max(self.seq, self.receipt)

    @property
    def paint(self) -> np.ndarray:
        """(5, n): what this person sees: the room's, and on it in order what the room has not accepted."""
        seen = self.room_paint.copy()
        for client_seq, frame in sorted(self.pending.items()):
            if client_seq > self.accepted and frame[0] == Kind.PAINT:
                self._write(seen, wire.parse_paint(frame))
        return seen

    def brush(self, ids: np.ndarray, channels: int, values: np.ndarray) -> None:
        """Paints. What it covers is remembered for undo."""
        self.strokes += 1
        planes = wire.planes_of(channels)
        self.covers[self.strokes] = (ids, channels, self.paint[np.ix_(planes, ids)], values)
        self._send_paint(ids, values, channels=channels, flags=Flag.END, stroke=self.strokes)

    def undo_paint(self, stroke: int) -> None:
        """Undo puts back what was covered where it is still on top; redo likewise."""
        ids, channels, covered, values = self.covers[stroke]
        flag = Flag.UNDO
        if stroke in self.undone:
            flag, covered, values = Flag.REDO, values, covered
        self.undone ^= {stroke}
        self._send_paint(ids, covered, expected=values, channels=channels, flags=Flag.END | flag, stroke=stroke)

    def _send_paint(self, ids: np.ndarray, values: np.ndarray, **others: Any) -> None:
        self.own_seq += 1
        frame = wire.encode_paint(ids, values, client=self.client, client_seq=self.own_seq, **others)
        self.pending[self.own_seq] = frame
        if self.joined and not self.reloading:
            self.outgoing.append(frame)

    @staticmethod
    def _write(paint: np.ndarray, frame: wire.Paint) -> None:
        where = np.ix_(frame.planes, frame.ids())
        if frame.compares:
            paint[where] = np.where(paint[where] == frame.expected(), frame.values(), paint[where])
        else:
            paint[where] = frame.values()

    # the connection

    def join_request(self, project: str, token: str = "") -> str:
        self.ref += 1
        since = None if self.torn or self.needs_reload else self.seq
        return messages.encode(
            {
                "event": "join_proj", "ref": self.ref, "project": project, "token": token, "since": since,
                "client": wire.client_to_text(self.client),
                "mine": [] if self.reloading else [[wire.client_to_text(self.client), self.own_seq]],
            }
        )  # fmt: skip

    def reload(self, snapshot: Snapshot) -> None:
        """The newest snapshot in place of what was there; strokes that are not journaled wait for the join."""
        self.positions = snapshot.pieces[0].positions.copy()
        self.room_paint = paint_of(snapshot)
        self.seq = snapshot.seq
        self.torn = self.needs_reload = self.told_fresh = False
        self.reloading = True

    def disconnected(self) -> None:
        self.joined = self.told_fresh = False
        self.outgoing.clear()
        if self.reloading:
            self.needs_reload = True

    def receive(self, data: bytes | str) -> dict[str, Any] | None:
        """A text, or a binary message of one or more frames. Returns the text's object."""
        if isinstance(data, bytes):
            for frame in wire.split(data):
                self._receive_frame(frame)
            return None
        message: dict[str, Any] = json.loads(data)
        if message["event"] == "reply" and "fresh" in message:
            self.accepted = message["accepted"]
            self._forget(message["journaled"])
            if message["fresh"]:
                self.needs_reload = self.told_fresh = True
            else:
                self.joined = True
                if not self.reloading:
                    self._send_again()
        elif message["event"] == "refused":
            self.refused += 1
        return message

    def _receive_frame(self, frame: bytes) -> None:
        kind = frame[0]
        if kind == Kind.STROKE:
            stroke = wire.parse_stroke(frame)
            if stroke.client != self.client or self.reloading:
                self._add(stroke)
            self.seq = max(self.seq, stroke.seq)
        elif kind == Kind.MERGED:
            self.torn = True
            self._add(wire.parse_stroke(frame))
        elif kind == Kind.PAINT:
            paint = wire.parse_paint(frame)
            if paint.compares:
                self.problems.append("a comparison that the room did not decide")
            self._write(self.room_paint, paint)
            if paint.client == self.client:
                self.accepted = max(self.accepted, paint.client_seq)
            self.seq = max(self.seq, paint.seq)
        elif kind == Kind.PAINTED:
            self.torn = True
            self._write(self.room_paint, wire.parse_paint(frame))
        elif kind == Kind.CAUGHT_UP:
            self.seq = max(self.seq, wire.parse_caught_up(frame))
            self.torn = False
            if self.reloading:
                self.reloading = False
                for client_seq, pending in self.pending.items():
                    if client_seq > self.accepted and pending[0] == Kind.STROKE:
                        self._add(wire.parse_stroke(pending))
                self._send_again()
        elif kind == Kind.RECEIPT:
            receipt, client, accepted, journaled = wire.parse_receipt(frame)
            self.receipt = max(self.receipt, receipt)
            if client != self.client:
                self.problems.append(f"a receipt for client {client:016x}")
            # Not a reason to advance ``seq``: what others did before it may still be owed to a slow reader.
            for client_seq, frame in sorted(self.pending.items()):
                if self.accepted < client_seq <= accepted and frame[0] == Kind.PAINT:
                    own = wire.parse_paint(frame)
                    if not own.compares:
                        self._write(self.room_paint, own)
            self.accepted = max(self.accepted, accepted)
            self._forget(journaled)
        elif kind == Kind.DIGEST:
            self._check(*wire.parse_digest(frame))
        elif kind != Kind.CURSOR:
            self.problems.append(f"a frame of kind {kind}")

    def _send_again(self) -> None:
        self.outgoing += [frame for client_seq, frame in self.pending.items() if client_seq > self.accepted]

    def _forget(self, journaled: int) -> None:
        self.pending = {number: frame for number, frame in self.pending.items() if number > journaled}

    def _check(self, seq: int, piece: int, epoch: int, digest: int, paint: int) -> None:
        mine = digest_of(self.positions)
        waits = False
        for client_seq, frame in self.pending.items():
            if client_seq > self.accepted and frame[0] == Kind.PAINT:
                waits = True
            elif client_seq > self.accepted:
                mine -= contribution(*wire.parse_stroke(frame).displacements())
        self.digests_checked += 1
        if mine & 0xFFFFFFFF != digest:
            self.problems.append(f"digest {mine & 0xFFFFFFFF:#x} instead of {digest:#x} at seq {seq}")
        # After a crash the room may have lost a write that it had accepted; it is among those that wait then.
        if not waits and digest_of_paint(self.room_paint) != paint:
            self.problems.append(f"paint {digest_of_paint(self.room_paint):#x} instead of {paint:#x} at seq {seq}")

    def _add(self, stroke: wire.Stroke) -> None:
        ids, deltas = stroke.displacements()
        self.positions[:, ids] += deltas  # a frame names no vertex twice
