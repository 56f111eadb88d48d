/** Reference images on a page: the room's order, one's own move on top of it, and how often it is sent. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MOVE_EVERY, ReferenceBoard, placeOf, uploadReference } from '../../../static/net/references.js';
import { FakeClock, settled } from './clock.js';

const PLACE = { name: 'face', pin: 'front', x: 0, y: 0, depth: 0, scale: 1, opacity: 1 };
const at = (reference, more = {}) => ({ reference, width: 40, height: 30, ...PLACE, ...more });

/** A board whose requests wait until the test answers them. */
function made() {
  const clock = new FakeClock(), requests = [];
  const board = new ReferenceBoard((reference, place) => new Promise((resolve, reject) => {
    requests.push({ reference, place, resolve, reject });
  }), clock);
  return { board, clock, requests, x: () => board.list().map((one) => one.x) };
}

test('the board shows what the room says, in its order', () => {
  const { board, x } = made();
  board.reset([at('a', { x: 1 }), at('b', { x: 2 })]);
  board.applied('c', at('c', { x: 3 }));
  board.applied('a', at('a', { x: 9 }));
  board.applied('b', null);
  assert.deepEqual(board.list().map((one) => one.reference), ['a', 'c']);
  assert.deepEqual(x(), [9, 3]);
});

test('one sees one\'s own move at once, and it stays until the room has had the last word', async () => {
  const { board, clock, requests, x } = made();
  board.reset([at('a')]);
  board.move('a', { x: 1 });
  board.move('a', { x: 2 });
  assert.deepEqual(x(), [2]);
  assert.deepEqual(requests.map(({ place }) => place.x), [1]);
  // The echo of the first does not throw the picture back.
  board.applied('a', at('a', { x: 1 }));
  assert.deepEqual(x(), [2]);
  requests[0].resolve();
  await clock.advance(MOVE_EVERY);
  assert.deepEqual(requests.map(({ place }) => place.x), [1, 2]);
  board.applied('a', at('a', { x: 2 }));
  // Somebody else's comes behind it in the room's order: that is what stays.
  board.applied('a', at('a', { x: 7 }));
  requests[1].resolve();
  await clock.advance(MOVE_EVERY);
  assert.deepEqual(x(), [7]);
});

test('however a slider is dragged, moves are sent at a pace, and the last one always', async () => {
  const { board, clock, requests } = made();
  board.reset([at('a')]);
  for (let i = 1; i <= 100; i++) {
    board.move('a', { x: i });
    await clock.advance(10);
    requests.at(-1).resolve();
  }
  await clock.advance(2 * MOVE_EVERY);
  assert.ok(requests.length <= 2 + 1000 / MOVE_EVERY, `${requests.length} requests in a second`);
  assert.equal(requests.at(-1).place.x, 100);
});

test('what the room refuses is shown as the room has it, and said', async () => {
  const { board, clock, requests, x } = made(), said = [];
  board.onRefused = (problem) => said.push(problem.message);
  board.reset([at('a', { x: 5 })]);
  board.move('a', { x: 1 });
  requests[0].reject(new Error('no'));
  await clock.advance(MOVE_EVERY);
  assert.deepEqual(x(), [5]);
  board.remove('a');
  requests[1].reject(new Error('not that either'));
  await settled();
  assert.deepEqual(said, ['no', 'not that either']);
});

test('a picture that somebody takes down in the middle of a move is gone', async () => {
  const { board, clock, requests } = made();
  board.reset([at('a')]);
  board.move('a', { x: 1 });
  board.move('a', { x: 2 });
  board.applied('a', null);
  requests[0].resolve();
  await clock.advance(2 * MOVE_EVERY);
  assert.deepEqual(board.list(), []);
  assert.equal(requests.length, 1);
  board.move('a', { x: 3 });
  assert.equal(requests.length, 1);
});

test('a place is what the room takes: neither the picture\'s size nor its id', () => {
  assert.deepEqual(placeOf(at('a', { x: 3 })), { ...PLACE, x: 3 });
});

test('an upload says what the server said', async () => {
  const answer = (status, body) => async () => ({ status, json: async () => JSON.parse(body) });
  const send = (fetch) => uploadReference({ fetch, url: '/u', xsrf: 'x', file: new Blob() });
  assert.deepEqual(await send(answer(201, '{"reference":"a","width":1,"height":2}')), { reference: 'a', width: 1, height: 2 });
  await assert.rejects(send(answer(422, '{"message":"no picture"}')), /no picture/);
  await assert.rejects(send(answer(502, '<html>')), { message: '' });
});
