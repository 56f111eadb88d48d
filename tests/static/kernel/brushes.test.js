import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { BRUSHES } from '../../../static/kernel/brushes/index.js';
import { checkMesh } from '../../../static/kernel/check.js';
import { quartic } from '../../../static/kernel/falloff.js';
import { defaultsOf } from '../../../static/kernel/stroke_settings.js';
import { MIRROR_X, MIRROR_Y, MIRROR_Z, copiesOf, feather, mirrorCombinations } from '../../../static/kernel/symmetry.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { BRUSHES as NUMBERS } from '../../../static/wire/frames.js';
import { above, makeStroke, meshOf, nearest, position, press, sheetMesh } from './helpers.js';
import { mirroredInX, sheet, sphere } from './shapes.js';

/** @import { BrushName } from '../../../static/kernel/brushes/index.js' */

const RADIUS = 0.3 * R;
/** Those that move the surface. */
const ALL = /** @type {BrushName[]} */ (Object.keys(BRUSHES)).filter((name) => BRUSHES[name].apply === undefined);
const near = (/** @type {number} */ actual, /** @type {number} */ expected, tolerance = 2) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

test('the falloff is the quartic of the field', () => {
  // 3d⁴ − 4d³ + 1 at the centre, half way and at the rim, and nothing beyond.
  assert.deepEqual([0, 0.5, 1, 1.5].map(quartic), [1, 0.6875, 0, 0]);
});

test('draw lifts along the normal by falloff × 0.1 × radius × strength', () => {
  // On a flat sheet seen from above the whole formula is one number per vertex, and nothing moves sideways.
  for (const invert of [false, true]) {
    const mesh = sheetMesh();
    press(mesh, { brush: 'draw', strength: 0.5, invert }, 0, 0, RADIUS);
    for (let v = 0; v < mesh.vertexCount; v++) {
      const [x, y, z] = position(mesh, v), d = Math.hypot(x, y) / RADIUS;
      assert.deepEqual([x, y], [mesh.ints[3 * v], mesh.ints[3 * v + 1]]);
      near(z, (invert ? -1 : 1) * quartic(d) * 0.1 * RADIUS * 0.5);
    }
    assert.deepEqual(checkMesh(mesh), []);
  }
});

test('draw on a slope seen from the side is softened by its cosine', () => {
  // The front-face factor is n · to the eye: a slope of 45° gets cos 45° of the height, along its own normal.
  const mesh = sheetMesh((x) => x), centre = nearest(mesh, [0, 0, 0]);
  press(mesh, { brush: 'draw', strength: 0.5 }, 0, 0, RADIUS);
  const [x, y, z] = position(mesh, centre), height = 0.1 * RADIUS * 0.5 * Math.SQRT1_2;
  near(x, -height * Math.SQRT1_2, 20);
  near(y, 0, 20);
  near(z, height * Math.SQRT1_2, 20);
});

test('only what holds moves what faces away', () => {
  // A thin slab: its upper side is sculpted, its lower one, which is within reach, stays.
  for (const brush of ALL) {
    const { positions, triangles } = sphere(24), n = positions.length / 3;
    for (let v = 0; v < n; v++) positions[2 * n + v] = Math.round(positions[2 * n + v] * 0.05);
    const mesh = meshOf({ positions, triangles }), before = mesh.pos.slice();
    const stroke = press(mesh, { brush, strength: 1 }, 0.1, 0, RADIUS);
    for (const [x, y] of [[0.12, 0.1], [0, 0.1]]) stroke.moveTo({ ray: above(x, y), radius: RADIUS });
    let below = 0, up = 0;
    for (let v = 0; v < n; v++) {
      const moved = [0, 1, 2].some((axis) => mesh.pos[3 * v + axis] !== before[3 * v + axis]);
      if (moved && before[3 * v + 2] < -0.02 * R) below++;
      if (moved && before[3 * v + 2] > 0.02 * R) up++;
    }
    assert.ok(up > 20, `${brush} moved ${up} vertices of the upper side`);
    assert.equal(below > 0, BRUSHES[brush].holds, `${brush} moved ${below} vertices of the lower side`);
  }
});

