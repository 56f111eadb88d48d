import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placed } from '../../../static/editor/popovers.js';
import { LOG_MAX, StrokeLog, stepsTo } from '../../../static/editor/stroke_log.js';
import { logarithmic, neighbour } from '../../../static/editor/widgets/fields.js';
import { History } from '../../../static/replica/history.js';

/** Two columns, five brushes. */
const BOXES = [[0, 0], [70, 0], [0, 60], [70, 60], [0, 120]].map(([left, top]) => ({ left, top }));

for (const { key, at, to } of [
  { key: 'ArrowRight', at: 0, to: 1 },
  { key: 'ArrowRight', at: 4, to: 0 },
  { key: 'ArrowLeft', at: 0, to: 4 },
  { key: 'ArrowDown', at: 1, to: 3 },
  { key: 'ArrowDown', at: 3, to: 4 },
  { key: 'ArrowDown', at: 4, to: 0 },
  { key: 'ArrowUp', at: 3, to: 1 },
  { key: 'Home', at: 3, to: 0 },
  { key: 'End', at: 0, to: 4 },
  { key: 'x', at: 0, to: null },
]) {
  test(`in the palette ${key} leads from ${at} to ${to}`, () => {
    // Arrows go where the eye expects it, also in a row that is not full.
    assert.equal(neighbour(BOXES, at, key), to);
  });
}

test('in a single row up and down go on by one', () => {
  // The strip of a phone is a radio group like any other.
  const row = [0, 70, 140].map((left) => ({ left, top: 5 }));
  assert.deepEqual([neighbour(row, 0, 'ArrowDown'), neighbour(row, 0, 'ArrowUp')], [1, 2]);
});

test('a logarithmic slider comes back to where it was', () => {
  // The middle of 4 … 400 is 40.
  assert.equal(Math.round(logarithmic.fromShare(0.5, 4, 400)), 40);
  assert.ok(Math.abs(logarithmic.toShare(logarithmic.fromShare(0.3, 4, 300), 4, 300) - 0.3) < 1e-12);
});

const WINDOW = { width: 400, height: 800 };
for (const { name, button, panel, at } of [
  { name: 'under its button', button: { left: 50, top: 10, bottom: 50 }, panel: { width: 200, height: 300 }, at: { left: 50, top: 60 } },
  { name: 'inside the right edge', button: { left: 380, top: 10, bottom: 50 }, panel: { width: 200, height: 300 }, at: { left: 190, top: 60 } },
  { name: 'over a button that is low', button: { left: 50, top: 700, bottom: 740 }, panel: { width: 200, height: 300 }, at: { left: 50, top: 390 } },
  { name: 'inside, where neither fits', button: { left: 50, top: 300, bottom: 340 }, panel: { width: 200, height: 700 }, at: { left: 50, top: 90 } },
]) {
  test(`a panel opens ${name}`, () => {
    // Never beyond an edge of the window.
    assert.deepEqual(placed(button, panel, WINDOW), at);
  });
}

test('the history says what can be undone and redone, in the order of time', () => {
  // So a list of it needs no more than to be turned round.
  const history = new History();
  const displacement = { ids: Uint32Array.of(1), dx: Int32Array.of(1), dy: Int32Array.of(0), dz: Int32Array.of(0), shift: 0 };
  for (const stroke of [1, 2, 3, 4]) history.add(stroke, 1, 0, displacement);
  history.undo();
  history.undo();
  const { entries } = history;
  assert.deepEqual(entries.map(({ stroke, done }) => [stroke, done]), [[1, true], [2, true], [3, false], [4, false]]);
  assert.deepEqual([null, 1, 2, 3, 4].map((stroke) => stepsTo(entries, stroke)), [-2, -1, 0, 1, 2]);
});

test('the log of strokes is bounded', () => {
  // A long day does not fill the page.
  const log = new StrokeLog();
  for (let stroke = 0; stroke <= LOG_MAX; stroke++) log.add(stroke, 'draw', stroke);
  assert.equal(log.of(0), undefined);
  assert.deepEqual(log.of(LOG_MAX), { brush: 'draw', at: LOG_MAX });
});
