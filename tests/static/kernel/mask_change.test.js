import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MASK, PAINT_STRIDE } from '../../../static/kernel/channels.js';
import { maskChange, maskOf, putMask, setMask } from '../../../static/kernel/mask/index.js';
import { sheetMesh } from './helpers.js';

test('a mask that is set is the mask, the change says where, and the view hears of just that', () => {
  const mesh = sheetMesh(), paint = mesh.paint.slice(), mask = new Uint8Array(mesh.vertexCount);
  mask[5] = 200;
  mask[700] = 255;
  const change = setMask(mesh, mask);
  assert.deepEqual(change, { ids: Uint32Array.of(5, 700), before: Uint8Array.of(0, 0), after: Uint8Array.of(200, 255) });
  assert.deepEqual(maskOf(mesh), mask);
  const ranges = mesh.takeDirtyPaint();
  assert.ok([5, 700].every((v) => ranges.some(({ start, count }) => v >= start && v < start + count)));
  for (let i = 0; i < paint.length; i++) if (i % PAINT_STRIDE !== MASK) assert.equal(mesh.paint[i], paint[i]);
  assert.equal(setMask(mesh, mask), null);
  assert.deepEqual(mesh.takeDirtyPaint(), []);
  assert.throws(() => setMask(mesh, new Uint8Array(3)), new RegExp(`3 vertices for a piece of ${mesh.vertexCount}`));
});

test('a change put back gives the mask of before', () => {
  const mesh = sheetMesh(), first = new Uint8Array(mesh.vertexCount).map((_, v) => v % 7), second = first.map((m) => 3 * m);
  setMask(mesh, first);
  const change = /** @type {import('../../../static/kernel/mask/change.js').MaskChange} */ (setMask(mesh, second));
  putMask(mesh, { ids: change.ids, values: change.before });
  assert.deepEqual(maskOf(mesh), first);
  putMask(mesh, { ids: change.ids, values: change.after });
  assert.deepEqual(maskOf(mesh), second);
  assert.equal(maskChange(mesh, second), null);
});
