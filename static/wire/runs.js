// Untrusted input: counts are checked by whoever reads a frame's head; that the runs hold as many ids is checked here.

/**
 * Vertex ids as runs: each skips `gap` ids and takes `length` consecutive ones. Gaps and lengths have a width of 1, 2 or 4 bytes
 * each; a number that does not fit is carried on by runs that are empty or skip nothing.
 */

import { WireError } from './reader.js';

/** The largest vertex id a replica's typed arrays take; a piece has 2 million at most. */
const MAX_ID = 0x7fffffff;

/** Bytes of a number of width 0, 1, 2. */
export const BYTES = [1, 2, 4];
const LARGEST = [0xff, 0xffff, 0xffffffff];

/** Up to a multiple of 4. @param {number} size */
export const padded = (size) => (size + 3) & ~3;

/** The runs of some ids in the pair of widths that takes the fewest bytes, the smallest pair of equals. */
export class Runs {
  /** @param {Uint32Array} ids strictly ascending @param {number} from @param {number} to throws `WireError` if they do not ascend */
  constructor(ids, from, to) {
    const runs = this._runs = runsOf(ids, from, to);
    this._gapWidth = 0;
    this._lengthWidth = 0;
    /** Of gaps and lengths, both padded. */
    this.bytes = Infinity;
    for (let gap = 0; gap < 3; gap++) {
      for (let length = 0; length < 3; length++) {
        const count = runs.count + runs.moreGaps[gap] + runs.moreLengths[length];
        const size = padded(count * BYTES[gap]) + padded(count * BYTES[length]);
        if (size < this.bytes) [this.bytes, this._gapWidth, this._lengthWidth] = [size, gap, length];
      }
    }
    this.count = runs.count + runs.moreGaps[this._gapWidth] + runs.moreLengths[this._lengthWidth];
    /** As they stand in the fourth byte of a frame. */
    this.widths = (this._gapWidth << 2) | (this._lengthWidth << 4);
  }

  /** @param {ArrayBufferLike} buffer @param {number} offset where the gaps begin */
  write(buffer, offset) {
    const { count, _gapWidth, _lengthWidth } = this;
    const gaps = unsignedView(buffer, offset, count, _gapWidth);
    const lengths = unsignedView(buffer, offset + padded(count * BYTES[_gapWidth]), count, _lengthWidth);
    writeRuns(this._runs, gaps, LARGEST[_gapWidth], lengths, LARGEST[_lengthWidth]);
  }
}

/**
 * @param {Uint8Array | Uint16Array | Uint32Array} gaps @param {Uint8Array | Uint16Array | Uint32Array} lengths
 * @param {number} vertices
 */
export function readIds(gaps, lengths, vertices) {
  const runs = gaps.length;
  // One pass over the runs before the ids are made: every sum here stays below 2⁵³ because a frame has few runs.
  let total = 0;
  let skipped = 0;
  for (let run = 0; run < runs; run++) {
    total += lengths[run];
    skipped += gaps[run];
  }
  if (total !== vertices) throw new WireError(`stroke of ${vertices} vertices has runs that hold ${total}`);
  if (!lengths[runs - 1]) throw new WireError(`the last of ${runs} runs is empty`);
  const last = total + skipped - 1;
  if (last > MAX_ID) throw new WireError(`the stroke moves vertex ${last}, at most ${MAX_ID} is taken`);
  const ids = new Uint32Array(vertices);
  let id = 0;
  let at = 0;
  for (let run = 0; run < runs; run++) {
    id += gaps[run];
    for (let left = lengths[run]; left; left--) ids[at++] = id++;
  }
  return ids;
}

/**
 * The machine's own byte order is little-endian wherever a browser runs, as is the wire's.
 * @param {ArrayBufferLike} buffer @param {number} offset @param {number} count @param {number} width
 */
export function unsignedView(buffer, offset, count, width) {
  if (width === 0) return new Uint8Array(buffer, offset, count);
  return width === 1 ? new Uint16Array(buffer, offset, count) : new Uint32Array(buffer, offset, count);
}

/**
 * The runs of strictly ascending ids, and how many more each width would need: a gap over the width's largest is
 * carried on by empty runs, a length by runs with a gap of 0.
 *
 * @param {Uint32Array} ids @param {number} from @param {number} to
 */
function runsOf(ids, from, to) {
  const starts = [from];
  for (let i = from + 1; i < to; i++) {
    const step = ids[i] - ids[i - 1];
    if (step === 1) continue;
    if (step < 1) throw new WireError(`ids must ascend: ${ids[i]} comes after ${ids[i - 1]}`);
    starts.push(i);
  }
  const count = starts.length;
  const gaps = new Uint32Array(count);
  const lengths = new Uint32Array(count);
  const moreGaps = [0, 0, 0];
  const moreLengths = [0, 0, 0];
  let next = 0;
  for (let run = 0; run < count; run++) {
    const start = starts[run];
    const length = (run + 1 < count ? starts[run + 1] : to) - start;
    const gap = ids[start] - next;
    next = ids[start] + length;
    gaps[run] = gap;
    lengths[run] = length;
    for (let width = 0; width < 2; width++) {
      if (gap > LARGEST[width]) moreGaps[width] += Math.floor((gap - 1) / LARGEST[width]);
      if (length > LARGEST[width]) moreLengths[width] += Math.floor((length - 1) / LARGEST[width]);
    }
  }
  return { count, gaps, lengths, moreGaps, moreLengths };
}

/**
 * @param {{count: number, gaps: Uint32Array, lengths: Uint32Array}} runs
 * @param {Uint8Array | Uint16Array | Uint32Array} gaps @param {number} maxGap
 * @param {Uint8Array | Uint16Array | Uint32Array} lengths @param {number} maxLength
 */
function writeRuns(runs, gaps, maxGap, lengths, maxLength) {
  let at = 0;
  for (let run = 0; run < runs.count; run++) {
    let gap = runs.gaps[run];
    let length = runs.lengths[run];
    for (; gap > maxGap; gap -= maxGap) gaps[at++] = maxGap;
    for (; length > maxLength; length -= maxLength) {
      gaps[at] = gap;
      lengths[at++] = maxLength;
      gap = 0;
    }
    gaps[at] = gap;
    lengths[at++] = length;
  }
}
