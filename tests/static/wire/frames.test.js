/** The frames of docs/protocol.md: golden bytes both ways, random strokes there and back, hostile bytes refused. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { digest } from '../../../static/kernel/digest.js';
import {
  Flag, Kind, MAX_FRAME, MAX_SERVER_MESSAGE, WireError, decode, encodeCaughtUp, encodeCursor, encodeDigest, encodeReceipt,
  encodePaint, encodePaints, encodeStroke, encodeStrokes, encodeView, split, withSeq,
} from '../../../static/wire/frames.js';
import { inQuanta, randomStroke, seededRandom } from '../random.js';

const golden = JSON.parse(readFileSync(new URL('../../frames/golden.json', import.meta.url), 'utf8'));
/** @type {Record<string, string>} golden.json has Python's names */
const ALIASES = { client_seq: 'clientSeq' };

const bytesOf = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hexOf = (bytes) => Buffer.from(bytes).toString('hex');

function fieldsFromGolden(fields) {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [ALIASES[name] ?? name, value]));
}

function displacementOf({ ids, dx, dy, dz }) {
  return { ids: Uint32Array.from(ids), dx: Int32Array.from(dx), dy: Int32Array.from(dy), dz: Int32Array.from(dz), shift: 0 };
}

const encoders = {
  STROKE: (fields) => encodeStroke({ ...fields, kind: Kind.STROKE }, displacementOf(fields)),
  MERGED: (fields) => encodeStroke({ ...fields, kind: Kind.MERGED }, displacementOf(fields)),
  CURSOR: encodeCursor,
  VIEW: encodeView,
  RECEIPT: encodeReceipt,
  CAUGHT_UP: encodeCaughtUp,
  DIGEST: encodeDigest,
  PAINT: (fields) => encodePaint({ ...fields, kind: Kind.PAINT }, paintOf(fields)),
  PAINTED: (fields) => encodePaint({ ...fields, kind: Kind.PAINTED }, paintOf(fields)),
};

function paintOf({ ids, channels, values, expected }) {
  const bytes = (planes) => planes && planes.map((plane) => Uint8Array.from(plane));
  return { ids: Uint32Array.from(ids), channels, values: bytes(values), expected: bytes(expected) };
}

/** The decoded frame with displacements in quanta as plain lists, as golden.json has them. */
function plain(frame) {
  if (frame.kind === Kind.PAINT || frame.kind === Kind.PAINTED) {
    const lists = (planes) => planes && planes.map((plane) => [...plane]);
    return { ...frame, ids: [...frame.ids], values: lists(frame.values), expected: lists(frame.expected) };
  }
  if (frame.kind !== Kind.STROKE && frame.kind !== Kind.MERGED) return frame;
  const { dx, dy, dz } = inQuanta(frame);
  return { ...frame, ids: [...frame.ids], dx: [...dx], dy: [...dy], dz: [...dz] };
}

for (const { name, kind, hex, fields } of golden.frames) {
  test(`golden frame: ${name}`, () => {
    // Decoding gives the fields, encoding the fields gives the bytes.
    const expected = { ...fieldsFromGolden(fields), kind: Kind[kind] };
    const [frame, ...rest] = split(bytesOf(hex));
    assert.equal(rest.length, 0);
    assert.deepEqual(plain(decode(frame)), expected);
    assert.equal(hexOf(encoders[kind](fieldsFromGolden(fields))), hex);
  });
}

test('golden digests', () => {
  // The kernel's digest is the server's.
  for (const { positions, digest: expected } of golden.digests) {
    const [x, y, z] = positions;
    const ints = Int32Array.from(x.flatMap((_, i) => [x[i], y[i], z[i]]));
    assert.equal(digest({ ints }), expected);
  }
});

test('random strokes come back as they were', () => {
  // Whatever ids and displacements: decode(encode(stroke)) is the stroke, and its own shift does not change the bytes.
  const seed = Number(process.env.SEED ?? 20240611);
  const random = seededRandom(seed);
  for (let round = 0; round < 600; round++) {
    const where = `round ${round}; repeat with SEED=${seed} node --test tests/static/wire/frames.test.js`;
    const moved = randomStroke(random, { vertices: 1 + random.below(round % 50 ? 300 : 15_000) });
    const head = { client: random.client(), clientSeq: 1 + random.below(1e9), stroke: round, epoch: 1, piece: 1 + random.below(9) };
    const bytes = encodeStroke(head, moved);
    const frame = decode(split(bytes)[0]);
    for (const field of ['client', 'clientSeq', 'stroke', 'epoch', 'piece']) assert.equal(frame[field], head[field], where);
    assert.deepEqual(frame.ids, moved.ids, where);
    const expected = inQuanta(moved);
    assert.deepEqual(inQuanta(frame), expected, where);
    assert.equal(hexOf(encodeStroke(head, { ids: moved.ids, ...expected, shift: 0 })), hexOf(bytes), where);
  }
});

