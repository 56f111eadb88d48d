// Untrusted input: lengths are checked before a view is made, ids and displacements before anybody sees them.

/**
 * STROKE and MERGED: what a brush did to one piece in one flush. The byte table and a worked example are in
 * docs/protocol.md; `rooms/wire.py` mirrors this module, and tests/frames/golden.json holds both to the same bytes.
 *
 * The encoder chooses the shortest form: the shift is the number of zero bits that all displacements end with, values
 * take the narrowest width that holds them, and gaps and lengths the pair of widths that costs the fewest bytes, the
 * smallest pair of equals.
 *
 * @import { Displacement } from '../kernel/quantise.js'
 * @import { StrokeFrame, StrokeHead } from '../types.js'
 */

import { Reader, WireError, putClient, putSeq } from './reader.js';

/** Bytes of one frame and of one message of a client: no frame delays the ones behind it for long. */
export const MAX_FRAME = 256 * 1024;
export const STROKE_HEADER = 48;
export const MAX_SHIFT = 24;
/** The largest vertex id a replica's typed arrays take; a piece has 2 million at most. */
const MAX_ID = 0x7fffffff;

/** First byte of a frame. Stored in journals: a value never changes its meaning. */
export const Kind = Object.freeze({ STROKE: 1, CURSOR: 2, RECEIPT: 3, MERGED: 4, CAUGHT_UP: 5, DIGEST: 6 });
/** Second byte of a STROKE. Stored. */
export const Flag = Object.freeze({ END: 1, UNDO: 2, REDO: 4 });
const ALL_FLAGS = Flag.END | Flag.UNDO | Flag.REDO;

const BYTES = [1, 2, 4];
const LARGEST = [0xff, 0xffff, 0xffffffff];

/** @param {number} size */
const padded = (size) => (size + 3) & ~3;

/**
 * One frame for `moved` between the indices `from` and `to`, or null if it would pass `limit` bytes.
 *
 * @param {StrokeHead} head
 * @param {Displacement} moved `ids` strictly ascending, at least one vertex; it may carry a shift of its own
 * @param {number} [limit] bytes
 * @param {number} [from] @param {number} [to]
 * @returns {Uint8Array | null}
 */
export function encodeStroke(head, moved, limit = Infinity, from = 0, to = moved.ids.length) {
  const { ids, dx, dy, dz } = moved;
  const vertices = to - from;
  if (vertices < 1) throw new WireError('a stroke of 0 vertices: it has at least 1');
  const runs = runsOf(ids, from, to);
  let gapWidth = 0;
  let lengthWidth = 0;
  let best = Infinity;
  for (let gap = 0; gap < 3; gap++) {
    for (let length = 0; length < 3; length++) {
      const count = runs.count + runs.moreGaps[gap] + runs.moreLengths[length];
      const size = padded(count * BYTES[gap]) + padded(count * BYTES[length]);
      if (size < best) [best, gapWidth, lengthWidth] = [size, gap, length];
    }
  }

  const values = valuesOf(moved, from, to);
  const count = runs.count + runs.moreGaps[gapWidth] + runs.moreLengths[lengthWidth];
  const size = padded(vertices * BYTES[values.width]);
  const length = STROKE_HEADER + best + 3 * size;
  if (length > limit) return null;

  const frame = new Uint8Array(length);
  const view = new DataView(frame.buffer);
  frame[0] = head.kind ?? Kind.STROKE;
  frame[1] = head.flags ?? 0;
  frame[2] = values.shift;
  frame[3] = values.width | (gapWidth << 2) | (lengthWidth << 4);
  view.setUint32(4, length, true);
  putSeq(view, 8, head.seq ?? 0);
  putClient(view, 16, head.client);
  view.setUint32(24, head.clientSeq, true);
  view.setUint32(28, head.stroke, true);
  view.setUint32(32, head.epoch, true);
  view.setUint32(36, head.piece, true);
  view.setUint32(40, count, true);
  view.setUint32(44, vertices, true);
  const gaps = unsignedView(frame.buffer, STROKE_HEADER, count, gapWidth);
  const lengths = unsignedView(frame.buffer, STROKE_HEADER + padded(count * BYTES[gapWidth]), count, lengthWidth);
  writeRuns(runs, gaps, LARGEST[gapWidth], lengths, LARGEST[lengthWidth]);
  let at = STROKE_HEADER + best;
  for (const axis of [dx, dy, dz]) {
    const out = signedView(frame.buffer, at, vertices, values.width);
    for (let i = 0; i < vertices; i++) out[i] = axis[from + i] >> values.more;
    at += size;
  }
  return frame;
}

