/** Paint in a replica: what is seen, what the room has, and what undo puts back. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { UNPAINTED } from '../../../static/kernel/channels.js';
import { toObj } from '../../../static/replica/obj.js';
import { PaintStep, mergedPaint } from '../../../static/replica/paint_step.js';
import { Replica } from '../../../static/replica/replica.js';
import { Channel, Flag, Kind, decode, encodeCaughtUp, encodeDigest, encodePaint, encodeReceipt } from '../../../static/wire/frames.js';
import { digestOfPaint, sheet } from '../net/sequencer.js';

const ME = '00000000000000aa', OTHER = '00000000000000bb';
const ROUGH = UNPAINTED[3];

function loaded(paint = null) {
  const replica = new Replica();
  const { positions, triangles } = sheet(4);
  replica.load(0, [{ piece: 1, epoch: 1, name: 'Sheet', scale: 1, offset: [0, 0, 0], positions, triangles, trianglesBlob: 't', paint }]);
  replica.identify(ME);
  return replica;
}

const bytes = (list) => Uint8Array.from(list);
const rough = (replica, ids) => ids.map((v) => replica.pieces.get(1).mesh.paint[8 * v + 3]);

/** The local hand gives these vertices a roughness. */
function brush(replica, ids, value, stroke = replica.newStroke()) {
  const { mesh } = replica.pieces.get(1), before = bytes(rough(replica, ids));
  for (const v of ids) mesh.paint[8 * v + 3] = value;
  const change = { ids: Uint32Array.from(ids), channels: Channel.ROUGHNESS, before: [before], after: [bytes(ids.map(() => value))] };
  replica.addPaint(change, { piece: 1, stroke, flags: Flag.END });
}

/** What the room relays of others, or of a comparison. */
function relayed(seq, client, clientSeq, ids, values, kind = Kind.PAINT) {
  const paint = { ids: Uint32Array.from(ids), channels: Channel.ROUGHNESS, values: [bytes(values)], expected: null };
  return decode(encodePaint({ kind, seq, client, clientSeq, stroke: 1, epoch: 1, piece: 1 }, paint));
}

const receipt = (seq, accepted) => decode(encodeReceipt({ seq, client: ME, accepted, journaled: 0 }));

test('what others paint is not seen under what the room does not have yet of one\'s own', () => {
  // Until the receipt: then the later of the two in the room's order is seen, whichever that is.
  const replica = loaded();
  brush(replica, [3, 4], 10);
  replica.receive([relayed(1, OTHER, 1, [4, 5], [20, 20])]);
  assert.deepEqual(rough(replica, [3, 4, 5]), [10, 10, 20]);
  replica.receive([receipt(2, 1)]);
  assert.deepEqual(rough(replica, [3, 4, 5]), [10, 10, 20]);
  replica.receive([relayed(3, OTHER, 2, [3], [30])]);
  assert.deepEqual(rough(replica, [3, 4, 5]), [30, 10, 20]);
});

test('other channels of the same vertex are seen at once', () => {
  // One's own roughness waits for the room; another's colour does not wait for it.
  const replica = loaded();
  brush(replica, [3], 10);
  const paint = { ids: Uint32Array.of(3), channels: 3, values: [bytes([1]), bytes([2]), bytes([3]), bytes([99])], expected: null };
  replica.receive([decode(encodePaint({ seq: 1, client: OTHER, clientSeq: 1, stroke: 1, epoch: 1, piece: 1 }, paint))]);
  assert.deepEqual([...replica.pieces.get(1).mesh.paint.subarray(24, 32)], [1, 2, 3, 10, 0, 0, 0, 0]);
});

test('undo asks for what is still on top, and the room\'s word puts it right', () => {
  // Here vertex 4 still looks like one's own; in the room somebody has painted over it meanwhile.
  const replica = loaded();
  brush(replica, [3, 4], 10);
  replica.receive([receipt(1, 1)]);
  assert.deepEqual(replica.undo(), new Set([1]));
  assert.deepEqual(rough(replica, [3, 4]), [ROUGH, ROUGH]);
  const sent = decode(replica.own.frames.at(-1).bytes);
  assert.equal(sent.flags, Flag.COMPARE | Flag.UNDO | Flag.END);
  assert.deepEqual([[...sent.expected[0]], [...sent.values[0]]], [[10, 10], [ROUGH, ROUGH]]);
  replica.receive([relayed(2, OTHER, 1, [4], [77]), relayed(3, ME, 2, [3, 4], [ROUGH, 77]), receipt(3, 2)]);
  assert.deepEqual(rough(replica, [3, 4]), [ROUGH, 77]);
  // Redo: only vertex 3 is as undo left it.
  replica.redo();
  assert.deepEqual(rough(replica, [3, 4]), [10, 77]);
});

