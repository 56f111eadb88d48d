/** Which vertices the view has not seen yet, kept per block, handed out as a few ranges. */

import { BLOCK_SIZE } from './units.js';

/**
 * Two dirty ranges this near (in vertices) are uploaded as one: one more upload call costs about as much as the 10 kB between.
 */
export const MERGE_GAP = 512;

/**
 * @typedef {Object} VertexRange
 * @property {number} start first vertex
 * @property {number} count number of vertices
 */

export class DirtyRanges {
  /** @param {number} vertexCount @param {Uint8Array} [first] (blocks) zero @param {Uint8Array} [end] (blocks) zero; both taken over */
  constructor(vertexCount, first = new Uint8Array(Math.ceil(vertexCount / BLOCK_SIZE)), end = new Uint8Array(first.length)) {
    // Within its block: the first dirty vertex, and one past the last; nothing is dirty where _end is 0.
    this._first = first;
    this._end = end;
    /** Whether anything is marked. Whoever writes the marks from outside sets it. */
    this.any = false;
  }

  /** Marks `first … last` (inclusive), both in `block`. @param {number} block @param {number} first @param {number} last */
  mark(block, first, last) {
    const base = block * BLOCK_SIZE;
    const from = first - base, end = last - base + 1;
    if (this._end[block] === 0) {
      this._first[block] = from;
      this._end[block] = end;
    } else {
      if (from < this._first[block]) this._first[block] = from;
      if (end > this._end[block]) this._end[block] = end;
    }
    this.any = true;
  }

  /**
   * The ranges marked since the last call, ascending, merged over gaps of up to `gap` vertices; forgets them.
   * @param {number} [gap]
   * @returns {VertexRange[]}
   */
  take(gap = MERGE_GAP) {
    /** @type {VertexRange[]} */
    const ranges = [];
    if (!this.any) return ranges;
    const { _first, _end } = this;
    let current = null;
    for (let b = 0; b < _end.length; b++) {
      if (_end[b] === 0) continue;
      const start = b * BLOCK_SIZE + _first[b], end = b * BLOCK_SIZE + _end[b];
      _end[b] = 0;
      if (current !== null && start - (current.start + current.count) <= gap) current.count = end - current.start;
      else ranges.push(current = { start, count: end - start });
    }
    this.any = false;
    return ranges;
  }
}
