/**
 * What a stroke of paint has laid on the surface: over what, how thick, and what of it everyone is still to be told.
 *
 * A vertex is x ← x₀ (1 − m) + target · m, with x₀ what it was when the stroke first came, so that dabs that overlap do not band: m is
 * the largest weight of any dab, or, if the stroke accumulates, 1 − Π (1 − w).
 */

import { planesOf } from '../wire/paint.js';
import { PAINT_STRIDE, SHARED_CHANNELS, paintChanged } from './channels.js';
import { BLOCK_SIZE } from './units.js';

/** @import { PaintChange } from '../types.js' */
/** @import { ClayMesh } from './mesh.js' */
/** @import { Selection } from './selection.js' */
/** @import { StrokeSettings } from './stroke_settings.js' */

export class Painting {
  /** @param {ClayMesh} mesh its `paint` is changed in place @param {number} channels which are written, see wire/paint.js; may be 0 */
  constructor(mesh, channels) {
    this.mesh = mesh;
    this.channels = channels;
    this.planes = planesOf(channels);
    const blocks = Math.ceil(mesh.vertexCount / BLOCK_SIZE);
    /** As `mesh.paint`, of the blocks that were reached: before the stroke. */
    this.start = new Uint8Array(mesh.paint.length);
    this._reached = new Uint8Array(blocks);
    /** m of each vertex, 0 … 1. */
    this._cover = new Float32Array(mesh.vertexCount);
    /** Vertices, and blocks with any, that were painted since the last flush. */
    this._fresh = new Uint8Array(mesh.vertexCount);
    this._freshBlocks = new Uint8Array(blocks);
  }

  /**
   * Covers what is selected with one colour.
   * @param {Selection} selection @param {readonly number[]} target of all five planes, 0 … 255 @param {boolean} accumulate
   */
  coat(selection, target, accumulate) {
    const { paint } = this.mesh, { ids, count, weights } = selection, { start, _cover, planes } = this;
    this._reach(selection);
    for (let q = 0; q < count; q++) {
      const v = ids[q], had = _cover[v], w = Math.min(1, weights[q]);
      const cover = accumulate ? had + (1 - had) * w : Math.max(had, w);
      if (cover === had) continue;
      _cover[v] = cover;
      this._touch(v);
      for (const c of planes) {
        const i = PAINT_STRIDE * v + c;
        paint[i] = Math.round(start[i] + (target[c] - start[i]) * cover);
      }
    }
    paintChanged(this.mesh, ids, 0, count);
  }

  /**
   * Gives vertices new values, by weight.
   * @param {Selection} selection @param {Float32Array} values (5 · count) what each is drawn to
   */
  blend(selection, values) {
    const { paint } = this.mesh, { ids, count, weights } = selection;
    this._reach(selection);
    for (let q = 0; q < count; q++) {
      const v = ids[q], w = Math.min(1, weights[q]);
      if (w <= 0) continue;
      this._touch(v);
      for (const c of this.planes) {
        const i = PAINT_STRIDE * v + c;
        paint[i] = Math.round(paint[i] + (values[SHARED_CHANNELS * q + c] - paint[i]) * w);
      }
    }
    paintChanged(this.mesh, ids, 0, count);
  }

  /**
   * What was painted since the last flush, for everyone; `before` is what was there before the stroke.
   * @returns {PaintChange | null} null if nothing was
   */
  flush() {
    const { vertexCount, paint } = this.mesh;
    /** @type {number[]} */
    const ids = [];
    for (let b = 0; b < this._freshBlocks.length; b++) {
      if (this._freshBlocks[b] === 0) continue;
      this._freshBlocks[b] = 0;
      const end = Math.min(vertexCount, (b + 1) * BLOCK_SIZE);
      for (let v = b * BLOCK_SIZE; v < end; v++) {
        if (this._fresh[v] === 0) continue;
        this._fresh[v] = 0;
        ids.push(v);
      }
    }
    if (ids.length === 0 || this.channels === 0) return null;
    return changeOf(Uint32Array.from(ids), this.channels, this.start, paint);
  }

