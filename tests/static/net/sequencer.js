/**
 * A room in memory, for tests of the page's side: the order, the receipts, the journal and the snapshots of
 * docs/protocol.md, without sockets or a database. Bytes and texts go in through `receive`, and out through each line's
 * `deliver`.
 */

import { digest } from '../../../static/kernel/digest.js';
import {
  Channel, Flag, Kind, decode, encodeCaughtUp, encodeDigest, encodePaint, encodeReceipt, encodeStroke, split, withSeq,
} from '../../../static/wire/frames.js';
import { UNPAINTED } from '../../../static/kernel/channels.js';
import { weight } from '../../../static/kernel/digest.js';
import { planesOf } from '../../../static/wire/paint.js';
import { merged } from '../../../static/replica/history.js';

const NOBODY = '0000000000000000';
/** Numbers that a restart skips, so that a replica with strokes that died with the room is recognised. */
const BARRIER = 2 ** 20;
export const PROJECT = 'p'.repeat(22);

/** A flat sheet of `cells` × `cells` squares as the server orders it: planar positions, sorted triangles. */
export function sheet(cells = 9) {
  const side = cells + 1;
  const positions = new Int32Array(3 * side * side);
  const faces = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const v = y * side + x;
      positions[v] = x * 100_000;
      positions[side * side + v] = y * 100_000;
      if (x < cells && y < cells) faces.push([v, v + 1, v + side + 1], [v, v + side + 1, v + side]);
    }
  }
  return { positions, triangles: Uint32Array.from(faces.flat()) };
}

/** One connection's server end. `deliver` takes what goes to the page. */
export class Line {
  constructor(deliver, close = () => {}) {
    this.deliver = deliver;
    this.close = close;
    this.client = null;
    this.mine = new Set();
    this.joined = false;
  }
}

export class Sequencer {
  /** @param {{positions: Int32Array, triangles: Uint32Array}} shape @param {() => string} newClient */
  constructor(shape, newClient) {
    this.shape = shape;
    this.newClient = newClient;
    this.lines = new Set();
    this.seq = 0;
    /** @type {Array<{seq: number, client: string, clientSeq: number, bytes: Uint8Array, frame: any}>} */
    this.log = [];
    this.journaled = 0;
    this.base = 0;
    this.ints = interleave(shape.positions);
    this.paint = plain(this.ints.length / 3);
    this.marks = new Map();
    this.voids = [];
    /** Where the last barrier ends. */
    this.barrier = 0;
    this.snapshot = this._snapshot();
    /** What happened, for assertions. */
    this.actions = [];
  }

  connect(line) {
    this.lines.add(line);
    line.client = this.newClient();
    line.deliver(JSON.stringify({ event: 'connect', client: line.client }));
  }

  disconnect(line) {
    this.lines.delete(line);
    if (line.joined) this._tell({ event: 'leave', client: line.client, name: line.name, reason: 'lost' });
    line.joined = false;
  }

  /** @param {Line} line @param {string | Uint8Array} data */
  receive(line, data) {
    if (!this.lines.has(line)) return;
    if (typeof data === 'string') this._control(line, JSON.parse(data));
    else for (const bytes of split(data)) this._stroke(line, bytes);
  }

  /** Everything accepted is in the database now; receipts for the authors. */
  journal() {
    this.journaled = this.log.length;
    for (const [client, mark] of this.marks) {
      if (mark.journaled === mark.accepted) continue;
      mark.journaled = mark.accepted;
      for (const line of this.lines) if (line.joined && line.mine.has(client)) this._receipt(line, client);
    }
  }

  /** A new snapshot; the tail before the last one is dropped. */
  save() {
    this.journal();
    this.base = this.snapshot.seq;
    this.snapshot = this._snapshot();
    for (const line of this.lines) if (line.joined) this.sendDigest(line);
  }