test('clay fills up to its plane and not beyond', () => {
  // On a flat sheet the plane is 0.1 radii up; full strength reaches it at the centre. Inverted it takes off as much.
  for (const sign of [1, -1]) {
    const mesh = sheetMesh();
    press(mesh, { brush: 'clay', strength: 1, invert: sign < 0 }, 0, 0, RADIUS);
    for (let v = 0; v < mesh.vertexCount; v++) {
      const [x, y, z] = position(mesh, v);
      near(z, sign * 0.1 * RADIUS * quartic(Math.hypot(x, y) / RADIUS));
    }
  }
});

test('clay leaves alone what stands over its plane', () => {
  // A tower higher than the plane keeps its height; the ground around it rises.
  const mesh = sheetMesh((x, y) => (x === 0 && y === 0 ? 0.1 : 0)), tower = nearest(mesh, [0, 0, 0.1]), ground = nearest(mesh, [0.1, 0, 0]);
  press(mesh, { brush: 'clay', strength: 0.5 }, 0.05, 0, RADIUS);
  near(position(mesh, tower)[2], 0.1 * R, 1);
  assert.ok(position(mesh, ground)[2] > 0.01 * RADIUS);
});

test('inflate moves each vertex along its own normal', () => {
  // On a sphere seen from above everything moves radially, by falloff × 0.1 × radius × strength × cosine.
  const mesh = meshOf(sphere(40)), before = mesh.pos.slice();
  press(mesh, { brush: 'inflate', strength: 0.5 }, 0.01, 0.01, RADIUS);
  let moved = 0;
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y, z] = before.subarray(3 * v, 3 * v + 3), outward = (Math.hypot(...position(mesh, v)) - R) / R;
    const d = Math.hypot(x - 0.01 * R, y - 0.01 * R, z - Math.sqrt(1 - 2e-4) * R) / RADIUS;
    near(outward * R, z > 0 ? quartic(d) * 0.1 * RADIUS * 0.5 * (z / R) : 0, 0.002 * 0.1 * RADIUS);
    if (outward > 1e-4) moved++;
  }
  assert.ok(moved > 100);
});

test('smooth goes towards the mean of the neighbours, half way at most per flush', () => {
  // A single spike on a flat sheet: its neighbours' mean is zero, so the cap is to be read from its height.
  const mesh = sheetMesh((x, y) => (x === 0 && y === 0 ? 0.02 : 0)), spike = nearest(mesh, [0, 0, 0.02]);
  const stroke = press(mesh, { brush: 'smooth', strength: 0.25, pressureRadius: 0 }, 0, 0, RADIUS);
  const facing = 1; // the spike's normal is straight up
  near(position(mesh, spike)[2], 0.02 * R * (1 - 0.25 * facing), 2);
  // Dabs to and fro in one flush: without the cap they would have taken nearly all of it.
  for (let k = 0; k < 12; k++) stroke.moveTo({ ray: above(k % 2 ? 0 : 0.045, 0), radius: RADIUS });
  assert.ok(mesh.contracted[spike] <= 0.5 && mesh.contracted[spike] > 0.499);
  const capped = position(mesh, spike)[2];
  assert.ok(capped > 0.4 * 0.02 * R, `${capped} is less than what half way leaves`);
  // The next flush may go on.
  stroke.flush();
  for (let k = 0; k < 4; k++) stroke.moveTo({ ray: above(k % 2 ? 0 : 0.045, 0), radius: RADIUS });
  assert.ok(position(mesh, spike)[2] < 0.8 * capped);
});

test('two people who smooth one spot at the same time do not overshoot', () => {
  // Each flushes against the same bump, then gets the other's stroke: the spike may come down to the plane, and not through it.
  const make = () => sheetMesh((x, y) => (x === 0 && y === 0 ? 0.02 : 0));
  const ours = make(), spike = nearest(ours, [0, 0, 0.02]);
  const stroke = press(ours, { brush: 'smooth', strength: 1 }, 0, 0, RADIUS), displacement = stroke.flush();
  assert.ok(displacement !== null);
  const at = displacement.ids.indexOf(spike), fall = -displacement.dz[at] * 2 ** displacement.shift;
  assert.ok(fall > 0.49 * 0.02 * R && 2 * fall <= 0.02 * R + 2 ** displacement.shift, `each takes ${fall / (0.02 * R)} of it`);
});

