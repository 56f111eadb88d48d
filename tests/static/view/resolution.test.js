import test from 'node:test';
import assert from 'node:assert/strict';

import { Resolution } from '../../../static/view/resolution.js';

test('the first picture has half the pixels, and the full ones come when nothing moves', () => {
  const resolution = new Resolution();
  assert.equal(resolution.ratio(1), 1);
  assert.equal(resolution.begin(), true);
  assert.equal(resolution.ratio(1), 0.5);
  assert.equal(resolution.begin(), false);
  let frames = 0;
  while (!resolution.rest()) assert.ok(++frames < 20);
  assert.equal(resolution.ratio(1), 1);
  assert.equal(resolution.reduced, false);
});

test('slow frames take pixels away, and a rest gives them back', () => {
  const resolution = new Resolution();
  resolution.measure(0);
  for (let frame = 0; frame < 4; frame++) resolution.measure(80);
  assert.equal(resolution.ratio(2), 1.5);
  for (let frame = 0; frame < 6; frame++) resolution.rest();
  assert.equal(resolution.ratio(2), 2);
});
