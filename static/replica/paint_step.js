/**
 * What a stroke of paint covered, for undo: of each vertex what was there before the stroke first came, and what it was left with.
 *
 * @import { PaintChange, PaintPart } from '../types.js'
 */

/** A stroke of paint, perhaps on several pieces. */
export class PaintStep {
  /** @param {number} stroke */
  constructor(stroke) {
    this.stroke = stroke;
    /** @type {{piece: number, epoch: number, changes: PaintChange[]}[]} a piece has one for each set of channels */
    this._parts = [];
    this.bytes = 0;
  }

  /**
   * One flush. Merged with those before when it has come near their size, as the sums of a stroke are.
   * @param {number} piece @param {number} epoch @param {PaintChange} change kept, not copied
   */
  add(piece, epoch, change) {
    let part = this._parts.at(-1);
    if (part?.piece !== piece || part.changes[0].channels !== change.channels) this._parts.push(part = { piece, epoch, changes: [] });
    const { changes } = part;
    changes.push(change);
    while (changes.length > 1 && 2 * changes[changes.length - 1].ids.length >= changes[changes.length - 2].ids.length) mergeLast(changes);
    this._count();
  }

  /**
   * @param {boolean} back as it was before, or after
   * @returns {PaintPart[]} what to write, and what is to be there for it
   */
  paints(back) {
    const parts = this._parts.map(({ piece, epoch, changes }) => {
      while (changes.length > 1) mergeLast(changes);
      const [{ ids, channels, before, after }] = changes;
      return { piece, epoch, paint: { ids, channels, values: back ? before : after, expected: back ? after : before } };
    });
    this._count();
    return back ? parts.reverse() : parts;
  }

  /** @returns {import('../types.js').StrokePart[]} */
  parts() {
    return [];
  }

  /** @returns {import('../types.js').MaskPart[]} */
  masks() {
    return [];
  }

  /** @param {number} piece @param {number} epoch */
  fits(piece, epoch) {
    return this._parts.every((part) => part.piece !== piece || part.epoch === epoch);
  }

  _count() {
    this.bytes = 0;
    for (const { changes } of this._parts) for (const { ids, before } of changes) this.bytes += ids.length * (4 + 2 * before.length);
  }
}

/** @param {PaintChange[]} changes */
function mergeLast(changes) {
  const later = /** @type {PaintChange} */ (changes.pop());
  const earlier = /** @type {PaintChange} */ (changes.pop());
  changes.push(mergedPaint(earlier, later));
}

/**
 * Both changes, one after the other, in the same channels.
 * @param {PaintChange} a @param {PaintChange} b
 * @returns {PaintChange}
 */
export function mergedPaint(a, b) {
  const size = a.ids.length + b.ids.length, planes = a.before.length;
  const ids = new Uint32Array(size);
  const before = Array.from({ length: planes }, () => new Uint8Array(size));
  const after = Array.from({ length: planes }, () => new Uint8Array(size));
  let i = 0, j = 0, count = 0;
  while (i < a.ids.length || j < b.ids.length) {
    const left = i < a.ids.length ? a.ids[i] : Infinity, right = j < b.ids.length ? b.ids[j] : Infinity;
    ids[count] = Math.min(left, right);
    for (let p = 0; p < planes; p++) {
      before[p][count] = left <= right ? a.before[p][i] : b.before[p][j];
      after[p][count] = right <= left ? b.after[p][j] : a.after[p][i];
    }
    if (left <= right) i++;
    if (right <= left) j++;
    count++;
  }
  const cut = (/** @type {Uint8Array} */ plane) => plane.slice(0, count);
  return { ids: ids.slice(0, count), channels: a.channels, before: before.map(cut), after: after.map(cut) };
}