test('smooth keeps a boundary on its line and leaves corners alone', () => {
  // A boundary vertex only listens to its neighbours along the boundary; an evenly spaced straight edge therefore stays.
  const mesh = sheetMesh((x, y) => 0.01 * Math.sin(157 * x + 40 * y) * (x + 0.5)), before = mesh.pos.slice();
  const was = (/** @type {number} */ v) => [...before.subarray(3 * v, 3 * v + 3)];
  makeStroke(mesh, { brush: 'smooth', strength: 1 }, [above(-0.49, -0.15), above(-0.49, 0.15)], RADIUS);
  let moved = 0;
  for (let v = 0; v < mesh.vertexCount; v++) {
    if (mesh.topology.boundary[v] === 1) assert.deepEqual(position(mesh, v), was(v));
    else if (position(mesh, v)[2] !== was(v)[2]) moved++;
  }
  assert.ok(moved > 100);
  // This corner has one triangle, so two neighbours.
  const corner = nearest(mesh, [-0.5, 0.5, 0]);
  press(mesh, { brush: 'smooth', strength: 1 }, -0.49, 0.49, RADIUS);
  assert.deepEqual(position(mesh, corner), was(corner));
});

test('flatten pulls from both sides, inverted it pushes away, at a tenth of the strength', () => {
  // A rough sheet around z = 0: heights shrink by falloff × strength, or grow by a tenth of it.
  const rough = (/** @type {number} */ x, /** @type {number} */ y) => 0.002 * Math.sign(Math.sin(157 * x + 1) * Math.sin(157 * y + 1));
  for (const invert of [false, true]) {
    const mesh = sheetMesh(rough), before = mesh.pos.slice();
    press(mesh, { brush: 'flatten', strength: 0.4, invert }, 0, 0, RADIUS);
    let high = 0, low = 0;
    for (let v = 0; v < mesh.vertexCount; v++) {
      const [x, y, z] = before.subarray(3 * v, 3 * v + 3);
      if (Math.hypot(x, y) > 0.3 * RADIUS) continue;
      const share = position(mesh, v)[2] / z;
      if (invert) assert.ok(share > 1.01 && share < 1.05, `${share}`);
      else assert.ok(share > 0.55 && share < 0.85, `${share}`);
      if (z > 0) high++;
      else low++;
    }
    assert.ok(high > 5 && low > 5);
  }
});

test('grab follows the pointer with the set and the weights of the press', () => {
  // Absolute: going away and coming back leaves nothing; at the end each vertex has moved by its weight times the way.
  const mesh = sheetMesh(), before = mesh.pos.slice();
  const stroke = press(mesh, { brush: 'grab', strength: 1 }, 0, 0, RADIUS);
  assert.deepEqual(mesh.pos, before);
  stroke.moveTo({ ray: above(0.3, -0.2), radius: RADIUS });
  stroke.moveTo({ ray: above(0.1, 0.05), radius: RADIUS });
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y, z] = before.subarray(3 * v, 3 * v + 3), w = quartic(Math.hypot(x, y) / RADIUS);
    const [px, py, pz] = position(mesh, v);
    near(px - x, 0.1 * R * w);
    near(py - y, 0.05 * R * w);
    assert.equal(pz, z);
  }
  assert.deepEqual(checkMesh(mesh), []);
  stroke.moveTo({ ray: above(0, 0), radius: RADIUS });
  for (let c = 0; c < before.length; c++) near(mesh.pos[c], before[c], 0.5);
});

test('the axis combinations are all subsets, the original first', () => {
  // One axis gives two copies, three give eight.
  assert.deepEqual(mirrorCombinations(0), [0]);
  assert.deepEqual(mirrorCombinations(MIRROR_X), [0, 1]);
  assert.deepEqual(mirrorCombinations(MIRROR_X | MIRROR_Z), [0, 1, 4, 5]);
  assert.equal(mirrorCombinations(MIRROR_X | MIRROR_Y | MIRROR_Z).length, 8);
});

