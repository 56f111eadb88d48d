import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { applyDisplacements, negated } from '../../../static/kernel/apply.js';
import { checkMesh } from '../../../static/kernel/check.js';
import { AIRBRUSH_MS, StrokeMaker } from '../../../static/kernel/stroke.js';
import { KINDS } from '../../../static/kernel/stroke_kinds.js';
import { MIRROR_X, MIRROR_Y, MIRROR_Z } from '../../../static/kernel/symmetry.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { above, makeStroke, meshOf, nearest, position, press, sheetMesh } from './helpers.js';
import { sheet, sphere } from './shapes.js';

/** @import { ClayMesh } from '../../../static/kernel/mesh.js' */
/** @import { StrokeKind } from '../../../static/kernel/stroke_settings.js' */

const RADIUS = 0.2 * R;
const ALL = /** @type {StrokeKind[]} */ (Object.keys(KINDS));
const BRUSHES = /** @type {const} */ (['draw', 'clay', 'smooth', 'flatten']);

/** What an airbrush is made of: the same calls for every kind. @param {StrokeMaker} stroke @param {[number, number][]} places */
function follow(stroke, places) {
  const sent = [];
  for (const [k, [x, y]] of places.entries()) {
    stroke.moveTo({ ray: above(x, y), radius: RADIUS });
    stroke.tick(1000 * k);
    stroke.tick(1000 * k + 3 * AIRBRUSH_MS);
    sent.push(stroke.flush());
  }
  sent.push(...stroke.end());
  return sent.filter((d) => d !== null);
}

/** Mean height at a place of the sheet, quanta. @param {ClayMesh} mesh @param {number} x @param {number} y */
const height = (mesh, x, y) => position(mesh, nearest(mesh, [x, y, 0]))[2];

test('every kind makes a mark with a still click', () => {
  // At the press or at the release; never none.
  for (const kind of ALL) {
    const mesh = sheetMesh(), stroke = press(mesh, { brush: 'draw', strength: 0.5, kind }, 0, 0, RADIUS);
    assert.ok(stroke.end().length > 0, kind);
    assert.ok(height(mesh, 0, 0) > 0.04 * RADIUS, kind);
  }
});

test('what is sent adds up to what is seen, for every kind, also while others sculpt there', () => {
  // A replica that gets the flushes, and the others' strokes in another order, has the same bits; nothing is carried on.
  for (const kind of ALL) {
    const mesh = meshOf(sphere(25)), replica = meshOf(sphere(25));
    const others = makeStroke(meshOf(sphere(25)), { brush: 'inflate', strength: 0.7 }, [above(0.1, 0), above(0.2, 0.1)], RADIUS);
    const stroke = press(mesh, { brush: 'clay', strength: 0.7, kind }, 0, 0, RADIUS), first = stroke.flush();
    applyDisplacements(mesh, others);
    const sent = follow(stroke, [[0.1, 0], [0.25, 0.05], [0.1, 0.2]]);
    applyDisplacements(replica, [...sent, ...(first === null ? [] : [first]), ...others]);
    assert.deepEqual(replica.ints, mesh.ints, kind);
    assert.deepEqual(mesh.pos, Float32Array.from(mesh.ints), kind);
    assert.ok(mesh.acc.every((a) => a === 0), kind);
    assert.deepEqual(checkMesh(mesh), [], kind);
  }
});

test('undo brings back every integer, for every kind', () => {
  // The negated sum of all that was sent.
  for (const kind of ALL) {
    const mesh = meshOf(sphere(25)), before = mesh.ints.slice(), stroke = press(mesh, { brush: 'draw', strength: 0.8, kind }, 0, 0, RADIUS);
    const first = stroke.flush(), sent = follow(stroke, [[0.2, 0], [0.2, 0.2]]);
    assert.notDeepEqual(mesh.ints, before, kind);
    applyDisplacements(mesh, [...sent, ...(first === null ? [] : [first])].map(negated));
    assert.deepEqual(mesh.ints, before, kind);
  }
});

test('a cancelled stroke of any kind leaves only what was flushed', () => {
  // Whatever it has taken back by then: the history undoes the flushes, and the surface is as before.
  for (const kind of ALL) {
    const mesh = meshOf(sphere(25)), before = mesh.ints.slice(), stroke = press(mesh, { brush: 'draw', strength: 1, kind }, 0, 0, RADIUS);
    const sent = [stroke.flush()];
    stroke.moveTo({ ray: above(0.3, 0), radius: RADIUS });
    sent.push(stroke.flush());
    stroke.moveTo({ ray: above(0.1, 0.2), radius: RADIUS });
    stroke.cancel();
    applyDisplacements(mesh, sent.filter((d) => d !== null).map(negated));
    assert.deepEqual(mesh.ints, before, kind);
    assert.deepEqual(mesh.pos, Float32Array.from(before), kind);
    assert.deepEqual(checkMesh(mesh), [], kind);
  }
});