test('a flush over the limit is cut by ids', () => {
  // Every part fits a frame, numbers count on, only the last carries END, and together they are the flush.
  const random = seededRandom(7);
  const moved = randomStroke(random, { vertices: 90_000, bits: 30, shift: 0 });
  const head = { client: random.client(), clientSeq: 41, stroke: 3, epoch: 1, piece: 1, flags: Flag.END | Flag.UNDO };
  const frames = encodeStrokes(head, moved);
  assert.ok(frames.length > 3, `${frames.length} frames`);
  let at = 0;
  frames.forEach((bytes, index) => {
    assert.ok(bytes.length <= MAX_FRAME, `${bytes.length} bytes`);
    const frame = decode(bytes);
    assert.equal(frame.clientSeq, 41 + index);
    assert.equal(frame.flags, index === frames.length - 1 ? Flag.END | Flag.UNDO : Flag.UNDO);
    assert.deepEqual(frame.ids, moved.ids.subarray(at, at + frame.ids.length));
    assert.deepEqual(inQuanta(frame).dy, inQuanta(moved).dy.subarray(at, at + frame.ids.length));
    at += frame.ids.length;
  });
  assert.equal(at, moved.ids.length);
});

test('paint over the limit is cut by ids', () => {
  // Each part fits a frame and has its own ids with their own values, what is expected included; only the last carries END.
  const random = seededRandom(11);
  const { ids } = randomStroke(random, { vertices: 70_000, bits: 3 });
  const plane = () => Uint8Array.from(ids, () => random.below(256));
  const paint = { ids, channels: 3, values: [plane(), plane(), plane(), plane()], expected: [plane(), plane(), plane(), plane()] };
  const frames = encodePaints({ client: random.client(), clientSeq: 4, stroke: 3, epoch: 1, piece: 1, flags: Flag.END | Flag.UNDO }, paint).map(decode);
  assert.ok(frames.length > 2, `${frames.length} frames`);
  frames.forEach((frame, index) => {
    assert.equal(frame.clientSeq, 4 + index);
    assert.equal(frame.flags, Flag.COMPARE | Flag.UNDO | (index === frames.length - 1 ? Flag.END : 0));
  });
  const joined = (of) => Buffer.concat(frames.map((frame) => of(frame)));
  assert.deepEqual(frames.flatMap((frame) => [...frame.ids]), [...ids]);
  for (let p = 0; p < 4; p++) {
    assert.ok(joined((frame) => frame.values[p]).equals(paint.values[p]));
    assert.ok(joined((frame) => frame.expected[p]).equals(paint.expected[p]));
  }
});

/** Good paint of 3 vertices in 1 run and one channel, with some bytes changed. */
function bentPaint(changes) {
  const bytes = encodePaint({ client: '00000000000000aa', clientSeq: 1, stroke: 1, epoch: 1, piece: 1 },
    paintOf({ ids: [4, 5, 6], channels: 2, values: [[1, 2, 3]], expected: null }));
  for (const [offset, value] of Object.entries(changes)) bytes[Number(offset)] = value;
  return bytes;
}

test('a brush costs few bytes a vertex', () => {
  // 3 displacement bytes and almost nothing for the ids: a 10,000 vertex dab in runs of 100 stays below 3.1.
  const random = seededRandom(3);
  const ids = Uint32Array.from({ length: 10_000 }, (_, i) => i + 40 * Math.floor(i / 100) + 100_000);
  const axis = () => Int32Array.from(ids, () => random.below(255) - 127);
  const bytes = encodeStroke({ client: random.client(), clientSeq: 1, stroke: 1, epoch: 1, piece: 1 },
    { ids, dx: axis(), dy: axis(), dz: axis(), shift: 9 });
  assert.ok(bytes.length / ids.length < 3.1, `${bytes.length / ids.length} bytes a vertex`);
});

