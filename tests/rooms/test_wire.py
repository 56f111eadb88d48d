"""The binary frames: golden bytes both ways, random strokes, and hostile ones."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms import wire
from rooms.digest import contribution, digest_of
from rooms.errors import ClayroomError, Malformed, TooLarge
from rooms.wire import Flag, Kind

GOLDEN = json.loads((Path(__file__).parents[1] / "frames" / "golden.json").read_text())
MUTATIONS = 20_000


def named(frames: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("golden", frames, ids=[frame["name"] for frame in frames])


# golden frames


def encode(golden: dict[str, Any]) -> bytes:
    """The frame that our encoder makes of the golden fields."""
    fields, kind = dict(golden["fields"]), Kind[golden["kind"]]
    if "client" in fields:
        fields["client"] = int(fields["client"], 16)
    if kind in (Kind.STROKE, Kind.MERGED):
        ids = np.array(fields.pop("ids"))
        deltas = np.array([fields.pop(axis) for axis in ("dx", "dy", "dz")], dtype=np.int32)
        del fields["shift"]  # the encoder finds it
        return wire.encode_stroke(ids, deltas, kind=kind, **fields)
    if kind in (Kind.PAINT, Kind.PAINTED):
        ids = np.array(fields.pop("ids"))
        values, expected = (
            None if planes is None else np.array(planes, np.uint8)
            for planes in (fields.pop("values"), fields.pop("expected"))
        )
        assert values is not None
        return wire.encode_paint(ids, values, expected=expected, kind=kind, **fields)
    if kind is Kind.CURSOR:
        return wire.encode_cursor(
            **{**fields, "position": tuple(fields["position"]), "normal": tuple(fields["normal"])}
        )
    if kind is Kind.VIEW:
        return wire.encode_view(**{**fields, **{name: tuple(fields[name]) for name in ("eye", "target", "up")}})
    return {Kind.RECEIPT: wire.encode_receipt, Kind.CAUGHT_UP: wire.encode_caught_up, Kind.DIGEST: wire.encode_digest}[
        kind
    ](**fields)


def decode(frame: bytes) -> dict[str, Any]:
    """The fields of a frame, as the golden file writes them."""
    kind = frame[0]
    if kind in (Kind.STROKE, Kind.MERGED):
        stroke = wire.parse_stroke(frame)
        ids, deltas = stroke.displacements()
        names = ("flags", "shift", "seq", "client_seq", "stroke", "epoch", "piece")
        found = {name: getattr(stroke, name) for name in names}
        dx, dy, dz = deltas.tolist()
        return {**found, "client": f"{stroke.client:016x}", "ids": ids.tolist(), "dx": dx, "dy": dy, "dz": dz}
    if kind in (Kind.PAINT, Kind.PAINTED):
        paint = wire.parse_paint(frame)
        names = ("flags", "seq", "client_seq", "stroke", "epoch", "piece")
        return {
            **{name: getattr(paint, name) for name in names},
            "channels": paint.shift, "client": f"{paint.client:016x}", "ids": paint.ids().tolist(),
            "values": paint.values().tolist(), "expected": paint.expected().tolist() if paint.compares else None,
        }  # fmt: skip
    if kind == Kind.CURSOR:
        c = wire.parse_cursor(frame)
        return {
            "client": f"{c.client:016x}", "flags": c.flags, "brush": c.brush, "piece": c.piece, "radius": c.radius,
            "position": [c.x, c.y, c.z], "normal": [c.nx, c.ny, c.nz],
        }  # fmt: skip
    if kind == Kind.VIEW:
        v = wire.parse_view(frame)
        return {
            "client": f"{v.client:016x}",
            "flags": v.flags,
            "eye": list(v[5:8]),
            "target": list(v[8:11]),
            "up": list(v[11:14]),
        }
    if kind == Kind.RECEIPT:
        seq, client, accepted, journaled = wire.parse_receipt(frame)
        return {"seq": seq, "client": f"{client:016x}", "accepted": accepted, "journaled": journaled}
    if kind == Kind.DIGEST:
        return dict(zip(("seq", "piece", "epoch", "digest", "paint"), wire.parse_digest(frame), strict=True))
    return {"seq": wire.parse_caught_up(frame)}


@named(GOLDEN["frames"])
def test_golden_frames_both_ways(golden):
    """Our encoder makes these bytes of these fields, and our decoder these fields of these bytes."""
    assert encode(golden).hex() == golden["hex"]
    assert decode(bytes.fromhex(golden["hex"])) == golden["fields"]


def test_the_golden_file_has_every_kind():
    """No kind of frame goes unwatched."""
    assert {frame["kind"] for frame in GOLDEN["frames"]} == {kind.name for kind in Kind}


def test_the_worked_paint_of_the_protocol_page():
    """The bytes in docs/protocol.md are the paint that its text describes."""
    page = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
    block = bytes.fromhex(page[page.index("Worked paint") :].split("```")[1])
    paint = wire.parse_paint(block)
    assert paint.ids().tolist() == [5, 6, 7, 300] and paint.values().T.tolist() == [[200, 40, 60]] * 4
    assert block.hex() in {golden["hex"] for golden in GOLDEN["frames"]}


def test_the_worked_example_of_the_protocol_page():
    """The bytes in docs/protocol.md are a stroke, and the one that its text describes."""
    page = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
    block = page[page.index("Worked example") :].split("```")[1]
    assert bytes.fromhex(block).hex() == GOLDEN["frames"][0]["hex"]
    stroke = wire.parse_stroke(bytes.fromhex(block))
    ids, deltas = stroke.displacements()
    assert ids.tolist() == [5, 6, 7, 300]
    assert deltas.tolist() == [[8, -8, 16, 24], [0] * 4, [0] * 4]
    assert (stroke.client, stroke.flags, stroke.client_seq, stroke.shift) == (0xAB, Flag.END, 1, 3)


@pytest.mark.parametrize("golden", GOLDEN["digests"])
def test_golden_digests(golden):
    """The digest of these positions is this number, in both languages."""
    assert digest_of(np.array(golden["positions"], dtype=np.int32)) == golden["digest"]


# any stroke


@st.composite
def strokes(draw: Any) -> tuple[np.ndarray, np.ndarray]:
    """Ids as a brush makes them: a few runs with gaps of every width; displacements of every width and shift."""
    runs = draw(st.lists(st.tuples(st.integers(0, 70_000), st.integers(1, 300)), min_size=1, max_size=8))
    ids: list[int] = []
    at = draw(st.sampled_from([0, 1, 255, 65_536, 2_000_000]))
    for gap, length in runs:
        at += gap
        ids += range(at, at + length)
        at += length + 1
    bits = draw(st.sampled_from([1, 7, 8, 15, 16, 24, 31]))
    shift = draw(st.integers(0, 31 - bits))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    deltas = rng.integers(-(2**bits), 2**bits, (3, len(ids))) << shift
    return np.array(ids), deltas.astype(np.int32)


@settings(max_examples=150, deadline=None)
@given(strokes(), st.integers(0, 2**64 - 1), st.integers(1, 2**32 - 1))
def test_what_is_encoded_is_decoded(stroke, client, client_seq):
    """Any stroke comes back bit for bit, and every header field with it."""
    ids, deltas = stroke
    frame = wire.encode_stroke(
        ids, deltas, client=client, client_seq=client_seq, stroke=7, epoch=3, piece=9, flags=Flag.UNDO
    )
    parsed = wire.parse_stroke(frame)
    back, moved = parsed.displacements()
    assert np.array_equal(back, ids) and np.array_equal(moved, deltas)
    assert (parsed.client, parsed.client_seq, parsed.stroke, parsed.epoch, parsed.piece) == (
        client,
        client_seq,
        7,
        3,
        9,
    )
    assert parsed.last_id() == ids[-1] and len(frame) % 4 == 0 == parsed.seq
    numbered = wire.with_seq(frame, 2**53 - 1)
    assert wire.parse_stroke(numbered).seq == 2**53 - 1
    assert numbered[:8] + numbered[16:] == frame[:8] + frame[16:]


@settings(max_examples=60, deadline=None)
@given(st.lists(strokes(), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_a_sum_is_the_same_as_all_of_it(bodies, chance):
    """Merged strokes, in any order, move every vertex as the strokes themselves do, and the digest with it."""
    parsed = [wire.parse_stroke(wire.encode_stroke(ids, deltas, client=1, client_seq=1)) for ids, deltas in bodies]
    chance.shuffle(parsed)
    size = max(stroke.last_id() for stroke in parsed) + 1
    want, got = np.zeros((3, size), np.int32), np.zeros((3, size), np.int32)
    digest = 0
    for ids, deltas in bodies:
        want[:, ids] += deltas
    for frame in wire.merge(parsed, 77):
        assert len(frame) <= wire.MAX_FRAME
        merged = wire.parse_stroke(frame)
        assert (merged.kind, merged.seq, merged.client, merged.client_seq) == (Kind.MERGED, 77, 0, 0)
        ids, deltas = merged.displacements()
        assert deltas.any(axis=0).all(), "a vertex that does not move was sent"
        got[:, ids] += deltas
        digest += contribution(ids, deltas)
    assert np.array_equal(got, want)
    assert digest & 0xFFFFFFFF == digest_of(want)


def test_a_sum_of_nothing():
    """A stroke and its undo leave nothing to send."""
    ids, deltas = np.arange(50), np.full((3, 50), 5, np.int32)
    there = wire.parse_stroke(wire.encode_stroke(ids, deltas))
    back = wire.parse_stroke(wire.encode_stroke(ids, -deltas))
    assert wire.merge([there, back], 5) == [] == wire.merge([], 5)


def test_a_sum_that_wraps():
    """Sums go round at 2³², as the additions themselves do."""
    one = wire.parse_stroke(wire.encode_stroke(np.array([3]), np.full((3, 1), 2**31 - 1, np.int32)))
    (frame,) = wire.merge([one, one, one], 1)
    assert wire.parse_stroke(frame).displacements()[1].tolist() == [[(3 * (2**31 - 1) + 2**31) % 2**32 - 2**31]] * 3


def test_a_sum_keeps_pieces_and_epochs_apart():
    """Each piece and epoch has its own frames."""
    one = np.ones((3, 1), np.int32)
    parsed = [
        wire.parse_stroke(wire.encode_stroke(np.array([0]), one, piece=p, epoch=e)) for p in (1, 2) for e in (1, 2)
    ]
    merged = [wire.parse_stroke(frame) for frame in wire.merge(parsed + parsed, 1)]
    assert sorted((m.piece, m.epoch, int(m.displacements()[1][0, 0])) for m in merged) == [
        (1, 1, 2),
        (1, 2, 2),
        (2, 1, 2),
        (2, 2, 2),
    ]


def test_a_large_sum_is_cut():
    """No frame passes the limit, and together they are the sum."""
    rng = np.random.default_rng(1)
    ids = np.sort(rng.choice(2_000_000, 200_000, replace=False))
    deltas = rng.integers(-(2**31), 2**31, (3, 200_000)).astype(np.int32)
    frames = wire.encode_merged(ids.astype(np.int32), deltas, seq=1, epoch=1, piece=1)
    assert len(frames) > 1 and max(map(len, frames)) <= wire.MAX_FRAME
    bodies = [wire.parse_stroke(frame).displacements() for frame in frames]
    assert np.array_equal(np.concatenate([body[0] for body in bodies]), ids)
    assert np.array_equal(np.concatenate([body[1] for body in bodies], axis=1), deltas)


def test_split_gives_what_was_joined():
    """Frames that stand one after the other come apart again; an empty message has none."""
    frames = [bytes.fromhex(golden["hex"]) for golden in GOLDEN["frames"]]
    assert wire.split(b"".join(frames)) == frames
    assert wire.split(b"") == [] and wire.split(frames[0]) == frames[:1]


# hostile frames


def read_all(message: bytes) -> int:
    """What the room does with a message that it knows nothing of: how many frames passed."""
    passed = 0
    for frame in wire.split(message):
        if frame[0] == Kind.CURSOR:
            wire.parse_cursor(frame)
        elif frame[0] == Kind.VIEW:
            wire.parse_view(frame)
        else:
            stroke = wire.parse_stroke(frame)
            last = stroke.last_id()
            if last < 2_100_000:
                ids, deltas = stroke.displacements()
                assert len(ids) == stroke.vertices == deltas.shape[1] and ids[-1] == last
                assert (np.diff(ids) > 0).all(), "ids that are not ascending passed"
        passed += 1
    return passed


STROKES = [
    bytes.fromhex(golden["hex"]) for golden in GOLDEN["frames"] if golden["kind"] in ("STROKE", "CURSOR", "VIEW")
]


def test_mutated_frames():
    """Whatever is changed, cut, doubled or inserted: a frame is taken whole or refused with an error of ours."""
    chance = random.Random(20)
    refused = passed = 0
    for _ in range(MUTATIONS):
        message = bytearray(chance.choice(STROKES))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            at = chance.randrange(len(message)) if message else 0
            match chance.randrange(7):
                case 0 if message:
                    message[at] = chance.randrange(256)
                case 1 if message:
                    message[at] ^= 1 << chance.randrange(8)
                case 2:
                    del message[at:]
                case 3:
                    message[at:at] = chance.randbytes(chance.choice((1, 4, 16)))
                case 4 if len(message) >= 4:
                    at = chance.randrange(0, len(message) - 3, 4) if len(message) > 4 else 0
                    message[at : at + 4] = struct.pack(
                        "<I", chance.choice((0, 1, 47, 48, 2**16, 2**31 - 1, 2**31, 2**32 - 1))
                    )
                case 5:
                    message += chance.choice(STROKES)
                case 6 if len(message) >= 8:  # the length tells the truth
                    message[4:8] = struct.pack("<I", len(message))
        try:
            read_all(bytes(message))
            passed += 1
        except ClayroomError:
            refused += 1
    assert passed > MUTATIONS // 50 and refused > MUTATIONS // 4, (passed, refused)


FIELDS = {
    "widths of values": (3, 0x03), "widths of gaps": (3, 0x0C), "widths of lengths": (3, 0x30), "unknown widths": (3, 0xC0),
    "flags": (1, 8), "flag 128": (1, 128), "shift": (2, 25), "shift 255": (2, 255), "kind": (0, 9), "kind 0": (0, 0),
}  # fmt: skip


@pytest.mark.parametrize(("at", "value"), FIELDS.values(), ids=FIELDS)
def test_a_byte_of_the_header_that_cannot_be(at, value):
    """Each is refused with the value that was found."""
    frame = bytearray(STROKES[0])
    frame[at] = value
    with pytest.raises(Malformed, match=rf"{value}|{value:#04x}"):
        wire.parse_stroke(bytes(frame))


@pytest.mark.parametrize(("at", "field"), [(4, "length"), (40, "runs"), (44, "vertices")])
@pytest.mark.parametrize("value", [0, 3, 5, 67, 72, 2**31 - 1, 2**32 - 1])
def test_a_lying_number(at, field, value):
    """A length or count that is not what is there is refused with the numbers, before anything is read by it."""
    frame = bytearray(STROKES[0])
    true = struct.unpack("<I", frame[at : at + 4])[0]
    value = value if value != true else value - 1
    frame[at : at + 4] = struct.pack("<I", value)
    with pytest.raises(Malformed) as caught:
        wire.parse_stroke(bytes(frame)).last_id()  # what still fits the padding is seen here
        raise AssertionError(f"{field} {value} passed")
    assert any(number in caught.value.message for number in (str(value), "68", "hold 3"))


@pytest.mark.parametrize("size", range(68))
def test_a_cut_stroke(size):
    """Every truncation is refused, alone and as the rest of a message."""
    with pytest.raises(Malformed):
        wire.parse_stroke(STROKES[0][:size])
    if size:
        with pytest.raises(Malformed, match=str(size) if size < 8 else "68"):
            wire.split(STROKES[0][:size])


def test_runs_that_do_not_hold_the_vertices():
    """Lengths that sum to another number, and a last run of nothing, are refused with both numbers."""
    frame = bytearray(STROKES[0])
    assert frame[52:56] == bytes((3, 0, 1, 0)), "the lengths of the example's runs"
    frame[52] = 4
    with pytest.raises(Malformed, match="4 vertices has runs that hold 5"):
        wire.parse_stroke(bytes(frame)).last_id()
    frame[54] = 0
    with pytest.raises(Malformed, match="last of 3 runs is empty"):
        wire.parse_stroke(bytes(frame)).last_id()


def test_sums_of_runs_that_would_overflow():
    """Gaps and lengths near 2³² neither wrap nor become a small id."""
    ids, deltas = np.array([0, 2]), np.ones((3, 2), np.int32)
    frame = bytearray(wire.encode_stroke(ids, deltas))
    body = struct.pack("<2I2I", 2**32 - 1, 2**32 - 1, 1, 1) + frame[56:]
    frame[3] = 0x28
    message = bytes(frame[:48]) + body
    message = message[:4] + struct.pack("<I", len(message)) + message[8:]
    assert wire.parse_stroke(message).last_id() == 2 * (2**32 - 1) + 1


@pytest.mark.parametrize(
    ("width", "shift", "value"), [(1, 17, 2**15 - 1), (1, 24, 128), (2, 1, 2**31 - 1), (2, 24, -(2**31))]
)
def test_a_displacement_beyond_int32(width, shift, value):
    """A shift may not push a displacement out of its range: replicas would have to agree on how it wraps."""
    values = struct.pack("<h2x" if width == 1 else "<i", value)
    head = struct.pack("<BBBBIQQIIIIII", 1, 0, shift, width, 56 + 3 * len(values), 0, 1, 1, 1, 1, 1, 1, 1)
    with pytest.raises(Malformed, match=str(abs(value) << shift)):
        wire.parse_stroke(head + bytes(4) + b"\x01\0\0\0" + values * 3)


PAINT = wire.encode_paint(np.array([4, 5, 6]), np.array([[1, 2, 3]], np.uint8), channels=2, client=1, client_seq=1)


@pytest.mark.parametrize(
    ("at", "value", "complaint"),
    [
        (0, 1, "kind 1 is not paint"),
        (1, 16, "flags 0x10, known are 0x0f"),
        (1, 8, "needs 64 bytes, says 60, got 60"),
        (2, 0, "channels 0x00, known are 0x07"),
        (2, 8, "channels 0x08, known are 0x07"),
        (2, 7, "needs 76 bytes, says 60, got 60"),
        (3, 1, "widths 0x01"),
        (3, 0x40, "widths 0x40"),
        (40, 0, "3 vertices in 0 runs"),
        (44, 0, "0 vertices in 1 runs"),
        (52, 4, "3 vertices has runs that hold 4"),
    ],
)
def test_paint_that_cannot_be(at, value, complaint):
    """Each is refused with what was found, before anything is read by it."""
    frame = bytearray(PAINT)
    frame[at] = value
    with pytest.raises(Malformed, match=complaint):
        wire.parse_paint(bytes(frame)).last_id()


@pytest.mark.parametrize("size", range(len(PAINT)))
def test_cut_paint(size):
    """Every truncation is refused."""
    with pytest.raises(Malformed):
        wire.parse_paint(PAINT[:size])


def test_a_comparison_that_was_decided():
    """The same head and vertices, without what was expected, and with the values that it came to."""
    old, new = np.array([[1, 2, 3]], np.uint8), np.array([[7, 8, 9]], np.uint8)
    asked = wire.parse_paint(
        wire.encode_paint(
            np.array([4, 500, 501]), new, expected=old, channels=4, client=9, client_seq=3, flags=Flag.UNDO | Flag.END
        )
    )
    assert asked.compares and asked.expected().tolist() == old.tolist() and asked.values().tolist() == new.tolist()
    plain = wire.parse_paint(asked.decided(np.array([[7, 2, 9]], np.uint8)).frame)
    assert plain.values().tolist() == [[7, 2, 9]] and plain.ids().tolist() == [4, 500, 501]
    assert (plain.flags, plain.client, plain.client_seq, plain.planes) == (Flag.UNDO | Flag.END, 9, 3, [4])


def test_painted_is_cut():
    """Frames below the limit at the worst ids, ascending, which together are what was given."""
    ids = np.arange(0, 100_000, 2, dtype=np.int32)
    values = np.random.default_rng(1).integers(0, 256, (5, len(ids))).astype(np.uint8)
    frames = wire.encode_painted(ids, values, seq=7, epoch=2, piece=3)
    parsed = [wire.parse_paint(frame) for frame in frames]
    assert len(frames) > 2 and max(map(len, frames)) <= wire.MAX_FRAME
    assert np.array_equal(np.concatenate([one.ids() for one in parsed]), ids)
    assert np.array_equal(np.concatenate([one.values() for one in parsed], axis=1), values)
    assert {(one.kind, one.seq, one.epoch, one.piece) for one in parsed} == {(Kind.PAINTED, 7, 2, 3)}


def test_a_frame_over_the_limit():
    """One byte over is refused with both numbers; a stroke at the limit passes."""
    with pytest.raises(TooLarge, match=f"{wire.MAX_FRAME + 4} bytes, at most {wire.MAX_FRAME}"):
        wire.parse_stroke(bytes(wire.MAX_FRAME + 4))
    count = (wire.MAX_FRAME - 56) // 12
    deltas = np.full((3, count), 2**30 + 1, np.int32)
    frame = wire.encode_stroke(np.arange(count), deltas)
    assert wire.MAX_FRAME - 16 <= len(frame) <= wire.MAX_FRAME
    assert wire.parse_stroke(frame).vertices == count


@pytest.mark.parametrize("size", [0, 8, 44, 52])
def test_a_cursor_of_another_size(size):
    """A cursor has its one size."""
    with pytest.raises(Malformed, match=f"48 bytes, got {size}"):
        wire.parse_cursor(bytes(size))


@pytest.mark.parametrize("size", [0, 47, 49, 64])
def test_a_view_of_another_size(size):
    """A view has its one size, and no flags but its own."""
    with pytest.raises(Malformed, match=f"a view has 48 bytes, got {size}"):
        wire.parse_view(bytes(size))
    with pytest.raises(Malformed, match="0x02"):
        wire.parse_view(wire.encode_view(0, 2, (0, 0, 1), (0, 0, 0), (0, 1, 0)))


def test_a_cursor_is_told_with_its_client():
    """The room says whose it is, whatever the sender claimed; nothing else of it changes."""
    frame = wire.encode_cursor(0xBAD, 3, 5, 2, 99, (1, -2, 2**31 - 1), (-32767, 0, 32767))
    assert wire.parse_cursor(wire.with_client(frame, 0xAB)) == wire.parse_cursor(frame)._replace(client=0xAB)


@pytest.mark.parametrize(
    "text", ["", "0" * 16, "AB" * 8, "g" * 16, "0" * 15, "1" * 17, "１" * 16, "0x" + "1" * 14, " " * 16, "+" + "1" * 15]
)
def test_a_client_id_that_is_none(text):
    """A client id is 16 lower-case hexadecimal digits and not zero."""
    with pytest.raises(Malformed):
        wire.client_from_text(text)


@given(st.integers(1, 2**64 - 1))
def test_client_ids_both_ways(client):
    """Every other id is written and read."""
    assert wire.client_from_text(wire.client_to_text(client)) == client
