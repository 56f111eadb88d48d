import { strict as assert } from 'node:assert';

import { checkMesh } from '../../../static/kernel/check.js';
import { BLOB_SPREAD } from '../../../static/kernel/brushes/blob.js';
import { STRIP_OFFSET } from '../../../static/kernel/brushes/clay_strips.js';
import { CREASE_DEPTH, CREASE_PINCH } from '../../../static/kernel/brushes/crease.js';
import { DRAW_HEIGHT } from '../../../static/kernel/brushes/draw.js';
import { SHARP_DEPTH } from '../../../static/kernel/brushes/draw_sharp.js';
import { LAYER_RATE } from '../../../static/kernel/brushes/layer.js';
import { PINCH } from '../../../static/kernel/brushes/pinch.js';
import { quartic } from '../../../static/kernel/falloff.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { above, makeStroke, nearest, onBothKernels, position, press } from './helpers.js';
import { sphere } from './shapes.js';

/** @import { ClayMesh } from '../../../static/kernel/mesh.js' */
/** @import { BrushName } from '../../../static/kernel/brushes/index.js' */

const RADIUS = 0.3 * R, STRENGTH = 0.5;
/** What one dab may be off its formula, quanta: the grain, float32, and the coarseness of a falloff table. */
const TOLERANCE = 1e-4 * RADIUS;
const near = (/** @type {number} */ actual, /** @type {number} */ expected, tolerance = TOLERANCE, what = '') =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} ${actual} is not ${expected} ± ${tolerance}`);

/**
 * One dab on the flat sheet around the origin, seen from above: how a vertex at (x, y) moves in the plane, as a share of its way to
 * the middle, and how far up, in radii. w is the falloff there; all with a quartic falloff, pinch ½ and strength ½.
 * @type {Partial<Record<BrushName, {toMiddle: (w: number) => number, up: (w: number) => number}>>}
 */
const ONE_DAB = {
  drawSharp: { toMiddle: () => 0, up: (w) => -SHARP_DEPTH * w * STRENGTH },
  clayStrips: { toMiddle: () => 0, up: (w) => STRIP_OFFSET * (1 - STRIP_OFFSET) * w * STRENGTH },
  blob: { toMiddle: (w) => -BLOB_SPREAD * 0.5 * w * STRENGTH, up: (w) => DRAW_HEIGHT * w * STRENGTH },
  crease: { toMiddle: (w) => CREASE_PINCH * 0.5 * w * STRENGTH, up: (w) => -CREASE_DEPTH * w ** 5 * STRENGTH },
  pinch: { toMiddle: (w) => PINCH * w * STRENGTH, up: () => 0 },
  layer: { toMiddle: () => 0, up: (w) => 0.25 * Math.min(1, LAYER_RATE * w * STRENGTH) },
  nudge: { toMiddle: () => 0, up: () => 0 },
};

for (const [name, { toMiddle, up }] of Object.entries(ONE_DAB)) {
  onBothKernels(`one dab of ${name} is its formula, and inverted the other way`, ({ sheetMesh }) => {
    // Every vertex of a flat sheet: sideways towards the middle, and up; what the inverse turns round differs.
    for (const invert of [false, true]) {
      const brush = /** @type {BrushName} */ (name), mesh = sheetMesh(), before = mesh.pos.slice();
      press(mesh, { brush, strength: STRENGTH, invert, falloff: 'quartic', hardness: 0, accumulate: true }, 0, 0, RADIUS);
      for (let v = 0; v < mesh.vertexCount; v++) {
        const [x, y] = before.subarray(3 * v, 3 * v + 2), w = quartic(Math.hypot(x, y) / RADIUS), [px, py, pz] = position(mesh, v);
        const share = toMiddle(w) * (invert && brush === 'pinch' ? -1 : 1);
        near(px, x * (1 - share), TOLERANCE, 'x');
        near(py, y * (1 - share), TOLERANCE, 'y');
        near(pz, up(w) * RADIUS * (invert ? -1 : 1), TOLERANCE, 'z');
      }
      assert.deepEqual(checkMesh(mesh), []);
    }
  });
}

onBothKernels('a layer is one step high however often the stroke passes', ({ sheetMesh }) => {
  // To and fro ten times: the top is flat at 0.25 radii; a second stroke adds a second step.
  const mesh = sheetMesh(), rays = Array.from({ length: 20 }, (_, k) => above(k % 2 ? 0.15 : -0.15, 0)), middle = nearest(mesh, [0, 0, 0]);
  for (const step of [1, 2]) {
    makeStroke(mesh, { brush: 'layer', strength: 1, pressureRadius: 0 }, rays, RADIUS);
    near(position(mesh, middle)[2], step * 0.25 * RADIUS, 0.005 * RADIUS);
    near(position(mesh, nearest(mesh, [0.1, 0.05, 0]))[2], step * 0.25 * RADIUS, 0.005 * RADIUS);
  }
});

onBothKernels('clay strips press a square that turns with the stroke', ({ sheetMesh }) => {
  // r/√2 (0.71 r) wide on both sides, for a stroke along x as for one along the diagonal; a round brush would reach r.
  for (const angle of [0, Math.PI / 4]) {
    const mesh = sheetMesh(), along = [Math.cos(angle), Math.sin(angle)];
    const rays = [-0.15, 0, 0.15].map((t) => above(t * along[0], t * along[1]));
    makeStroke(mesh, { brush: 'clayStrips', strength: 1, pressureRadius: 0 }, rays, RADIUS);
    let inside = 0, outside = 0;
    for (let v = 0; v < mesh.vertexCount; v++) {
      const [x, y, z] = position(mesh, v), lengthwise = (x * along[0] + y * along[1]) / RADIUS, across = Math.abs(y * along[0] - x * along[1]) / RADIUS;
      // The first dab is round, it is made before the stroke has a direction; it does not come this far.
      if (lengthwise < 0.25 || lengthwise > 0.6) continue;
      if (across < 0.6) assert.ok(z > 0.01 * RADIUS, `${lengthwise}, ${across}: ${z / RADIUS}`);
      if (across < 0.6) inside++;
      if (across > 0.76) assert.equal(z, 0, `${lengthwise}, ${across}`);
      if (across > 0.76 && across < 0.95) outside++;
    }
    assert.ok(inside > 20 && outside > 10);
  }
});

onBothKernels('clay strips fill a hollow first, and leave alone what stands over their plane', ({ sheetMesh }) => {
  // z(1 − z): deeper gains more; a tower above the plane keeps its height.
  const mesh = sheetMesh((x, y) => (x === 0 && y === 0 ? 0.1 : x > 0.05 ? -0.02 : 0)), before = mesh.pos.slice();
  press(mesh, { brush: 'clayStrips', strength: 0.5 }, 0, 0.05, RADIUS);
  const gain = (/** @type {number} */ v) => position(mesh, v)[2] - before[3 * v + 2];
  assert.equal(gain(nearest(mesh, [0, 0, 0.1])), 0);
  const [deep, level] = [gain(nearest(mesh, [0.1, 0.05, -0.02])), gain(nearest(mesh, [-0.1, 0.05, 0]))];
  assert.ok(deep > 1.05 * level, `${deep} against ${level}`);
});

onBothKernels('pinch draws together across the stroke and not along it', ({ sheetMesh }) => {
  // On a stroke along x the vertices beside it come nearer in y; in x they stay, but for the first dab, which has no direction.
  const mesh = sheetMesh(), before = mesh.pos.slice(), beside = nearest(mesh, [0.15, 0.1, 0]);
  makeStroke(mesh, { brush: 'pinch', strength: 1 }, [above(-0.2, 0), above(0.35, 0)], RADIUS);
  near(position(mesh, beside)[0], before[3 * beside], 1e-3 * RADIUS);
  assert.ok(position(mesh, beside)[1] < 0.8 * before[3 * beside + 1]);
});

onBothKernels('scrape takes what stands out and fill what lies deep; inverted they change places', ({ sheetMesh }) => {
  // A rough sheet around z = 0.
  const rough = (/** @type {number} */ x, /** @type {number} */ y) => 0.004 * Math.sign(Math.sin(157 * x + 1) * Math.sin(157 * y + 1));
  for (const brush of /** @type {const} */ (['scrape', 'fill'])) {
    for (const invert of [false, true]) {
      const mesh = sheetMesh(rough), before = mesh.pos.slice(), high = (brush === 'scrape') !== invert;
      press(mesh, { brush, strength: 0.4, invert }, 0, 0, RADIUS);
      let moved = 0;
      for (let v = 0; v < mesh.vertexCount; v++) {
        const [x, y, z] = before.subarray(3 * v, 3 * v + 3), now = position(mesh, v)[2];
        if (Math.hypot(x, y) > 0.3 * RADIUS) continue;
        if (z > 0 !== high) assert.equal(now, z);
        else assert.ok(now / z > 0.5 && now / z < 0.85, `${brush} ${now / z}`);
        if (now !== z) moved++;
      }
      assert.ok(moved > 10);
    }
  }
});

onBothKernels('a plane brush leaves alone what is farther off than its height', ({ sheetMesh }) => {
  // A tower of half a radius with a height of 0.2 stays whole; with 1 it comes down by (1 − ½⁴) of what a low one would.
  for (const height of [0.2, 1]) {
    const mesh = sheetMesh((x, y) => (x === 0 && y === 0 ? 0.15 : 0)), tower = nearest(mesh, [0, 0, 0.15]), top = position(mesh, tower)[2];
    press(mesh, { brush: 'scrape', strength: 0.4, height, frontFaces: false }, 0.05, 0, RADIUS);
    const now = position(mesh, tower)[2];
    if (height === 0.2) assert.equal(now, top);
    else assert.ok(now < 0.9 * top && now > 0.5 * top, `${now / top}`);
  }
});

onBothKernels('tangential smooth evens the vertices out and keeps the shape', ({ meshOf }) => {
  // On a sphere whose vertices were pushed about within its surface: their distances from the middle stay, their unevenness shrinks.
  const shape = sphere(30), n = shape.positions.length / 3;
  for (let v = 0; v < n; v++) {
    const p = [0, 1, 2].map((axis) => shape.positions[axis * n + v]), turn = 0.012 * Math.sin(v * 12.9898);
    shape.positions[v] = Math.round(p[0] * Math.cos(turn) - p[1] * Math.sin(turn));
    shape.positions[n + v] = Math.round(p[0] * Math.sin(turn) + p[1] * Math.cos(turn));
  }
  /** @param {boolean} tangential */
  const smoothed = (tangential) => {
    const mesh = meshOf(shape), before = unevenness(mesh);
    makeStroke(mesh, { brush: 'smooth', strength: 1, tangential }, [above(-0.2, 0), above(0.1, 0), above(-0.1, 0.05), above(0.2, 0)], RADIUS);
    let sunk = 0;
    for (let v = 0; v < n; v++) sunk = Math.max(sunk, R - Math.hypot(...position(mesh, v)));
    return { sunk, evened: unevenness(mesh) / before };
  };
  const along = smoothed(true), plain = smoothed(false);
  assert.ok(along.evened < 0.9, `${along.evened}`);
  assert.ok(along.sunk < 0.2 * plain.sunk, `${along.sunk} against ${plain.sunk}`);
});

onBothKernels('nudge carries the surface along, and not off itself', ({ sheetMesh }) => {
  // On a flat sheet: in the direction of the stroke, less than the stroke went, and nothing up or down.
  const mesh = sheetMesh(), before = mesh.pos.slice(), middle = nearest(mesh, [0, 0, 0]);
  makeStroke(mesh, { brush: 'nudge', strength: 0.5 }, [above(-0.2, 0), above(0.2, 0)], RADIUS);
  const gone = position(mesh, middle)[0] / R;
  assert.ok(gone > 0.05 && gone < 0.4, `${gone}`);
  for (let v = 0; v < mesh.vertexCount; v++) {
    assert.equal(position(mesh, v)[1], before[3 * v + 1]);
    assert.equal(position(mesh, v)[2], 0);
  }
});

/** The mean distance of a vertex from the mean of its neighbours, in front. @param {ClayMesh} mesh */
function unevenness({ pos, vertexCount, topology: { ringStart, ring } }) {
  let sum = 0, counted = 0;
  for (let v = 0; v < vertexCount; v++) {
    if (pos[3 * v + 2] < 0.97 * R) continue;
    const mean = [0, 0, 0], size = ringStart[v + 1] - ringStart[v];
    for (let k = ringStart[v]; k < ringStart[v + 1]; k++) for (let axis = 0; axis < 3; axis++) mean[axis] += pos[3 * ring[k] + axis] / size;
    sum += Math.hypot(mean[0] - pos[3 * v], mean[1] - pos[3 * v + 1]);
    counted++;
  }
  return sum / counted;
}