test('receipts before the paint of now', () => {
  // As a slow reader gets them: of two own writes and one between them the room's last word is seen, and its digest agrees.
  const replica = loaded(), n = 25;
  brush(replica, [3, 4], 10);
  brush(replica, [4], 11);
  const painted = { ids: Uint32Array.of(3, 4), channels: 7, expected: null, values: UNPAINTED.map((value, c) => bytes(c === 3 ? [50, 11] : [value, value])) };
  const head = { kind: Kind.PAINTED, seq: 3, client: '0000000000000000', clientSeq: 0, stroke: 0, epoch: 1, piece: 1 };
  const room = Uint8Array.from({ length: 5 * n }, (_, i) => UNPAINTED[Math.floor(i / n)]);
  room[3 * n + 3] = 50;
  room[3 * n + 4] = 11;
  const digest = encodeDigest({ seq: 3, piece: 1, epoch: 1, digest: replica.digest(1), paint: digestOfPaint(room) });
  const received = replica.receive([receipt(3, 2), decode(encodePaint(head, painted)), decode(encodeCaughtUp({ seq: 3 })), decode(digest)]);
  assert.deepEqual(rough(replica, [3, 4]), [50, 11]);
  assert.equal(received.mismatch, null);
  assert.match(replica.receive([decode(encodeDigest({ seq: 3, piece: 1, epoch: 1, digest: replica.digest(1), paint: 9 }))]).mismatch, /digest 9 of its paint/);
});

test('refused paint is taken away, and not to be undone', () => {
  // What the room has shows again.
  const replica = loaded();
  brush(replica, [3], 10);
  assert.deepEqual(replica.refused(1), new Set([1]));
  assert.deepEqual(rough(replica, [3]), [ROUGH]);
  assert.equal(replica.history.canUndo, false);
});

test('a fresh load brings the paint of the snapshot, and what the room lacks on top', () => {
  // Own frames up to the server's `accepted` are in what it sends; the rest is shown again. The mask stays.
  const n = 25, planes = new Uint8Array(5 * n).fill(60);
  const replica = loaded(planes);
  assert.deepEqual(rough(replica, [3, 4]), [60, 60]);
  brush(replica, [3], 10);
  brush(replica, [4], 11);
  replica.pieces.get(1).mesh.paint[8 * 4 + 5] = 200;
  planes[3 * n + 3] = 10;
  const { positions } = sheet(4);
  replica.load(5, [{ piece: 1, epoch: 1, name: 'Sheet', scale: 1, offset: [0, 0, 0], positions, triangles: null, trianglesBlob: 't', paint: planes }]);
  replica.settle(replica.own, 1, 1);
  assert.deepEqual(rough(replica, [3, 4]), [10, 11]);
  assert.equal(replica.pieces.get(1).mesh.paint[8 * 4 + 5], 200);
  assert.throws(() => loaded(planes.subarray(1)), /25 vertices need 125 bytes of paint, got 124/);
});

test('a stroke of many flushes covers what was there before the first', () => {
  // Merged in any grouping: before is the earliest, after the latest of each vertex.
  const step = new PaintStep(1), sums = [];
  for (let k = 0; k < 20; k++) {
    const ids = Uint32Array.from({ length: 10 }, (_, i) => i + k);
    const change = { ids, channels: Channel.METALNESS, before: [bytes(ids.map((v) => v))], after: [bytes(ids.map(() => 100 + k))] };
    sums.push(change);
    step.add(1, 1, change);
  }
  const [{ paint }] = step.paints(true), all = sums.reduce(mergedPaint);
  assert.deepEqual(paint.values, all.before);
  assert.deepEqual(paint.expected, all.after);
  assert.deepEqual([...paint.ids], Array.from({ length: 29 }, (_, v) => v));
  assert.deepEqual([...paint.values[0]], Array.from({ length: 29 }, (_, v) => v));
  assert.deepEqual([...paint.expected[0]], Array.from({ length: 29 }, (_, v) => 100 + Math.min(v, 19)));
  assert.equal(step.bytes, 29 * 6);
});

test('an OBJ file has colours where there are some', () => {
  // Behind every position of a painted piece; a plain one has none.
  const replica = loaded(), { mesh } = replica.pieces.get(1), lines = () => toObj(replica.pieces.values()).join('').split('\n').filter((line) => line.startsWith('v '));
  assert.ok(lines().every((line) => line.split(' ').length === 4));
  mesh.paint.set([255, 0, 51], 8 * 2);
  assert.match(lines()[2], / 1\.0000 0\.0000 0\.2000$/);
  assert.match(lines()[3], / 0\.7098 0\.4549 0\.3137$/);
});