  /** kill -9: what was not journaled is gone, connections break, and a new owner loads snapshot and journal. */
  crash() {
    for (const line of [...this.lines]) {
      this.lines.delete(line);
      line.joined = false;
      line.close(1006, '');
    }
    this.log.length = this.journaled;
    this.ints = interleave(this.shape.positions);
    this.paint = plain(this.ints.length / 3);
    this.marks = new Map();
    for (const { frame, client, clientSeq } of this.log) {
      if (frame.kind === Kind.PAINT) write(this.paint, frame);
      else add(this.ints, frame);
      this.marks.set(client, { accepted: clientSeq, journaled: clientSeq });
    }
    // Numbers of the journal's end and of earlier barriers are where a replica may well be.
    const end = Math.max(this.log.at(-1)?.seq ?? 0, this.barrier);
    this.seq += BARRIER;
    this.barrier = this.seq;
    this.voids.push([end + 1, this.seq]);
    this.base = this.snapshot.seq;
  }

  sendDigest(line) {
    line.deliver(buffer(this._digests()));
  }

  _digests() {
    return encodeDigest({ seq: this.seq, piece: 1, epoch: 1, digest: this.digest(), paint: digestOfPaint(this.paint) });
  }

  /** What waits for somebody who reads slowly, in less: texts, receipts, sums, the paint of now. @param {Array<string | ArrayBuffer>} all */
  compact(all) {
    // What was on its way before the last join was for another connection: a server drops it, and never sums it with what is new.
    const from = all.findLastIndex((item) => typeof item === 'string' && item.includes('"fresh":')) + 1;
    const items = all.slice(from);
    const texts = items.filter((item) => typeof item === 'string');
    const receipts = new Map(), strokes = [], paints = [];
    let seq = 0, catchesUp = false;
    for (const item of items) {
      if (typeof item === 'string') continue;
      for (const bytes of split(item)) {
        const frame = decode(bytes);
        if (frame.kind === Kind.DIGEST) continue;
        seq = Math.max(seq, frame.seq);
        if (frame.kind === Kind.RECEIPT) receipts.set(frame.client, buffer(bytes));
        else catchesUp = true;
        if (frame.kind === Kind.STROKE || frame.kind === Kind.MERGED) strokes.push({ frame });
        if (frame.kind === Kind.PAINT || frame.kind === Kind.PAINTED) paints.push({ frame });
      }
    }
    this.actions.push(`compacted ${paints.length > 0}`);
    const out = [...all.slice(0, from), ...texts, ...receipts.values()];
    const line = { deliver: (data) => out.push(data) };
    if (strokes.length) this._merged(line, strokes);
    this._painted(line, paints);
    if (catchesUp) out.push(buffer(encodeCaughtUp({ seq })));
    return out;
  }

  digest() {
    return digest({ ints: this.ints });
  }

  /** What GET …/snapshot and its blobs answer, for `Replica.load`. */
  loaded() {
    const n = this.ints.length / 3;
    const positions = new Int32Array(3 * n);
    const { ints } = this.snapshot;
    for (let v = 0; v < n; v++) for (let a = 0; a < 3; a++) positions[a * n + v] = ints[3 * v + a];
    return {
      seq: this.snapshot.seq,
      pieces: [{
        piece: 1, epoch: 1, name: 'sheet', scale: 1, offset: [0, 0, 0], positions, triangles: this.shape.triangles.slice(),
        trianglesBlob: 'triangles', paint: this.snapshot.paint.some((value, i) => value !== UNPAINTED[Math.floor(i / n)]) ? this.snapshot.paint : null,
      }],
    };
  }

  // ---- private ------------------------------------------------------------------------------------------------------

  _snapshot() {
    return { seq: this.seq, ints: this.ints.slice(), paint: this.paint.slice() };
  }

