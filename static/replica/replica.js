/**
 * This page's copy of the sculpture: one's own strokes at once, the others' in the room's order, bit for bit the same as
 * everyone's once everything has arrived. No DOM, no network.
 *
 * Order of calls. A page: `load`, then (from the session) `identify`, `receive` …, `settle` when caught up. A stroke:
 * the kernel flushes, `addOwn` follows at once. A resync is the same: `load` with what the newest snapshot holds, join,
 * `receive` the tail, and `settle` puts the own strokes that the room lacks on top again.
 *
 * @import { MaskChange } from '../kernel/mask/change.js'
 * @import { Displacement } from '../kernel/quantise.js'
 * @import { DecodedFrame, Keeper, LoadedPiece, PaintChange, PaintFrame, PaintValues, PendingFrame, Received, ReplicaPiece, StrokeFrame } from '../types.js'
 */

import { applyDisplacements, negated } from '../kernel/apply.js';
import { contribution } from '../kernel/digest.js';
import { putMask } from '../kernel/mask/index.js';
import { ClayMesh } from '../kernel/mesh.js';
import { Flag, Kind, WireError, encodePaints, encodeStrokes } from '../wire/frames.js';
import { decodePaint } from '../wire/paint.js';
import { putClient } from '../wire/reader.js';
import { decodeStroke } from '../wire/stroke.js';
import { Author } from './author.js';
import { History } from './history.js';
import { PaintRegister } from './register.js';

/** Clients that a replica may say it has strokes of (the server's limit for `mine`). */
export const MAX_MINE = 64;
/** Stands in frames for a client that the server has not named yet. */
const NOBODY = '0000000000000000';
const CLIENT_OFFSET = 16;

/** @type {Keeper} */
const NO_KEEPER = { keep() {}, forget() {} };

export class Replica {
  /** @param {{keeper?: Keeper, history?: History}} [options] `keeper` is told of every frame that must outlive the page */
  constructor({ keeper = NO_KEEPER, history = new History() } = {}) {
    this.keeper = keeper;
    this.history = history;
    /** @type {Map<number, ReplicaPiece>} */
    this.pieces = new Map();
    /** Everything up to this number of the room's order is in the positions. */
    this.seq = 0;
    this.loaded = false;
    /** Part of a merged sum has arrived: the positions are nothing that ever was, until CAUGHT_UP. */
    this.torn = false;
    this.own = new Author(null);
    /** @type {Map<string, Author>} own and adopted clients */
    this.authors = new Map();
    this._stroke = 0;
    /** Told when one's own mask of a piece has changed. @type {(piece: number) => void} */
    this.onMask = () => {};
  }

  // ---- who we are ---------------------------------------------------------------------------------------------------

  get client() {
    return this.own.client;
  }

  /**
   * The server has said who this tab is. Frames made before that get their client now. If it is another than before, the
   * former one's frames stay, to be adopted.
   * @param {string} client 16 hexadecimal digits
   */
  identify(client) {
    if (this.own.client === client) return;
    if (this.own.client === null) {
      this.own.client = client;
      for (const frame of this.own.frames) {
        putClient(new DataView(frame.bytes.buffer), CLIENT_OFFSET, client);
        this.keeper.keep(client, frame.clientSeq, frame.bytes);
      }
    } else {
      this.own = this.authors.get(client) ?? new Author(client);
    }
    this.authors.set(client, this.own);
  }

  /**
   * Takes over what a dead tab left behind. Nothing is applied before `settle` says what the room has.
   * @param {string} client @param {Array<{clientSeq: number, bytes: Uint8Array}>} frames ascending
   * @returns {Author} throws `WireError` if a frame is not what it should be
   */
  adopt(client, frames) {
    const author = new Author(client);
    author.from = Infinity;
    for (const { clientSeq, bytes } of frames) {
      const frame = isPaint(bytes) ? decodePaint(bytes) : decodeStroke(bytes);
      if (frame.client !== client || frame.clientSeq !== clientSeq) {
        throw new WireError(`kept frame ${clientSeq} of ${client} says ${frame.clientSeq} of ${frame.client}`);
      }
      author.push(pendingOf(frame, bytes, false));
    }
    this.authors.set(client, author);
    return author;
  }

