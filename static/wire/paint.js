// Untrusted input: lengths are checked before a view is made, ids before anybody sees them.

/**
 * PAINT and PAINTED: what vertices are painted with. A head like a stroke's, with the channels in place of the shift, the
 * same runs, and then bytes: for each plane, one for each vertex. The byte table and an example are in docs/protocol.md.
 *
 * @import { PaintFrame, PaintValues, StrokeHead } from '../types.js'
 */

import { Reader, WireError } from './reader.js';
import { BYTES, Runs, padded, readIds, unsignedView } from './runs.js';
import { Flag, Kind, MAX_FRAME, STROKE_HEADER, cutFrames, writeHead } from './stroke.js';

/** Third byte of a PAINT: what it writes. Stored. */
export const Channel = Object.freeze({ COLOUR: 1, ROUGHNESS: 2, METALNESS: 4, ALL: 7 });

const ALL_FLAGS = Flag.END | Flag.UNDO | Flag.REDO | Flag.COMPARE;
const PLANES = Array.from({ length: 8 }, (_, channels) => Object.freeze([
  ...(channels & Channel.COLOUR ? [0, 1, 2] : []), ...(channels & Channel.ROUGHNESS ? [3] : []), ...(channels & Channel.METALNESS ? [4] : []),
]));

/** Which of the five planes `channels` are: colour is three of them. @param {number} channels */
export function planesOf(channels) {
  return PLANES[channels];
}

/**
 * One frame for the paint between the indices `from` and `to`, or null if it would pass `limit` bytes.
 * @param {StrokeHead} head @param {PaintValues} paint at least one vertex
 * @param {number} [limit] bytes @param {number} [from] @param {number} [to]
 * @returns {Uint8Array | null}
 */
export function encodePaint(head, paint, limit = Infinity, from = 0, to = paint.ids.length) {
  const { ids, channels, values, expected } = paint;
  const vertices = to - from;
  if (vertices < 1) throw new WireError('paint of 0 vertices: it has at least 1');
  const planes = expected ? [...expected, ...values] : values;
  if (planes.length !== planesOf(channels).length * (expected ? 2 : 1)) {
    throw new WireError(`channels ${channels} are ${planesOf(channels).length} planes, got ${planes.length}`);
  }
  const runs = new Runs(ids, from, to);
  const length = STROKE_HEADER + runs.bytes + planes.length * padded(vertices);
  if (length > limit) return null;
  const frame = new Uint8Array(length);
  const flags = (head.flags ?? 0) | (expected ? Flag.COMPARE : 0);
  writeHead(frame, { kind: Kind.PAINT, ...head, flags }, channels, 0, runs, vertices);
  planes.forEach((plane, p) => frame.set(plane.subarray(from, to), STROKE_HEADER + runs.bytes + p * padded(vertices)));
  return frame;
}

/**
 * The frames for one flush, cut like a stroke's.
 * @param {StrokeHead} head @param {PaintValues} paint @param {number} [limit] bytes
 */
export function encodePaints(head, paint, limit = MAX_FRAME) {
  return cutFrames(head, paint.ids.length, limit, (part, from, to) => encodePaint(part, paint, limit, from, to));
}

/**
 * Reads and checks a PAINT or PAINTED frame, all but what only a replica knows.
 * @param {Uint8Array} bytes the frame, starting at a multiple of 4 in its buffer
 * @returns {PaintFrame} its planes are views of the frame; throws `WireError`
 */
export function decodePaint(bytes) {
  if (bytes.length > MAX_FRAME) throw new WireError(`a frame of ${bytes.length} bytes, at most ${MAX_FRAME} are taken`);
  const reader = new Reader(bytes, 'paint');
  const kind = reader.u8();
  const flags = reader.u8();
  const channels = reader.u8();
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
  if (kind !== Kind.PAINT && kind !== Kind.PAINTED) throw new WireError(`kind ${kind} is not paint`);
  if (flags & ~ALL_FLAGS) throw new WireError(`flags ${flags}, known are ${ALL_FLAGS}`);
  if (!channels || channels & ~Channel.ALL) {
    throw new WireError(`channels ${channels}, known are ${Channel.ALL}, and at least one is written`);
  }
  const gapWidth = (widths >> 2) & 3;
  const lengthWidth = widths >> 4;
  if (widths & 3 || gapWidth > 2 || lengthWidth > 2) {
    throw new WireError(`widths ${widths}: values are bytes (0), and the two others 0, 1 or 2`);
  }
  if (!runs || !vertices) throw new WireError(`paint of ${vertices} vertices in ${runs} runs: both are at least 1`);
  const planes = planesOf(channels).length;
  // All factors are below 2³⁶ together: no sum of these can pass 2⁵³ and round.
  const gapBytes = Math.ceil(runs * BYTES[gapWidth] / 4) * 4;
  const lengthBytes = Math.ceil(runs * BYTES[lengthWidth] / 4) * 4;
  const planeBytes = Math.ceil(vertices / 4) * 4;
  const compares = (flags & Flag.COMPARE) !== 0;
  const needs = STROKE_HEADER + gapBytes + lengthBytes + (compares ? 2 : 1) * planes * planeBytes;
  if (length !== bytes.length || needs !== bytes.length) {
    throw new WireError(
      `paint of ${vertices} vertices in ${runs} runs needs ${needs} bytes, says ${length}, got ${bytes.length}`);
  }
  const { buffer, byteOffset } = bytes;
  const gaps = unsignedView(buffer, byteOffset + STROKE_HEADER, runs, gapWidth);
  const lengths = unsignedView(buffer, byteOffset + STROKE_HEADER + gapBytes, runs, lengthWidth);
  const ids = readIds(gaps, lengths, vertices);
  let at = STROKE_HEADER + gapBytes + lengthBytes;
  const take = () => Array.from({ length: planes }, () => {
    at += planeBytes;
    return bytes.subarray(at - planeBytes, at - planeBytes + vertices);
  });
  const expected = compares ? take() : null;
  return { kind, flags, seq, client, clientSeq, stroke, epoch, piece, channels, ids, expected, values: take() };
}
