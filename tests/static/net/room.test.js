/** The whole link against a server in memory: what the editor sees and what reaches the room. */

import 'fake-indexeddb/auto';
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { IDBFactory } from 'fake-indexeddb';
import { applyDisplacements } from '../../../static/kernel/apply.js';
import { RoomLink } from '../../../static/net/room.js';
import { Flag, encodeDigest } from '../../../static/wire/frames.js';
import { FakeServer } from './server.js';
import { fakeSurroundings } from './surroundings.js';

/** Lets promises, microtasks and the fake database go on. */
const rest = async () => {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
};

function setUp({ server = new FakeServer(), facts = {}, indexedDB = new IDBFactory() } = {}) {
  const surroundings = fakeSurroundings({ fetch: (...request) => server.fetch(...request), WebSocket: server.WebSocket, indexedDB });
  const link = new RoomLink(server.facts(facts), surroundings);
  const events = [];
  for (const name of ['status', 'people', 'cursor', 'meta', 'saved', 'saving', 'geometry', 'replaced', 'recovered', 'error', 'removed']) {
    link.addEventListener(name, ({ detail }) => events.push([name, detail]));
  }
  const of = (name) => events.filter(([one]) => one === name).map(([, detail]) => detail);
  const sculpt = (id, d, stroke = link.newStroke()) => {
    const flush = { ids: Uint32Array.of(id), dx: Int32Array.of(d), dy: Int32Array.of(0), dz: Int32Array.of(0), shift: 0 };
    applyDisplacements(link.replica.pieces.get(1).mesh, [flush]);
    link.sendFlush(flush, { piece: 1, stroke, flags: Flag.END });
  };
  return { server, link, events, of, sculpt, clock: surroundings.clock, surroundings, indexedDB };
}

test('opening loads, shows and joins', async () => {
  // The geometry is told before the room is joined; then the status is online and oneself is in the list.
  const { link, events, of } = setUp();
  await link.open();
  const names = events.map(([name]) => name);
  assert.ok(names.indexOf('replaced') < names.indexOf('people'));
  assert.deepEqual(of('status').map(({ state }) => state), ['loading', 'loading', 'online']);
  assert.deepEqual(link.people, [{ client: '0000000000000001', name: 'Ada', colour: '#4aa3df', role: 'owner', you: true }]);
  assert.deepEqual(link.status, { state: 'online', message: '', pending: 0, journaled: true, kept: true });
  link.close();
});

test('two pages see each other\'s strokes, people and metadata', async () => {
  // And end with the same bits.
  const one = setUp();
  const two = setUp({ server: one.server });
  await one.link.open();
  await two.link.open();
  await rest();
  assert.equal(one.link.people.length, 2);
  one.sculpt(3, 50);
  two.sculpt(3, 7);
  await rest();
  assert.deepEqual(two.of('geometry'), [{ piece: 1 }]);
  assert.deepEqual(one.link.replica.pieces.get(1).mesh.ints, two.link.replica.pieces.get(1).mesh.ints);
  assert.equal(one.link.undo(), true);
  await rest();
  assert.deepEqual(two.link.replica.pieces.get(1).mesh.ints, one.server.room.ints);
  assert.deepEqual(await one.link.changeMeta({ name: 'Bust' }), { name: 'Bust' });
  assert.deepEqual(two.of('meta'), [{ changes: { name: 'Bust' }, name: 'Ada' }]);
  assert.equal((await two.link.save('done')).snapshot, 's');
  assert.equal(one.of('saved').at(-1).by, 'button');
  two.link.close();
  await rest();
  assert.equal(one.link.people.length, 1);
  one.link.close();
});