  /** Gives back an adoption that the server refused; its frames stay kept for another time. @param {string} client */
  disown(client) {
    if (client !== this.client) this.authors.delete(client);
  }

  /** The connection is gone: what the room has of adopted tabs is not certain before it says so again. */
  disconnected() {
    for (const author of this.authors.values()) author.certain = author.unaccepted().length === 0;
  }

  /** What the server must not send again: `[client, client_seq]` for the `mine` of a join. */
  mine() {
    /** @type {Array<[string, number]>} */
    const list = [];
    for (const author of this.authors.values()) {
      if (author.client && author.settled && author.made) list.push([author.client, author.made]);
    }
    return list.slice(-MAX_MINE);
  }

  // ---- own strokes --------------------------------------------------------------------------------------------------

  /** The number for a stroke that begins. */
  newStroke() {
    this._stroke += 1;
    return this._stroke;
  }

  /**
   * Keeps what the kernel has just flushed; the positions hold it already.
   * @param {Displacement} flush at least one vertex
   * @param {{piece: number, stroke: number, flags?: number}} what
   * @returns {PendingFrame[]} one frame, or several where one would be too large
   */
  addOwn(flush, { piece, stroke, flags = 0 }) {
    const { epoch } = this._piece(piece);
    const head = { client: this.own.client ?? NOBODY, clientSeq: this.own.made + 1, stroke, epoch, piece, flags };
    if (!(flags & (Flag.UNDO | Flag.REDO))) this.history.add(stroke, piece, epoch, flush);
    const bytes = encodeStrokes(head, flush);
    // The sum over the parts is the contribution of the whole; only a flush in parts is decoded again.
    return bytes.map((one) => {
      const frame = bytes.length === 1
        ? { clientSeq: head.clientSeq, stroke, piece, epoch, flags, bytes: one, contribution: contribution(flush), applied: true, covers: false }
        : pendingOf(decodeStroke(one), one, true);
      this.own.push(frame);
      if (this.own.client) this.keeper.keep(this.own.client, frame.clientSeq, one);
      return frame;
    });
  }

  /**
   * Keeps what the kernel has just painted; the piece shows it already.
   * @param {PaintChange} change at least one vertex
   * @param {{piece: number, stroke: number, flags?: number}} what
   */
  addPaint(change, { piece, stroke, flags = 0 }) {
    this.history.addPaint(stroke, piece, this._piece(piece).epoch, change);
    this._pushPaint({ ids: change.ids, channels: change.channels, values: change.after, expected: null }, { piece, stroke, flags });
  }

  /** @param {PaintValues} paint seen already @param {{piece: number, stroke: number, flags: number}} what */
  _pushPaint(paint, { piece, stroke, flags }) {
    const { epoch, register } = this._piece(piece);
    const head = { client: this.own.client ?? NOBODY, clientSeq: this.own.made + 1, stroke, epoch, piece, flags };
    for (const bytes of encodePaints(head, paint)) {
      const frame = pendingOf(decodePaint(bytes), bytes, true);
      frame.covers = true;
      this.own.push(frame);
      if (this.own.client) this.keeper.keep(this.own.client, frame.clientSeq, bytes);
    }
    register.cover(paint);
  }

  /**
   * Keeps how one's own mask was changed, as one step of the history; the pieces hold it already. Nobody is sent anything.
   * @param {Map<number, MaskChange>} changes by piece; none if empty @param {number} [stroke] if it has a number already
   */
  addMask(changes, stroke = this.newStroke()) {
    if (changes.size === 0) return;
    this.history.addMask(stroke, Array.from(changes, ([piece, change]) => ({ piece, epoch: this._piece(piece).epoch, change })));
    for (const piece of changes.keys()) this.onMask(piece);
  }

  /** Takes back the newest own stroke. @returns {Set<number> | null} the changed pieces; null if there is nothing to undo */
  undo() {
    return this._applyOwn(this.history.undo(), Flag.UNDO);
  }