test('every kind stays mirrored to the integer', () => {
  // On a symmetric sheet, across the seam, with each brush; the airbrush's clock and the taking back included.
  for (const kind of ALL) {
    for (const brush of BRUSHES) {
      const original = sheet(28, (x, y) => 0.03 * Math.cos(20 * x) * Math.sin(15 * y)), mesh = meshOf(original);
      follow(press(mesh, { brush, strength: 0.6, kind, mirror: MIRROR_X, autoSmooth: 0.3, accumulate: false }, -0.3, -0.1, RADIUS),
        [[-0.1, 0], [0.05, 0.1], [0.12, 0.12]]);
      assertMirrored(mesh, original, `${kind} ${brush}`);
    }
  }
});

test('with turns about Y as well, it still stays mirrored', () => {
  // Five copies about the axis that the mirror plane goes through, each with its mirror image, on a sphere.
  const mesh = meshOf(sphere(30)), before = mesh.ints.slice();
  follow(press(mesh, { brush: 'draw', strength: 0.6, mirror: MIRROR_X, radial: { axis: 'y', count: 5 } }, 0.2, 0.1, RADIUS), [[0.3, 0.2], [0.1, 0.3]]);
  assertMirrored(mesh, { positions: planar(before) }, 'radial');
  const moved = new Set();
  for (let v = 0; v < mesh.vertexCount; v++) {
    if (mesh.ints[3 * v] === before[3 * v]) continue;
    moved.add(Math.floor((Math.atan2(before[3 * v], before[3 * v + 2]) / Math.PI + 1) * 5));
  }
  assert.equal(moved.size, 10, 'all around the axis');
});

test('dots dab once per event, however far it goes', () => {
  // Two far moves are two marks, with nothing between.
  const mesh = sheetMesh(), stroke = press(mesh, { brush: 'draw', strength: 0.5, kind: 'dots' }, -0.4, 0, 0.05 * R);
  stroke.moveTo({ ray: above(0, 0), radius: 0.05 * R });
  stroke.moveTo({ ray: above(0.4, 0), radius: 0.05 * R });
  for (const x of [-0.4, 0, 0.4]) assert.ok(height(mesh, x, 0) > 0, `${x}`);
  for (const x of [-0.2, 0.2]) assert.equal(height(mesh, x, 0), 0);
});

test('an airbrush goes on at rest, by the clock it is given, and no other kind does', () => {
  // One dab each interval; a clock that was late makes up for a few and no more.
  const dab = (/** @type {number} */ dabs) => dabs * 0.1 * RADIUS * 0.1;
  const mesh = sheetMesh(), stroke = press(mesh, { brush: 'draw', strength: 0.1, kind: 'airbrush' }, 0, 0, RADIUS);
  const is = (/** @type {number} */ dabs) => assert.ok(Math.abs(height(mesh, 0, 0) - dab(dabs)) < 0.1 * dab(1), `${height(mesh, 0, 0) / dab(1)} dabs, not ${dabs}`);
  is(1);
  assert.equal(stroke.tick(5000), false);
  assert.equal(stroke.tick(5000 + AIRBRUSH_MS - 1), false);
  is(1);
  assert.equal(stroke.tick(5000 + AIRBRUSH_MS), true);
  is(2);
  stroke.tick(5000 + 3 * AIRBRUSH_MS);
  is(4);
  stroke.tick(60_000);
  is(8);
  assert.equal(stroke.tick(60_000 + AIRBRUSH_MS - 1), false);
  const still = press(sheetMesh(), { brush: 'draw', strength: 0.1 }, 0, 0, RADIUS);
  still.tick(0);
  assert.equal(still.tick(60_000), false);
});

