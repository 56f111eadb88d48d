/**
 * Convergence: simulated peers with the real Replica and Session over lines that deliver late, break and lose, a room that
 * crashes, tabs that die and are taken over. At the end everyone holds the same bits as the room, and as its journal.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { applyDisplacements } from '../../../static/kernel/apply.js';
import { digest } from '../../../static/kernel/digest.js';
import { checkMesh } from '../../../static/kernel/check.js';
import { Replica } from '../../../static/replica/replica.js';
import { Session } from '../../../static/net/session.js';
import { Flag } from '../../../static/wire/frames.js';
import { FakeClock, settled } from '../net/clock.js';
import { planesOf } from '../../../static/wire/paint.js';
import { Line, PROJECT, Sequencer, digestOfPaint, sheet } from '../net/sequencer.js';
import { randomStroke, seededRandom } from '../random.js';

const SEEDS = Number(process.env.SEEDS ?? 150);
const OPS = Number(process.env.OPS ?? 200);
const PEERS = Number(process.env.PEERS ?? 4);
const FIRST = Number(process.env.SEED ?? 1);

const RESYNC = JSON.stringify({ event: 'resync', message: 'test' });

/** What one person's browsers keep on disk: client → number → bytes. */
class Disk {
  constructor() {
    this.clients = new Map();
  }

  keep(client, clientSeq, bytes) {
    if (!this.clients.has(client)) this.clients.set(client, new Map());
    this.clients.get(client).set(clientSeq, bytes.slice());
  }

  forget(client, upTo) {
    const frames = this.clients.get(client);
    if (frames) for (const clientSeq of frames.keys()) if (clientSeq <= upTo) frames.delete(clientSeq);
  }

  take(client) {
    return [...this.clients.get(client)].sort(([a], [b]) => a - b).map(([clientSeq, bytes]) => ({ clientSeq, bytes }));
  }
}

/** One tab: the real replica and session, and a line on which messages wait until the test delivers them. */
class Peer {
  constructor(world) {
    this.world = world;
    this.replica = new Replica({ keeper: world.disk });
    this.session = new Session({ project: PROJECT, replica: this.replica, clock: world.clock });
    this.session.addEventListener('stale', ({ detail }) => {
      this.loadIsDue = true;
      if (/digest/.test(detail.message)) world.mismatches.push(detail.message);
    });
    this.session.addEventListener('broken', ({ detail }) => assert.fail(detail.message));
    this.session.addEventListener('problem', ({ detail }) => assert.fail(detail.message));
    this.loadIsDue = false;
    this.line = null;
    this.load();
  }

  load() {
    const { seq, pieces } = this.world.room.loaded();
    this.replica.load(seq, pieces);
    this.session.rejoin();
    this.loadIsDue = false;
  }

  connect() {
    this.up = [];
    this.down = [];
    const line = new Line((data) => this.down.push(data), () => this.line === line && this.drop());
    this.line = line;
    this.session.opened((data) => this.up.push(typeof data === 'string' ? data : data.slice()), 'token');
    this.world.room.connect(line);
  }

  /** The connection breaks: what is on its way is lost, in both directions. */
  drop() {
    const { line } = this;
    this.line = null;
    this.up = [];
    this.down = [];
    this.world.room.disconnect(line);
    this.session.closed();
  }

  /** Delivers one waiting message; false if there is none. */
  deliver(random) {
    if (!this.line) return false;
    const ways = [this.up.length && 'up', this.down.length && 'down'].filter(Boolean);
    if (!ways.length) return false;
    if (random.pick(ways) === 'up') this.world.room.receive(this.line, this.up.shift());
    else this.session.receive(this.down.shift());
    return true;
  }