  _control(line, message) {
    this.actions.push(message.event);
    const reply = (fields) => line.deliver(JSON.stringify({ event: 'reply', ref: message.ref, ...fields }));
    switch (message.event) {
      case 'join_proj':
        this._join(line, message, reply);
        break;
      case 'adopt': {
        const mark = this._mark(message.client);
        line.mine.add(message.client);
        reply({ client: message.client, accepted: mark.accepted, journaled: mark.journaled });
        break;
      }
      case 'leave':
        line.joined = false;
        reply({});
        break;
      case 'meta_change':
        reply({ changes: message.changes });
        this._tell({ event: 'meta_change', client: line.client, name: line.name, changes: message.changes });
        break;
      case 'save':
        this.save();
        reply({ at: '2024-01-01T00:00:00+00:00', seq: this.seq, snapshot: 's' });
        this._tell({ event: 'save', client: line.client, name: line.name, at: '2024-01-01T00:00:00+00:00', seq: this.seq, by: 'button' });
        break;
      default:
        reply({});
    }
  }

  _join(line, { client, since, mine }, reply) {
    if (line.joined) throw new Error('joined already');
    if (client) line.client = client;
    line.name = 'Ada';
    const mark = this._mark(line.client);
    const fresh = since === null || since < this.base || since > this.seq ||
      this.voids.some(([from, to]) => since >= from && since < to);
    if (!fresh) {
      for (const other of [...this.lines]) {
        if (other === line || other.client !== line.client) continue;
        this.disconnect(other);
        other.close(4409, 'taken over');
      }
      line.joined = true;
      line.mine = new Set([line.client]);
    }
    reply({
      client: line.client, role: 'owner', colour: '#4aa3df', seq: this.seq, fresh, snapshot: 's', saving: true, ...mark,
      clients: [...this.lines].filter((one) => one.joined).map((one) => this._card(one)),
      project: {
        project: PROJECT, name: 'Sheet', description: '', owner: 'Ada', collaborators: [], pieces: [], saved_at: null,
      },
    });
    if (fresh) return;
    const has = new Map(mine);
    const after = this.log.filter((entry) => entry.seq > since);
    const lacks = after.filter(({ frame }) => frame.kind !== Kind.PAINT).filter((entry) => entry.clientSeq > (has.get(entry.client) ?? 0));
    this.actions.push(`tail ${lacks.length}`);
    this._painted(line, after);
    if (lacks.length > 4) this._merged(line, lacks);
    else for (const { bytes } of lacks) line.deliver(buffer(bytes));
    line.deliver(join(encodeCaughtUp({ seq: this.seq }), this._digests()));
    this._tell({ event: 'join', ...this._card(line) });
  }

  _card(line) {
    return { client: line.client, name: line.name, colour: '#4aa3df', role: 'owner' };
  }

  _merged(line, entries) {
    let sum = null;
    for (const { frame: { ids, dx, dy, dz, shift } } of entries) {
      const plain = { ids, dx: dx.map((d) => d << shift), dy: dy.map((d) => d << shift), dz: dz.map((d) => d << shift), shift: 0 };
      sum = sum ? merged(sum, plain) : plain;
    }
    if (!sum.ids.length) return;
    // Two messages, so that a replica can be torn between them.
    const half = sum.ids.length >> 1;
    const head = { kind: Kind.MERGED, seq: this.seq, client: NOBODY, clientSeq: 0, stroke: 0, epoch: 1, piece: 1 };
    if (half) line.deliver(buffer(encodeStroke(head, sum, Infinity, 0, half)));
    line.deliver(buffer(encodeStroke(head, sum, Infinity, half)));
  }

  /** What the vertices that this paint wrote have now. */
  _painted(line, entries) {
    const n = this.paint.length / 5;
    const touched = new Set(entries.flatMap(({ frame }) => (frame.kind === Kind.STROKE ? [] : [...frame.ids])));
    const ids = Uint32Array.from(touched).sort();
    if (!ids.length) return;
    const values = [0, 1, 2, 3, 4].map((c) => Uint8Array.from(ids, (v) => this.paint[c * n + v]));
    const head = { kind: Kind.PAINTED, seq: this.seq, client: NOBODY, clientSeq: 0, stroke: 0, epoch: 1, piece: 1 };
    line.deliver(buffer(encodePaint(head, { ids, channels: Channel.ALL, values, expected: null })));
  }

