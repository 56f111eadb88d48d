/** The socket's life with a fake socket and a clock turned by hand: losses, silence, tokens, and when it is over. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { verdict, waitBefore } from '../../../static/net/backoff.js';
import { Connection, TokenError } from '../../../static/net/connection.js';
import { Session } from '../../../static/net/session.js';
import { Replica } from '../../../static/replica/replica.js';
import { encodeCaughtUp } from '../../../static/wire/frames.js';
import { sheet } from './sequencer.js';
import { settled } from './clock.js';
import { FakeSocket, fakeSurroundings } from './surroundings.js';

const ME = '00000000000000aa';

function setUp(changes = {}) {
  const surroundings = fakeSurroundings(changes);
  const replica = new Replica();
  const { positions, triangles } = sheet(2);
  replica.load(10, [{ piece: 1, epoch: 1, name: 's', scale: 1, offset: [0, 0, 0], positions, triangles, trianglesBlob: 't' }]);
  const session = new Session({ project: 'p', replica, clock: surroundings.clock });
  const tokens = [];
  const connection = new Connection({
    url: 'ws://clay.test/p/x/socket', session, surroundings,
    fetchToken: changes.fetchToken ?? (async () => {
      tokens.push(`token ${tokens.length + 1}`);
      return tokens.at(-1);
    }),
  });
  const states = [];
  connection.addEventListener('state', ({ detail }) => states.push(detail.state === 'waiting' ? `waiting ${detail.waitMs}` : detail.state));
  const stopped = [];
  connection.addEventListener('stopped', ({ detail }) => stopped.push(detail));
  return { surroundings, clock: surroundings.clock, replica, session, connection, states, stopped, tokens };
}

const socket = () => FakeSocket.all.at(-1);

/** Lets the newest socket in. */
function letIn() {
  const s = socket();
  s.open();
  s.say({ event: 'connect', client: ME });
  const join = s.requests.find((one) => one.event === 'join_proj');
  s.say({
    event: 'reply', ref: join.ref, client: ME, role: 'owner', colour: '#fff', seq: 10, accepted: 0, journaled: 0, fresh: false,
    snapshot: 's', clients: [], saving: true, project: { name: '', description: '', owner: '', collaborators: [], saved_at: null },
  });
  s.say(encodeCaughtUp({ seq: 10 }).buffer);
  return join;
}

test('the waits double up to a limit, with full jitter', () => {
  // Anything between nothing and the doubled wait.
  assert.deepEqual([0, 1, 2, 5, 20].map((tries) => waitBefore(tries, 1)), [500, 1000, 2000, 15_000, 15_000]);
  assert.equal(waitBefore(5, 0), 0);
  assert.equal(waitBefore(3, 0.5), 2000);
});

test('every close code has its verdict', () => {
  // 4401, 4403, 4404 and 4409 are final; wrong frames are after three; the rest is tried again.
  assert.deepEqual([4401, 4404, 4403, 4409].map((code) => verdict(code, 0)), ['refused', 'refused', 'removed', 'elsewhere']);
  for (const code of [1000, 1001, 1006, 1011, 1012, 4408, 4421, 4429, 4503]) assert.equal(verdict(code, 9), 'again', String(code));
  for (const code of [1009, 4400, 4413]) {
    assert.equal(verdict(code, 2), 'again');
    assert.equal(verdict(code, 3), 'broken');
  }
});

test('it connects with the token of the page and joins', async () => {
  // The join says what the replica has.
  const { connection, session, states, tokens } = setUp();
  connection.start('page token');
  await settled();
  assert.equal(socket().url, 'ws://clay.test/p/x/socket');
  const join = letIn();
  assert.deepEqual(join, { event: 'join_proj', ref: 1, project: 'p', token: 'page token', since: 10, client: null, mine: [] });
  assert.equal(session.phase, 'online');
  assert.deepEqual(states, ['connecting', 'open']);
  assert.deepEqual(tokens, []);
});

test('a lost connection comes back with a new token and the same client', async () => {
  // After a wait that doubles with every try; a good connection begins anew.
  const { connection, clock, states, tokens, replica } = setUp();
  connection.start('page token');
  await settled();
  letIn();
  await clock.advance(4000);
  socket().end(1006);
  assert.deepEqual(states.slice(2), ['waiting 500']);
  await clock.advance(500);
  socket().end(1006);
  await clock.advance(1000);
  socket().end(1006);
  await clock.advance(2000);
  assert.deepEqual(states.slice(2), ['waiting 500', 'connecting', 'waiting 1000', 'connecting', 'waiting 2000', 'connecting']);
  const join = letIn();
  assert.deepEqual([join.token, join.client, join.since], ['token 3', ME, replica.seq]);
  assert.equal(tokens.length, 3);
  socket().say({ event: 'closing', message: 'Restarting.', retry_ms: 1234 });
  socket().end(1012, 'Restarting.');
  assert.equal(states.at(-1), 'waiting 1234');
});

