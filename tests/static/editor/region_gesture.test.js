import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegionGesture } from '../../../static/editor/region_gesture.js';

test('a box goes from where it was pressed to where it is', () => {
  const gesture = new RegionGesture('box', 1000);
  assert.equal(gesture.down(1, { x: 10, y: 20 }), true);
  gesture.move(1, [{ x: 30, y: 25 }, { x: 50, y: 80 }]);
  gesture.move(2, [{ x: 900, y: 900 }]); // another pointer, which draws nothing
  assert.deepEqual(gesture.up(1), [{ x: 10, y: 20 }, { x: 50, y: 20 }, { x: 50, y: 80 }, { x: 10, y: 80 }]);
});

test('a lasso is its way, with no more corners than can be told apart', () => {
  const gesture = new RegionGesture('lasso', 1000);
  gesture.down(1, { x: 0, y: 0 });
  gesture.move(1, [{ x: 0.5, y: 0 }, { x: 1, y: 0 }, { x: 40, y: 0 }, { x: 40, y: 40 }]);
  assert.deepEqual(gesture.up(1), [{ x: 0, y: 0 }, { x: 40, y: 0 }, { x: 40, y: 40 }]);
});

test('a line selects the side to its right, to the edge of the picture', () => {
  const gesture = new RegionGesture('line', 1000);
  gesture.down(1, { x: 100, y: 100 });
  gesture.move(1, [{ x: 100, y: 50 }]); // upwards: the right side is x > 100
  assert.deepEqual(gesture.line, [{ x: 100, y: 100 }, { x: 100, y: 50 }]);
  const corners = /** @type {{x: number, y: number}[]} */ (gesture.up(1));
  assert.deepEqual(corners.map(({ x }) => x).sort((a, b) => a - b), [100, 100, 1100, 1100]);
});

test('a press without a drag selects nothing, and a second finger gives up', () => {
  for (const shape of /** @type {const} */ (['box', 'lasso', 'line'])) {
    const gesture = new RegionGesture(shape, 1000);
    gesture.down(1, { x: 10, y: 10 });
    gesture.move(1, [{ x: 11, y: 12 }]);
    assert.equal(gesture.up(1), null);
  }
  const gesture = new RegionGesture('box', 1000);
  gesture.down(1, { x: 10, y: 10 });
  assert.equal(gesture.down(2, { x: 90, y: 90 }), false);
  assert.equal(gesture.up(2), undefined);
});