/**
 * The frames for one flush: one, or several over ascending ranges of ids where one would pass `limit`. They are numbered
 * from `head.clientSeq`, and only the last carries END.
 *
 * @param {StrokeHead} head @param {Displacement} moved @param {number} [limit] bytes
 * @returns {Uint8Array[]}
 */
export function encodeStrokes(head, moved, limit = MAX_FRAME) {
  const flags = head.flags ?? 0;
  let clientSeq = head.clientSeq;
  /** @type {Uint8Array[]} */
  const frames = [];
  /** @param {number} from @param {number} to */
  const cut = (from, to) => {
    const last = to === moved.ids.length;
    const frame = encodeStroke(
      { ...head, clientSeq, flags: last ? flags : flags & ~Flag.END }, moved, limit, from, to);
    if (frame) {
      frames.push(frame);
      clientSeq += 1;
    } else {
      const middle = (from + to) >>> 1;
      if (middle === from) throw new WireError(`a frame for one vertex does not fit ${limit} bytes`);
      cut(from, middle);
      cut(middle, to);
    }
  };
  cut(0, moved.ids.length);
  return frames;
}

/**
 * Reads and checks a STROKE or MERGED frame, all but what only a replica knows (piece, epoch, number of vertices; the
 * last id is the largest).
 *
 * @param {Uint8Array} bytes the frame, starting at a multiple of 4 in its buffer
 * @returns {StrokeFrame} as a `Displacement` too: `dx`, `dy`, `dz` are in steps of 2^shift quanta; throws `WireError`
 */
