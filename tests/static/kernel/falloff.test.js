import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { MAX_CURVE_POINTS, curveTable, readTable } from '../../../static/kernel/curve.js';
import { FALLOFFS, falloffTable, presetTable } from '../../../static/kernel/falloff.js';
import { DEFAULT_SPACING, evenness, overlap } from '../../../static/kernel/spacing.js';

const near = (/** @type {number} */ actual, /** @type {number} */ expected, tolerance = 1e-5) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

test('each preset has the value of its formula half way', () => {
  // Worked out by hand from the formulas of SculptGL and Blender, p = ½.
  const half = {
    quartic: 0.6875, smooth: 0.5, smoother: 0.5, sphere: Math.sqrt(0.75), root: Math.SQRT1_2, sharp: 0.25, linear: 0.5, sharper: 0.0625,
    inverseSquare: 0.75, constant: 1,
  };
  assert.deepEqual(Object.keys(half), Object.keys(FALLOFFS));
  for (const [name, value] of Object.entries(half)) {
    const table = presetTable(/** @type {any} */ (name));
    near(readTable(table, 0.5), value);
    near(readTable(table, 0), 1);
    near(readTable(table, 1), name === 'constant' ? 1 : 0);
  }
});

test('presets never rise towards the rim', () => {
  // A brush is nowhere stronger than nearer to its centre.
  for (const name of Object.keys(FALLOFFS)) {
    const table = presetTable(/** @type {any} */ (name));
    for (let k = 1; k < table.length; k++) assert.ok(table[k] <= table[k - 1], `${name} rises at ${k}`);
  }
});

test('hardness keeps the full weight up to its share of the radius', () => {
  // d' = (d − h) / (1 − h): linear at hardness ½ is 1 up to ½, and ½ at ¾; at hardness 1 it is a disc.
  const half = falloffTable('linear', [], 0.5);
  near(readTable(half, 0.5), 1);
  near(readTable(half, 0.75), 0.5, 1e-3);
  assert.equal(readTable(falloffTable('linear', [], 1), 0.999), 1);
});

test('a curve goes through its points, does not overshoot, and is level outside', () => {
  // The tangents of Steffen keep each piece between its two points, where a plain cubic would swing.
  /** @type {[number, number][]} */
  const points = [[0.1, 1], [0.4, 0.95], [0.5, 0.1], [0.9, 0.1]], table = curveTable(points);
  for (const [x, y] of points) near(readTable(table, x), y, 0.02);
  for (const y of table) assert.ok(y >= 0.1 - 1e-6 && y <= 1 + 1e-6);
  near(readTable(table, 0), 1);
  near(readTable(table, 1), 0.1);
  const straight = curveTable([[0, 0], [1, 1]]);
  for (const x of [0, 0.2, 0.77, 1]) near(readTable(straight, x), x);
});

test('what is no curve is told so', () => {
  // How many points there were, which one is outside, and which one goes back.
  assert.throws(() => curveTable([[0, 0]]), /2 to 16 points, got 1/);
  assert.throws(() => curveTable(Array.from({ length: MAX_CURVE_POINTS + 1 }, (_, i) => [i / 20, 0])), /got 17/);
  assert.throws(() => curveTable([[0, 0], [1, 1.5]]), /within 0 … 1, got \(1, 1.5\)/);
  assert.throws(() => curveTable([[0, 0], [0, 1]]), /to the right, got 0 after 0/);
  assert.throws(() => falloffTable(/** @type {any} */ ('steep'), [], 0), /there is no falloff steep/);
});

test('the overlap of dabs is the highest that their sum gets', () => {
  // A diameter apart they do not meet; constant ones half a radius apart lie four deep.
  near(overlap(presetTable('quartic'), 2), 1);
  near(overlap(presetTable('constant'), 0.5001), 4);
  near(overlap(presetTable('linear'), 0.5), 2);
});

test('evenness leaves the usual spacing alone', () => {
  // Strengths mean what they meant; dabs twice as dense are half as strong.
  const table = presetTable('quartic');
  assert.equal(evenness(table, DEFAULT_SPACING), 1);
  near(evenness(table, DEFAULT_SPACING / 2), 0.5, 0.01);
});