test('frames that stand one after the other are cut apart', () => {
  // Also when the message lies crooked in a larger buffer.
  const random = seededRandom(5);
  const parts = [
    encodeReceipt({ seq: 5, client: random.client(), accepted: 4, journaled: 3 }),
    encodeStroke({ client: random.client(), clientSeq: 1, stroke: 1, epoch: 1, piece: 1 }, randomStroke(random, { vertices: 50 })),
    encodeCaughtUp({ seq: 9 }),
  ];
  const crooked = new Uint8Array(Buffer.concat([Buffer.alloc(3), ...parts]).subarray(3));
  const message = new Uint8Array(new ArrayBuffer(crooked.length + 3), 3);
  message.set(crooked);
  assert.equal(message.byteOffset % 4, 3);
  assert.deepEqual(split(message).map(hexOf), parts.map(hexOf));
  assert.deepEqual(split(message).map((frame) => decode(frame).kind), [Kind.RECEIPT, Kind.STROKE, Kind.CAUGHT_UP]);
});

test('withSeq fills in the number and leaves the original', () => {
  // The sequencer's one patch.
  const random = seededRandom(6);
  const bytes = encodeStroke({ client: random.client(), clientSeq: 1, stroke: 1, epoch: 1, piece: 1 }, randomStroke(random, { vertices: 3 }));
  assert.equal(decode(withSeq(bytes, 2 ** 41 + 7)).seq, 2 ** 41 + 7);
  assert.equal(decode(bytes).seq, 0);
});

/** A good stroke of 4 vertices in 2 runs, with some bytes changed. */
function bent(changes) {
  const bytes = bytesOf(golden.frames[1].hex).slice();
  for (const [offset, value] of Object.entries(changes)) bytes[Number(offset)] = value;
  return bytes;
}

const two = encodeStroke({ client: '00000000000000aa', clientSeq: 1, stroke: 1, epoch: 1, piece: 1 },
  displacementOf({ ids: [1, 9], dx: [1, 2], dy: [0, 0], dz: [0, 0] }));

const hostile = [
  ['an empty frame', () => decode(new Uint8Array(0)), /kind undefined/],
  ['an unknown kind', () => decode(bent({ 0: 99 })), /kind 99/],
  ['unknown flags', () => decode(bent({ 1: 8 })), /flags 8, known are 7/],
  ['a shift of 25', () => decode(bent({ 2: 25 })), /shift of 25, at most 24/],
  ['a width of 3', () => decode(bent({ 3: 3 })), /widths 3/],
  ['the unused bits of the widths', () => decode(bent({ 3: 0x40 })), /widths 64/],
  ['a length that lies', () => decode(bent({ 4: 72 })), /needs 68 bytes, says 72, got 68/],
  ['no vertices', () => decode(bent({ 44: 0 })), /0 vertices in 1 runs/],
  ['no runs', () => decode(bent({ 40: 0 })), /1 vertices in 0 runs/],
  ['2^32 - 1 vertices', () => decode(bent({ 44: 255, 45: 255, 46: 255, 47: 255 })), /4294967295 vertices/],
  ['2^32 - 1 runs', () => decode(bent({ 40: 255, 41: 255, 42: 255, 43: 255 })), /4294967295 runs/],
  ['a seq over 2^53', () => decode(bent({ 14: 0xff })), /2\^53/],
  ['runs that hold too many', () => { const b = two.slice(); b[52] = 7; decode(b); }, /2 vertices has runs that hold 8/],
  ['runs that hold too few', () => { const b = two.slice(); b[52] = 0; decode(b); }, /2 vertices has runs that hold 1/],
  ['an empty last run', () => { const b = two.slice(); b[52] = 2; b[53] = 0; decode(b); }, /last of 2 runs is empty/],
  ['every truncation', () => { for (let n = 1; n < two.length; n++) assert.throws(() => decode(two.subarray(0, n)), WireError); throw new WireError('all refused'); }, /all refused/],
  ['a cursor of 44 bytes', () => decode(encodeCursor({ flags: 0, brush: 0, piece: 1, radius: 1, position: [0, 0, 0], normal: [0, 0, 0] }).subarray(0, 44)), /48 bytes, got 44/],
  ['a receipt that says 16', () => { const b = encodeReceipt({ seq: 1, client: '00000000000000aa', accepted: 1, journaled: 1 }); b[4] = 16; decode(b); }, /32 bytes, says 16/],
  ['half a frame header', () => split(new Uint8Array(4)), /at least 8 bytes, 4 are left/],
  ['a frame of no length', () => split(new Uint8Array(8)), /a frame of 0 bytes/],
  ['a crooked length', () => split(Uint8Array.of(5, 0, 0, 0, 9, 0, 0, 0, 0)), /a frame of 9 bytes/],
  ['a frame past the end', () => split(Uint8Array.of(5, 0, 0, 0, 16, 0, 0, 0)), /a frame of 16 bytes, 8 are left/],
  ['a huge message', () => split(new Uint8Array(MAX_SERVER_MESSAGE + 4)), /1048580 bytes, at most 1048576/],
  ['paint in no channel', () => decode(bentPaint({ 2: 0 })), /channels 0, known are 7/],
  ['paint in a channel that is not there', () => decode(bentPaint({ 2: 9 })), /channels 9, known are 7/],
  ['paint in more channels than there are bytes', () => decode(bentPaint({ 2: 7 })), /needs 76 bytes, says 60, got 60/],
  ['a comparison without what is expected', () => decode(bentPaint({ 1: 8 })), /needs 64 bytes, says 60, got 60/],
  ['paint in two-byte values', () => decode(bentPaint({ 3: 1 })), /widths 1: values are bytes/],
  ['paint with unknown flags', () => decode(bentPaint({ 1: 16 })), /flags 16, known are 15/],
  ['paint of nothing', () => decode(bentPaint({ 44: 0 })), /0 vertices in 1 runs/],
  ['paint whose runs hold more', () => decode(bentPaint({ 52: 4 })), /3 vertices has runs that hold 4/],
  ['paint of no planes', () => encodePaint({ client: '00000000000000aa', clientSeq: 1, stroke: 1, epoch: 1, piece: 1 }, paintOf({ ids: [1], channels: 7, values: [[1]], expected: null })), /channels 7 are 5 planes, got 1/],
  ['an id over 2^31', () => encodeAndDecode([0xfffffff0]), /moves vertex 4294967280/],
  ['ids that do not ascend', () => encodeAndDecode([4, 4]), /4 comes after 4/],
  ['a client id that is not one', () => encodeReceipt({ seq: 1, client: 'XYZ', accepted: 0, journaled: 0 }), /16 lower-case/],
];