  /** Remembers what was there, where the stroke comes for the first time. @param {Selection} selection */
  _reach({ blocks, runCount }) {
    const { paint } = this.mesh, size = BLOCK_SIZE * PAINT_STRIDE;
    for (let r = 0; r < runCount; r++) {
      const b = blocks[r];
      if (this._reached[b] === 1) continue;
      this._reached[b] = 1;
      this.start.set(paint.subarray(b * size, (b + 1) * size), b * size);
    }
  }

  /** @param {number} v */
  _touch(v) {
    this._fresh[v] = 1;
    this._freshBlocks[Math.floor(v / BLOCK_SIZE)] = 1;
  }
}

/** The channels that a stroke writes, as bits of the wire. @param {Pick<StrokeSettings, 'write'>} settings */
export function channelsOf({ write }) {
  return (write.colour ? 1 : 0) | (write.roughness ? 2 : 0) | (write.metalness ? 4 : 0);
}

/** What a stroke paints with, all five planes. @param {Pick<StrokeSettings, 'colour' | 'roughness' | 'metalness'>} settings */
export function targetOf({ colour, roughness, metalness }) {
  return [...colour, roughness, metalness];
}

/**
 * Paints a whole piece; what is masked stays as it is, in proportion.
 * @param {ClayMesh} mesh @param {Pick<StrokeSettings, 'colour' | 'roughness' | 'metalness' | 'write'>} settings
 * @returns {PaintChange | null} null if everything was so already
 */
export function fillPiece(mesh, settings) {
  const channels = channelsOf(settings), planes = planesOf(channels), target = targetOf(settings);
  const { paint, vertexCount } = mesh, before = paint.slice();
  /** @type {number[]} */
  const ids = [];
  for (let v = 0; v < vertexCount; v++) {
    const i = PAINT_STRIDE * v, free = 1 - paint[i + SHARED_CHANNELS] / 255;
    let changed = false;
    for (const c of planes) {
      const value = Math.round(paint[i + c] + (target[c] - paint[i + c]) * free);
      changed ||= value !== paint[i + c];
      paint[i + c] = value;
    }
    if (changed) ids.push(v);
  }
  if (ids.length === 0) return null;
  paintChanged(mesh, ids);
  return changeOf(Uint32Array.from(ids), channels, before, paint);
}

/**
 * The paint at a point of a triangle: red, green, blue, roughness, metalness of its nearest corner.
 * @param {ClayMesh} mesh @param {number} triangle @param {readonly number[]} point quanta
 */
export function paintAt({ paint, pos, topology }, triangle, point) {
  let nearest = 0, least = Infinity;
  for (let k = 0; k < 3; k++) {
    const v = topology.triangles[3 * triangle + k];
    const d = (pos[3 * v] - point[0]) ** 2 + (pos[3 * v + 1] - point[1]) ** 2 + (pos[3 * v + 2] - point[2]) ** 2;
    if (d < least) [least, nearest] = [d, v];
  }
  return [...paint.subarray(PAINT_STRIDE * nearest, PAINT_STRIDE * nearest + SHARED_CHANNELS)];
}

/** @param {Uint32Array} ids @param {number} channels @param {Uint8Array} before as `mesh.paint` @param {Uint8Array} after likewise @returns {PaintChange} */
function changeOf(ids, channels, before, after) {
  const plane = (/** @type {Uint8Array} */ from, /** @type {number} */ c) => {
    const values = new Uint8Array(ids.length);
    for (let q = 0; q < ids.length; q++) values[q] = from[PAINT_STRIDE * ids[q] + c];
    return values;
  };
  const planes = planesOf(channels);
  return { ids, channels, before: planes.map((c) => plane(before, c)), after: planes.map((c) => plane(after, c)) };
}
