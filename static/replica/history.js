/**
 * Undo and redo of one's own strokes.
 *
 * A stroke's sum over its flushes is kept, exact and sparse; undo adds the negated sum, whatever others have done there
 * since, and redo adds it again. Integer addition commutes and wraps, so undo takes back exactly what the stroke added.
 * Paint is put back where it is still on top, see paint_step.js. Changes of one's own mask, which nobody else has, are steps between
 * the strokes.
 *
 * @import { Displacement } from '../kernel/quantise.js'
 * @import { MaskEdit, MaskPart, PaintChange, PaintPart, StrokePart } from '../types.js'
 */

import { PaintStep } from './paint_step.js';

/** Bytes of sums kept for undo: some hundred large strokes; a page with a 2-million-vertex piece has 200 MB of its own. */
export const HISTORY_BYTES = 64 * 1024 * 1024;
/** Bytes of one vertex in a sum: its id and three displacements. */
const BYTES_PER_VERTEX = 16;
/** Bytes of one vertex in a change of a mask: its id, and its mask before and after. */
const BYTES_PER_MASKED = 6;

export class History {
  /** @param {number} [limit] bytes */
  constructor(limit = HISTORY_BYTES) {
    this.limit = limit;
    /** @type {Step[]} oldest first */
    this._done = [];
    /** @type {Step[]} last undone last */
    this._undone = [];
  }

  get canUndo() {
    return this._done.length > 0;
  }

  get canRedo() {
    return this._undone.length > 0;
  }

  /** What can be undone, oldest first, then what can be redone, next first. @returns {{stroke: number, done: boolean}[]} */
  get entries() {
    return [...this._done.map(({ stroke }) => ({ stroke, done: true })), ...this._undone.map(({ stroke }) => ({ stroke, done: false })).reverse()];
  }

  /** Bytes that the kept sums take. */
  get bytes() {
    return [...this._done, ...this._undone].reduce((sum, entry) => sum + entry.bytes, 0);
  }

  /**
   * One flush of a stroke. The first of a new stroke ends what could be redone.
   * @param {number} stroke @param {number} piece @param {number} epoch @param {Displacement} displacement kept, not copied
   */
  add(stroke, piece, epoch, displacement) {
    let entry = this._done.at(-1);
    if (!(entry instanceof StrokeSum) || entry.stroke !== stroke) {
      entry = new StrokeSum(stroke);
      this._push(entry);
    }
    entry.add(piece, epoch, displacement);
    this._trim();
  }

  /**
   * One flush of a stroke of paint. The first of a new stroke ends what could be redone.
   * @param {number} stroke @param {number} piece @param {number} epoch @param {PaintChange} change kept, not copied
   */
  addPaint(stroke, piece, epoch, change) {
    let entry = this._done.at(-1);
    if (!(entry instanceof PaintStep) || entry.stroke !== stroke) {
      entry = new PaintStep(stroke);
      this._push(entry);
    }
    entry.add(piece, epoch, change);
    this._trim();
  }

  /**
   * A change of one's own mask, as one step.
   * @param {number} stroke a number that no stroke has @param {MaskEdit[]} edits at least one; kept, not copied
   */
  addMask(stroke, edits) {
    this._push(new MaskStep(stroke, edits));
    this._trim();
  }

  /**
   * Moves the newest stroke to what can be redone.
   * @returns {Undoing | null} what to do to take it back; null if there is none
   */
  undo() {
    const entry = this._done.pop();
    if (!entry) return null;
    this._undone.push(entry);
    return { stroke: entry.stroke, parts: entry.parts().map(negatedPart), masks: entry.masks(true), paints: entry.paints(true) };
  }

  /** @returns {Undoing | null} what to do to make it again; null if there is none */
  redo() {
    const entry = this._undone.pop();
    if (!entry) return null;
    this._done.push(entry);
    return { stroke: entry.stroke, parts: entry.parts(), masks: entry.masks(false), paints: entry.paints(false) };
  }

  /**
   * Takes a refused flush out of its stroke's sum.
   * @param {number} stroke @param {number} piece @param {number} epoch @param {Displacement} displacement
   */
  amend(stroke, piece, epoch, displacement) {
    const entry = [...this._done, ...this._undone].find((one) => one.stroke === stroke);
    if (entry instanceof StrokeSum) entry.add(piece, epoch, negatedPart({ piece, epoch, displacement }).displacement);
  }

  /** Forgets one stroke: what is there of it is no longer known. @param {number} stroke */
  drop(stroke) {
    this._done = this._done.filter((entry) => entry.stroke !== stroke);
    this._undone = this._undone.filter((entry) => entry.stroke !== stroke);
  }

  /** Forgets everything that is not of this epoch of this piece. @param {number} piece @param {number} epoch */
  keepEpoch(piece, epoch) {
    for (const entry of [...this._done, ...this._undone]) {
      if (!entry.fits(piece, epoch)) this.drop(entry.stroke);
    }
  }

  /** @param {Step} entry */
  _push(entry) {
    this._done.push(entry);
    this._undone.length = 0;
  }

  _trim() {
    let bytes = this.bytes;
    while (bytes > this.limit && this._done.length > 1) bytes -= /** @type {Step} */ (this._done.shift()).bytes;
  }
}

