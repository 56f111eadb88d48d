/** What waits for the database, on the disk: written in time, forgotten in time, and found again by the next page. */

import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IDBFactory } from 'fake-indexeddb';
import { PendingStore } from '../../../static/net/pending.js';
import { FakeClock } from './clock.js';

const A = '00000000000000aa';
const B = '00000000000000bb';

function opener(changes = {}) {
  const clock = new FakeClock();
  const indexedDB = new IDBFactory();
  const troubles = [];
  const open = (more = {}) => PendingStore.open({
    indexedDB, clock, user: 'Ada', project: 'p', onTrouble: (error) => troubles.push(String(error)), ...changes, ...more,
  });
  return { clock, open, troubles };
}

const bytes = (n) => Uint8Array.of(n, n);

test('frames outlive the page', async () => {
  // The next page of the same person and project finds them in order; others do not see them.
  const { open } = opener();
  const store = await open();
  store.keep(A, 2, bytes(2));
  store.keep(A, 10, bytes(10));
  store.keep(A, 1, bytes(1));
  store.keep(B, 1, bytes(7));
  await store.close();
  const next = await open();
  assert.deepEqual(await next.clients(), [A, B]);
  assert.deepEqual(await next.frames(A), [1, 2, 10].map((n) => ({ clientSeq: n, bytes: bytes(n) })));
  assert.deepEqual(await (await open({ user: 'Bea' })).clients(), []);
  assert.deepEqual(await (await open({ project: 'q' })).clients(), []);
});

test('frames are written within a quarter of a second', async () => {
  // By themselves, also when nobody flushes.
  const { clock, open } = opener();
  const store = await open();
  store.keep(A, 1, bytes(1));
  await clock.advance(250);
  await store._lastWrite;
  assert.deepEqual(await (await open()).clients(), [A]);
});

test('frames that are journaled in time never touch the disk', async () => {
  // Which is nearly all of them while the connection is good.
  const { clock, open } = opener();
  const store = await open();
  store.keep(A, 1, bytes(1));
  store.forget(A, 1);
  await clock.advance(250);
  assert.deepEqual(await store.clients(), []);
});

test('what is journaled is forgotten', async () => {
  // Up to its number, of that client only; also what an earlier page wrote.
  const { open } = opener();
  const store = await open();
  for (let n = 1; n <= 5; n++) store.keep(A, n, bytes(n));
  store.keep(B, 1, bytes(1));
  await store.flush();
  store.forget(A, 3);
  await store.flush();
  assert.deepEqual((await store.frames(A)).map((frame) => frame.clientSeq), [4, 5]);
  await store.close();
  const next = await open();
  await next.clients();
  next.forget(A, 5);
  await next.flush();
  assert.deepEqual(await next.clients(), [B]);
  next.forget(B, Infinity);
  assert.deepEqual(await next.clients(), []);
});

test('without IndexedDB it goes on in memory and says so', async () => {
  // A private window: nothing throws, and `lasting` is false.
  const { open, troubles } = opener({ indexedDB: undefined });
  const store = await open();
  assert.equal(store.lasting, false);
  store.keep(A, 1, bytes(1));
  store.forget(A, 1);
  await store.flush();
  assert.deepEqual(await store.clients(), []);
  assert.deepEqual(troubles, []);
  const broken = await open({ indexedDB: { open() { throw new Error('forbidden'); } } });
  assert.equal(broken.lasting, false);
  assert.deepEqual(troubles, ['Error: forbidden']);
});

test('a write that fails is told once, and the page goes on', async () => {
  // A full disk, for example.
  const { open, troubles } = opener();
  const store = await open();
  store._database.transaction = () => { throw new Error('quota'); };
  store.keep(A, 1, bytes(1));
  await store.flush();
  store.keep(A, 2, bytes(2));
  await store.flush();
  assert.deepEqual(troubles, ['Error: quota']);
  assert.equal(store.lasting, false);
});
