// Untrusted input: a message is cut into frames by lengths that are checked, and every frame kind checks its own.

/**
 * Every frame of docs/protocol.md, both ways. `rooms/wire.py` mirrors this module.
 *
 * @import { CursorFields, DecodedFrame, ViewFields } from '../types.js'
 */

import { Reader, WireError, putClient, putSeq } from './reader.js';
import { decodePaint } from './paint.js';
import { Kind, decodeStroke } from './stroke.js';

export { WireError } from './reader.js';
export { Channel, encodePaint, encodePaints } from './paint.js';
export { Flag, Kind, MAX_FRAME, encodeStroke, encodeStrokes } from './stroke.js';

/** Bytes of one message from the server. */
export const MAX_SERVER_MESSAGE = 1024 * 1024;

/** Flags of a CURSOR. */
export const CursorFlag = Object.freeze({ SURFACE: 1, PRESSED: 2, INVERTED: 4 });
/** Brush numbers of a CURSOR, never renumbered. */
export const BRUSHES = Object.freeze(['draw', 'clay', 'smooth', 'inflate', 'flatten', 'grab', 'drawSharp', 'clayStrips', 'layer', 'blob', 'crease',
  'pinch', 'scrape', 'fill', 'snakeHook', 'elasticGrab', 'nudge', 'twist', 'scale', 'mask', 'paint', 'smear']);

/** Flags of a VIEW. */
export const ViewFlag = Object.freeze({ PARALLEL: 1 });

const CURSOR_SIZE = 48;
const VIEW_SIZE = 48;
const RECEIPT_SIZE = 32;
const CAUGHT_UP_SIZE = 16;
const DIGEST_SIZE = 32;
const NOBODY = '0000000000000000';

/**
 * The frames of one message. They are views of its bytes (of a copy, if those lie crooked in their buffer).
 * @param {ArrayBuffer | Uint8Array} message
 * @returns {Uint8Array[]} throws `WireError` unless they fill the message exactly
 */
