import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { MAX_RADIAL, MIRROR_X, MIRROR_Y, MIRROR_Z, carried, copiesOf } from '../../../static/kernel/symmetry.js';

test('a quarter turn is exact', () => {
  // Four copies about z: the numbers themselves, with a sign or another place.
  const places = copiesOf(0, { axis: 'z', count: 4 }).map((copy) => carried([3, 7, 5], copy).map((c) => c + 0));
  assert.deepEqual(places, [[3, 7, 5], [-7, 3, 5], [-3, -7, 5], [7, -3, 5]]);
});

test('each axis turns the other two the right way', () => {
  // x to y to z to x, by a quarter.
  assert.deepEqual(carried([0, 1, 0], copiesOf(0, { axis: 'x', count: 4 })[1]), [0, 0, 1]);
  assert.deepEqual(carried([0, 0, 1], copiesOf(0, { axis: 'y', count: 4 })[1]), [1, 0, 0]);
  assert.deepEqual(carried([1, 0, 0], copiesOf(0, { axis: 'z', count: 4 })[1]), [0, 1, 0]);
});

test('the mirror image of every copy is a copy, to the last bit', () => {
  // So a mirrored radial stroke stays exactly mirrored, whatever the count.
  for (const count of [2, 3, 5, 7, 12]) {
    for (const axis of /** @type {const} */ (['x', 'y', 'z'])) {
      const places = copiesOf(MIRROR_X, { axis, count }).map((copy) => carried([0.3, 0.7, -1.1], copy).map((c) => c + 0).join());
      for (const place of places) {
        const [x, ...rest] = place.split(',').map(Number);
        assert.ok(places.includes([-x, ...rest].join()), `${count} about ${axis}: ${place} has no mirror image`);
      }
    }
  }
});

test('no copy is made twice', () => {
  // A mirror in X and in Z is half a turn about Y.
  assert.equal(copiesOf(MIRROR_X | MIRROR_Z, { axis: 'y', count: 2 }).length, 4);
  assert.equal(copiesOf(MIRROR_X | MIRROR_Y | MIRROR_Z, { axis: 'y', count: 3 }).length, 24);
});

test('copies know whether they turn left to right', () => {
  // One mirror does, two do not, a turn never does.
  assert.deepEqual(copiesOf(MIRROR_X | MIRROR_Y).map((copy) => copy.mirrored), [false, true, true, false]);
  assert.ok(copiesOf(0, { axis: 'y', count: 5 }).every((copy) => !copy.mirrored));
});

test('a count that is none is told so', () => {
  // The limit and what came.
  assert.throws(() => copiesOf(0, { axis: 'y', count: 0 }), /1 to 32 radial copies, got 0/);
  assert.throws(() => copiesOf(0, { axis: 'y', count: MAX_RADIAL + 1 }), /got 33/);
});
