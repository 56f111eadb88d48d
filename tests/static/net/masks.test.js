/** Masks in the browser's own database: found again by the page that is loaded next, and bounded. */

import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IDBFactory } from 'fake-indexeddb';
import { MaskStore, SETTLE } from '../../../static/net/masks.js';
import { FakeClock } from './clock.js';

function opener() {
  const clock = new FakeClock(), indexedDB = new IDBFactory();
  let day = 0;
  const open = (more = {}) => new MaskStore({ indexedDB, clock, user: 'Ada', project: 'p', today: () => ++day, ...more });
  return { clock, open };
}

test('a mask outlives the page, for the piece that it was made for', async () => {
  const { open } = opener(), store = open();
  store.keep(1, 3, () => Uint8Array.of(0, 255, 9));
  await store.close();
  const next = open();
  assert.deepEqual(await next.load(1, 3, 3), Uint8Array.of(0, 255, 9));
  // Another epoch, another size, another piece, person or project has none.
  assert.equal(await next.load(1, 4, 3), null);
  assert.equal(await next.load(1, 3, 4), null);
  assert.equal(await next.load(2, 3, 3), null);
  assert.equal(await open({ user: 'Bea' }).load(1, 3, 3), null);
  assert.equal(await open({ project: 'q' }).load(1, 3, 3), null);
});

test('many changes are one write, of what the mask is in the end', async () => {
  const { clock, open } = opener(), store = open();
  let reads = 0;
  for (let i = 0; i < 20; i++) {
    store.keep(1, 1, () => {
      reads++;
      return Uint8Array.of(i);
    });
  }
  await clock.advance(SETTLE - 1);
  assert.equal(reads, 0);
  await clock.advance(2);
  await store.flush();
  assert.equal(reads, 1);
  assert.deepEqual(await store.load(1, 1, 1), Uint8Array.of(19));
});

test('a mask that protects nothing is forgotten', async () => {
  const { open } = opener(), store = open();
  store.keep(1, 1, () => Uint8Array.of(5, 5));
  await store.flush();
  store.keep(1, 1, () => Uint8Array.of(0, 0));
  await store.flush();
  assert.equal(await store.load(1, 1, 2), null);
});

test('over the limit the oldest go', async () => {
  const { open } = opener(), store = open({ limit: 250 });
  for (const piece of [1, 2, 3]) {
    store.keep(piece, 1, () => new Uint8Array(100).fill(1));
    await store.flush();
  }
  assert.equal(await store.load(1, 1, 100), null);
  assert.ok(await store.load(2, 1, 100));
  assert.ok(await store.load(3, 1, 100));
});

test('without a database masks live as long as the page, and nothing fails', async () => {
  const { open } = opener(), store = open({ indexedDB: undefined });
  store.keep(1, 1, () => Uint8Array.of(1));
  await store.flush();
  assert.equal(await store.load(1, 1, 1), null);
  const forbidden = open({ indexedDB: { open: () => { throw new Error('forbidden'); } } });
  forbidden.keep(1, 1, () => Uint8Array.of(1));
  await forbidden.flush();
  assert.equal(await forbidden.load(1, 1, 1), null);
});
