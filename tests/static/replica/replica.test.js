/** The replica's rules one by one: what is applied, skipped, kept, taken back and compared. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { applyDisplacements } from '../../../static/kernel/apply.js';
import { contribution } from '../../../static/kernel/digest.js';
import { maskOf, setMask } from '../../../static/kernel/mask/index.js';
import { toObj } from '../../../static/replica/obj.js';
import { Replica } from '../../../static/replica/replica.js';
import {
  Flag, Kind, WireError, decode, encodeCaughtUp, encodeDigest, encodeReceipt, encodeStroke,
} from '../../../static/wire/frames.js';
import { sheet } from '../net/sequencer.js';

const ME = '00000000000000aa';
const OTHER = '00000000000000bb';
const DEAD = '00000000000000dd';

/** A keeper that records. */
class Keeper {
  constructor() {
    this.actions = [];
  }

  keep(client, clientSeq) {
    this.actions.push(`keep ${client.slice(-2)} ${clientSeq}`);
  }

  forget(client, upTo) {
    this.actions.push(`forget ${client.slice(-2)} ${upTo}`);
  }
}

function pieces(change = () => {}) {
  const { positions, triangles } = sheet(4);
  change(positions);
  return [{ piece: 1, epoch: 1, name: 'a\nsheet', scale: 2, offset: [1, 0, 0], positions, triangles, trianglesBlob: 't' }];
}

function loaded(keeper = new Keeper()) {
  const replica = new Replica({ keeper });
  replica.load(10, pieces());
  replica.identify(ME);
  return replica;
}

const push = (id, dx) => ({
  ids: Uint32Array.of(id), dx: Int32Array.of(dx), dy: Int32Array.of(0), dz: Int32Array.of(0), shift: 0,
});

function sculpt(replica, id, dx, options = {}) {
  applyDisplacements(replica.pieces.get(1).mesh, [push(id, dx)]);
  return replica.addOwn(push(id, dx), { piece: 1, stroke: options.stroke ?? replica.newStroke(), flags: Flag.END, ...options });
}

const x = (replica, id) => replica.pieces.get(1).mesh.ints[3 * id];
const start = (id) => sheet(4).positions[id];
const stroke = (seq, client, clientSeq, moved, kind = Kind.STROKE) =>
  decode(encodeStroke({ kind, seq, client, clientSeq, stroke: 1, epoch: 1, piece: 1 }, moved));
const receipt = (client, accepted, journaled, seq = 99) => decode(encodeReceipt({ seq, client, accepted, journaled }));
const caughtUp = (seq) => decode(encodeCaughtUp({ seq }));

test('a stroke of somebody else is added once', () => {
  // A second delivery of the same sequence number changes nothing.
  const replica = loaded();
  const received = replica.receive([stroke(11, OTHER, 1, push(3, 7)), stroke(11, OTHER, 1, push(3, 7))]);
  assert.equal(x(replica, 3), start(3) + 7);
  assert.deepEqual([...received.changed], [1]);
  assert.equal(replica.seq, 11);
});

test('an own stroke that comes back is skipped', () => {
  // It was applied when it was made; one that this replica never made is somebody's, whatever its client says.
  const replica = loaded();
  sculpt(replica, 3, 7);
  replica.receive([stroke(11, ME, 1, push(3, 7)), stroke(12, ME, 2, push(3, 100))]);
  assert.equal(x(replica, 3), start(3) + 107);
});

test('frames are kept until they are journaled', () => {
  // Accepted ones stay: a server that is killed forgets them.
  const keeper = new Keeper();
  const replica = loaded(keeper);
  sculpt(replica, 1, 1);
  sculpt(replica, 2, 2);
  replica.receive([receipt(ME, 2, 0)]);
  assert.equal(replica.pendingStrokes, 2);
  replica.receive([receipt(ME, 2, 1)]);
  assert.equal(replica.pendingStrokes, 1);
  replica.receive([receipt(ME, 2, 2)]);
  assert.equal(replica.pendingStrokes, 0);
  assert.deepEqual(keeper.actions, ['keep aa 1', 'keep aa 2', 'forget aa 1', 'forget aa 2']);
});

test('strokes made before the server has said who we are get their client later', () => {
  // And only then are they kept, under their name.
  const keeper = new Keeper();
  const replica = new Replica({ keeper });
  replica.load(10, pieces());
  const [frame] = sculpt(replica, 1, 5);
  assert.equal(replica.pendingStrokes, 1);
  assert.deepEqual(keeper.actions, []);
  replica.identify(ME);
  assert.equal(decode(frame.bytes).client, ME);
  assert.deepEqual(keeper.actions, ['keep aa 1']);
  assert.deepEqual(replica.mine(), [[ME, 1]]);
});

