/**
 * The paint of one piece, twice: what the room has, and what is seen (`mesh.paint`), which is the room's with one's own frames that
 * it has not accepted on top.
 *
 * For each vertex and channel it is counted how many such frames have written there. Where there are any, what others write is kept
 * but not seen; when the last of them is accepted (or refused), what the room has is seen again.
 *
 * @import { ClayMesh } from '../kernel/mesh.js'
 * @import { PaintValues } from '../types.js'
 */

import { PAINT_STRIDE, SHARED_CHANNELS, UNPAINTED, paintChanged } from '../kernel/channels.js';
import { weight } from '../kernel/digest.js';
import { WireError } from '../wire/reader.js';
import { planesOf } from '../wire/paint.js';

/** Which of the three channels each of the five planes belongs to. */
const CHANNEL_OF = [0, 0, 0, 1, 2];
const CHANNELS = 3;

export class PaintRegister {
  /** @param {ClayMesh} mesh its `paint` is changed in place */
  constructor(mesh) {
    this.mesh = mesh;
    /** What the room has, (5n); null while nobody has painted. @type {Uint8Array | null} */
    this._room = null;
    /** Own frames that cover each channel of each vertex, (3n). */
    this._covers = new Uint32Array(0);
    /** Of what the room has, uint32; 0 for unpainted clay. */
    this.digest = 0;
  }

  /**
   * The paint of a snapshot in place of what was here; nothing covers it.
   * @param {Uint8Array | null} planes (5n) planar; null: nobody has painted
   */
  load(planes) {
    const n = this.mesh.vertexCount;
    if (planes && planes.length !== SHARED_CHANNELS * n) {
      throw new WireError(`${n} vertices need ${SHARED_CHANNELS * n} bytes of paint, got ${planes.length}`);
    }
    if (!planes && !this._room) return;
    const room = this._made();
    this._covers.fill(0);
    /** @type {number[]} */
    const changed = [];
    const { paint } = this.mesh;
    this.digest = 0;
    for (let v = 0; v < n; v++) {
      let differs = false;
      for (let c = 0; c < SHARED_CHANNELS; c++) {
        const value = planes ? planes[c * n + v] : UNPAINTED[c];
        room[SHARED_CHANNELS * v + c] = value;
        this._count(v, c, value - UNPAINTED[c]);
        if (paint[PAINT_STRIDE * v + c] === value) continue;
        paint[PAINT_STRIDE * v + c] = value;
        differs = true;
      }
      if (differs) changed.push(v);
    }
    paintChanged(this.mesh, changed);
  }

  /** The room has this now; seen where nothing of one's own covers it. @param {PaintValues} paint */
  write({ ids, channels, values }) {
    const room = this._made(), covers = this._covers, seen = this.mesh.paint;
    planesOf(channels).forEach((c, p) => {
      const plane = values[p], channel = CHANNEL_OF[c];
      for (let q = 0; q < ids.length; q++) {
        const v = ids[q], value = plane[q];
        this._count(v, c, value - room[SHARED_CHANNELS * v + c]);
        room[SHARED_CHANNELS * v + c] = value;
        if (covers[CHANNELS * v + channel] === 0) seen[PAINT_STRIDE * v + c] = value;
      }
    });
    paintChanged(this.mesh, ids);
  }

  /** An own frame that the room has not accepted lies on these now. @param {PaintValues} paint */
  cover({ ids, channels }) {
    this._made();
    for (const channel of channelsOf(channels)) for (let q = 0; q < ids.length; q++) this._covers[CHANNELS * ids[q] + channel]++;
  }

  /** It does not any more: what the room has is seen where it was the last. @param {PaintValues} paint */
  uncover({ ids, channels }) {
    const room = this._made(), covers = this._covers, seen = this.mesh.paint;
    for (const channel of channelsOf(channels)) for (let q = 0; q < ids.length; q++) covers[CHANNELS * ids[q] + channel]--;
    for (const c of planesOf(channels)) {
      for (let q = 0; q < ids.length; q++) {
        const v = ids[q];
        if (covers[CHANNELS * v + CHANNEL_OF[c]] === 0) seen[PAINT_STRIDE * v + c] = room[SHARED_CHANNELS * v + c];
      }
    }
    paintChanged(this.mesh, ids);
  }

  /** Shows an own frame: its values, or (if it compares) those whose expected ones are seen. @param {PaintValues} paint */
  show({ ids, channels, values, expected }) {
    const seen = this.mesh.paint;
    planesOf(channels).forEach((c, p) => {
      const plane = values[p], old = expected?.[p];
      for (let q = 0; q < ids.length; q++) {
        const i = PAINT_STRIDE * ids[q] + c;
        if (!old || seen[i] === old[q]) seen[i] = plane[q];
      }
    });
    paintChanged(this.mesh, ids);
  }

  /** What the room has, made on first use. Whoever paints first has painted what is seen already, not this. */
  _made() {
    if (this._room) return this._room;
    const n = this.mesh.vertexCount;
    this._room = new Uint8Array(SHARED_CHANNELS * n);
    for (let i = 0; i < this._room.length; i++) this._room[i] = UNPAINTED[i % SHARED_CHANNELS];
    this._covers = new Uint32Array(CHANNELS * n);
    return this._room;
  }

  /** @param {number} v @param {number} c plane @param {number} change of its value */
  _count(v, c, change) {
    if (change !== 0) this.digest = (this.digest + Math.imul(weight(SHARED_CHANNELS * v + c), change)) >>> 0;
  }
}

/** @param {number} channels bits @returns {number[]} 0 … 2 */
function channelsOf(channels) {
  return [0, 1, 2].filter((channel) => channels & (1 << channel));
}
