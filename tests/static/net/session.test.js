/** The protocol's state machine: the window, the pace, requests, refusals, resync and adoption. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { applyDisplacements } from '../../../static/kernel/apply.js';
import { BYTES_AT_ONCE, FRAMES_AT_ONCE, FRAMES_PER_SECOND, Pace, WINDOW_FRAMES } from '../../../static/net/pace.js';
import { Session } from '../../../static/net/session.js';
import { Replica } from '../../../static/replica/replica.js';
import { decode, encodeCaughtUp, encodeCursor, encodeDigest, encodeReceipt, encodeStroke } from '../../../static/wire/frames.js';
import { FakeClock, settled } from './clock.js';
import { sheet } from './sequencer.js';

const ME = '00000000000000aa';
const DEAD = '00000000000000dd';
const push = (id, d) => ({ ids: Uint32Array.of(id), dx: Int32Array.of(d), dy: Int32Array.of(0), dz: Int32Array.of(0), shift: 0 });

function setUp() {
  const clock = new FakeClock();
  const replica = new Replica();
  const { positions, triangles } = sheet(4);
  const pieces = () => [{ piece: 1, epoch: 1, name: 's', scale: 1, offset: [0, 0, 0], positions, triangles, trianglesBlob: 't' }];
  replica.load(10, pieces());
  const session = new Session({ project: 'p', replica, clock });
  const sent = [];
  const events = [];
  for (const name of ['joined', 'online', 'stale', 'geometry', 'cursor', 'news', 'refused', 'problem', 'closing', 'broken']) {
    session.addEventListener(name, ({ detail }) => events.push([name, detail]));
  }
  const requests = () => sent.filter((one) => typeof one === 'string').map((one) => JSON.parse(one));
  const frames = () => sent.filter((one) => typeof one !== 'string').map(decode);
  const say = (message) => session.receive(JSON.stringify(message));
  const open = () => {
    sent.length = 0;
    session.opened((data) => sent.push(data), 'token');
    say({ event: 'connect', client: ME });
  };
  const reply = (changes = {}) => say({
    event: 'reply', ref: requests().at(-1).ref, client: ME, role: 'owner', colour: '#fff', seq: 10, accepted: 0, journaled: 0,
    fresh: false, clients: [], saving: true, project: {}, ...changes,
  });
  const caughtUp = (seq = 10) => session.receive(encodeCaughtUp({ seq }).buffer);
  const receipt = (accepted, journaled, client = ME) => session.receive(encodeReceipt({ seq: 50, client, accepted, journaled }).buffer);
  const sculpt = (times = 1) => {
    for (; times; times--) {
      applyDisplacements(replica.pieces.get(1).mesh, [push(3, 1)]);
      replica.addOwn(push(3, 1), { piece: 1, stroke: replica.newStroke() });
    }
    session.pump();
  };
  const online = (changes) => {
    open();
    reply(changes);
    caughtUp();
  };
  return { clock, replica, session, sent, events, requests, frames, say, open, reply, caughtUp, receipt, sculpt, online, pieces };
}

test('nothing leaves before the replica has caught up', () => {
  // Then what waits, from the first that the room does not have.
  const { sculpt, open, reply, caughtUp, frames, session } = setUp();
  sculpt(3);
  open();
  reply({ accepted: 1 });
  assert.equal(frames().length, 0);
  caughtUp();
  assert.deepEqual(frames().map((frame) => [frame.client, frame.clientSeq]), [[ME, 2], [ME, 3]]);
  assert.equal(session.sentAll, true);
});

test('a reconnect sends again from what the room has', () => {
  // Under the same numbers; what was on its way when the line broke goes again.
  const { sculpt, online, receipt, frames, session, requests } = setUp();
  online();
  sculpt(5);
  receipt(2, 1);
  assert.deepEqual(frames().map((frame) => frame.clientSeq), [1, 2, 3, 4, 5]);
  session.closed();
  online({ accepted: 3, journaled: 2 });
  assert.deepEqual(requests()[0].mine, [[ME, 5]]);
  assert.deepEqual(frames().map((frame) => frame.clientSeq), [4, 5]);
});

test('a crashed server gets back what it had only accepted', () => {
  // It knows what it journaled; the rest is still here.
  const { sculpt, online, receipt, frames, session } = setUp();
  online();
  sculpt(5);
  receipt(5, 2);
  session.closed();
  online({ accepted: 2, journaled: 2 });
  assert.deepEqual(frames().map((frame) => frame.clientSeq), [3, 4, 5]);
});

test('at most a window of frames is on its way', () => {
  // Receipts let the next ones go.
  const { sculpt, online, receipt, frames } = setUp();
  online();
  sculpt(WINDOW_FRAMES + 10);
  assert.equal(frames().length, WINDOW_FRAMES);
  receipt(4, 0);
  assert.equal(frames().length, WINDOW_FRAMES + 4);
  receipt(WINDOW_FRAMES, 0);
  assert.equal(frames().length, WINDOW_FRAMES + 10);
});

test('a long offline session leaves no faster than the server allows', async () => {
  // However fast the receipts come: a burst, then so many a second.
  const { sculpt, online, frames, clock, replica, session } = setUp();
  sculpt(2000);
  online();
  const drain = () => {
    for (let sent = -1; sent !== frames().length;) {
      sent = frames().length;
      session.receive(encodeReceipt({ seq: 50, client: ME, accepted: sent, journaled: 0 }).buffer);
    }
  };
  drain();
  assert.equal(frames().length, FRAMES_AT_ONCE);
  for (let second = 1; second <= 4; second++) {
    for (let part = 0; part < 20; part++) {
      await clock.advance(50);
      drain();
    }
    assert.ok(Math.abs(frames().length - FRAMES_AT_ONCE - second * FRAMES_PER_SECOND) <= 2, `${frames().length} after ${second} s`);
  }
  assert.equal(replica.own.made, 2000);
});

test('bytes are paced like frames', () => {
  // The burst of large frames ends where the server's would.
  const pace = new Pace(0);
  const size = 256 * 1024;
  let frames = 0;
  while (pace.take(size, 0) === 0) frames += 1;
  assert.equal(frames, BYTES_AT_ONCE / size);
  const wait = pace.take(size, 0);
  assert.ok(wait > 60 && wait < 80, `${wait} ms`);
  assert.equal(pace.take(size, wait), 0);
});

test('requests find their answers', async () => {
  // By reference; an error rejects with its code, a lost connection with "lost".
  const { session, online, requests, say } = setUp();
  await assert.rejects(session.request('save'), { code: 'lost' });
  online();
  const saved = session.request('save', { message: '' });
  const changed = session.request('meta_change', { changes: { name: 'x' } });
  const pinged = session.request('ping');
  const [save, change] = requests().slice(-3);
  say({ event: 'error', ref: change.ref, code: 'forbidden', message: 'only the owner' });
  say({ event: 'reply', ref: save.ref, seq: 5 });
  assert.equal((await saved).seq, 5);
  await assert.rejects(changed, { code: 'forbidden', message: 'only the owner' });
  session.closed();
  await assert.rejects(pinged, { code: 'lost' });
});

test('a fresh reply loads anew and joins again on the same connection', () => {
  // What comes before the second reply belongs to nobody.
  const { session, replica, open, reply, requests, caughtUp, events, pieces } = setUp();
  open();
  reply({ fresh: true });
  assert.equal(session.phase, 'loading');
  assert.equal(events.at(-1)[0], 'stale');
  session.receive(encodeStroke({ seq: 11, client: DEAD, clientSeq: 1, stroke: 1, epoch: 1, piece: 1 }, push(3, 5)).buffer);
  replica.load(20, pieces());
  session.rejoin();
  assert.deepEqual([requests().length, requests()[1].since], [2, 20]);
  reply({ seq: 20 });
  caughtUp(20);
  assert.equal(session.phase, 'online');
  assert.equal(replica.pieces.get(1).mesh.ints[9], sheet(4).positions[3]);
});

test('a digest that differs leaves, loads and joins again, and keeps what waits', () => {
  // The strokes of the meantime included.
  const { session, replica, online, sculpt, requests, reply, caughtUp, frames, events, pieces } = setUp();
  online();
  sculpt(2);
  session.receive(encodeDigest({ seq: 10, piece: 1, epoch: 1, digest: 1 }).buffer);
  assert.match(events.at(-1)[1].message, /digest 1 in the room/);
  assert.equal(requests().at(-1).event, 'leave');
  sculpt(1);
  replica.load(12, pieces());
  session.rejoin();
  assert.deepEqual([requests().at(-1).event, requests().at(-1).mine], ['join_proj', []]);
  reply({ accepted: 1, seq: 12 });
  caughtUp(12);
  assert.deepEqual(frames().slice(2).map((frame) => frame.clientSeq), [2, 3]);
});

test('a refused stroke is taken back and told', () => {
  // A viewer's, for example.
  const { replica, online, sculpt, say, events } = setUp();
  online();
  sculpt(1);
  say({ event: 'refused', client: ME, client_seq: 1, code: 'forbidden', message: 'you may look' });
  assert.equal(replica.pieces.get(1).mesh.ints[9], sheet(4).positions[3]);
  assert.deepEqual(events.slice(-2), [['geometry', { pieces: [1] }], ['refused', { code: 'forbidden', message: 'you may look' }]]);
});

test('a dead tab is adopted, and again after a reconnect', async () => {
  // Its frames leave under its own client and numbers, after the room has said what it has.
  const { session, replica, online, requests, say, frames } = setUp();
  online();
  const author = replica.adopt(DEAD, [1, 2, 3].map((clientSeq) => ({
    clientSeq, bytes: encodeStroke({ client: DEAD, clientSeq, stroke: clientSeq, epoch: 1, piece: 1 }, push(3, 10)),
  })));
  const adopted = session.adopt(author);
  say({ event: 'reply', ref: requests().at(-1).ref, client: DEAD, accepted: 1, journaled: 1 });
  assert.equal(await adopted, 2);
  assert.deepEqual(frames().map((frame) => [frame.client, frame.clientSeq]), [[DEAD, 2], [DEAD, 3]]);
  session.closed();
  online();
  assert.deepEqual(requests()[0].mine, [[DEAD, 3]]);
  assert.deepEqual(requests().at(-1), { event: 'adopt', ref: requests().at(-1).ref, client: DEAD });
  say({ event: 'reply', ref: requests().at(-1).ref, client: DEAD, accepted: 2, journaled: 2 });
  await settled();
  assert.deepEqual(frames().map((frame) => frame.clientSeq), [3]);
});

test('cursors go only while online', () => {
  // And come as events.
  const { session, online, sent, events } = setUp();
  const cursor = encodeCursor({ flags: 1, brush: 2, piece: 1, radius: 9, position: [1, 2, 3], normal: [0, 0, 32767] });
  session.sendCursor(cursor);
  assert.equal(sent.length, 0);
  online();
  session.sendCursor(cursor);
  assert.equal(sent.at(-1), cursor);
  session.receive(cursor.slice().buffer);
  assert.equal(events.at(-1)[1].frame.brush, 2);
});

test('a control message that is none breaks the session', () => {
  // Not JSON, no event, or a reply to join_proj without its fields.
  for (const text of ['{', '[]', '"x"', 'null', '{"event":5}']) {
    const { session, open, events } = setUp();
    open();
    session.receive(text);
    assert.equal(events.at(-1)[0], 'broken', text);
  }
  const { open, reply, events } = setUp();
  open();
  reply({ client: undefined });
  assert.equal(events.at(-1)[0], 'broken');
});
