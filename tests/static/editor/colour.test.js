import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cssOf, hexOf, hsvOf, rgbOf } from '../../../static/editor/colour.js';
import { SWATCHES_MAX, readSwatches } from '../../../static/editor/panels/paint.js';

for (const [rgb, hue, saturation, value] of [
  [[255, 0, 0], 0, 1, 1], [[255, 255, 0], 60, 1, 1], [[0, 255, 0], 120, 1, 1], [[0, 128, 128], 180, 1, 128 / 255],
  [[64, 64, 128], 240, 0.5, 128 / 255], [[255, 0, 255], 300, 1, 1], [[255, 255, 255], 0, 0, 1], [[0, 0, 0], 0, 0, 0],
]) {
  test(`${hexOf(rgb)} has hue ${hue}`, () => {
    // The corners of the colour cube, by Smith's definition, there and back.
    const found = hsvOf(rgb);
    assert.deepEqual(found, { hue, saturation, value });
    assert.deepEqual(rgbOf(found), rgb);
  });
}

test('all colours come back as they were', () => {
  // Every 15th value of each channel; grey keeps the hue one had, black the saturation too.
  for (let r = 0; r < 256; r += 15) for (let g = 0; g < 256; g += 15) for (let b = 0; b < 256; b += 15) assert.deepEqual(rgbOf(hsvOf([r, g, b])), [r, g, b]);
  assert.deepEqual(hsvOf([90, 90, 90], { hue: 200, saturation: 0.4, value: 1 }), { hue: 200, saturation: 0, value: 90 / 255 });
  assert.deepEqual(hsvOf([0, 0, 0], { hue: 200, saturation: 0.4, value: 1 }), { hue: 200, saturation: 0.4, value: 0 });
  assert.equal(cssOf([1, 20, 255]), 'rgb(1 20 255)');
});

test('swatches that a browser kept are checked', () => {
  // What is no colour is left out, too many are cut, and without a memory there is a palette to begin with.
  const kept = (text) => readSwatches({ getItem: () => text });
  assert.deepEqual(kept('[[1,2,3],[1,2],[1,2,300],"red",[9,9,9]]'), [[1, 2, 3], [9, 9, 9]]);
  assert.equal(kept(JSON.stringify(Array(40).fill([1, 2, 3]))).length, SWATCHES_MAX);
  for (const text of [null, 'nonsense{', '5']) assert.equal(kept(text).length, 8);
});
