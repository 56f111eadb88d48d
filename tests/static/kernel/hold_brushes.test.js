import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { checkMesh } from '../../../static/kernel/check.js';
import { ELASTIC_REACH, kelvinlet } from '../../../static/kernel/brushes/elastic_grab.js';
import { quartic } from '../../../static/kernel/falloff.js';
import { MASK, PAINT_STRIDE } from '../../../static/kernel/channels.js';
import { MIRROR_X } from '../../../static/kernel/symmetry.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { above, nearest, onBothKernels, position, press } from './helpers.js';
import { sheet, sphere } from './shapes.js';

/** @import { ClayMesh } from '../../../static/kernel/mesh.js' */
/** @import { Vec3 } from '../../../static/kernel/units.js' */

const RADIUS = 0.3 * R;
const HOLDING = /** @type {const} */ (['grab', 'snakeHook', 'elasticGrab', 'twist', 'scale']);
const near = (/** @type {number} */ actual, /** @type {number} */ expected, tolerance = 1e-4 * RADIUS, what = '') =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not ${expected} ± ${tolerance}`);

/** A sheet of two leaves, z = 0 and z = 0.02, joined along nothing. @returns {import('./shapes.js').Shape} */
function twoLeaves() {
  const lower = sheet(20), upper = sheet(20, () => 0.02), n = lower.positions.length / 3;
  const positions = new Int32Array(6 * n);
  for (let axis = 0; axis < 3; axis++) {
    positions.set(lower.positions.subarray(axis * n, (axis + 1) * n), 2 * axis * n);
    positions.set(upper.positions.subarray(axis * n, (axis + 1) * n), (2 * axis + 1) * n);
  }
  return { positions, triangles: Uint32Array.of(...lower.triangles, ...upper.triangles.map((v) => v + n)) };
}

onBothKernels('twist turns each vertex by its weight of the way round the press', ({ sheetMesh }) => {
  // A quarter turn anticlockwise on a flat sheet seen from above: the middle by 90°, the rim not at all, radii unchanged.
  const mesh = sheetMesh(), before = mesh.pos.slice();
  const stroke = press(mesh, { brush: 'twist', strength: 1 }, 0, 0, RADIUS);
  for (let k = 0; k <= 6; k++) stroke.moveTo({ ray: above(0.2 * Math.cos((k * Math.PI) / 12), 0.2 * Math.sin((k * Math.PI) / 12)), radius: RADIUS });
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y] = before.subarray(3 * v, 3 * v + 2), angle = (Math.PI / 2) * quartic(Math.hypot(x, y) / RADIUS), [px, py, pz] = position(mesh, v);
    near(px, x * Math.cos(angle) - y * Math.sin(angle));
    near(py, x * Math.sin(angle) + y * Math.cos(angle));
    near(pz, 0);
  }
  assert.deepEqual(checkMesh(mesh), []);
});

onBothKernels('twist goes on past half a turn, and does nothing next to the press', ({ sheetMesh }) => {
  // Once round in eighths is a whole turn, not none: half way out it is a turn by 0.6875 of 360°.
  const mesh = sheetMesh(), v = nearest(mesh, [0.15, 0, 0]), stroke = press(mesh, { brush: 'twist', strength: 1 }, 0, 0, RADIUS);
  stroke.moveTo({ ray: above(0.01, 0.02), radius: RADIUS });
  assert.deepEqual(position(mesh, v), [mesh.ints[3 * v], 0, 0]);
  for (let k = 0; k <= 8; k++) stroke.moveTo({ ray: above(0.2 * Math.cos((k * Math.PI) / 4), 0.2 * Math.sin((k * Math.PI) / 4)), radius: RADIUS });
  near(position(mesh, v)[0], 0.15 * R * Math.cos(2 * Math.PI * 0.6875), 1e-3 * RADIUS);
  near(position(mesh, v)[1], 0.15 * R * Math.sin(2 * Math.PI * 0.6875), 1e-3 * RADIUS);
});

onBothKernels('scale grows to the right of the screen and shrinks to the left', ({ sheetMesh }) => {
  // By a drag of x radii Δ = (v − c)(eˣ − 1)w, whichever way the screen lies; back at the press nothing is left.
  for (const [right, along] of /** @type {[Vec3, number][]} */ ([[[1, 0, 0], 0.15], [[1, 0, 0], -0.3], [[0, 1, 0], 0]])) {
    const mesh = sheetMesh(), before = mesh.pos.slice();
    const stroke = press(mesh, { brush: 'scale', strength: 1 }, 0, 0, RADIUS, { right });
    stroke.moveTo({ ray: above(along, 0.1 * right[1]), radius: RADIUS });
    const grown = Math.exp((along + 0.1 * right[1]) / 0.3) - 1;
    for (let v = 0; v < mesh.vertexCount; v++) {
      const [x, y] = before.subarray(3 * v, 3 * v + 2), share = grown * quartic(Math.hypot(x, y) / RADIUS), [px, py, pz] = position(mesh, v);
      near(px, x * (1 + share));
      near(py, y * (1 + share));
      near(pz, 0);
    }
    stroke.moveTo({ ray: above(0, 0), radius: RADIUS });
    for (let c = 0; c < before.length; c++) near(mesh.pos[c], before[c], 1);
  }
});

test('the Kelvinlet is one at the press, falls with the fifth power, and keeps volume', () => {
  // Its value, its decay, its divergence (by central differences), and that what is beside it goes the other way or less far.
  const move = kelvinlet([1, 0, 0], 1), at = (/** @type {Vec3} */ p) => { /** @type {Vec3} */ const moved = [0, 0, 0]; move(...p, 1, moved); return moved; };
  near(at([0, 0, 0])[0], 1, 1e-12);
  const decay = Math.log2(Math.abs(at([20, 0, 0])[0] / at([40, 0, 0])[0]));
  assert.ok(decay > 4.8 && decay < 5.2, `the exponent is ${decay}`);
  for (const p of /** @type {Vec3[]} */ ([[0.3, 0.2, -0.1], [1, 0.5, 0.5], [-0.4, 1.2, 0.3]])) {
    let divergence = 0;
    for (let axis = 0; axis < 3; axis++) {
      const [low, high] = [[...p], [...p]];
      low[axis] -= 1e-4;
      high[axis] += 1e-4;
      divergence += (at(/** @type {Vec3} */ (high))[axis] - at(/** @type {Vec3} */ (low))[axis]) / 2e-4;
    }
    near(divergence, 0, 1e-6);
  }
  assert.ok(Math.abs(at([ELASTIC_REACH, 0, 0])[0]) < 0.03);
});

onBothKernels('elastic grab moves the press with the pointer, and more than the ring of the brush', ({ sheetMesh }) => {
  // On a flat sheet: the middle follows whole, the rim a part, nothing beyond the reach.
  const mesh = sheetMesh(), radius = 0.2 * R, middle = nearest(mesh, [0, 0, 0]), rim = nearest(mesh, [0.2, 0, 0]), far = nearest(mesh, [0, 0.425, 0]);
  press(mesh, { brush: 'elasticGrab', strength: 1 }, 0, 0, radius).moveTo({ ray: above(0.1, 0), radius });
  near(position(mesh, middle)[0], 0.1 * R);
  const share = (position(mesh, rim)[0] - 0.2 * R) / (0.1 * R);
  assert.ok(share > 0.2 && share < 0.25, `${share}`);
  assert.equal(position(mesh, far)[0], 0);
});

onBothKernels('a snake hook takes hold anew and pulls a horn as far as the pointer goes', ({ meshOf }) => {
  // Sideways off a sphere: the tip follows the pointer by more than a radius, which a grab's falloff could not do narrowly.
  const mesh = meshOf(sphere(40)), tip = nearest(mesh, [0, 0, 1]);
  const side = (/** @type {number} */ z) => ({ ray: { origin: /** @type {Vec3} */ ([0, 3 * R, z * R]), direction: /** @type {Vec3} */ ([0, -1, 0]) }, radius: 0.2 * R });
  const stroke = press(mesh, { brush: 'snakeHook', strength: 1 }, 0, 0, 0.2 * R);
  stroke.moveTo(side(1.2));
  stroke.moveTo(side(1.6));
  near(position(mesh, tip)[2], 1.6 * R, 0.01 * R);
  // Half way up the horn is narrower than the brush was wide.
  let widest = 0;
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y, z] = position(mesh, v);
    if (z > 1.25 * R) widest = Math.max(widest, Math.hypot(x, y));
  }
  assert.ok(widest > 0.02 * R && widest < 0.1 * R, `${widest / R}`);
  assert.deepEqual(checkMesh(mesh), []);
});

onBothKernels('a pinched hook is thinner than a plain one', ({ sheetMesh }) => {
  // The same pull with pinch 1, ½ and 0.
  const width = (/** @type {number} */ pinch) => {
    const mesh = sheetMesh(), v = nearest(mesh, [0.1, 0, 0]);
    const stroke = press(mesh, { brush: 'snakeHook', strength: 1, pinch }, 0, 0, RADIUS);
    stroke.moveTo({ ray: { origin: [0, 3 * R, 0.1 * R], direction: [0, -1, 0] }, radius: RADIUS });
    return position(mesh, v)[0];
  };
  assert.ok(width(1) < width(0.5) && width(0.5) < width(0), `${width(1)}, ${width(0.5)}, ${width(0)}`);
});

onBothKernels('connected: of two leaves only the one that was pressed is held', ({ meshOf }) => {
  // Both are within reach; without the switch both move.
  for (const connected of [true, false]) {
    const mesh = meshOf(twoLeaves()), n = mesh.vertexCount / 2, before = mesh.pos.slice();
    press(mesh, { brush: 'grab', strength: 1, connected }, 0, 0, RADIUS).moveTo({ ray: above(0.1, 0), radius: RADIUS });
    const moved = (/** @type {number} */ from) => {
      let count = 0;
      for (let v = from; v < from + n; v++) if (mesh.pos[3 * v] !== before[3 * v]) count++;
      return count;
    };
    assert.ok(moved(n) > 50, 'the upper leaf was pressed');
    assert.equal(moved(0) > 50, !connected);
  }
});

onBothKernels('what is held honours the mask', ({ sheetMesh }) => {
  // Half protected moves half as far, protected not at all.
  for (const brush of HOLDING) {
    const full = sheetMesh(), masked = sheetMesh(), [half, whole] = [nearest(full, [0.05, 0.05, 0]), nearest(full, [0.1, 0.1, 0])];
    masked.paint[PAINT_STRIDE * half + MASK] = 51;
    masked.paint[PAINT_STRIDE * whole + MASK] = 255;
    for (const mesh of [full, masked]) {
      const stroke = press(mesh, { brush, strength: 0.5 }, 0, 0, RADIUS);
      for (const [x, y] of [[0.1, 0], [0.1, 0.01]]) stroke.moveTo({ ray: above(x, y), radius: RADIUS });
    }
    const way = (/** @type {ClayMesh} */ mesh, /** @type {number} */ v) => Math.hypot(mesh.pos[3 * v] - mesh.ints[3 * v], mesh.pos[3 * v + 1] - mesh.ints[3 * v + 1]);
    assert.ok(way(full, whole) > 0, brush);
    assert.equal(way(masked, whole), 0, brush);
    near(way(masked, half) / way(full, half), 0.8, 0.01, brush);
  }
});

onBothKernels('the copy of what is held is its mirror image, to the integer', ({ meshOf }) => {
  // Two presses apart, with a mirror: every vertex's partner on the other side moves the same, turned round.
  for (const brush of HOLDING) {
    const original = sheet(40), mesh = meshOf(original), n = mesh.vertexCount, place = new Map();
    for (let v = 0; v < n; v++) place.set(`${original.positions[v]},${original.positions[n + v]}`, v);
    const stroke = press(mesh, { brush, strength: 1, mirror: MIRROR_X }, 0.12, 0.03, RADIUS);
    for (const [x, y] of [[0.2, 0.1], [0.1, 0.2], [0, 0.15]]) {
      stroke.moveTo({ ray: above(x, y), radius: RADIUS });
      stroke.flush();
    }
    stroke.end();
    let moved = 0;
    for (let v = 0; v < n; v++) {
      const partner = place.get(`${-original.positions[v] || 0},${original.positions[n + v]}`), [x, y, z] = mesh.ints.subarray(3 * v, 3 * v + 3);
      assert.deepEqual([...mesh.ints.subarray(3 * partner, 3 * partner + 3)], [-x || 0, y, z], brush);
      if (x !== original.positions[v]) moved++;
    }
    assert.ok(moved > 100, brush);
  }
});