/**
 * What undo or redo does: parts to be added and sent, masks to be put, paint to be compared, written and sent.
 * @typedef {{stroke: number, parts: StrokePart[], masks: MaskPart[], paints: PaintPart[]}} Undoing
 */

/** @typedef {StrokeSum | MaskStep | PaintStep} Step */

/** One change of one's own mask, perhaps on several pieces. */
class MaskStep {
  /** @param {number} stroke @param {MaskEdit[]} edits */
  constructor(stroke, edits) {
    this.stroke = stroke;
    this._edits = edits;
    this.bytes = edits.reduce((sum, { change }) => sum + change.ids.length * BYTES_PER_MASKED, 0);
  }

  /** @returns {StrokePart[]} */
  parts() {
    return [];
  }

  /** @returns {PaintPart[]} */
  paints() {
    return [];
  }

  /** @param {boolean} back as it was before, or after @returns {MaskPart[]} */
  masks(back) {
    return this._edits.map(({ piece, epoch, change }) => ({ piece, epoch, ids: change.ids, values: back ? change.before : change.after }));
  }

  /** @param {number} piece @param {number} epoch */
  fits(piece, epoch) {
    return this._edits.every((edit) => edit.piece !== piece || edit.epoch === epoch);
  }
}

/**
 * The sum of a stroke's flushes. Flushes are merged pairwise when the later has come near the size of the earlier, so that
 * a stroke of k flushes costs each vertex O(log k) merges, and never more memory than twice its sum.
 */
class StrokeSum {
  /** @param {number} stroke */
  constructor(stroke) {
    this.stroke = stroke;
    /** @type {Map<number, {epoch: number, sums: Displacement[]}>} by piece */
    this._pieces = new Map();
    this.bytes = 0;
  }

  /** @param {number} piece @param {number} epoch @param {Displacement} displacement */
  add(piece, epoch, displacement) {
    const part = this._pieces.get(piece) ?? { epoch, sums: [] };
    this._pieces.set(piece, part);
    const { sums } = part;
    sums.push(unshifted(displacement));
    while (sums.length > 1 && 2 * sums[sums.length - 1].ids.length >= sums[sums.length - 2].ids.length) mergeLast(sums);
    this._count();
  }

  /** @returns {StrokePart[]} without vertices that did not move in the end */
  parts() {
    /** @type {StrokePart[]} */
    const parts = [];
    for (const [piece, { epoch, sums }] of this._pieces) {
      while (sums.length > 1) mergeLast(sums);
      if (sums[0].ids.length) parts.push({ piece, epoch, displacement: sums[0] });
    }
    this._count();
    return parts;
  }

  /** @returns {MaskPart[]} */
  masks() {
    return [];
  }

  /** @returns {PaintPart[]} */
  paints() {
    return [];
  }

  /** @param {number} piece @param {number} epoch */
  fits(piece, epoch) {
    const part = this._pieces.get(piece);
    return !part || part.epoch === epoch;
  }

  _count() {
    let vertices = 0;
    for (const { sums } of this._pieces.values()) for (const { ids } of sums) vertices += ids.length;
    this.bytes = vertices * BYTES_PER_VERTEX;
  }
}

/** @param {Displacement[]} sums */
function mergeLast(sums) {
  const later = /** @type {Displacement} */ (sums.pop());
  const earlier = /** @type {Displacement} */ (sums.pop());
  sums.push(merged(earlier, later));
}

/**
 * The sum of two displacements of shift 0; vertices that both move and that end where they were are left out.
 * @param {Displacement} a @param {Displacement} b
 * @returns {Displacement}
 */
export function merged(a, b) {
  const size = a.ids.length + b.ids.length;
  const ids = new Uint32Array(size);
  const dx = new Int32Array(size);
  const dy = new Int32Array(size);
  const dz = new Int32Array(size);
  let i = 0;
  let j = 0;
  let count = 0;
  while (i < a.ids.length || j < b.ids.length) {
    const left = i < a.ids.length ? a.ids[i] : Infinity;
    const right = j < b.ids.length ? b.ids[j] : Infinity;
    ids[count] = Math.min(left, right);
    dx[count] = dy[count] = dz[count] = 0;
    if (left <= right) {
      dx[count] = a.dx[i];
      dy[count] = a.dy[i];
      dz[count] = a.dz[i];
      i += 1;
    }
    if (right <= left) {
      dx[count] += b.dx[j];
      dy[count] += b.dy[j];
      dz[count] += b.dz[j];
      j += 1;
    }
    if (dx[count] | dy[count] | dz[count]) count += 1;
  }
  return { ids: ids.slice(0, count), dx: dx.slice(0, count), dy: dy.slice(0, count), dz: dz.slice(0, count), shift: 0 };
}

/** @param {Displacement} displacement @returns {Displacement} the same in quanta; itself if it is already */
function unshifted(displacement) {
  const { ids, dx, dy, dz, shift } = displacement;
  if (!shift) return displacement;
  return { ids, dx: dx.map((d) => d << shift), dy: dy.map((d) => d << shift), dz: dz.map((d) => d << shift), shift: 0 };
}

/** @param {StrokePart} part @returns {StrokePart} */
function negatedPart({ piece, epoch, displacement: { ids, dx, dy, dz, shift } }) {
  const minus = (/** @type {Int32Array} */ axis) => axis.map((d) => -d);
  return { piece, epoch, displacement: { ids, dx: minus(dx), dy: minus(dy), dz: minus(dz), shift } };
}