  /** Makes the last undone stroke again. @returns {Set<number> | null} the changed pieces; null if there is nothing to redo */
  redo() {
    return this._applyOwn(this.history.redo(), Flag.REDO);
  }

  /**
   * The server did not take this frame: takes it out of the positions again.
   * @param {number} clientSeq @param {string | null} [client] whose; one's own if it isn't said
   * @returns {Set<number>} the changed pieces
   */
  refused(clientSeq, client = this.client) {
    const author = client === this.client ? this.own : this.authors.get(client ?? '');
    const pending = author?.remove(clientSeq);
    /** @type {Set<number>} */
    const changed = new Set();
    if (!author || !pending) return changed;
    if (isPaint(pending.bytes)) {
      // What it covered on the way is not known apart from what came after: the whole stroke is not to be undone any more.
      if (author === this.own) this.history.drop(pending.stroke);
      if (this._uncover(pending)) changed.add(pending.piece);
      return changed;
    }
    const frame = decodeStroke(pending.bytes);
    if (author === this.own) {
      if (frame.flags & (Flag.UNDO | Flag.REDO)) this.history.drop(frame.stroke);
      else this.history.amend(frame.stroke, frame.piece, frame.epoch, frame);
    }
    const target = this.pieces.get(frame.piece);
    if (pending.applied && target?.epoch === frame.epoch) {
      applyDisplacements(target.mesh, [negated(frame)]);
      changed.add(frame.piece);
    }
    return changed;
  }

  // ---- what the room says -------------------------------------------------------------------------------------------

  /**
   * Everything anew from a snapshot. A piece whose triangles are the same keeps its mesh (and a stroke that is being made
   * on it): only the difference is added. Own strokes that the database lacks are kept; `settle` puts them on top.
   * @param {number} seq the snapshot's @param {LoadedPiece[]} pieces
   * @returns {boolean} whether a mesh was replaced
   */
  load(seq, pieces) {
    let replaced = false;
    /** @type {Map<number, ReplicaPiece>} */
    const next = new Map();
    for (const { positions, triangles, paint = null, ...facts } of pieces) {
      const have = this.pieces.get(facts.piece);
      if (have && have.epoch === facts.epoch && have.trianglesBlob === facts.trianglesBlob) {
        addDifference(have.mesh, positions);
        have.register.load(paint);
        next.set(facts.piece, { ...facts, mesh: have.mesh, register: have.register });
      } else {
        if (!triangles) throw new WireError(`piece ${facts.piece} came without its triangles`);
        const mesh = ClayMesh.build(positions, triangles), register = new PaintRegister(mesh);
        register.load(paint);
        next.set(facts.piece, { ...facts, mesh, register });
        this.history.keepEpoch(facts.piece, facts.epoch);
        replaced = true;
      }
    }
    if (next.size !== this.pieces.size) replaced = true;
    this.pieces = next;
    this.seq = seq;
    this.torn = false;
    this.loaded = true;
    for (const author of new Set([this.own, ...this.authors.values()])) {
      // A tab that has made nothing needs nobody to say what the snapshot holds of it.
      if (author.made) author.from = Infinity;
      for (const frame of author.frames) frame.applied = frame.covers = false;
    }
    return replaced;
  }

  /**
   * What the server has of an author, once everything up to then has been received: puts the rest on top, if a load has
   * taken it away or an adoption has brought it.
   * @param {Author} author @param {number} accepted @param {number} journaled
   * @returns {Set<number>} the changed pieces
   */
  settle(author, accepted, journaled) {
    /** @type {Set<number>} */
    const painted = this._released(author, accepted);
    if (author.acknowledged(accepted, journaled) && author.client) this.keeper.forget(author.client, journaled);
    if (author.made < accepted) author.made = accepted;
    // One's own were all received before CAUGHT_UP; the last ones of a dead tab may still be on their way to a slow reader.
    if (!author.settled) author.from = author === this.own ? 0 : accepted;
    /** @type {Map<number, Displacement[]>} */
    const waiting = new Map();
    for (const frame of author.frames) {
      const target = this.pieces.get(frame.piece);
      if (target?.epoch !== frame.epoch) continue;
      const waits = frame.clientSeq > accepted;
      if (isPaint(frame.bytes)) {
        // One that was accepted by a room that died covers again; it is seen already.
        if (waits && !frame.covers) {
          const paint = decodePaint(frame.bytes);
          if (!frame.applied) target.register.show(paint);
          target.register.cover(paint);
          frame.covers = true;
          painted.add(frame.piece);
        }
        frame.applied = true;
        continue;
      }
      if (frame.applied) continue;
      frame.applied = true;
      if (!waits) continue;
      put(waiting, frame.piece, decodeStroke(frame.bytes));
    }
    for (const piece of this._apply(waiting)) painted.add(piece);
    return painted;
  }