test('silence is asked about, and no answer is a loss', async () => {
  // A ping after 5 s of quiet; 5 s later the line counts as dead, without waiting for its goodbye.
  const { connection, clock, states, session } = setUp();
  connection.start('t');
  await settled();
  letIn();
  const first = socket();
  await clock.advance(4999);
  assert.equal(first.requests.filter((one) => one.event === 'ping').length, 0);
  await clock.advance(1);
  const [ping] = first.requests.filter((one) => one.event === 'ping');
  first.say({ event: 'reply', ref: ping.ref });
  await clock.advance(5001);
  assert.equal(states.at(-1), 'open');
  assert.equal(first.requests.filter((one) => one.event === 'ping').length, 2);
  await clock.advance(5000);
  assert.equal(states.at(-1), 'waiting 500');
  assert.equal(session.phase, 'closed');
  assert.notEqual(first.closed, null);
  first.say({ event: 'reply', ref: 99 });
  assert.equal(states.at(-1), 'waiting 500', 'what a dropped socket still says is ignored');
});

test('a server that does not greet is given up', async () => {
  // Ten seconds from the try to its first word.
  const { connection, clock, states } = setUp();
  connection.start('t');
  await settled();
  await clock.advance(10_000);
  assert.equal(states.at(-1), 'waiting 500');
});

test('the network that comes back is used at once', async () => {
  // Also the page that is seen again: no waiting for the rest of fifteen seconds.
  const { connection, surroundings, clock, states } = setUp();
  connection.start('t');
  await settled();
  for (let i = 0; i < 6; i++) {
    socket().end(1006);
    await clock.advance(15_000);
  }
  socket().end(1006);
  assert.equal(states.at(-1), 'waiting 15000');
  surroundings.window.dispatchEvent(new Event('online'));
  await settled();
  assert.equal(states.at(-1), 'connecting');
  letIn();
  surroundings.document.dispatchEvent(new Event('visibilitychange'));
  assert.equal(socket().requests.at(-1).event, 'ping', 'an open line is asked whether it holds');
});

test('a final refusal ends it', async () => {
  // With the server's sentence; nothing is tried any more.
  const { connection, surroundings, clock, stopped } = setUp();
  connection.start('t');
  await settled();
  letIn();
  socket().end(4403, 'Bea has removed you from this project');
  assert.deepEqual(stopped, [{ verdict: 'removed', code: 4403, message: 'Bea has removed you from this project' }]);
  surroundings.window.dispatchEvent(new Event('online'));
  await clock.advance(60_000);
  assert.equal(FakeSocket.all.length, 1);
});

test('a used-up token of the page is not believed', async () => {
  // A page from the browser's history: one more try with a new token, and that answer counts.
  const { connection, clock, states, stopped } = setUp();
  connection.start('old token');
  await settled();
  socket().open();
  socket().end(4401, 'this token was used');
  assert.equal(states.at(-1), 'waiting 500');
  await clock.advance(500);
  socket().end(4401, 'not logged in');
  assert.equal(stopped[0].message, 'not logged in');
});

test('a refused token ends it, an unreachable server does not', async () => {
  // The status of the token's URL is the same verdict as the socket's close code.
  const answers = [() => { throw new TypeError('failed to fetch'); }, () => { throw new TokenError(503, 'busy'); }, () => { throw new TokenError(401, 'Please log in.'); }];
  const { connection, clock, states, stopped } = setUp({ fetchToken: async () => answers.shift()() });
  connection.start();
  await clock.advance(0);
  assert.equal(states.at(-1), 'waiting 500');
  await clock.advance(500);
  assert.equal(states.at(-1), 'waiting 1000');
  await clock.advance(1000);
  assert.deepEqual(stopped, [{ verdict: 'refused', code: 4401, message: 'Please log in.' }]);
  assert.equal(FakeSocket.all.length, 0);
});

test('frames that the server does not understand stop it after three times', async () => {
  // Sending them for ever would help nobody.
  const { connection, clock, stopped } = setUp();
  connection.start('t');
  await settled();
  for (let times = 1; times <= 3; times++) {
    letIn();
    assert.equal(stopped.length, 0);
    socket().end(4400, 'a frame of 9 bytes');
    await clock.advance(500 * 2 ** (times - 1));
  }
  assert.equal(stopped[0].verdict, 'broken');
});

test('a message that is not understood breaks the connection, and the replica loads anew', async () => {
  // The next join says that it has nothing.
  const { connection, clock, states } = setUp();
  connection.start('t');
  await settled();
  letIn();
  socket().say(Uint8Array.of(9, 0, 0, 0, 8, 0, 0, 0).buffer);
  assert.equal(states.at(-1), 'waiting 500');
  await clock.advance(500);
  socket().open();
  socket().say({ event: 'connect', client: ME });
  assert.equal(socket().requests[0].since, null);
});

test('stopping says goodbye', async () => {
  // 1000 is "left" for the others.
  const { connection, stopped } = setUp();
  connection.start('t');
  await settled();
  letIn();
  connection.stop();
  assert.equal(socket().closed, 1000);
  assert.equal(stopped[0].verdict, 'stopped');
});
