"""The clay: pieces of integer positions to which strokes are added, and the paint on them, where the last one wins."""

from __future__ import annotations

import numpy as np

from .digest import contribution, digest_of
from .errors import Invalid
from .paint import Register
from .records import Int32Array, PieceRecord, UInt32Array
from .wire import Paint, Stroke

#: Strokes, and vertices in them, that wait at most to be added together: 64 of 170 vertices take 0.9 ms, in which a
#: stroke of one person's waits for another's.
SETTLE_STROKES = 64
SETTLE_VERTICES = 20_000


class Piece:
    """One piece in memory.

    ``positions``: (3, n) int32 planar, quanta, changed in place. ``triangles``: (m, 3) uint32, never changed within an
    epoch. Takes over the arrays of ``record``.
    """

    def __init__(self, record: PieceRecord) -> None:
        self.piece = record.piece
        self.epoch = record.epoch
        self.name = record.name
        self.positions: Int32Array = record.positions
        self.triangles: UInt32Array = record.triangles
        self.scale = record.scale
        self.offset = record.offset
        self.paint = Register(self.vertices, record.paint)
        self._digest = digest_of(self.positions)
        self._waiting: list[Stroke] = []
        self._waiting_vertices = 0

    @property
    def vertices(self) -> int:
        return int(self.positions.shape[1])

    def add(self, stroke: Stroke) -> None:
        """Adds a checked stroke. The arithmetic waits for ``settle``, which does many strokes at once; paint does not wait."""
        if isinstance(stroke, Paint):
            self.paint.write(stroke.ids(), stroke.planes, stroke.values())
            return
        self._waiting.append(stroke)
        self._waiting_vertices += stroke.vertices
        if len(self._waiting) >= SETTLE_STROKES or self._waiting_vertices >= SETTLE_VERTICES:
            self.settle()

    def settle(self) -> None:
        """Adds what waits: one ``np.add.at`` an axis for all of it, which also sums ids that occur twice."""
        if not self._waiting:
            return
        bodies = [stroke.displacements() for stroke in self._waiting]
        self._waiting.clear()
        self._waiting_vertices = 0
        if len(bodies) == 1:
            ids, deltas = bodies[0]
        else:
            ids = np.concatenate([body[0] for body in bodies])
            deltas = np.concatenate([body[1] for body in bodies], axis=1)
        for axis in range(3):
            np.add.at(self.positions[axis], ids, deltas[axis])
        self._digest = (self._digest + contribution(ids, deltas)) & 0xFFFFFFFF

    @property
    def digest(self) -> int:
        self.settle()
        return self._digest

    def record(self) -> PieceRecord:
        """A copy of the positions as they are now; the triangles are shared."""
        self.settle()
        return PieceRecord(
            self.piece, self.epoch, self.name, self.positions.copy(), self.triangles, self.scale, self.offset,
            self.paint.copy(),
        )  # fmt: skip

    def check(self) -> None:
        """Raises ``AssertionError`` unless the digest that was kept is the digest of what is there."""
        self.settle()
        found = digest_of(self.positions)
        assert found == self._digest, f"piece {self.piece} has digest {found:#010x}, kept was {self._digest:#010x}"
        self.paint.check()


class Sculpture:
    """The pieces of a project, by number."""

    def __init__(self, records: list[PieceRecord]) -> None:
        self.pieces = {record.piece: Piece(record) for record in records}

    def piece_for(self, stroke: Stroke) -> Piece:
        """The piece that ``stroke`` fits; ``Invalid`` with both numbers if there is none."""
        piece = self.pieces.get(stroke.piece)
        if piece is None:
            raise Invalid(f"there is no piece {stroke.piece} here")
        if stroke.epoch != piece.epoch:
            raise Invalid(f"the stroke is for epoch {stroke.epoch} of piece {piece.piece}, which is in {piece.epoch}")
        last = stroke.last_id()
        if last >= piece.vertices:
            raise Invalid(f"the stroke moves vertex {last}, piece {piece.piece} has {piece.vertices}")
        return piece

    def settle(self) -> None:
        for piece in self.pieces.values():
            piece.settle()

    def records(self) -> list[PieceRecord]:
        return [piece.record() for piece in self.pieces.values()]

    def check(self) -> None:
        for piece in self.pieces.values():
            piece.check()
