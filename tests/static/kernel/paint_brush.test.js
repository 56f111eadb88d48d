import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { PAINT_STRIDE, UNPAINTED } from '../../../static/kernel/channels.js';
import { quartic } from '../../../static/kernel/falloff.js';
import { setMask } from '../../../static/kernel/mask/index.js';
import { fillPiece, paintAt } from '../../../static/kernel/painting.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { above, nearest, position, press, sheetMesh } from './helpers.js';

const RADIUS = 0.3 * R;
const RED = { colour: [250, 10, 20], roughness: 40, metalness: 255, write: { colour: true, roughness: true, metalness: false } };
const SOFT = { hardness: 0, falloff: 'quartic' };
const paintOf = (mesh, v) => [...mesh.paint.subarray(PAINT_STRIDE * v, PAINT_STRIDE * v + 8)];
const middleOf = (mesh) => nearest(mesh, [0, 0, 0]);
const mixed = (from, to, k) => Math.round(from + (to - from) * k);

test('a dab lays its colour on by falloff × strength, in the channels that are written', () => {
  const mesh = sheetMesh();
  press(mesh, { brush: 'paint', strength: 0.5, ...SOFT, ...RED }, 0, 0, RADIUS);
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y] = position(mesh, v), k = 0.5 * quartic(Math.min(1, Math.hypot(x, y) / RADIUS)), found = paintOf(mesh, v);
    [250, 10, 20, 40].forEach((target, c) => assert.ok(Math.abs(found[c] - mixed(UNPAINTED[c], target, k)) <= 1, `${found} at ${k}`));
    assert.deepEqual(found.slice(4), [0, 0, 0, 0]);
  }
  assert.ok(mesh.takeDirtyPaint().length > 0);
  assert.deepEqual(mesh.takeDirty(), []);
});

test('dabs over each other do not band, unless they accumulate', () => {
  // Ten of strength ½ are one of ½; accumulating they are 1 − 2⁻¹⁰, however 8 bits round on the way.
  for (const [accumulate, share] of /** @type {const} */ ([[false, 0.5], [true, 1 - 2 ** -10]])) {
    const mesh = sheetMesh(), stroke = press(mesh, { brush: 'paint', strength: 0.5, kind: 'dots', accumulate, ...RED }, 0, 0, RADIUS);
    for (let k = 1; k < 10; k++) stroke.moveTo({ ray: above(0, 0), radius: RADIUS });
    const found = paintOf(mesh, middleOf(mesh));
    [250, 10, 20, 40].forEach((target, c) => assert.ok(Math.abs(found[c] - mixed(UNPAINTED[c], target, share)) <= 1, `${found}`));
  }
});

test('a flush says what changed since the last, over what was there before the stroke', () => {
  // Also of a vertex that an earlier flush has told of; and nothing is told twice.
  const mesh = sheetMesh(), v = middleOf(mesh);
  const stroke = press(mesh, { brush: 'paint', strength: 0.3, kind: 'dots', accumulate: true, ...RED }, 0, 0, RADIUS);
  const first = stroke.flushPaint();
  assert.equal(first.channels, 3);
  assert.equal(stroke.flushPaint(), null);
  stroke.moveTo({ ray: above(0, 0), radius: RADIUS });
  const second = stroke.flushPaint();
  for (const change of [first, second]) {
    const q = change.ids.indexOf(v);
    assert.deepEqual(change.before.map((plane) => plane[q]), UNPAINTED.slice(0, 4));
    assert.ok(change.ids.every((id, i) => i === 0 || id > change.ids[i - 1]));
  }
  assert.deepEqual(second.after.map((plane) => plane[second.ids.indexOf(v)]), paintOf(mesh, v).slice(0, 4));
  assert.equal(stroke.flush(), null);
  assert.deepEqual(stroke.end(), []);
});

test('what is masked keeps its paint, and inverted the brush takes paint off', () => {
  const mesh = sheetMesh(), mask = new Uint8Array(mesh.vertexCount), v = middleOf(mesh);
  mask[v] = 255;
  setMask(mesh, mask);
  const far = nearest(mesh, [0.1, 0, 0]);
  press(mesh, { brush: 'paint', strength: 1, falloff: 'constant', ...RED }, 0, 0, RADIUS);
  assert.deepEqual(paintOf(mesh, v), [...UNPAINTED, 255, 0, 0]);
  assert.deepEqual(paintOf(mesh, far).slice(0, 4), [250, 10, 20, 40]);
  press(mesh, { brush: 'paint', strength: 1, falloff: 'constant', invert: true, ...RED }, 0, 0, RADIUS);
  assert.deepEqual(paintOf(mesh, far).slice(0, 5), [...UNPAINTED]);
});

test('smear carries paint along the stroke and not against it', () => {
  // Left half white: pressed at the border and moved right, white goes over the border; moved left, none does.
  const at = (way) => {
    const mesh = sheetMesh();
    for (let v = 0; v < mesh.vertexCount; v++) if (position(mesh, v)[0] <= 0) mesh.paint.fill(255, PAINT_STRIDE * v, PAINT_STRIDE * v + 3);
    const stroke = press(mesh, { brush: 'smear', strength: 1, falloff: 'constant', spacing: 0.1 }, 0, 0, RADIUS);
    assert.equal(stroke.flushPaint(), null, 'a press without a way does nothing');
    stroke.moveTo({ ray: above(way * 0.3, 0), radius: RADIUS });
    return mesh.paint[PAINT_STRIDE * nearest(mesh, [0.06, 0, 0])];
  };
  assert.ok(at(1) > 240, `${at(1)}`);
  assert.ok(at(-1) <= UNPAINTED[0], `${at(-1)}`);
});

test('filling paints all but what is masked, and says what it changed', () => {
  // Half masked takes half; what has the colour already is not sent.
  const mesh = sheetMesh(), mask = new Uint8Array(mesh.vertexCount);
  mask[3] = 255;
  mask[4] = 51;
  setMask(mesh, mask);
  const change = fillPiece(mesh, RED);
  assert.equal(change.ids.length, mesh.vertexCount - 1);
  assert.ok(!change.ids.includes(3));
  assert.equal(mesh.paint[PAINT_STRIDE * 4 + 1], mixed(UNPAINTED[1], 10, 0.8));
  assert.deepEqual(change.before.map((plane) => plane[0]), UNPAINTED.slice(0, 4));
  mask.fill(0);
  setMask(mesh, mask);
  assert.deepEqual([...fillPiece(mesh, RED).ids], [3, 4]);
  assert.equal(fillPiece(mesh, RED), null);
  assert.equal(fillPiece(mesh, { ...RED, write: { colour: false, roughness: false, metalness: false } }), null);
});

test('the picker reads the nearest corner', () => {
  const mesh = sheetMesh(), [a, b] = mesh.topology.triangles;
  mesh.paint.set([1, 2, 3, 4, 5], PAINT_STRIDE * a);
  assert.deepEqual(paintAt(mesh, 0, position(mesh, a)), [1, 2, 3, 4, 5]);
  assert.deepEqual(paintAt(mesh, 0, position(mesh, b)), [...UNPAINTED]);
});