function encodeAndDecode(ids) {
  const zeros = ids.map(() => 1);
  return decode(encodeStroke({ client: '00000000000000aa', clientSeq: 1, stroke: 1, epoch: 1, piece: 1 },
    displacementOf({ ids, dx: zeros, dy: zeros, dz: zeros })));
}

for (const [name, act, pattern] of hostile) {
  test(`refused: ${name}`, () => {
    // With a WireError that says why, never a RangeError or a wrong result.
    assert.throws(act, (error) => error instanceof WireError && pattern.test(error.message) || assert.fail(String(error)));
  });
}

test('a displacement that leaves int32 is refused', () => {
  // 2-byte values under a shift of 24: 128 steps are one too many upwards, and just fit downwards.
  const bytes = encodeStroke({ client: '00000000000000aa', clientSeq: 1, stroke: 1, epoch: 1, piece: 1 },
    displacementOf({ ids: [1], dx: [300], dy: [1], dz: [0] }));
  bytes[2] = 24;
  assert.throws(() => decode(bytes), /a displacement of 5033164800 quanta/);
  bytes[2] = 16;
  assert.equal(decode(bytes).dx[0], 300);
});

test('mutated frames never do worse than a WireError', () => {
  // 20,000 bent frames: each is refused with a WireError, or decodes to arrays of one length.
  const seed = Number(process.env.SEED ?? 99);
  const random = seededRandom(seed);
  let refused = 0;
  for (let round = 0; round < 20_000; round++) {
    const original = random.pick(golden.frames);
    const bytes = bytesOf(original.hex.slice(0, 400 * 2)).slice();
    for (let n = 1 + random.below(3); n; n--) bytes[random.below(bytes.length)] = random.below(256);
    try {
      for (const part of split(bytes)) {
        const frame = decode(part);
        if (frame.kind === Kind.PAINT) for (const plane of frame.values) assert.equal(frame.ids.length, plane.length);
        if (frame.kind === Kind.STROKE) assert.equal(frame.ids.length, frame.dz.length);
      }
    } catch (error) {
      assert.ok(error instanceof WireError, `SEED=${seed} round ${round}: ${error}`);
      refused += 1;
    }
  }
  assert.ok(refused > 5_000, `${refused} refused`);
});
