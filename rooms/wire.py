"""The binary frames: docs/protocol.md in code. ``static/wire/frames.js`` mirrors it name for name.

Everything that arrives here is untrusted input: lengths are checked before a view is made, and every complaint is a
``Malformed`` with both numbers. A stroke frame is checked once, patched with its sequence number, and then travels as
the same bytes to the journal and to every member.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from enum import IntEnum, IntFlag
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .errors import Malformed, TooLarge
from .records import Int32Array, UInt8Array

#: Bytes of one message from a client, and of one frame. A brush over 10 % of a 500k-vertex piece is 160 kB a flush;
#: anything larger is cut into several frames, so that no frame delays the ones behind it for long.
MAX_FRAME = 256 * 1024
#: Bytes of one message from the server: frames of one turn are joined up to this size.
MAX_SERVER_MESSAGE = 1024 * 1024


class Kind(IntEnum):
    """First byte of a frame. Stored in journals: a value never changes its meaning."""

    STROKE = 1
    CURSOR = 2
    RECEIPT = 3
    MERGED = 4
    CAUGHT_UP = 5
    DIGEST = 6
    PAINT = 7
    PAINTED = 8
    VIEW = 9


class Flag(IntFlag):
    """Second byte of a STROKE or PAINT. Stored. COMPARE is a PAINT's alone, and never leaves the room."""

    END = 1
    UNDO = 2
    REDO = 4
    COMPARE = 8


class Channels(IntFlag):
    """Third byte of a PAINT: what it writes. Stored."""

    COLOUR = 1
    ROUGHNESS = 2
    METALNESS = 4


_STROKE = struct.Struct("<BBBBIQQIIIIII")
_CURSOR = struct.Struct("<BBBBIQIIiiihhhHI")
_VIEW = struct.Struct("<BBHIQiiiiiihhhH")
_RECEIPT = struct.Struct("<BxxxIQQII")
_CAUGHT_UP = struct.Struct("<BxxxIQ")
_DIGEST = struct.Struct("<BxxxIQIIII")
_SEQ = struct.Struct("<Q")
_LENGTH = struct.Struct("<I")

STROKE_HEADER = _STROKE.size
CURSOR_SIZE = _CURSOR.size
VIEW_SIZE = _VIEW.size
MAX_SHIFT = 24
_CURSOR_FLAGS = 7
_VIEW_FLAGS = 1
_ALL_FLAGS = int(Flag.END | Flag.UNDO | Flag.REDO)
_PAINT_FLAGS = int(Flag.END | Flag.UNDO | Flag.REDO | Flag.COMPARE)
_ALL_CHANNELS = int(Channels.COLOUR | Channels.ROUGHNESS | Channels.METALNESS)
_BYTES = (1, 2, 4)
_UNSIGNED = (np.dtype("<u1"), np.dtype("<u2"), np.dtype("<u4"))
_SIGNED = (np.dtype("<i1"), np.dtype("<i2"), np.dtype("<i4"))


def _padded(size: int) -> int:
    return (size + 3) & ~3