test('copies that coincide share their strength', () => {
  // On the mirror plane two copies get half each; a diameter away from each other both get all.
  assert.equal(feather([0, 5, 0], 10, copiesOf(MIRROR_X)), 0.5);
  assert.equal(feather([10, 5, 0], 10, copiesOf(MIRROR_X)), 1);
  assert.equal(feather([0, 0, 0], 10, copiesOf(MIRROR_X | MIRROR_Y | MIRROR_Z)), 1 / 8);
});

test('a mirrored stroke on a symmetric mesh leaves it symmetric, to the integer', () => {
  // Across the seam as well, where the two copies overlap and touch the same vertices.
  for (const brush of ALL) {
    const original = sheet(40, (x, y) => 0.03 * Math.cos(20 * x) * Math.sin(15 * y)), mesh = meshOf(original);
    makeStroke(mesh, { brush, strength: 0.6, mirror: MIRROR_X }, [above(-0.3, -0.1), above(-0.1, 0), above(0.05, 0.1), above(0.2, 0.2)], RADIUS);
    const n = mesh.vertexCount, place = new Map();
    for (let v = 0; v < n; v++) place.set(`${original.positions[v]},${original.positions[n + v]}`, v);
    let moved = 0;
    for (let v = 0; v < n; v++) {
      const partner = place.get(`${-original.positions[v] || 0},${original.positions[n + v]}`);
      const [x, y, z] = mesh.ints.subarray(3 * v, 3 * v + 3);
      assert.deepEqual([...mesh.ints.subarray(3 * partner, 3 * partner + 3)], [-x || 0, y, z], brush);
      if (original.positions[v] !== x || original.positions[2 * n + v] !== z) moved++;
    }
    assert.ok(moved > 100, brush);
  }
});

test('a mirrored stroke on a mirrored mesh is the mirrored stroke, to the integer', () => {
  // Same vertices, x negated, triangles turned round, rays mirrored: every displacement sent is the mirror image.
  const rays = [above(0.3, -0.1), above(0.1, 0), above(-0.1, 0.15), above(-0.2, 0.3)];
  const turned = rays.map(({ origin: [x, y, z], direction }) => ({ origin: /** @type {[number, number, number]} */ ([-x, y, z]), direction }));
  for (const brush of ALL) {
    const shape = sphere(30), settings = { brush, strength: 0.5 };
    const sent = makeStroke(meshOf(shape), settings, rays, RADIUS, { right: [1, 0, 0] });
    const mirrored = makeStroke(meshOf(mirroredInX(shape)), settings, turned, RADIUS, { right: [-1, 0, 0] });
    assert.ok(sent.length > 0, brush);
    assert.deepEqual(mirrored, sent.map((d) => ({ ...d, dx: d.dx.map((x) => -x) })), brush);
  }
});

test('every brush keeps the invariants, on open and on closed meshes, mirrored and not', () => {
  // Normals of neighbours that did not move, boxes, slack and carry, after each flush and at the end.
  for (const brush of ALL) {
    for (const mirror of [0, MIRROR_X | MIRROR_Y]) {
      for (const mesh of [sheetMesh((x, y) => 0.05 * Math.sin(12 * x) * y), meshOf(sphere(18))]) {
        const stroke = press(mesh, { brush, strength: 1, mirror }, -0.35, 0.2, RADIUS);
        for (const [x, y] of [[-0.2, 0.2], [0, 0.1], [0.3, -0.3]]) {
          stroke.moveTo({ ray: above(x, y), radius: RADIUS });
          assert.deepEqual(checkMesh(mesh), [], `${brush} while dabbing`);
          stroke.flush();
          assert.deepEqual(checkMesh(mesh), [], `${brush} after a flush`);
        }
        stroke.end();
        assert.deepEqual(checkMesh(mesh), [], `${brush} at the end`);
      }
    }
  }
});

test('every brush has a number on the wire, and a panel made of settings', () => {
  // A brush without a number could not be shown to the others; a control without a setting would do nothing.
  for (const [name, brush] of Object.entries(BRUSHES)) {
    assert.ok(NUMBERS.includes(name), `${name} has no number`);
    assert.equal(brush.name, name);
    const settings = defaultsOf(brush.name);
    for (const control of brush.controls) assert.ok(control in settings, `${name} shows ${control}`);
    assert.equal(new Set(brush.controls).size, brush.controls.length, name);
  }
});