test('an anchored stroke is one dab at the press, as wide as the drag', () => {
  // Whatever the way, and whatever was sent on it: the same integers as a dab of that radius.
  const mesh = sheetMesh(), stroke = press(mesh, { brush: 'draw', strength: 0.5, kind: 'anchored' }, 0, 0, RADIUS);
  stroke.flush();
  for (const [x, y] of [[0.4, 0.1], [-0.2, -0.3], [0.3, 0]]) {
    stroke.moveTo({ ray: above(x, y), radius: RADIUS });
    stroke.flush();
  }
  stroke.end();
  const wanted = sheetMesh();
  press(wanted, { brush: 'draw', strength: 0.5 }, 0, 0, 0.3 * R).end();
  for (let c = 0; c < mesh.ints.length; c++) assert.ok(Math.abs(mesh.ints[c] - wanted.ints[c]) <= 32, `${mesh.ints[c]} is not ${wanted.ints[c]}`);
});

test('a drag dot leaves nothing where it was, to the integer, and stays when the pointer leaves the surface', () => {
  // Sent at each place, taken back by differences; others' work meanwhile stays.
  const mesh = sheetMesh(), before = mesh.ints.slice(), stroke = press(mesh, { brush: 'draw', strength: 1, kind: 'dragDot' }, -0.35, -0.35, 0.1 * R);
  for (const [x, y] of [[-0.2, -0.2], [0, 0], [0.35, 0.3], [0.9, 0.9]]) {
    stroke.moveTo({ ray: above(x, y), radius: 0.1 * R });
    stroke.flush();
  }
  stroke.end();
  let moved = 0;
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y] = position(mesh, v), inside = Math.hypot(x / R - 0.35, y / R - 0.3) < 0.1;
    if (!inside) assert.equal(mesh.ints[3 * v + 2], before[3 * v + 2], `vertex at ${x / R}, ${y / R}`);
    else if (mesh.ints[3 * v + 2] > 0) moved++;
  }
  assert.ok(moved > 5);
});

test('a line is straight from press to release, and made then', () => {
  // The detour in the middle does not count; before the release there is nothing.
  const mesh = sheetMesh(), stroke = press(mesh, { brush: 'draw', strength: 0.5, kind: 'line' }, -0.4, 0, 0.08 * R);
  stroke.moveTo({ ray: above(0, 0.4), radius: 0.08 * R });
  stroke.moveTo({ ray: above(0.4, 0), radius: 0.08 * R });
  assert.equal(stroke.flush(), null);
  stroke.end();
  for (const x of [-0.4, -0.2, 0, 0.2, 0.4]) assert.ok(height(mesh, x, 0) > 0.01 * R, `${x}`);
  assert.equal(height(mesh, 0, 0.4), 0);
  assert.equal(height(mesh, 0, 0.2), 0);
});

test('copies all around the origin come from three mirrors', () => {
  // Eight marks, of which one sees four from above; every one as high as the first.
  const mesh = meshOf(sphere(40)), before = mesh.ints.slice(), stroke = press(mesh, { brush: 'draw', strength: 0.5, mirror: MIRROR_X | MIRROR_Y | MIRROR_Z }, 0.5, 0.4, 0.1 * R);
  stroke.end();
  const octants = new Set();
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y, z] = before.subarray(3 * v, 3 * v + 3);
    if (mesh.ints[3 * v + 2] !== z) octants.add(`${x > 0}${y > 0}${z > 0}`);
  }
  assert.equal(octants.size, 8);
});

test('a kind that is none is told so', () => {
  // With those that there are.
  assert.throws(() => new StrokeMaker(sheetMesh(), { brush: 'draw', kind: /** @type {any} */ ('wave') }), /there is no stroke wave; there are space, dots/);
});

/** @param {Int32Array} ints interleaved */
function planar(ints) {
  const n = ints.length / 3;
  return Int32Array.from({ length: 3 * n }, (_, i) => ints[3 * (i % n) + Math.floor(i / n)]);
}

/** @param {ClayMesh} mesh @param {{positions: Int32Array}} original planar, before the stroke @param {string} what */
function assertMirrored(mesh, { positions }, what) {
  const n = mesh.vertexCount, place = new Map();
  const key = (/** @type {number} */ x, /** @type {number} */ v) => `${x || 0},${positions[n + v]},${positions[2 * n + v]}`;
  for (let v = 0; v < n; v++) place.set(key(positions[v], v), v);
  let moved = 0;
  for (let v = 0; v < n; v++) {
    const partner = place.get(key(-positions[v], v)), [x, y, z] = mesh.ints.subarray(3 * v, 3 * v + 3);
    assert.deepEqual([...mesh.ints.subarray(3 * partner, 3 * partner + 3)], [-x || 0, y, z], what);
    if (positions[v] !== x || positions[2 * n + v] !== z) moved++;
  }
  assert.ok(moved > 20, `${what} moved ${moved}`);
}