class Stroke(NamedTuple):
    """The head of a STROKE or MERGED frame and the frame itself; ``displacements`` unpacks the body."""

    kind: int
    flags: int
    shift: int
    widths: int
    length: int
    seq: int
    client: int
    client_seq: int
    stroke: int
    epoch: int
    piece: int
    runs: int
    vertices: int
    frame: bytes

    def last_id(self) -> int:
        """The largest vertex id. ``Malformed`` if the runs do not hold exactly ``vertices`` ids."""
        # A dab has a few runs, for which numpy takes four times as long.
        gap_width, length_width = self.widths >> 2 & 3, self.widths >> 4 & 3
        start = STROKE_HEADER + _padded(self.runs * _BYTES[gap_width])
        gaps = _numbers(self.frame, STROKE_HEADER, self.runs, gap_width)
        lengths = _numbers(self.frame, start, self.runs, length_width)
        total = sum(lengths)
        if total != self.vertices:
            raise Malformed(f"stroke of {self.vertices} vertices has runs that hold {total}")
        if not lengths[-1]:
            raise Malformed(f"the last of {self.runs} runs is empty")
        return total + sum(gaps) - 1

    def displacements(self) -> tuple[Int32Array, Int32Array]:
        """``ids`` (k,) int32 strictly ascending and ``deltas`` (3, k) int32 in quanta. The frame was checked before."""
        ids = self.ids()
        width = self.widths & 3
        size = _padded(self.vertices * _BYTES[width])
        start = self.length - 3 * size
        values = np.frombuffer(self.frame, _SIGNED[width], 3 * size // _BYTES[width], start)
        deltas = values.reshape(3, -1)[:, : self.vertices].astype(np.int32)
        if self.shift:
            deltas <<= self.shift
        return ids, deltas

    def ids(self) -> Int32Array:
        """(k,) int32, strictly ascending. The frame was checked before."""
        gaps, lengths = self._runs()
        # id = its rank + the sum of the gaps up to its run
        ids = gaps.cumsum(dtype=np.int64).repeat(lengths)
        ids += np.arange(self.vertices)
        return ids.astype(np.int32)

    def _runs(self) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        gap_width = self.widths >> 2 & 3
        length_width = self.widths >> 4 & 3
        gaps = np.frombuffer(self.frame, _UNSIGNED[gap_width], self.runs, STROKE_HEADER)
        start = STROKE_HEADER + _padded(self.runs * _BYTES[gap_width])
        return gaps, np.frombuffer(self.frame, _UNSIGNED[length_width], self.runs, start)


class Paint(Stroke):
    """A PAINT or PAINTED frame: a head like a stroke's, with the channels in place of the shift, and bytes as values."""

    __slots__ = ()

    @property
    def planes(self) -> list[int]:
        """Which of the five planes (red, green, blue, roughness, metalness) it writes."""
        return planes_of(self.shift)

    @property
    def compares(self) -> bool:
        """Whether it says what it expects: only where that is still there it writes."""
        return bool(self.flags & Flag.COMPARE)

    def values(self) -> UInt8Array:
        """(planes, k) uint8, a view of the frame: what it writes. The frame was checked before."""
        return self._bytes(self.length - _padded(self.vertices) * len(self.planes))

    def expected(self) -> UInt8Array:
        """(planes, k) uint8, a view: what a frame that ``compares`` wants to find."""
        return self._bytes(self.length - 2 * _padded(self.vertices) * len(self.planes))

    def decided(self, values: UInt8Array) -> Paint:
        """The plain PAINT that a comparison comes to: the same vertices with ``values`` ((planes, k) uint8)."""
        size = _padded(self.vertices)
        body = np.zeros((len(self.planes), size), np.uint8)
        body[:, : self.vertices] = values
        runs = self.frame[STROKE_HEADER : self.length - 2 * body.size]
        plain = self._replace(flags=self.flags & ~Flag.COMPARE, length=self.length - body.size)
        head = _STROKE.pack(*plain[:-1])
        return plain._replace(frame=b"".join((head, runs, body.tobytes())))

    def _bytes(self, start: int) -> UInt8Array:
        size = _padded(self.vertices)
        planes = len(self.planes)
        return np.frombuffer(self.frame, np.uint8, planes * size, start).reshape(planes, size)[:, : self.vertices]


def planes_of(channels: int) -> list[int]:
    """The planes of a register that ``channels`` are: colour is three of the five."""
    return (
        ([0, 1, 2] if channels & Channels.COLOUR else [])
        + ([3] if channels & Channels.ROUGHNESS else [])
        + ([4] if channels & Channels.METALNESS else [])
    )


def _numbers(frame: bytes, start: int, count: int, width: int) -> Sequence[int]:
    if width == 0:
        return frame[start : start + count]
    return struct.unpack_from(f"<{count}{' HI'[width]}", frame, start)


def split(message: bytes) -> list[bytes]:
    """The frames of one message. Untrusted input; ``Malformed`` unless they fill it exactly."""
    size = len(message)
    if size >= 8 and _LENGTH.unpack_from(message, 4)[0] == size:
        return [message]
    frames = []
    at = 0
    while at < size:
        if size - at < 8:
            raise Malformed(f"a frame needs at least 8 bytes, {size - at} are left")
        length = _LENGTH.unpack_from(message, at + 4)[0]
        if length < 8 or length % 4:
            raise Malformed(f"a frame of {length} bytes: its length is at least 8 and a multiple of 4")
        if length > size - at:
            raise Malformed(f"a frame of {length} bytes, {size - at} are left of its message")
        frames.append(message[at : at + length])
        at += length
    return frames


def parse_stroke(frame: bytes) -> Stroke:
    """Reads and checks a STROKE or MERGED frame, all but what only the room knows (piece, epoch, number of vertices).

    Untrusted input: raises ``Malformed`` with both numbers, ``TooLarge`` over ``MAX_FRAME``.
    """
    have = len(frame)
    if have > MAX_FRAME:
        raise TooLarge(f"a frame of {have} bytes, at most {MAX_FRAME} are taken")
    if have < STROKE_HEADER:
        raise Malformed(f"a stroke needs at least {STROKE_HEADER} bytes, got {have}")
    stroke = Stroke._make((*_STROKE.unpack_from(frame), frame))
    if stroke.kind != Kind.STROKE and stroke.kind != Kind.MERGED:
        raise Malformed(f"kind {stroke.kind} is not a stroke")
    widths = stroke.widths
    value_width, gap_width, length_width = widths & 3, widths >> 2 & 3, widths >> 4
    if value_width > 2 or gap_width > 2 or length_width > 2:
        raise Malformed(f"widths {widths:#04x}: each of the three is 0, 1 or 2")
    if stroke.flags & ~_ALL_FLAGS:  # COMPARE among them: displacements are added whatever is there
        raise Malformed(f"flags {stroke.flags:#04x}, known are {_ALL_FLAGS:#04x}")
    if stroke.shift > MAX_SHIFT:
        raise Malformed(f"a shift of {stroke.shift}, at most {MAX_SHIFT} is taken")
    if not stroke.vertices or not stroke.runs:
        raise Malformed(f"a stroke of {stroke.vertices} vertices in {stroke.runs} runs: both are at least 1")
    size = _padded(stroke.vertices * _BYTES[value_width])
    needs = (
        STROKE_HEADER
        + _padded(stroke.runs * _BYTES[gap_width])
        + _padded(stroke.runs * _BYTES[length_width])
        + 3 * size
    )
    if stroke.length != have or needs != have:
        raise Malformed(
            f"stroke of {stroke.vertices} vertices in {stroke.runs} runs needs {needs} bytes, "
            f"says {stroke.length}, got {have}"
        )
    # One byte always fits after 24 bits of shift, two bytes after 16; only the rest has to be looked at.
    if (value_width == 1 and stroke.shift > 16) or (value_width == 2 and stroke.shift):
        values = np.frombuffer(frame, _SIGNED[value_width], offset=have - 3 * size)
        for extreme in (int(values.min()) << stroke.shift, int(values.max()) << stroke.shift):
            if not -(2**31) <= extreme < 2**31:
                raise Malformed(f"a displacement of {extreme} quanta, an int32 ends at {-(2**31)} and {2**31 - 1}")
    return stroke


def parse_paint(frame: bytes) -> Paint:
    """Reads and checks a PAINT or PAINTED frame, as ``parse_stroke`` does a stroke.

    Untrusted input: raises ``Malformed`` with both numbers, ``TooLarge`` over ``MAX_FRAME``.
    """
    have = len(frame)
    if have > MAX_FRAME:
        raise TooLarge(f"a frame of {have} bytes, at most {MAX_FRAME} are taken")
    if have < STROKE_HEADER:
        raise Malformed(f"paint needs at least {STROKE_HEADER} bytes, got {have}")
    paint = Paint._make((*_STROKE.unpack_from(frame), frame))
    if paint.kind != Kind.PAINT and paint.kind != Kind.PAINTED:
        raise Malformed(f"kind {paint.kind} is not paint")
    widths = paint.widths
    gap_width, length_width = widths >> 2 & 3, widths >> 4
    if widths & 3 or gap_width > 2 or length_width > 2:
        raise Malformed(f"widths {widths:#04x}: values are bytes (0), and the two others 0, 1 or 2")
    if paint.flags & ~_PAINT_FLAGS:
        raise Malformed(f"flags {paint.flags:#04x}, known are {_PAINT_FLAGS:#04x}")
    if not paint.shift or paint.shift & ~_ALL_CHANNELS:
        raise Malformed(f"channels {paint.shift:#04x}, known are {_ALL_CHANNELS:#04x}, and at least one is written")
    if not paint.vertices or not paint.runs:
        raise Malformed(f"paint of {paint.vertices} vertices in {paint.runs} runs: both are at least 1")
    needs = (
        STROKE_HEADER
        + _padded(paint.runs * _BYTES[gap_width])
        + _padded(paint.runs * _BYTES[length_width])
        + (2 if paint.compares else 1) * len(paint.planes) * _padded(paint.vertices)
    )
    if paint.length != have or needs != have:
        raise Malformed(
            f"paint of {paint.vertices} vertices in {paint.runs} runs needs {needs} bytes, "
            f"says {paint.length}, got {have}"
        )
    return paint


def parse_made(frame: bytes) -> Stroke:
    """A STROKE or a PAINT: whatever a hand made, as it stands in a journal."""
    return parse_paint(frame) if frame[0] == Kind.PAINT else parse_stroke(frame)


def with_seq(frame: bytes, seq: int) -> bytes:
    """The frame with its sequence number filled in."""
    return b"".join((frame[:8], _SEQ.pack(seq), frame[16:]))


def _runs_of(ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Gaps and lengths of the runs of strictly ascending ids."""
    breaks = np.flatnonzero(np.diff(ids) != 1) + 1
    starts = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(ids)]))
    first = ids[starts]
    after = ids[ends - 1] + 1
    gaps = first - np.concatenate(([0], after[:-1]))
    return gaps, ends - starts


def _cut_runs(
    gaps: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], gap_width: int, length_width: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The same runs with every number inside its width: empty runs carry a gap on, zero gaps a length."""
    max_gap = 2 ** (8 * _BYTES[gap_width]) - 1
    max_length = 2 ** (8 * _BYTES[length_width]) - 1
    more_gaps = np.maximum(0, (gaps - 1) // max_gap)
    more_lengths = (lengths - 1) // max_length
    if not more_gaps.any() and not more_lengths.any():
        return gaps, lengths
    out_gaps: list[int] = []
    out_lengths: list[int] = []
    for gap, length in zip(gaps.tolist(), lengths.tolist(), strict=True):
        while gap > max_gap:
            out_gaps.append(max_gap)
            out_lengths.append(0)
            gap -= max_gap
        while length > max_length:
            out_gaps.append(gap)
            out_lengths.append(max_length)
            gap, length = 0, length - max_length
        out_gaps.append(gap)
        out_lengths.append(length)
    return np.array(out_gaps, dtype=np.int64), np.array(out_lengths, dtype=np.int64)


def _best_widths(gaps: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> tuple[int, int]:
    """The pair of widths that takes the fewest bytes (the smallest pair of equals)."""
    best = (0, 0)
    best_bytes = -1
    for gap_width in range(3):
        max_gap = 2 ** (8 * _BYTES[gap_width]) - 1
        extra_gaps = int(np.maximum(0, (gaps - 1) // max_gap).sum())
        for length_width in range(3):
            max_length = 2 ** (8 * _BYTES[length_width]) - 1
            runs = len(gaps) + extra_gaps + int(((lengths - 1) // max_length).sum())
            size = _padded(runs * _BYTES[gap_width]) + _padded(runs * _BYTES[length_width])
            if best_bytes < 0 or size < best_bytes:
                best, best_bytes = (gap_width, length_width), size
    return best


def _encoded_runs(ids: npt.NDArray[np.integer]) -> tuple[int, int, bytes]:
    """How many runs, their two widths as they stand in the fourth byte, and gaps and lengths, padded."""
    gaps, lengths = _runs_of(ids.astype(np.int64))
    gap_width, length_width = _best_widths(gaps, lengths)
    gaps, lengths = _cut_runs(gaps, lengths, gap_width, length_width)
    parts: list[bytes] = []
    for numbers, dtype in ((gaps, _UNSIGNED[gap_width]), (lengths, _UNSIGNED[length_width])):
        data = numbers.astype(dtype).tobytes()
        parts += (data, bytes(-len(data) % 4))
    return len(gaps), gap_width << 2 | length_width << 4, b"".join(parts)


def encode_stroke(
    ids: npt.NDArray[np.integer],
    deltas: Int32Array,
    *,
    kind: Kind = Kind.STROKE,
    flags: int = 0,
    seq: int = 0,
    client: int = 0,
    client_seq: int = 0,
    stroke: int = 0,
    epoch: int = 1,
    piece: int = 1,
) -> bytes:
    """One frame. ``ids`` (k,) strictly ascending, ``deltas`` (3, k) int32 in quanta; k ≥ 1.

    The shift is the number of zero bits that all displacements end with: exact, whatever they are. The result may
    pass ``MAX_FRAME``; ``encode_strokes`` cuts.
    """
    runs, run_widths, runs_data = _encoded_runs(ids)
    bits = int(np.bitwise_or.reduce(deltas, axis=None))
    shift = min(MAX_SHIFT, (bits & -bits).bit_length() - 1) if bits else 0
    values = deltas >> shift
    low, high = int(values.min()), int(values.max())
    value_width = 0 if -128 <= low and high <= 127 else 1 if -32768 <= low and high <= 32767 else 2
    count = len(ids)
    parts = [b"", runs_data]
    for axis in range(3):
        data = values[axis].astype(_SIGNED[value_width]).tobytes()
        parts += (data, bytes(-len(data) % 4))
    length = STROKE_HEADER + sum(map(len, parts))
    parts[0] = _STROKE.pack(
        kind, flags, shift, value_width | run_widths, length, seq, client, client_seq,
        stroke, epoch, piece, runs, count,
    )  # fmt: skip
    return b"".join(parts)


def encode_paint(
    ids: npt.NDArray[np.integer],
    values: UInt8Array,
    *,
    channels: int = _ALL_CHANNELS,
    expected: UInt8Array | None = None,
    kind: Kind = Kind.PAINT,
    flags: int = 0,
    seq: int = 0,
    client: int = 0,
    client_seq: int = 0,
    stroke: int = 0,
    epoch: int = 1,
    piece: int = 1,
) -> bytes:
    """One frame. ``ids`` (k,) strictly ascending, ``values`` (planes of ``channels``, k) uint8, ``expected`` likewise
    (the frame compares then); k ≥ 1. The result may pass ``MAX_FRAME``; ``encode_painted`` cuts."""
    runs, run_widths, runs_data = _encoded_runs(ids)
    bodies = [values] if expected is None else [expected, values]
    body = np.zeros((sum(map(len, bodies)), _padded(len(ids))), np.uint8)
    body[:, : len(ids)] = np.concatenate(bodies)
    head = _STROKE.pack(
        kind, flags | (Flag.COMPARE if expected is not None else 0), channels, run_widths,
        STROKE_HEADER + len(runs_data) + body.size, seq, client, client_seq, stroke, epoch, piece, runs, len(ids),
    )  # fmt: skip
    return b"".join((head, runs_data, body.tobytes()))


#: Vertices to a PAINTED frame: 5 bytes of paint and at worst 8 of runs stay below MAX_FRAME.
MAX_PAINTED_PER_FRAME = (MAX_FRAME - STROKE_HEADER - 64) // 13


def encode_painted(ids: Int32Array, values: UInt8Array, *, seq: int, epoch: int, piece: int) -> list[bytes]:
    """PAINTED frames, each at most ``MAX_FRAME`` bytes: all five planes of ``ids`` as the room has them at ``seq``."""
    step = MAX_PAINTED_PER_FRAME
    return [
        encode_paint(
            ids[at : at + step], values[:, at : at + step], kind=Kind.PAINTED, seq=seq, epoch=epoch, piece=piece
        )
        for at in range(0, len(ids), step)
    ]


#: Vertices to a frame when a large stroke is cut: 12 bytes of displacement and at worst 8 of runs stay below MAX_FRAME.
MAX_VERTICES_PER_FRAME = (MAX_FRAME - STROKE_HEADER - 64) // 20


def encode_merged(ids: Int32Array, deltas: Int32Array, *, seq: int, epoch: int, piece: int) -> list[bytes]:
    """MERGED frames, each at most ``MAX_FRAME`` bytes, for a sum of strokes. None if nothing moved."""
    moved = np.flatnonzero(deltas.any(axis=0))
    if len(moved) != len(ids):
        ids, deltas = ids[moved], deltas[:, moved]
    return [
        encode_stroke(
            ids[at : at + MAX_VERTICES_PER_FRAME],
            np.ascontiguousarray(deltas[:, at : at + MAX_VERTICES_PER_FRAME]),
            kind=Kind.MERGED, seq=seq, epoch=epoch, piece=piece,
        )
        for at in range(0, len(ids), MAX_VERTICES_PER_FRAME)
    ]  # fmt: skip


def merge(strokes: list[Stroke], seq: int) -> list[bytes]:
    """The sum of many strokes as MERGED frames, one group for each piece and epoch, all with ``seq``.

    Integer addition commutes and wraps, so whoever adds the sum holds the same bits as whoever added the strokes.
    """
    groups: dict[tuple[int, int], list[Stroke]] = {}
    for stroke in strokes:
        groups.setdefault((stroke.piece, stroke.epoch), []).append(stroke)
    frames: list[bytes] = []
    for (piece, epoch), group in groups.items():
        bodies = [stroke.displacements() for stroke in group]
        ids, where = np.unique(np.concatenate([body[0] for body in bodies]), return_inverse=True)
        sums = np.zeros((3, len(ids)), dtype=np.int32)
        for axis in range(3):
            np.add.at(sums[axis], where, np.concatenate([body[1][axis] for body in bodies]))
        frames += encode_merged(ids, sums, seq=seq, epoch=epoch, piece=piece)
    return frames


class Cursor(NamedTuple):
    """Where somebody's brush is: the fields of a CURSOR frame in its order."""

    kind: int
    flags: int
    brush: int
    zero: int
    length: int
    client: int
    piece: int
    radius: int
    x: int
    y: int
    z: int
    nx: int
    ny: int
    nz: int
    zero_a: int
    zero_b: int


def parse_cursor(frame: bytes) -> Cursor:
    """Untrusted input: raises ``Malformed`` with both numbers."""
    if len(frame) != CURSOR_SIZE:
        raise Malformed(f"a cursor has {CURSOR_SIZE} bytes, got {len(frame)}")
    cursor = Cursor(*_CURSOR.unpack(frame))
    if cursor.flags & ~_CURSOR_FLAGS:
        raise Malformed(f"cursor flags {cursor.flags:#04x}, known are {_CURSOR_FLAGS:#04x}")
    return cursor


def with_client(frame: bytes, client: int) -> bytes:
    """A CURSOR or VIEW as it goes to the others: the room says whose it is."""
    return b"".join((frame[:8], _SEQ.pack(client), frame[16:]))


def encode_cursor(
    client: int, flags: int, brush: int, piece: int, radius: int,
    position: tuple[int, int, int], normal: tuple[int, int, int],
) -> bytes:  # fmt: skip
    return _CURSOR.pack(Kind.CURSOR, flags, brush, 0, CURSOR_SIZE, client, piece, radius, *position, *normal, 0, 0)


class View(NamedTuple):
    """From where somebody looks: the fields of a VIEW frame in its order. Flag 1: in parallel projection."""

    kind: int
    flags: int
    zero: int
    length: int
    client: int
    eye_x: int
    eye_y: int
    eye_z: int
    target_x: int
    target_y: int
    target_z: int
    up_x: int
    up_y: int
    up_z: int
    zero_a: int


def parse_view(frame: bytes) -> View:
    """Untrusted input: raises ``Malformed`` with both numbers."""
    if len(frame) != VIEW_SIZE:
        raise Malformed(f"a view has {VIEW_SIZE} bytes, got {len(frame)}")
    view = View(*_VIEW.unpack(frame))
    if view.flags & ~_VIEW_FLAGS:
        raise Malformed(f"view flags {view.flags:#04x}, known are {_VIEW_FLAGS:#04x}")
    return view


def encode_view(
    client: int,
    flags: int,
    eye: tuple[int, int, int],
    target: tuple[int, int, int],
    up: tuple[int, int, int],
) -> bytes:
    """``eye``, ``target`` in quanta; ``up`` a direction, −32767 … 32767."""
    return _VIEW.pack(Kind.VIEW, flags, 0, VIEW_SIZE, client, *eye, *target, *up, 0)


def encode_receipt(seq: int, client: int, accepted: int, journaled: int) -> bytes:
    return _RECEIPT.pack(Kind.RECEIPT, _RECEIPT.size, seq, client, accepted, journaled)


def parse_receipt(frame: bytes) -> tuple[int, int, int, int]:
    """``seq, client, accepted, journaled``."""
    return _RECEIPT.unpack(frame)[2:]


def encode_caught_up(seq: int) -> bytes:
    return _CAUGHT_UP.pack(Kind.CAUGHT_UP, _CAUGHT_UP.size, seq)


def parse_caught_up(frame: bytes) -> int:
    seq: int = _CAUGHT_UP.unpack(frame)[2]
    return seq


def encode_digest(seq: int, piece: int, epoch: int, digest: int, paint: int = 0) -> bytes:
    return _DIGEST.pack(Kind.DIGEST, _DIGEST.size, seq, piece, epoch, digest, paint)


def parse_digest(frame: bytes) -> tuple[int, int, int, int, int]:
    """``seq, piece, epoch, digest, paint``: the digests of the positions and of the paint."""
    return _DIGEST.unpack(frame)[2:7]


def client_to_text(client: int) -> str:
    """A client id as it stands in JSON: 16 hexadecimal digits."""
    return f"{client:016x}"


def client_from_text(text: str) -> int:
    """Raises ``Malformed`` unless ``text`` is 16 lower-case hexadecimal digits and not all zero."""
    if len(text) != 16 or not set(text) <= set("0123456789abcdef") or not int(text, 16):
        raise Malformed("a client id is 16 lower-case hexadecimal digits and not zero")
    return int(text, 16)