  /**
   * Frames in the order in which they came. Changes positions; throws `WireError` if one does not fit this sculpture
   * (nothing of it is applied then, but the replica is torn).
   * @param {DecodedFrame[]} frames
   * @returns {Received}
   */
  receive(frames) {
    /** @type {Received} */
    const received = { changed: new Set(), caughtUp: false, mismatch: null };
    /** @type {Map<number, Displacement[]>} collected, so that the surface is brought up to date once for all */
    const waiting = new Map();
    const flush = () => {
      for (const piece of this._apply(waiting)) received.changed.add(piece);
      waiting.clear();
    };
    for (const frame of frames) {
      switch (frame.kind) {
        case Kind.STROKE:
          if (this._isNew(/** @type {StrokeFrame} */ (frame))) this._wait(waiting, /** @type {StrokeFrame} */ (frame));
          break;
        case Kind.MERGED:
          this.torn = true;
          this._wait(waiting, /** @type {StrokeFrame} */ (frame));
          break;
        case Kind.PAINT:
        case Kind.PAINTED:
          this._receivePaint(/** @type {PaintFrame} */ (frame));
          received.changed.add(/** @type {PaintFrame} */ (frame).piece);
          break;
        case Kind.RECEIPT:
          for (const piece of this._receipt(/** @type {any} */ (frame))) received.changed.add(piece);
          break;
        case Kind.CAUGHT_UP:
          this.seq = Math.max(this.seq, /** @type {any} */ (frame).seq);
          this.torn = false;
          received.caughtUp = true;
          break;
        case Kind.DIGEST:
          flush();
          received.mismatch ??= this._checkDigest(/** @type {any} */ (frame));
          break;
      }
    }
    flush();
    return received;
  }

  // ---- what is waiting ----------------------------------------------------------------------------------------------

  /** Own and adopted strokes that the database does not have yet. */
  get pendingStrokes() {
    let count = this.own.client === null ? this.own.strokes() : 0;
    for (const author of this.authors.values()) count += author.strokes();
    return count;
  }

  /** The digest of one piece as it stands here, own unaccepted strokes included. @param {number} piece */
  digest(piece) {
    return this._piece(piece).mesh.digest();
  }

  /** The digest of one piece as the room has it: less what it has not accepted yet. @param {number} piece */
  confirmedDigest(piece) {
    const { epoch, mesh } = this._piece(piece);
    let sum = mesh.digest();
    for (const author of new Set([this.own, ...this.authors.values()])) {
      for (const frame of author.unaccepted()) {
        if (frame.applied && frame.piece === piece && frame.epoch === epoch) sum -= frame.contribution;
      }
    }
    return sum >>> 0;
  }

  // ---- private ------------------------------------------------------------------------------------------------------

  /** @param {number} piece */
  _piece(piece) {
    const found = this.pieces.get(piece);
    if (!found) throw new RangeError(`there is no piece ${piece} here, only ${[...this.pieces.keys()].join(', ') || 'none'}`);
    return found;
  }