test('a digest is compared without what the room does not have', () => {
  // Own unaccepted strokes do not count, accepted ones do, and a difference is a sentence with both digests.
  const replica = loaded();
  const base = replica.digest(1);
  sculpt(replica, 3, 7);
  const check = (digest, seq = 20) => replica.receive([decode(encodeDigest({ seq, piece: 1, epoch: 1, digest }))]).mismatch;
  assert.equal(check(base), null);
  replica.receive([receipt(ME, 1, 0)]);
  assert.match(check(base), /piece 1 at 20 has digest [0-9a-f]+ in the room and [0-9a-f]+ here/);
  assert.equal(check((base + contribution(push(3, 7))) >>> 0), null);
  assert.equal(check(123, 19), null, 'one of the past is not compared');
});

test('a digest waits while the room has not said what it has of an adopted tab', () => {
  // After a reconnect a receipt may have been lost: comparing then would be a false alarm.
  const replica = loaded();
  const author = replica.adopt(DEAD, [{ clientSeq: 1, bytes: encodeStroke({ client: DEAD, clientSeq: 1, stroke: 1, epoch: 1, piece: 1 }, push(4, 9)) }]);
  replica.settle(author, 0, 0);
  const withIt = replica.digest(1);
  const digest = () => replica.receive([decode(encodeDigest({ seq: 30, piece: 1, epoch: 1, digest: withIt }))]).mismatch;
  replica.disconnected();
  assert.equal(digest(), null);
  replica.settle(author, 1, 0);
  assert.equal(digest(), null);
  author.acknowledged(0, 0);
  assert.match(digest(), /piece 1/);
});

test('half a merged sum makes a replica torn until it has caught up', () => {
  // Its positions are nothing that ever was, so it may not say that it has everything up to some number.
  const replica = loaded();
  replica.receive([stroke(15, '0000000000000000', 0, push(2, 5), Kind.MERGED)]);
  assert.equal(replica.torn, true);
  assert.equal(replica.seq, 10);
  const { caughtUp: done } = replica.receive([stroke(15, '0000000000000000', 0, push(3, 5), Kind.MERGED), caughtUp(15)]);
  assert.equal(done, true);
  assert.equal(replica.torn, false);
  assert.equal(replica.seq, 15);
});

test('a receipt does not say that the strokes before it have arrived', () => {
  // A slow reader gets receipts before the sum of what it missed.
  const replica = loaded();
  sculpt(replica, 1, 1);
  replica.receive([receipt(ME, 1, 1, 50)]);
  assert.equal(replica.seq, 10);
});

test('a fresh load puts own strokes that the room lacks on top', () => {
  // Accepted ones come with the snapshot or the tail; later ones are applied again, whatever was made meanwhile is not.
  const replica = loaded();
  sculpt(replica, 1, 100);
  sculpt(replica, 1, 10);
  sculpt(replica, 1, 1);
  const { mesh } = replica.pieces.get(1);
  const replaced = replica.load(20, pieces((positions) => {
    positions[1] += 100;
  }));
  assert.equal(replaced, false);
  assert.equal(replica.pieces.get(1).mesh, mesh, 'the mesh stays, with what the hand holds');
  assert.equal(x(replica, 1), start(1) + 100);
  assert.deepEqual(replica.mine(), []);
  sculpt(replica, 1, 1000);
  replica.receive([stroke(21, ME, 2, push(1, 10)), caughtUp(21)]);
  replica.settle(replica.own, 2, 1);
  assert.equal(x(replica, 1), start(1) + 1111);
  assert.deepEqual(replica.mine(), [[ME, 4]]);
  replica.settle(replica.own, 2, 1);
  assert.equal(x(replica, 1), start(1) + 1111, 'only once');
});

test('another epoch replaces the mesh', () => {
  // And what could be undone on the former one is gone.
  const replica = loaded();
  sculpt(replica, 1, 1);
  const [next] = pieces();
  assert.equal(replica.load(30, [{ ...next, epoch: 2, trianglesBlob: 'u' }]), true);
  assert.equal(replica.history.canUndo, false);
  assert.throws(() => replica.load(31, [{ ...next, epoch: 3, trianglesBlob: 'v', triangles: null }]), WireError);
});

test('undo and redo are strokes of their own', () => {
  // They take back exactly one's own part, whatever others did there, and carry their flags and the stroke's number.
  const replica = loaded();
  sculpt(replica, 5, 40, { stroke: 7 });
  replica.receive([stroke(11, OTHER, 1, push(5, 3))]);
  assert.deepEqual([...replica.undo()], [1]);
  assert.equal(x(replica, 5), start(5) + 3);
  assert.deepEqual([...replica.redo()], [1]);
  assert.equal(x(replica, 5), start(5) + 43);
  const frames = replica.own.frames.map(({ bytes }) => decode(bytes));
  assert.deepEqual(frames.map(({ flags, stroke: number, clientSeq }) => [flags, number, clientSeq]), [
    [Flag.END, 7, 1], [Flag.UNDO | Flag.END, 7, 2], [Flag.REDO | Flag.END, 7, 3],
  ]);
  assert.equal(replica.redo(), null);
});

test('a refused stroke is taken back', () => {
  // From the positions, from what waits, and from what an undo would take back.
  const replica = loaded();
  sculpt(replica, 5, 40, { stroke: 1 });
  sculpt(replica, 5, 2, { stroke: 1 });
  assert.deepEqual([...replica.refused(1)], [1]);
  assert.equal(x(replica, 5), start(5) + 2);
  assert.equal(replica.own.frames.length, 1);
  replica.undo();
  assert.equal(x(replica, 5), start(5));
  assert.deepEqual([...replica.refused(99)], []);
});