  /** What a stroke of the local hand does: the kernel moves the clay, then the flush is kept and sent. */
  sculpt(random) {
    const { mesh } = this.replica.pieces.get(1);
    const stroke = this.replica.newStroke();
    for (let flushes = 1 + random.below(3); flushes; flushes--) {
      const moved = randomStroke(random, { vertices: 1 + random.below(30), bits: 7, shift: random.below(8) });
      const inside = moved.ids.filter((id) => id < mesh.vertexCount).length;
      if (!inside) continue;
      const cut = (axis) => axis.slice(0, inside);
      const flush = { ids: cut(moved.ids), dx: cut(moved.dx), dy: cut(moved.dy), dz: cut(moved.dz), shift: moved.shift };
      applyDisplacements(mesh, [flush]);
      this.replica.addOwn(flush, { piece: 1, stroke, flags: flushes === 1 ? Flag.END : 0 });
      this.world.made += 1;
    }
    this.session.pump();
  }

  /** A stroke of paint as the kernel makes it: each flush says what was there when the stroke began. Few colours on few vertices. */
  brush(random) {
    const { mesh } = this.replica.pieces.get(1);
    const stroke = this.replica.newStroke(), channels = 1 + random.below(7), planes = planesOf(channels);
    const start = mesh.paint.slice();
    for (let flushes = 1 + random.below(3); flushes; flushes--) {
      const ids = Uint32Array.from({ length: 30 }, (_, v) => v).filter(() => random.chance(0.4));
      if (!ids.length) continue;
      const before = planes.map((c) => Uint8Array.from(ids, (v) => start[8 * v + c]));
      const after = planes.map(() => Uint8Array.from(ids, () => random.below(4)));
      planes.forEach((c, p) => ids.forEach((v, q) => (mesh.paint[8 * v + c] = after[p][q])));
      this.replica.addPaint({ ids, channels, before, after }, { piece: 1, stroke, flags: flushes === 1 ? Flag.END : 0 });
      this.world.made += 1;
    }
    this.session.pump();
  }

  adopt(client) {
    if (this.replica.authors.has(client)) return;
    const author = this.replica.adopt(client, this.world.disk.take(client));
    this.session.adopt(author).catch((error) => assert.equal(error.code, 'lost'));
  }
}

class World {
  constructor(random) {
    this.clock = new FakeClock();
    this.disk = new Disk();
    this.room = new Sequencer(sheet(), () => random.client());
    this.mismatches = [];
    this.orphans = [];
    this.made = 0;
    this.peers = Array.from({ length: PEERS }, () => new Peer(this));
  }
}

/** One random thing that happens. */
async function step(world, random) {
  const peer = random.pick(world.peers);
  const dice = random();
  if (peer.loadIsDue && random.chance(0.3)) peer.load();
  if (dice < 0.40) for (let n = random.below(8); n; n--) peer.deliver(random);
  else if (dice < 0.51) peer.sculpt(random);
  else if (dice < 0.62) peer.brush(random);
  else if (dice < 0.70) peer.replica.undo() && peer.session.pump();
  else if (dice < 0.74) peer.replica.redo() && peer.session.pump();
  else if (dice < 0.80) peer.line ? peer.drop() : peer.connect();
  else if (dice < 0.84) peer.line || peer.connect();
  else if (dice < 0.86 && peer.line) peer.down = world.room.compact(peer.down);
  else if (dice < 0.92) world.room.journal();
  else if (dice < 0.935) world.room.save();
  else if (dice < 0.945) world.room.crash();
  // One at a time: a room that has said so says nothing more until the page joins again.
  else if (dice < 0.955 && peer.line && peer.session.joined && !peer.down.includes(RESYNC)) peer.down.push(RESYNC);
  else if (dice < 0.965) replaceTab(world, peer);
  else if (dice < 0.98 && world.orphans.length && peer.session.phase === 'online') {
    // Without locks two tabs may take over the same one.
    const client = random.pick(world.orphans);
    if (random.chance(0.5)) world.orphans = world.orphans.filter((one) => one !== client);
    peer.adopt(client);
  } else await world.clock.advance(random.below(400));
  await settled();
}

