// Untrusted input: everything here comes from the network, and every read is checked against the end of the bytes.

/** What is wrong with a frame, with both numbers. The connection treats it as a reason to load anew, never as a crash. */
export class WireError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'WireError';
  }
}

/**
 * Reads little-endian numbers one after the other; a read past the end is a `WireError` with both numbers.
 */
export class Reader {
  /** @param {Uint8Array} bytes @param {string} what names the thing that is read, for the messages */
  constructor(bytes, what) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
    this.what = what;
  }

  /** Refuses unless `size` more bytes are there; returns where they begin and moves behind them. @param {number} size */
  take(size) {
    const at = this.at;
    const left = this.bytes.length - at;
    if (size > left) throw new WireError(`${this.what}: needs ${size} more bytes at offset ${at}, ${left} are left`);
    this.at = at + size;
    return at;
  }

  u8() {
    return this.view.getUint8(this.take(1));
  }

  u32() {
    return this.view.getUint32(this.take(4), true);
  }

  i16() {
    return this.view.getInt16(this.take(2), true);
  }

  i32() {
    return this.view.getInt32(this.take(4), true);
  }

  /** A u64 that stays below 2⁵³, as a number. */
  seq() {
    const low = this.u32();
    const high = this.u32();
    if (high > 0x1fffff) throw new WireError(`${this.what}: a sequence number of 2^53 or more (high word ${high})`);
    return high * 0x1_0000_0000 + low;
  }

  /** A u64 as 16 hexadecimal digits: a client id as it stands in JSON. */
  client() {
    const low = this.u32();
    const high = this.u32();
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }
}

const CLIENT = /^[0-9a-f]{16}$/;

/**
 * Writes a client id as a u64 at `offset`.
 * @param {DataView} view @param {number} offset @param {string} client 16 hexadecimal digits
 */
export function putClient(view, offset, client) {
  if (!CLIENT.test(client)) throw new WireError(`a client id is 16 lower-case hexadecimal digits, got "${client}"`);
  view.setUint32(offset, parseInt(client.slice(8), 16), true);
  view.setUint32(offset + 4, parseInt(client.slice(0, 8), 16), true);
}

/**
 * Writes a number below 2⁵³ as a u64 at `offset`.
 * @param {DataView} view @param {number} offset @param {number} seq
 */
export function putSeq(view, offset, seq) {
  view.setUint32(offset, seq >>> 0, true);
  view.setUint32(offset + 4, Math.floor(seq / 0x1_0000_0000), true);
}