  _stroke(line, bytes) {
    if (!line.joined) return;
    if (bytes[0] === Kind.CURSOR) return;
    let frame = decode(bytes);
    if (!line.mine.has(frame.client)) throw new Error(`a stroke of ${frame.client}, which is not the sender's`);
    const mark = this._mark(frame.client);
    if (frame.clientSeq <= mark.accepted) {
      this.actions.push('duplicate');
    } else {
      if (frame.clientSeq !== mark.accepted + 1) throw new Error(`gap: ${frame.clientSeq} after ${mark.accepted}`);
      mark.accepted = frame.clientSeq;
      this.seq += 1;
      let numbered = withSeq(bytes, this.seq);
      let returns = false;
      if (frame.kind === Kind.PAINT) {
        returns = frame.expected !== null || frame.client !== line.client;
        if (frame.expected) {
          this.actions.push('compared');
          numbered = withSeq(encodePaint({ ...frame, flags: frame.flags & ~Flag.COMPARE }, decided(this.paint, frame)), this.seq);
          frame = decode(numbered);
        }
        write(this.paint, frame);
      } else add(this.ints, frame);
      this.log.push({ seq: this.seq, client: frame.client, clientSeq: frame.clientSeq, bytes: numbered, frame });
      for (const other of this.lines) if ((returns || other !== line) && other.joined) other.deliver(buffer(numbered));
    }
    this._receipt(line, frame.client);
  }

  _receipt(line, client) {
    line.deliver(buffer(encodeReceipt({ seq: this.seq, client, ...this._mark(client) })));
  }

  _mark(client) {
    let mark = this.marks.get(client);
    if (!mark) this.marks.set(client, mark = { accepted: 0, journaled: 0 });
    return mark;
  }

  _tell(message) {
    for (const line of this.lines) if (line.joined) line.deliver(JSON.stringify(message));
  }
}

function interleave(planar) {
  const n = planar.length / 3;
  const ints = new Int32Array(3 * n);
  for (let v = 0; v < n; v++) for (let a = 0; a < 3; a++) ints[3 * v + a] = planar[a * n + v];
  return ints;
}

function add(ints, { ids, dx, dy, dz, shift }) {
  ids.forEach((id, i) => {
    ints[3 * id] += dx[i] << shift;
    ints[3 * id + 1] += dy[i] << shift;
    ints[3 * id + 2] += dz[i] << shift;
  });
}

/** (5n) planar paint of clay that nobody has painted. */
function plain(n) {
  return Uint8Array.from({ length: 5 * n }, (_, i) => UNPAINTED[Math.floor(i / n)]);
}

function write(paint, { ids, channels, values }) {
  const n = paint.length / 5;
  planesOf(channels).forEach((c, p) => ids.forEach((v, q) => (paint[c * n + v] = values[p][q])));
}

/** What a comparison comes to: a plain write of the same vertices. */
function decided(paint, { ids, channels, values, expected }) {
  const n = paint.length / 5;
  const result = planesOf(channels).map((c, p) => Uint8Array.from(ids, (v, q) => {
    const now = paint[c * n + v];
    return now === expected[p][q] ? values[p][q] : now;
  }));
  return { ids, channels, values: result, expected: null };
}

export function digestOfPaint(paint) {
  const n = paint.length / 5;
  return paint.reduce((sum, value, i) => {
    const c = Math.floor(i / n);
    return (sum + Math.imul(weight(5 * (i % n) + c), value - UNPAINTED[c])) >>> 0;
  }, 0);
}

function join(...frames) {
  const out = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    out.set(frame, at);
    at += frame.length;
  }
  return out.buffer;
}

const buffer = (frame) => join(frame);
