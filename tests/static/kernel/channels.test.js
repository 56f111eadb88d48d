/** Paint and mask of a vertex: what unpainted clay is, and which ranges go to the GPU. */

import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { PAINT_STRIDE, SHARED_CHANNELS, UNPAINTED, paintChanged, unpainted } from '../../../static/kernel/channels.js';
import { sheetMesh } from './helpers.js';

test('clay that nobody has painted has the colour of clay and no mask', () => {
  // Every vertex, whatever their number; and the colour is the one that the picture of plain clay has always had.
  for (const count of [0, 1, 2, 3, 127, 1000]) {
    const paint = unpainted(count);
    assert.equal(paint.length, PAINT_STRIDE * count);
    for (let v = 0; v < count; v++) assert.deepEqual([...paint.subarray(8 * v, 8 * v + 8)], [0xb5, 0x74, 0x50, 190, 0, 0, 0, 0]);
  }
  assert.equal(UNPAINTED.length, SHARED_CHANNELS);
});

test('paint that changed is named in ranges, once', () => {
  // Ids in several blocks, in any order of blocks: far apart they stay apart, near ones are one upload.
  const mesh = sheetMesh();
  assert.deepEqual(mesh.takeDirtyPaint(), []);
  paintChanged(mesh, [700, 701, 705, 3, 9, 130]);
  assert.deepEqual(mesh.dirtyPaint.take(200), [{ start: 3, count: 128 }, { start: 700, count: 6 }]);
  assert.deepEqual(mesh.takeDirtyPaint(), []);
  paintChanged(mesh, Uint32Array.of(1, 2, 3, 4), 1, 3);
  assert.deepEqual(mesh.takeDirtyPaint(), [{ start: 2, count: 2 }]);
  assert.deepEqual(mesh.takeDirty(), []);
});