test('offline one goes on, and it all merges', async () => {
  // The status counts what waits; saving says why it cannot; after the reconnect the room has every stroke once.
  const { link, server, sculpt, clock, of } = setUp();
  await link.open();
  sculpt(1, 1);
  await rest();
  server.cut();
  await rest();
  assert.equal(link.status.state, 'reconnecting');
  for (let n = 0; n < 100; n++) sculpt(2, 1);
  link.undo();
  await assert.rejects(link.save(), { code: 'offline' });
  await clock.advance(4000);
  await rest();
  assert.equal(link.status.state, 'offline');
  assert.equal(of('status').at(-1).pending, link.status.pending);
  assert.ok(link.status.pending >= 100);
  server.reachable = true;
  for (let n = 0; n < 10 && link.status.state !== 'online'; n++) {
    await clock.advance(15_000);
    await rest();
  }
  assert.equal(link.status.state, 'online');
  server.room.journal();
  await rest();
  assert.deepEqual(server.room.ints, link.replica.pieces.get(1).mesh.ints);
  assert.equal(server.room.log.length, 102);
  assert.deepEqual(link.status, { state: 'online', message: '', pending: 0, journaled: true, kept: true });
  link.close();
});

test('a crashed tab\'s strokes come back with the next page', async () => {
  // Exactly once: the ones that the room had already are not added again.
  const first = setUp();
  await first.link.open();
  first.sculpt(1, 10);
  await rest();
  first.server.cut();
  first.sculpt(2, 20);
  first.sculpt(3, 30);
  await first.clock.advance(250);
  await rest();
  first.server.reachable = true;
  const second = setUp({ server: first.server, indexedDB: first.indexedDB });
  await second.link.open();
  await rest();
  await rest();
  assert.deepEqual(second.of('recovered'), [{ strokes: 2 }]);
  const { room } = first.server;
  assert.deepEqual(room.log.map(({ client, clientSeq }) => [client, clientSeq]), [1, 2, 3].map((n) => ['0000000000000001', n]));
  assert.deepEqual(second.link.replica.pieces.get(1).mesh.ints, room.ints);
  room.journal();
  await rest();
  assert.deepEqual(await second.link.store.clients(), []);
  second.link.close();
});

test('a digest that differs is repaired without a word to the person', async () => {
  // The mesh stays, the bits are the room's again, one's own strokes are kept; the log has a line.
  const warn = mock.method(console, 'warn', () => {});
  const { link, server, sculpt, clock, of } = setUp();
  await link.open();
  sculpt(4, 5);
  await rest();
  server.room.save();
  await rest();
  const { mesh } = link.replica.pieces.get(1);
  mesh.ints[0] += 1;
  for (const line of server.room.lines) line.deliver(encodeDigest({ seq: server.room.seq, piece: 1, epoch: 1, digest: server.room.digest() }).buffer);
  for (let n = 0; n < 5; n++) {
    await clock.advance(1000);
    await rest();
  }
  assert.equal(link.replica.pieces.get(1).mesh, mesh);
  assert.deepEqual(mesh.ints, server.room.ints);
  assert.equal(of('replaced').length, 1);
  assert.equal(link.session.phase, 'online');
  assert.match(warn.mock.calls[0].arguments[0], /loading the sculpture anew: piece 1/);
  warn.mock.restore();
  link.close();
});

test('whoever is removed hears why', async () => {
  // The status is refused, and nothing is tried any more.
  const { link, server, of } = setUp();
  await link.open();
  [...server.room.lines][0].close(4403, 'Bea has removed you from this project');
  assert.deepEqual(of('removed'), [{ message: 'Bea has removed you from this project' }]);
  assert.equal(link.status.state, 'refused');
});

test('opening fails when the server says no', async () => {
  // With a sentence, for a project that is gone.
  const { link, server } = setUp({ facts: { manifest: null } });
  server.status = 404;
  await assert.rejects(link.open(), /404/);
  assert.equal(link.status.state, 'refused');
});

test('opening waits for a server that cannot be reached', async () => {
  // It tries again until it is there.
  const { link, server, clock } = setUp();
  server.reachable = false;
  const opened = link.open();
  await rest();
  assert.match(link.status.message, /cannot be reached/);
  server.reachable = true;
  await clock.advance(500);
  await opened;
  assert.equal(link.status.state, 'online');
  link.close();
});