/** The tab is closed or crashes; a new one opens, and sooner or later somebody takes over what is on the disk. */
function replaceTab(world, peer) {
  // Who holds adopted strokes of somebody else must not die for this test: the disk has them under the first client only.
  if (peer.line) peer.drop();
  for (const author of peer.replica.authors.values()) {
    const left = author.client && world.disk.clients.get(author.client);
    if (left?.size) world.orphans.push(author.client);
  }
  // A tab that never got an identity has nothing on the disk: its strokes are lost with it, and were nobody else's yet.
  world.peers[world.peers.indexOf(peer)] = new Peer(world);
}

/** Everyone online, everything delivered. */
async function calm(world, random) {
  for (let round = 0; round < 4000; round++) {
    for (const peer of world.peers) {
      if (!peer.line) peer.connect();
      if (peer.loadIsDue) peer.load();
    }
    let busy = false;
    for (const peer of world.peers) while (peer.deliver(random)) busy = true;
    await settled();
    if (world.orphans.length && world.peers[0].session.phase === 'online') {
      world.peers[0].adopt(world.orphans.pop());
      busy = true;
    }
    if (busy) continue;
    if (world.peers.every((peer) => peer.session.sentAll && !peer.loadIsDue)) return;
    await world.clock.advance(100);
  }
  assert.fail('the peers never came to rest');
}

/** The five planes that everyone shares. */
function paintOf({ paint, vertexCount }) {
  return Uint8Array.from({ length: 5 * vertexCount }, (_, i) => paint[8 * (i % vertexCount) + Math.floor(i / vertexCount)]);
}

async function run(seed) {
  const random = seededRandom(seed);
  const world = new World(random);
  for (let op = 0; op < OPS; op++) await step(world, random);
  await calm(world, random);
  world.room.save();
  await calm(world, random);

  const { room } = world;
  const fresh = new Replica();
  const { seq, pieces } = room.loaded();
  fresh.load(seq, pieces);
  world.peers.forEach((peer, index) => {
    const { mesh } = peer.replica.pieces.get(1);
    assert.deepEqual(mesh.ints, room.ints, `peer ${index} has other bits than the room`);
    assert.equal(peer.replica.confirmedDigest(1), room.digest(), `peer ${index} has another digest`);
    assert.equal(peer.replica.digest(1), digest({ ints: room.ints }));
    assert.deepEqual(paintOf(mesh), room.paint, `peer ${index} has other paint than the room`);
    assert.equal(peer.replica.pieces.get(1).register.digest, digestOfPaint(room.paint));
    assert.equal(peer.replica.pendingStrokes, 0, `peer ${index} still waits`);
    checkMesh(mesh);
  });
  assert.deepEqual(fresh.pieces.get(1).mesh.ints, room.ints, 'a fresh load has other bits');
  assert.deepEqual(paintOf(fresh.pieces.get(1).mesh), room.paint, 'a fresh load has other paint');
  assert.deepEqual(world.mismatches, [], 'a replica had to repair itself');
  for (const [client, frames] of world.disk.clients) assert.equal(frames.size, 0, `${client} still has frames on the disk`);
  return { made: world.made, accepted: room.log.length, actions: room.actions };
}

test(`${PEERS} peers converge over ${SEEDS} seeds of ${OPS} operations`, async () => {
  // Delays, losses, resends, undo, crashes of the room and of tabs: everyone ends with the same bits, and nobody diverged on the way.
  let accepted = 0;
  const seen = new Set();
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    try {
      const result = await run(seed);
      accepted += result.accepted;
      for (const action of result.actions) seen.add(action);
    } catch (error) {
      error.message += `\n  repeat with SEED=${seed} SEEDS=1 OPS=${OPS} PEERS=${PEERS} node --test tests/static/replica/convergence.test.js`;
      throw error;
    }
  }
  // The fuzz is worth something only if it went where it hurts.
  if (SEEDS >= 20) {
    assert.ok(accepted > 20 * SEEDS, `${accepted} frames accepted`);
    for (const action of ['adopt', 'leave', 'duplicate', 'tail 0', 'tail 6', 'compared', 'compacted true']) assert.ok(seen.has(action), `no ${action} happened`);
  }
});