  /** @param {import('./history.js').Undoing | null} change @param {number} flag */
  _applyOwn(change, flag) {
    if (!change) return null;
    /** @type {Set<number>} */
    const changed = new Set();
    const parts = change.parts.filter(({ piece, epoch }) => this.pieces.get(piece)?.epoch === epoch);
    parts.forEach(({ piece, displacement }, index) => {
      const flags = flag | (index === parts.length - 1 ? Flag.END : 0);
      applyDisplacements(this._piece(piece).mesh, [displacement]);
      this.addOwn(displacement, { piece, stroke: change.stroke, flags });
      changed.add(piece);
    });
    const paints = change.paints.filter(({ piece, epoch }) => this.pieces.get(piece)?.epoch === epoch);
    paints.forEach(({ piece, paint }, index) => {
      this._piece(piece).register.show(paint);
      this._pushPaint(paint, { piece, stroke: change.stroke, flags: flag | (index === paints.length - 1 ? Flag.END : 0) });
      changed.add(piece);
    });
    for (const { piece, epoch, ids, values } of change.masks) {
      const target = this.pieces.get(piece);
      if (target?.epoch !== epoch) continue;
      putMask(target.mesh, { ids, values });
      this.onMask(piece);
      changed.add(piece);
    }
    return changed;
  }

  /** Whether a stroke is still to be added; counts it as received. @param {StrokeFrame} frame */
  _isNew(frame) {
    if (frame.seq <= this.seq) return false;
    this.seq = frame.seq;
    const author = this.authors.get(frame.client);
    if (!author?.appliedBySelf(frame.clientSeq)) return true;
    author.accepted = Math.max(author.accepted, frame.clientSeq);
    return false;
  }

  /** What others painted, or what the room says of one's own. @param {PaintFrame} frame */
  _receivePaint(frame) {
    const { register } = this._fitting(frame);
    if (frame.kind === Kind.PAINTED) {
      this.torn = true;
      register.write(frame);
      return;
    }
    if (frame.seq <= this.seq) return;
    this.seq = frame.seq;
    register.write(frame);
    const author = this.authors.get(frame.client);
    if (!author) return;
    this._released(author, frame.clientSeq);
    if (author.appliedBySelf(frame.clientSeq)) author.accepted = Math.max(author.accepted, frame.clientSeq);
  }

  /** Own paint up to this number is in what the room has, as far as that is known here. @param {Author} author @param {number} accepted */
  _released(author, accepted) {
    /** @type {Set<number>} */
    const changed = new Set();
    for (const frame of author.frames) {
      if (frame.clientSeq > accepted) break;
      if (this._uncover(frame)) changed.add(frame.piece);
    }
    return changed;
  }

  /** @param {PendingFrame} frame @returns {boolean} whether it lay on something */
  _uncover(frame) {
    if (!frame.covers) return false;
    frame.covers = false;
    this.pieces.get(frame.piece)?.register.uncover(decodePaint(frame.bytes));
    return true;
  }

  /** @param {Map<number, Displacement[]>} waiting @param {StrokeFrame} frame */
  _wait(waiting, frame) {
    this._fitting(frame);
    put(waiting, frame.piece, frame);
  }

  /** The piece that a frame fits. @param {StrokeFrame | PaintFrame} frame */
  _fitting(frame) {
    const target = this.pieces.get(frame.piece);
    const last = frame.ids[frame.ids.length - 1];
    if (target?.epoch !== frame.epoch || last >= target.mesh.vertexCount) {
      this.torn = true;
      throw new WireError(
        `a stroke on vertex ${last} of piece ${frame.piece}, epoch ${frame.epoch}: here are epoch ${target?.epoch} and ` +
        `${target?.mesh.vertexCount} vertices`);
    }
    return target;
  }

  /** @param {Map<number, Displacement[]>} waiting */
  _apply(waiting) {
    /** @type {Set<number>} */
    const changed = new Set();
    for (const [piece, displacements] of waiting) {
      applyDisplacements(this._piece(piece).mesh, displacements);
      changed.add(piece);
    }
    return changed;
  }

