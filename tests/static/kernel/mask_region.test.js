import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_CORNERS, Region, byRegion, halfPlane, rectangle, simplified } from '../../../static/kernel/mask/index.js';
import { MIRROR_X } from '../../../static/kernel/symmetry.js';
import { random, sphere } from './shapes.js';
import { meshOf, position } from './helpers.js';

const R = 2 ** 22;

/** A parallel camera from the front: 100 pixels are one radius, the middle of the picture is the origin. */
const FRONT = /** @type {const} */ ({
  matrix: [1 / (2 * R), 0, 0, 0, 0, 1 / (2 * R), 0, 0, 0, 0, -1 / (4 * R), 0, 0, 0, 0, 1],
  width: 400, height: 400, eye: [0, 0, 1], parallel: true,
});

/** A camera with perspective at (0, 0, 3), half a right angle wide, seeing 400 × 400 pixels. */
const f = 1 / Math.tan(Math.PI / 8);
const NEAR = /** @type {const} */ ({
  matrix: [f / R, 0, 0, 0, 0, f / R, 0, 0, 0, 0, -1 / R, -1 / R, 0, 0, 0, 3], width: 400, height: 400, eye: [0, 0, 3 * R], parallel: false,
});

test('a box protects what faces the eye within it, and through it also what lies behind', () => {
  const ball = meshOf(sphere(10)), box = new Region(rectangle({ x: 220, y: 130 }, { x: 160, y: 190 }));
  const front = byRegion(ball, FRONT, box), through = byRegion(ball, FRONT, box, { through: true });
  let seen = 0, behind = 0;
  for (let v = 0; v < ball.vertexCount; v++) {
    const [x, y, z] = position(ball, v).map((c) => c / R);
    const inside = x > -0.4 && x < 0.2 && y > 0.1 && y < 0.7;
    assert.equal(through[v], inside ? 255 : 0);
    assert.equal(front[v], inside && z > 0 ? 255 : 0);
    if (inside) z > 0 ? seen++ : behind++;
  }
  assert.ok(seen > 20 && behind > 20, `${seen} in front, ${behind} behind`);
});

test('with perspective a vertex is where the picture has it, and the silhouette is nearer than the equator', () => {
  const ball = meshOf(sphere(10)), everything = new Region(rectangle({ x: -10, y: -10 }, { x: 410, y: 410 }));
  const front = byRegion(ball, NEAR, everything);
  for (let v = 0; v < ball.vertexCount; v++) {
    const z = position(ball, v)[2] / R;
    // The tangent from (0, 0, 3) touches the unit sphere at z = 1/3.
    if (Math.abs(z - 1 / 3) > 0.02) assert.equal(front[v], z > 1 / 3 ? 255 : 0);
  }
  const left = byRegion(ball, NEAR, new Region(rectangle({ x: 0, y: 0 }, { x: 200, y: 400 })));
  for (let v = 0; v < ball.vertexCount; v++) if (left[v]) assert.ok(position(ball, v)[0] <= 0);
});

test('what is behind the eye is in no region', () => {
  const ball = meshOf(sphere(4)), inside = { ...NEAR, matrix: [...NEAR.matrix.slice(0, 15), 0], eye: /** @type {const} */ ([0, 0, 0]) };
  const mask = byRegion(ball, inside, new Region(rectangle({ x: -1e6, y: -1e6 }, { x: 1e6, y: 1e6 })), { through: true });
  for (let v = 0; v < ball.vertexCount; v++) if (position(ball, v)[2] > 0) assert.equal(mask[v], 0);
  assert.ok(mask.some((m) => m === 255));
});

test('mirrored, a region protects both sides exactly alike', () => {
  const ball = meshOf(sphere(10)), box = new Region(rectangle({ x: 220, y: 130 }, { x: 260, y: 190 }));
  const mask = byRegion(ball, FRONT, box, { mirror: MIRROR_X });
  /** @param {number} side */
  const places = (side) => [...mask.keys()].filter((v) => mask[v] && position(ball, v)[0] * side > 0)
    .map((v) => position(ball, v).map((c, axis) => (axis === 0 ? c * side : c)).join()).sort();
  assert.ok(places(1).length > 10);
  assert.deepEqual(places(1), places(-1));
});

test('a lasso is asked row by row and answers as the plain rule does', () => {
  const next = random(5), corners = Array.from({ length: 60 }, () => ({ x: 300 * next(), y: 300 * next() }));
  const region = new Region(corners);
  for (let k = 0; k < 3000; k++) {
    const x = 320 * next() - 10, y = 320 * next() - 10;
    let inside = false;
    corners.forEach((a, i) => {
      const b = corners[(i + 1) % corners.length];
      if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
    });
    assert.equal(region.contains(x, y), inside, `${x}, ${y}`);
  }
});

test('one side of a line is the one to the right of who walks along it', () => {
  const up = new Region(halfPlane({ x: 200, y: 300 }, { x: 200, y: 100 }, 1000));
  assert.equal(up.contains(210, 5), true);
  assert.equal(up.contains(190, 5), false);
  const down = new Region(halfPlane({ x: 200, y: 100 }, { x: 200, y: 300 }, 1000));
  assert.equal(down.contains(190, 395), true);
  assert.deepEqual(halfPlane({ x: 3, y: 4 }, { x: 3, y: 4 }, 1000), []);
});

test('regions that are none are refused with their numbers', () => {
  assert.throws(() => new Region([{ x: 0, y: 0 }, { x: 1, y: 1 }]), new RegExp(`3 to ${MAX_CORNERS} corners, got 2`));
  assert.throws(() => new Region([{ x: 0, y: 0 }, { x: 1, y: 1 }, { x: NaN, y: 1 }]), /not a number/);
  const line = simplified(Array.from({ length: 50_000 }, (_, i) => ({ x: i, y: 0 })), 4);
  assert.equal(line.length, MAX_CORNERS);
  assert.equal(line[1].x, 4);
});
