import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { BRUSHES } from '../../../static/kernel/brushes/index.js';
import { completed, defaultsOf } from '../../../static/kernel/stroke_settings.js';

test('defaults are a record of one\'s own', () => {
  // Whoever changes a setting changes neither the next stroke's nor the other brushes'.
  const mine = defaultsOf('draw');
  mine.radial.count = 5;
  mine.curve[0][1] = 0;
  assert.equal(defaultsOf('draw').radial.count, 1);
  assert.deepEqual(defaultsOf('clay').curve, [[0, 1], [1, 0]]);
});

test('every brush starts with its own strength, and what holds heeds no pressure', () => {
  // The table of brushes is the only place where these are written.
  for (const [name, brush] of Object.entries(BRUSHES)) {
    const settings = defaultsOf(/** @type {any} */ (name));
    assert.equal(settings.brush, name);
    assert.ok(settings.strength > 0 && settings.strength <= 1);
    if (brush.holds) assert.equal(settings.pressureRadius, 0);
  }
});

test('what is given wins, what is undefined does not', () => {
  // An old caller's `undefined` means the default, not the absence of a value.
  const { strength, spacing, kind } = completed({ brush: 'draw', strength: 0.1, spacing: undefined });
  assert.deepEqual([strength, spacing, kind], [0.1, defaultsOf('draw').spacing, 'space']);
});