  /** @param {{client: string, seq: number, accepted: number, journaled: number}} receipt */
  _receipt({ client, seq, accepted, journaled }) {
    const author = this.authors.get(client);
    if (!author) return new Set();
    // One's own stands where the receipt does in the room's order. What a dead tab left comes back as PAINT, since another tab may
    // have sent it, and so does what became of a comparison.
    if (author === this.own) {
      for (const frame of author.frames.slice(author.indexAfter(author.accepted), author.indexAfter(accepted))) {
        if (!frame.covers) continue;
        const paint = decodePaint(frame.bytes);
        if (!paint.expected) this.pieces.get(frame.piece)?.register.write(paint);
      }
    }
    const changed = this._released(author, accepted);
    // Not a reason to advance `this.seq`: the others' strokes before it may still be owed to a slow reader.
    author.lastSeq = seq;
    const forgotten = author.acknowledged(Math.max(author.accepted, accepted), journaled);
    if (forgotten) this.keeper.forget(client, journaled);
    if (author !== this.own && author.frames.length === 0 && author.lastSeq <= this.seq) this.authors.delete(client);
    return changed;
  }

  /** @param {{seq: number, piece: number, epoch: number, digest: number, paint: number}} theirs @returns {string | null} */
  _checkDigest({ seq, piece, epoch, digest: theirs, paint }) {
    if (seq < this.seq || this.torn || this.pieces.get(piece)?.epoch !== epoch) return null;
    for (const author of this.authors.values()) if (!author.certain) return null;
    this.seq = seq;
    const ours = this.confirmedDigest(piece);
    if (ours === theirs) return this._checkPaint(seq, piece, paint);
    return `piece ${piece} at ${seq} has digest ${theirs.toString(16)} in the room and ${ours.toString(16)} here`;
  }

  /**
   * Not compared while own paint is unaccepted: a room that crashed may have lost a write that it had accepted, which is among it then.
   * @param {number} seq @param {number} piece @param {number} theirs @returns {string | null}
   */
  _checkPaint(seq, piece, theirs) {
    for (const author of new Set([this.own, ...this.authors.values()])) {
      const waits = (/** @type {PendingFrame} */ frame) => frame.covers || frame.clientSeq > author.accepted;
      if (author.frames.some((frame) => frame.piece === piece && isPaint(frame.bytes) && waits(frame))) return null;
    }
    const ours = this._piece(piece).register.digest;
    if (ours === theirs) return null;
    return `piece ${piece} at ${seq} has digest ${theirs.toString(16)} of its paint in the room and ${ours.toString(16)} here`;
  }
}

/** @param {StrokeFrame | PaintFrame} frame @param {Uint8Array} bytes @param {boolean} applied @returns {PendingFrame} */
function pendingOf(frame, bytes, applied) {
  const { clientSeq, stroke, piece, epoch, flags } = frame;
  const moves = 'dx' in frame ? contribution(frame) : 0;
  return { clientSeq, stroke, piece, epoch, flags, bytes, contribution: moves, applied, covers: false };
}

/** Whether a frame of one's own is paint, not a stroke. @param {Uint8Array} bytes */
function isPaint(bytes) {
  return bytes[0] === Kind.PAINT;
}

/** @param {Map<number, Displacement[]>} lists @param {number} piece @param {Displacement} displacement */
function put(lists, piece, displacement) {
  const list = lists.get(piece);
  if (list) list.push(displacement);
  else lists.set(piece, [displacement]);
}

/**
 * Adds to `mesh` what it lacks of `positions`; what the kernel has not flushed yet stays on top.
 * @param {ClayMesh} mesh @param {Int32Array} positions (3n) planar
 */
function addDifference(mesh, positions) {
  const n = mesh.vertexCount;
  if (positions.length !== 3 * n) throw new WireError(`${n} vertices need ${3 * n} coordinates, got ${positions.length}`);
  const { ints } = mesh;
  /** @type {number[]} */
  const ids = [];
  for (let v = 0; v < n; v++) {
    const i = 3 * v;
    if (ints[i] !== positions[v] || ints[i + 1] !== positions[n + v] || ints[i + 2] !== positions[2 * n + v]) ids.push(v);
  }
  if (!ids.length) return;
  const axis = (/** @type {number} */ a) => Int32Array.from(ids, (v) => positions[a * n + v] - ints[3 * v + a]);
  applyDisplacements(mesh, [{ ids: Uint32Array.from(ids), dx: axis(0), dy: axis(1), dz: axis(2), shift: 0 }]);
}
