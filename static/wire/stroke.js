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
import { BYTES, Runs, padded, readIds, unsignedView } from './runs.js';

/** Bytes of one frame and of one message of a client: no frame delays the ones behind it for long. */
export const MAX_FRAME = 256 * 1024;
export const STROKE_HEADER = 48;
export const MAX_SHIFT = 24;
/** First byte of a frame. Stored in journals: a value never changes its meaning. */
export const Kind = Object.freeze({ STROKE: 1, CURSOR: 2, RECEIPT: 3, MERGED: 4, CAUGHT_UP: 5, DIGEST: 6, PAINT: 7, PAINTED: 8, VIEW: 9 });
/** Second byte of a STROKE or PAINT. Stored. COMPARE is a PAINT's alone, and never leaves the room. */
export const Flag = Object.freeze({ END: 1, UNDO: 2, REDO: 4, COMPARE: 8 });
const ALL_FLAGS = Flag.END | Flag.UNDO | Flag.REDO;

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
  const runs = new Runs(ids, from, to);
  const values = valuesOf(moved, from, to);
  const size = padded(vertices * BYTES[values.width]);
  const length = STROKE_HEADER + runs.bytes + 3 * size;
  if (length > limit) return null;

  const frame = new Uint8Array(length);
  writeHead(frame, { kind: Kind.STROKE, ...head }, values.shift, values.width, runs, vertices);
  let at = STROKE_HEADER + runs.bytes;
  for (const axis of [dx, dy, dz]) {
    const out = signedView(frame.buffer, at, vertices, values.width);
    for (let i = 0; i < vertices; i++) out[i] = axis[from + i] >> values.more;
    at += size;
  }
  return frame;
}

/**
 * The head of a STROKE or PAINT, and the runs behind it.
 * @param {Uint8Array} frame as long as it will be @param {StrokeHead & {kind: number}} head
 * @param {number} third the third byte: a shift, or channels @param {number} valueWidth @param {Runs} runs @param {number} vertices
 */
export function writeHead(frame, head, third, valueWidth, runs, vertices) {
  const view = new DataView(frame.buffer);
  frame[0] = head.kind;
  frame[1] = head.flags ?? 0;
  frame[2] = third;
  frame[3] = valueWidth | runs.widths;
  view.setUint32(4, frame.length, true);
  putSeq(view, 8, head.seq ?? 0);
  putClient(view, 16, head.client);
  view.setUint32(24, head.clientSeq, true);
  view.setUint32(28, head.stroke, true);
  view.setUint32(32, head.epoch, true);
  view.setUint32(36, head.piece, true);
  view.setUint32(40, runs.count, true);
  view.setUint32(44, vertices, true);
  runs.write(frame.buffer, STROKE_HEADER);
}

/**
 * The frames for one flush: one, or several over ascending ranges of ids where one would pass `limit`. They are numbered
 * from `head.clientSeq`, and only the last carries END.
 *
 * @param {StrokeHead} head @param {Displacement} moved @param {number} [limit] bytes
 * @returns {Uint8Array[]}
 */
export function encodeStrokes(head, moved, limit = MAX_FRAME) {
  return cutFrames(head, moved.ids.length, limit, (part, from, to) => encodeStroke(part, moved, limit, from, to));
}

/**
 * Halves the vertices until every part fits.
 * @param {StrokeHead} head of the whole @param {number} vertices @param {number} limit bytes, for the message
 * @param {(head: StrokeHead, from: number, to: number) => Uint8Array | null} encode one part, or null if it is too large
 * @returns {Uint8Array[]} numbered from `head.clientSeq`; only the last carries END
 */
export function cutFrames(head, vertices, limit, encode) {
  const flags = head.flags ?? 0;
  let clientSeq = head.clientSeq;
  /** @type {Uint8Array[]} */
  const frames = [];
  /** @param {number} from @param {number} to */
  const cut = (from, to) => {
    const frame = encode({ ...head, clientSeq, flags: to === vertices ? flags : flags & ~Flag.END }, from, to);
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
  cut(0, vertices);
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

/** @param {ArrayBufferLike} buffer @param {number} offset @param {number} count @param {number} width */
function signedView(buffer, offset, count, width) {
  if (width === 0) return new Int8Array(buffer, offset, count);
  return width === 1 ? new Int16Array(buffer, offset, count) : new Int32Array(buffer, offset, count);
}
