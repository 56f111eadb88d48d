import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { BRUSHES } from '../../../static/kernel/brushes/index.js';
import { quartic } from '../../../static/kernel/falloff.js';
import { maskOf, setMask } from '../../../static/kernel/mask/index.js';
import { MIRROR_X } from '../../../static/kernel/symmetry.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { above, makeStroke, meshOf, nearest, position, press, sheetMesh } from './helpers.js';
import { sphere } from './shapes.js';

/** @import { BrushName } from '../../../static/kernel/brushes/index.js' */

const RADIUS = 0.3 * R;

test('a dab masks by falloff × strength of what is still free', () => {
  const mesh = sheetMesh();
  setMask(mesh, new Uint8Array(mesh.vertexCount).fill(100));
  press(mesh, { brush: 'mask', strength: 0.5 }, 0, 0, RADIUS);
  const mask = maskOf(mesh);
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y] = position(mesh, v), expected = 100 + 0.5 * quartic(Math.min(1, Math.hypot(x, y) / RADIUS)) * 155;
    assert.ok(Math.abs(mask[v] - expected) <= 0.6, `${mask[v]} is not ${expected}`);
  }
});

test('inverted it frees, by the same share of what is masked, also where all is', () => {
  const mesh = sheetMesh();
  setMask(mesh, new Uint8Array(mesh.vertexCount).fill(255));
  press(mesh, { brush: 'mask', strength: 0.5, invert: true }, 0, 0, RADIUS);
  const mask = maskOf(mesh);
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y] = position(mesh, v), expected = 255 - 0.5 * quartic(Math.min(1, Math.hypot(x, y) / RADIUS)) * 255;
    assert.ok(Math.abs(mask[v] - expected) <= 0.6, `${mask[v]} is not ${expected}`);
  }
});

test('weak dabs add up, however small each is', () => {
  // One dab at this strength is less than half a step of 1/255: rounded each time, a hundred of them would be nothing.
  const mesh = sheetMesh(), stroke = press(mesh, { brush: 'mask', strength: 0.0015, kind: 'dots' }, 0, 0, RADIUS);
  for (let k = 1; k < 400; k++) stroke.moveTo({ ray: above(0, 0), radius: RADIUS });
  const middle = maskOf(mesh)[nearest(mesh, [0, 0, 0])], expected = 255 * (1 - 0.9985 ** 400);
  assert.ok(Math.abs(middle - expected) <= 1, `${middle} is not ${expected}`);
});

test('it moves nothing, and there is nothing to send', () => {
  const mesh = meshOf(sphere(20)), before = mesh.pos.slice();
  assert.deepEqual(makeStroke(mesh, { brush: 'mask' }, [above(0, 0), above(0.1, 0.1), above(0.3, 0)], RADIUS), []);
  assert.deepEqual(mesh.pos, before);
  assert.ok(maskOf(mesh).some((m) => m > 200));
  assert.ok(mesh.takeDirtyPaint().length > 0);
});

test('mirrored, both sides are masked alike', () => {
  const mesh = meshOf(sphere(20));
  makeStroke(mesh, { brush: 'mask', mirror: MIRROR_X }, [above(0.5, 0), above(0.2, 0.1), above(0.05, 0.2)], RADIUS);
  const mask = maskOf(mesh), at = new Map(Array.from(mask, (m, v) => [position(mesh, v).join(), m]));
  let masked = 0;
  for (let v = 0; v < mask.length; v++) {
    const [x, y, z] = position(mesh, v), other = at.get([x === 0 ? 0 : -x, y, z].join());
    assert.equal(mask[v], other);
    if (mask[v] > 0) masked++;
  }
  assert.ok(masked > 50, `${masked}`);
});

test('every brush leaves what is fully masked alone, and does the rest', () => {
  // Half a sphere is masked; strokes over the seam, with smoothing after each dab, mirrored and inverted too.
  for (const brush of /** @type {BrushName[]} */ (Object.keys(BRUSHES))) {
    if (BRUSHES[brush].ignoresMask) continue;
    for (const more of [{}, { mirror: MIRROR_X, invert: true }, { autoSmooth: 0.5 }, { accumulate: false, falloff: /** @type {const} */ ('constant') }]) {
      const mesh = meshOf(sphere(20));
      setMask(mesh, new Uint8Array(mesh.vertexCount).map((_, v) => (position(mesh, v)[1] > 0 ? 255 : 0)));
      // Something to be smeared, and to be taken off by an inverted brush.
      for (let v = 0; v < mesh.vertexCount; v++) mesh.paint[8 * v] = 40 * (v % 5);
      const before = mesh.ints.slice(), paint = mesh.paint.slice();
      makeStroke(mesh, { brush, strength: 1, ...more }, [above(0.1, -0.2), above(0.2, 0), above(0.15, 0.2), above(0.2, 0.1)], RADIUS);
      let moved = 0;
      for (let v = 0; v < mesh.vertexCount; v++) {
        const changed = [0, 1, 2].some((axis) => mesh.ints[3 * v + axis] !== before[3 * v + axis])
          || paint.subarray(8 * v, 8 * v + 8).some((byte, i) => byte !== mesh.paint[8 * v + i]);
        if (before[3 * v + 1] > 0) assert.equal(changed, false, `${brush} with ${JSON.stringify(more)} changed a masked vertex`);
        else if (changed) moved++;
      }
      assert.ok(moved > 10, `${brush} with ${JSON.stringify(more)} changed ${moved} free vertices`);
    }
  }
});

test('a vertex that is masked by a fifth goes four fifths as far', () => {
  const free = sheetMesh(), half = sheetMesh(), middle = nearest(free, [0, 0, 0]);
  setMask(half, new Uint8Array(half.vertexCount).fill(51)); // a fifth
  for (const mesh of [free, half]) press(mesh, { brush: 'draw', strength: 0.5 }, 0, 0, RADIUS);
  assert.ok(Math.abs(half.pos[3 * middle + 2] - 0.8 * free.pos[3 * middle + 2]) <= 1);
});