export function decodeStroke(bytes) {
  if (bytes.length > MAX_FRAME) throw new WireError(`a frame of ${bytes.length} bytes, at most ${MAX_FRAME} are taken`);
  const reader = new Reader(bytes, 'stroke');
  const kind = reader.u8();
  const flags = reader.u8();
  const shift = reader.u8();
  const widths = reader.u8();
  const length = reader.u32();
  const seq = reader.seq();
  const client = reader.client();
  const clientSeq = reader.u32();
  const stroke = reader.u32();
  const epoch = reader.u32();
  const piece = reader.u32();
  const runs = reader.u32();
  const vertices = reader.u32();
  if (kind !== Kind.STROKE && kind !== Kind.MERGED) throw new WireError(`kind ${kind} is not a stroke`);
  if (flags & ~ALL_FLAGS) throw new WireError(`flags ${flags}, known are ${ALL_FLAGS}`);
  if (shift > MAX_SHIFT) throw new WireError(`a shift of ${shift}, at most ${MAX_SHIFT} is taken`);
  const valueWidth = widths & 3;
  const gapWidth = (widths >> 2) & 3;
  const lengthWidth = widths >> 4;
  if (valueWidth > 2 || gapWidth > 2 || lengthWidth > 2) {
    throw new WireError(`widths ${widths}: each of the three is 0, 1 or 2`);
  }
  if (!runs || !vertices) throw new WireError(`a stroke of ${vertices} vertices in ${runs} runs: both are at least 1`);
  // All factors are below 2³⁵ together: no sum of these can pass 2⁵³ and round.
  const gapBytes = Math.ceil(runs * BYTES[gapWidth] / 4) * 4;
  const lengthBytes = Math.ceil(runs * BYTES[lengthWidth] / 4) * 4;
  const valueBytes = Math.ceil(vertices * BYTES[valueWidth] / 4) * 4;
  const needs = STROKE_HEADER + gapBytes + lengthBytes + 3 * valueBytes;
  if (length !== bytes.length || needs !== bytes.length) {
    throw new WireError(
      `stroke of ${vertices} vertices in ${runs} runs needs ${needs} bytes, says ${length}, got ${bytes.length}`);
  }

  const { buffer, byteOffset } = bytes;
  const gaps = unsignedView(buffer, byteOffset + STROKE_HEADER, runs, gapWidth);
  const lengths = unsignedView(buffer, byteOffset + STROKE_HEADER + gapBytes, runs, lengthWidth);
  const ids = readIds(gaps, lengths, vertices);
  let at = byteOffset + STROKE_HEADER + gapBytes + lengthBytes;
  const axes = [0, 1, 2].map(() => {
    const values = signedView(buffer, at, vertices, valueWidth);
    at += valueBytes;
    return checkedValues(values, shift, valueWidth);
  });
  return {
    kind, flags, shift, seq, client, clientSeq, stroke, epoch, piece, ids, dx: axes[0], dy: axes[1], dz: axes[2],
  };
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

/**
 * The shift that loses nothing, how much of it is still in the numbers (`more`), and the narrowest width for the rest.
 * @param {Displacement} moved @param {number} from @param {number} to
 */
function valuesOf({ dx, dy, dz, shift }, from, to) {
  let bits = 0;
  let low = 0;
  let high = 0;
  for (const axis of [dx, dy, dz]) {
    for (let i = from; i < to; i++) {
      const value = axis[i];
      bits |= value;
      if (value < low) low = value;
      else if (value > high) high = value;
    }
  }
  const more = bits ? Math.min(MAX_SHIFT - shift, 31 - Math.clz32(bits & -bits)) : 0;
  low >>= more;
  high >>= more;
  const width = low >= -0x80 && high <= 0x7f ? 0 : low >= -0x8000 && high <= 0x7fff ? 1 : 2;
  return { shift: bits ? shift + more : 0, more, width };
}

/**
 * @param {Uint8Array | Uint16Array | Uint32Array} gaps @param {Uint8Array | Uint16Array | Uint32Array} lengths
 * @param {number} vertices
 */
function readIds(gaps, lengths, vertices) {
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
 * The values of one axis; refuses those that leave int32 when they are shifted.
 * @param {Int8Array | Int16Array | Int32Array} values @param {number} shift @param {number} width
 */
function checkedValues(values, shift, width) {
  const out = Int32Array.from(values);
  // One byte always fits after 24 bits of shift, two bytes after 16; only the rest has to be looked at.
  if (!shift || width === 0 || (width === 1 && shift <= 16)) return out;
  const largest = 0x7fffffff >> shift;
  for (let i = 0; i < out.length; i++) {
    const value = out[i];
    if (value > largest || value < ~largest) {
      throw new WireError(`a displacement of ${value * 2 ** shift} quanta, at most ${0x7fffffff} is taken`);
    }
  }
  return out;
}

/**
 * The machine's own byte order is little-endian wherever a browser runs, as is the wire's.
 * @param {ArrayBufferLike} buffer @param {number} offset @param {number} count @param {number} width
 */
function unsignedView(buffer, offset, count, width) {
  if (width === 0) return new Uint8Array(buffer, offset, count);
  return width === 1 ? new Uint16Array(buffer, offset, count) : new Uint32Array(buffer, offset, count);
}

/** @param {ArrayBufferLike} buffer @param {number} offset @param {number} count @param {number} width */
function signedView(buffer, offset, count, width) {
  if (width === 0) return new Int8Array(buffer, offset, count);
  return width === 1 ? new Int16Array(buffer, offset, count) : new Int32Array(buffer, offset, count);
}
