import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURVE_POINTS_MAX, isCurve } from '../../../static/editor/controls.js';
import { middleAfter, nearest, withAdded, withMoved, withRemoved } from '../../../static/editor/widgets/curve_points.js';
import { seededRandom } from '../random.js';

/** @import { Curve } from '../../../static/kernel/stroke_settings.js' */

/** @type {Curve} */
const CURVE = [[0, 1], [0.5, 0.25], [1, 0]];

for (const { name, i, to, becomes } of [
  { name: 'inside', i: 1, to: [0.4, 0.6], becomes: [0.4, 0.6] },
  { name: 'past its neighbour', i: 1, to: [1.5, 0.6], becomes: [0.99, 0.6] },
  { name: 'out of the square', i: 1, to: [0.5, -3], becomes: [0.5, 0] },
  { name: 'an end, sideways', i: 0, to: [0.3, 0.8], becomes: [0, 0.8] },
  { name: 'the other end', i: 2, to: [0.3, 0.8], becomes: [1, 0.8] },
]) {
  test(`a point is moved ${name}`, () => {
    // The others stay, and what comes out is a curve; the old one is not changed.
    const before = structuredClone(CURVE);
    const moved = withMoved(CURVE, i, to[0], to[1]);
    assert.deepEqual(moved[i], becomes);
    assert.deepEqual(moved.filter((_, k) => k !== i), CURVE.filter((_, k) => k !== i));
    assert.deepEqual(CURVE, before);
  });
}

test('a point is added in its place, where there is room', () => {
  // Its index is told, so that it can be dragged on at once.
  assert.deepEqual(withAdded(CURVE, 0.75, 0.5), { curve: [[0, 1], [0.5, 0.25], [0.75, 0.5], [1, 0]], index: 2 });
  for (const x of [-0.1, 0, 0.505, 1, 1.2]) assert.equal(withAdded(CURVE, x, 0.5), null, String(x));
});

test('ends can not be taken out', () => {
  // A curve always reaches from the centre to the rim.
  assert.deepEqual(withRemoved(CURVE, 1), [[0, 1], [1, 0]]);
  assert.deepEqual(withRemoved(CURVE, 0), CURVE);
  assert.deepEqual(withRemoved(CURVE, 2), CURVE);
});

test('a key adds a point in the middle', () => {
  // After the chosen one; before the last, where that is chosen.
  assert.deepEqual([0, 1, 2].map((i) => middleAfter(CURVE, i)), [0.25, 0.75, 0.75]);
});

test('the nearest point within reach is taken', () => {
  // Reach is in shares of the square, which is wider than high.
  assert.equal(nearest(CURVE, 0.52, 0.3, 0.05, 0.1), 1);
  assert.equal(nearest(CURVE, 0.6, 0.3, 0.05, 0.1), -1);
});

test('whatever a hand does, it stays a curve', () => {
  // A thousand movements, additions and removals anywhere, also outside.
  const next = seededRandom(7);
  let curve = CURVE;
  let most = 0;
  for (let k = 0; k < 1000; k++) {
    const x = next() * 1.4 - 0.2, y = next() * 1.4 - 0.2, i = Math.floor(next() * curve.length), what = next();
    if (what < 0.5) curve = withMoved(curve, i, x, y);
    else if (what < 0.85) curve = withAdded(curve, x, y)?.curve ?? curve;
    else curve = withRemoved(curve, i);
    assert.ok(isCurve(curve), JSON.stringify(curve));
    most = Math.max(most, curve.length);
  }
  assert.equal(most, CURVE_POINTS_MAX);
});
