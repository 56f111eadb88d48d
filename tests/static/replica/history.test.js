/** Undo and redo: exact sums, their order, and a bound on memory. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { History, merged } from '../../../static/replica/history.js';
import { inQuanta, randomStroke, seededRandom } from '../random.js';

/** @param {Int32Array} ints (3n), changed in place */
function add(ints, displacement) {
  const { dx, dy, dz } = inQuanta(displacement);
  displacement.ids.forEach((id, i) => {
    ints[3 * id] += dx[i];
    ints[3 * id + 1] += dy[i];
    ints[3 * id + 2] += dz[i];
  });
}

const limited = (random) => {
  const moved = randomStroke(random, { vertices: 1 + random.below(40), bits: random.below(31), shift: 0 });
  const inside = moved.ids.filter((id) => id < 500).length || 1;
  const cut = (axis) => axis.slice(0, inside);
  return { ids: inside === 1 ? Uint32Array.of(moved.ids[0] % 500) : cut(moved.ids), dx: cut(moved.dx), dy: cut(moved.dy), dz: cut(moved.dz), shift: 0 };
};

test('undoing everything gives back the very bits', () => {
  // Strokes of many overlapping flushes with large values that wrap: undo all, redo all, in one sum each.
  const seed = Number(process.env.SEED ?? 11);
  const random = seededRandom(seed);
  for (let round = 0; round < 60; round++) {
    const history = new History();
    const ints = new Int32Array(1500).map(() => random.below(2 ** 31));
    const before = ints.slice();
    for (let stroke = 1; stroke <= 5; stroke++) {
      for (let flush = random.below(20) + 1; flush; flush--) {
        const moved = limited(random);
        add(ints, moved);
        history.add(stroke, 1, 1, moved);
      }
    }
    const after = ints.slice();
    while (history.canUndo) for (const { displacement } of history.undo().parts) add(ints, displacement);
    assert.deepEqual(ints, before, `SEED=${seed} round ${round}`);
    while (history.canRedo) for (const { displacement } of history.redo().parts) add(ints, displacement);
    assert.deepEqual(ints, after, `SEED=${seed} round ${round}`);
  }
});

const push = (id, d) => ({ ids: Uint32Array.of(id), dx: Int32Array.of(d), dy: Int32Array.of(0), dz: Int32Array.of(0), shift: 2 });

test('the newest stroke is undone first, and a new stroke ends what could be redone', () => {
  // As in every editor.
  const history = new History();
  history.add(1, 1, 1, push(1, 1));
  history.add(2, 1, 1, push(2, 2));
  assert.equal(history.undo().stroke, 2);
  assert.equal(history.undo().stroke, 1);
  assert.equal(history.undo(), null);
  assert.equal(history.redo().stroke, 1);
  history.add(3, 1, 1, push(3, 3));
  assert.equal(history.canRedo, false);
  const { stroke, parts } = history.undo();
  assert.equal(stroke, 3);
  assert.deepEqual([...parts[0].displacement.dx], [-12]);
});

test('a sum leaves out what did not move in the end', () => {
  // And keeps its ids ascending.
  const sum = merged(
    { ids: Uint32Array.of(1, 5, 9), dx: Int32Array.of(1, 2, 3), dy: Int32Array.of(0, 0, 0), dz: Int32Array.of(0, 0, 0), shift: 0 },
    { ids: Uint32Array.of(0, 5), dx: Int32Array.of(4, -2), dy: Int32Array.of(0, 0), dz: Int32Array.of(0, 0), shift: 0 });
  assert.deepEqual([...sum.ids], [0, 1, 9]);
  assert.deepEqual([...sum.dx], [4, 1, 3]);
});

test('the oldest strokes go when there are too many bytes', () => {
  // 16 bytes a vertex: with room for three strokes of one vertex, the first of four cannot be undone any more.
  const history = new History(48);
  for (let stroke = 1; stroke <= 4; stroke++) history.add(stroke, 1, 1, push(stroke, 1));
  assert.ok(history.bytes <= 48);
  const undone = [];
  while (history.canUndo) undone.push(history.undo().stroke);
  assert.deepEqual(undone, [4, 3, 2]);
});

test('a stroke over the limit can still be undone', () => {
  // The one that was just made always can.
  const history = new History(8);
  history.add(1, 1, 1, push(1, 1));
  assert.equal(history.undo().stroke, 1);
});

test('many flushes over one spot take the memory of one', () => {
  // 500 flushes of the same 100 vertices: at most twice their sum.
  const history = new History();
  const ids = Uint32Array.from({ length: 100 }, (_, i) => i);
  const axis = () => new Int32Array(100).fill(1);
  for (let flush = 0; flush < 500; flush++) history.add(1, 1, 1, { ids, dx: axis(), dy: axis(), dz: axis(), shift: 0 });
  assert.ok(history.bytes <= 2 * 100 * 16, `${history.bytes} bytes`);
  assert.equal(history.undo().parts[0].displacement.dy[99], -500);
});

test('a change of the mask is a step between the strokes', () => {
  const history = new History(), edit = { piece: 1, epoch: 1, change: { ids: Uint32Array.of(4), before: Uint8Array.of(9), after: Uint8Array.of(80) } };
  history.add(1, 1, 1, push(4, 1));
  history.addMask(2, [edit]);
  history.add(3, 1, 1, push(4, 2));
  assert.equal(history.undo().stroke, 3);
  assert.deepEqual(history.undo(), { stroke: 2, parts: [], masks: [{ piece: 1, epoch: 1, ids: Uint32Array.of(4), values: Uint8Array.of(9) }], paints: [] });
  assert.equal(history.undo().stroke, 1);
  history.redo();
  assert.deepEqual(history.redo().masks[0].values, Uint8Array.of(80));
  assert.equal(history.redo().stroke, 3);
  history.undo();
  history.addMask(4, [edit]);
  assert.equal(history.canRedo, false);
});

test('masks count against the memory of the history, and go with the epoch they were made in', () => {
  const history = new History(6000), change = { ids: new Uint32Array(400), before: new Uint8Array(400), after: new Uint8Array(400) };
  for (let stroke = 1; stroke <= 5; stroke++) history.addMask(stroke, [{ piece: 1, epoch: 1, change }]);
  assert.equal(history.bytes, 4800); // two of 2400: a third would be 7200
  history.keepEpoch(1, 2);
  assert.equal(history.canUndo, false);
});