test('a dead tab\'s strokes are applied when the room has said what it has of them', () => {
  // Those it has come through its order, the rest is put on top; a copy that another tab sends is skipped.
  const replica = loaded();
  const frames = [1, 2, 3].map((clientSeq) => ({
    clientSeq, bytes: encodeStroke({ client: DEAD, clientSeq, stroke: clientSeq, epoch: 1, piece: 1 }, push(6, 10 ** clientSeq)),
  }));
  const author = replica.adopt(DEAD, frames);
  assert.equal(x(replica, 6), start(6));
  assert.deepEqual(replica.mine(), []);
  replica.settle(author, 1, 1);
  assert.equal(x(replica, 6), start(6) + 1100);
  replica.receive([stroke(11, DEAD, 1, push(6, 10)), stroke(12, DEAD, 2, push(6, 100))]);
  assert.equal(x(replica, 6), start(6) + 1110);
  assert.deepEqual(replica.mine(), [[DEAD, 3]]);
  assert.throws(() => replica.adopt(OTHER, frames), /kept frame 1 of/);
});

test('a stroke that does not fit is refused and leaves the replica torn', () => {
  // Vertex or epoch that are not here: nothing is applied, and the next join loads anew.
  const replica = loaded();
  assert.throws(() => replica.receive([stroke(11, OTHER, 1, push(25, 1))]), (error) => error instanceof WireError && /vertex 25.*25 vertices/.test(error.message));
  assert.equal(replica.torn, true);
  const other = loaded();
  const frame = { ...stroke(11, OTHER, 1, push(2, 1)), epoch: 2 };
  assert.throws(() => other.receive([frame]), /epoch 2: here are epoch 1/);
});

test('a flush that needs several frames is one stroke', () => {
  // The parts count on, and their contributions sum to the whole one.
  const n = 90_000;
  const big = new Replica();
  const [piece] = pieces();
  big.load(0, [{ ...piece, positions: new Int32Array(3 * n), triangles: new Uint32Array(0) }]);
  big.identify(ME);
  const axis = () => Int32Array.from({ length: n }, (_, i) => i * 7919 + 1);
  const flush = { ids: Uint32Array.from({ length: n }, (_, i) => i), dx: axis(), dy: axis(), dz: axis(), shift: 0 };
  applyDisplacements(big.pieces.get(1).mesh, [flush]);
  const frames = big.addOwn(flush, { piece: 1, stroke: 1, flags: Flag.END });
  assert.ok(frames.length > 2);
  assert.deepEqual(frames.map((frame) => frame.clientSeq), frames.map((_, i) => i + 1));
  assert.equal(frames.reduce((sum, frame) => (sum + frame.contribution) >>> 0, 0), contribution(flush));
  assert.equal(big.pendingStrokes, 1);
});

test('another identity leaves the former one\'s strokes to be adopted', () => {
  // If the server ever gives a tab another client id, what waits keeps its own, and the room is asked what it has of it.
  const replica = loaded();
  sculpt(replica, 1, 1);
  replica.identify(OTHER);
  assert.equal(replica.client, OTHER);
  assert.deepEqual(replica.mine(), [[ME, 1]]);
  sculpt(replica, 2, 2);
  assert.deepEqual(replica.own.frames.map(({ bytes }) => [decode(bytes).client, decode(bytes).clientSeq]), [[OTHER, 1]]);
  assert.equal(replica.pendingStrokes, 2);
});

test('the work can be taken away as an OBJ file', () => {
  // In the units of the import, with ids from 1, and a name that stays on its line.
  const replica = loaded();
  sculpt(replica, 0, 2 ** 21);
  const lines = toObj(replica.pieces.values()).join('').split('\n');
  assert.equal(lines[0], 'o a sheet');
  assert.equal(lines[1], 'v 2 0 0');
  assert.equal(lines.filter((line) => line.startsWith('v ')).length, 25);
  assert.equal(lines.filter((line) => line.startsWith('f ')).length, 32);
  assert.ok(lines.includes('f 1 2 7'));
});

test('undoing a mask puts it back, sends nothing, and whoever keeps masks hears of it', () => {
  const replica = loaded(), { mesh } = replica.pieces.get(1), heard = [];
  replica.onMask = (piece) => heard.push(piece);
  const mask = new Uint8Array(mesh.vertexCount).fill(7);
  replica.addMask(new Map([[1, setMask(mesh, mask)]]));
  replica.addMask(new Map());
  const sent = replica.own.made;
  assert.deepEqual(replica.undo(), new Set([1]));
  assert.deepEqual(maskOf(mesh), new Uint8Array(mesh.vertexCount));
  assert.equal(replica.history.canUndo, false);
  assert.deepEqual(replica.redo(), new Set([1]));
  assert.deepEqual(maskOf(mesh), mask);
  assert.equal(replica.own.made, sent);
  assert.deepEqual(heard, [1, 1, 1]);
});