export function split(message) {
  let bytes = message instanceof Uint8Array ? message : new Uint8Array(message);
  // 32-bit views need an offset that is a multiple of 4; a socket's messages have it, a slice of something may not.
  if (bytes.byteOffset & 3) bytes = bytes.slice();
  const size = bytes.length;
  if (size > MAX_SERVER_MESSAGE) {
    throw new WireError(`a message of ${size} bytes, at most ${MAX_SERVER_MESSAGE} are taken`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  /** @type {Uint8Array[]} */
  const frames = [];
  for (let at = 0; at < size;) {
    if (size - at < 8) throw new WireError(`a frame needs at least 8 bytes, ${size - at} are left`);
    const length = view.getUint32(at + 4, true);
    if (length < 8 || length % 4) {
      throw new WireError(`a frame of ${length} bytes: its length is at least 8 and a multiple of 4`);
    }
    if (length > size - at) throw new WireError(`a frame of ${length} bytes, ${size - at} are left of its message`);
    frames.push(bytes.subarray(at, at + length));
    at += length;
  }
  return frames;
}

/**
 * One frame with its fields.
 * @param {Uint8Array} frame as `split` returned it
 * @returns {DecodedFrame} throws `WireError`
 */
export function decode(frame) {
  switch (frame[0]) {
    case Kind.STROKE:
    case Kind.MERGED: return /** @type {DecodedFrame} */ (decodeStroke(frame));
    case Kind.PAINT:
    case Kind.PAINTED: return /** @type {DecodedFrame} */ (decodePaint(frame));
    case Kind.CURSOR: return decodeCursor(frame);
    case Kind.VIEW: return decodeView(frame);
    case Kind.RECEIPT: return decodeReceipt(frame);
    case Kind.CAUGHT_UP: return decodeCaughtUp(frame);
    case Kind.DIGEST: return decodeDigest(frame);
    default: throw new WireError(`frame kind ${frame[0]}, known are ${Kind.STROKE} to ${Kind.VIEW}`);
  }
}

/** @param {CursorFields} cursor `client` is filled in by the server */
export function encodeCursor(cursor) {
  const { frame, view } = blank(Kind.CURSOR, CURSOR_SIZE);
  frame[1] = cursor.flags;
  frame[2] = cursor.brush;
  putClient(view, 8, cursor.client ?? NOBODY);
  view.setUint32(16, cursor.piece, true);
  view.setUint32(20, cursor.radius, true);
  for (let axis = 0; axis < 3; axis++) {
    view.setInt32(24 + 4 * axis, cursor.position[axis], true);
    view.setInt16(36 + 2 * axis, cursor.normal[axis], true);
  }
  return frame;
}

/** @param {ViewFields} view `client` is filled in by the server */
export function encodeView(view) {
  const { frame, view: bytes } = blank(Kind.VIEW, VIEW_SIZE);
  frame[1] = view.flags;
  putClient(bytes, 8, view.client ?? NOBODY);
  for (let axis = 0; axis < 3; axis++) {
    bytes.setInt32(16 + 4 * axis, view.eye[axis], true);
    bytes.setInt32(28 + 4 * axis, view.target[axis], true);
    bytes.setInt16(40 + 2 * axis, view.up[axis], true);
  }
  return frame;
}

/** @param {{seq: number, client: string, accepted: number, journaled: number}} receipt */
export function encodeReceipt(receipt) {
  const { frame, view } = blank(Kind.RECEIPT, RECEIPT_SIZE);
  putSeq(view, 8, receipt.seq);
  putClient(view, 16, receipt.client);
  view.setUint32(24, receipt.accepted, true);
  view.setUint32(28, receipt.journaled, true);
  return frame;
}

/** @param {{seq: number}} caughtUp */
export function encodeCaughtUp(caughtUp) {
  const { frame, view } = blank(Kind.CAUGHT_UP, CAUGHT_UP_SIZE);
  putSeq(view, 8, caughtUp.seq);
  return frame;
}

/** @param {{seq: number, piece: number, epoch: number, digest: number, paint?: number}} digest */
export function encodeDigest(digest) {
  const { frame, view } = blank(Kind.DIGEST, DIGEST_SIZE);
  putSeq(view, 8, digest.seq);
  view.setUint32(16, digest.piece, true);
  view.setUint32(20, digest.epoch, true);
  view.setUint32(24, digest.digest, true);
  view.setUint32(28, digest.paint ?? 0, true);
  return frame;
}

/** A copy of a STROKE frame with its sequence number filled in. @param {Uint8Array} frame @param {number} seq */
export function withSeq(frame, seq) {
  const copy = frame.slice();
  putSeq(new DataView(copy.buffer), 8, seq);
  return copy;
}

/** @param {Uint8Array} bytes @returns {DecodedFrame} */
function decodeCursor(bytes) {
  const reader = open(bytes, 'cursor', CURSOR_SIZE);
  const flags = bytes[1];
  const brush = bytes[2];
  const client = reader.client();
  const piece = reader.u32();
  const radius = reader.u32();
  const position = /** @type {[number, number, number]} */ ([reader.i32(), reader.i32(), reader.i32()]);
  const normal = /** @type {[number, number, number]} */ ([reader.i16(), reader.i16(), reader.i16()]);
  return { kind: Kind.CURSOR, flags, brush, client, piece, radius, position, normal };
}

/** @param {Uint8Array} bytes @returns {DecodedFrame} */
function decodeView(bytes) {
  const reader = open(bytes, 'view', VIEW_SIZE);
  const flags = bytes[1];
  const client = reader.client();
  const eye = /** @type {[number, number, number]} */ ([reader.i32(), reader.i32(), reader.i32()]);
  const target = /** @type {[number, number, number]} */ ([reader.i32(), reader.i32(), reader.i32()]);
  const up = /** @type {[number, number, number]} */ ([reader.i16(), reader.i16(), reader.i16()]);
  return { kind: Kind.VIEW, flags, client, eye, target, up };
}

/** @param {Uint8Array} bytes @returns {DecodedFrame} */
function decodeReceipt(bytes) {
  const reader = open(bytes, 'receipt', RECEIPT_SIZE);
  return {
    kind: Kind.RECEIPT, seq: reader.seq(), client: reader.client(), accepted: reader.u32(), journaled: reader.u32(),
  };
}

/** @param {Uint8Array} bytes @returns {DecodedFrame} */
function decodeCaughtUp(bytes) {
  const reader = open(bytes, 'caught up', CAUGHT_UP_SIZE);
  return { kind: Kind.CAUGHT_UP, seq: reader.seq() };
}

/** @param {Uint8Array} bytes @returns {DecodedFrame} */
function decodeDigest(bytes) {
  const reader = open(bytes, 'digest', DIGEST_SIZE);
  return { kind: Kind.DIGEST, seq: reader.seq(), piece: reader.u32(), epoch: reader.u32(), digest: reader.u32(), paint: reader.u32() };
}

/** A reader behind the eight bytes that every frame begins with. @param {Uint8Array} bytes @param {string} what @param {number} size */
function open(bytes, what, size) {
  if (bytes.length !== size) throw new WireError(`a ${what} has ${size} bytes, got ${bytes.length}`);
  const reader = new Reader(bytes, what);
  reader.take(4);
  const length = reader.u32();
  if (length !== size) throw new WireError(`a ${what} has ${size} bytes, says ${length}`);
  return reader;
}

/** @param {number} kind @param {number} size */
function blank(kind, size) {
  const frame = new Uint8Array(size);
  const view = new DataView(frame.buffer);
  frame[0] = kind;
  view.setUint32(4, size, true);
  return { frame, view };
}
