import assert from 'node:assert/strict';
import test from 'node:test';

import { fit, greyOf } from '../../../static/editor/alpha_image.js';
import { MAX_OWN_ALPHAS, OwnAlphas } from '../../../static/editor/own_alphas.js';
import { BrushSettings } from '../../../static/editor/settings.js';
import { alphaNamed, forgetAlpha, hasAlpha } from '../../../static/kernel/index.js';

function memory() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

const texture = () => ({ size: 2, grey: Uint8Array.of(0, 128, 200, 255) });

test('a picture is whole in the middle of its alpha, and never enlarged', () => {
  assert.deepEqual(fit(1024, 512), { size: 256, x: 0, y: 64, width: 256, height: 128 });
  assert.deepEqual(fit(30, 100), { size: 100, x: 35, y: 0, width: 30, height: 100 });
  assert.deepEqual(fit(9000, 1), { size: 256, x: 0, y: 127, width: 256, height: 1 });
  assert.deepEqual(fit(1, 1), { size: 2, x: 0, y: 0, width: 1, height: 1 });
});

test('grey is the luma of BT.709, and less where the picture is transparent', () => {
  const rgba = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 51, 255, 255, 255, 0];
  assert.deepEqual([...greyOf(rgba)], [54, 182, 18, 255, 51, 0]);
});

test('the next page knows the image before its settings name it, and a brush whose image is gone has none', () => {
  const storage = memory(), first = new OwnAlphas(storage), settings = new BrushSettings(storage);
  const { name, kept } = first.add('bark.png', texture());
  assert.equal(kept, true);
  settings.set('alpha', name);
  forgetAlpha(name);
  assert.equal(new BrushSettings(storage).get('alpha'), null);
  const next = new OwnAlphas(storage);
  assert.deepEqual(next.list.map(({ label }) => label), ['bark.png']);
  assert.deepEqual(alphaNamed(name), texture());
  assert.equal(new BrushSettings(storage).get('alpha'), name);
  next.remove(name);
  settings.dropAlpha(name);
  assert.equal(settings.get('alpha'), null);
  assert.equal(hasAlpha(name), false);
  assert.deepEqual(new OwnAlphas(storage).list, []);
});

test('there are at most so many, and what is kept but no alpha is left out', () => {
  const own = new OwnAlphas(memory());
  for (let i = 0; i < MAX_OWN_ALPHAS; i++) own.add(`${i}`, texture());
  assert.throws(() => own.add('one more', texture()), /at most 24 images, there are 24/);
  const wrong = [null, 7, { name: 'own-1', label: '', size: 3, grey: 'AAAA' }, { name: 'own-2', label: '', size: 2, grey: '?' }, { name: 'noise', label: '', size: 2, grey: 'AAAAAA==' }];
  assert.deepEqual(new OwnAlphas({ ...memory(), getItem: () => JSON.stringify(wrong) }).list, []);
  assert.deepEqual(new OwnAlphas({ ...memory(), getItem: () => '{' }).list, []);
});

test('a browser that keeps nothing says so', () => {
  assert.equal(new OwnAlphas(null).add('a', texture()).kept, false);
  const full = { getItem: () => null, setItem: () => { throw new Error('full'); } };
  assert.equal(new OwnAlphas(full).add('a', texture()).kept, false);
});
