/** A piece's mask out of its paint array and into it again, and what there is to undo of that. */

import { MASK, PAINT_STRIDE, paintChanged } from '../channels.js';

/** @import { ClayMesh } from '../mesh.js' */

/**
 * Some vertices' masks.
 * @typedef {object} MaskValues
 * @property {Uint32Array} ids ascending @property {Uint8Array} values as many
 */

/** The vertices where two masks of one piece differ. @typedef {{ids: Uint32Array, before: Uint8Array, after: Uint8Array}} MaskChange */

/** The mask of the whole piece: a copy. @param {ClayMesh} mesh @returns {Uint8Array} (n) */
export function maskOf({ paint, vertexCount }) {
  const mask = new Uint8Array(vertexCount);
  for (let v = 0, i = MASK; v < vertexCount; v++, i += PAINT_STRIDE) mask[v] = paint[i];
  return mask;
}

/**
 * Where a piece's mask is other than it was.
 * @param {ClayMesh} mesh @param {Uint8Array} before (n) @returns {MaskChange | null} null if it is the same everywhere
 */
export function maskChange({ paint, vertexCount }, before) {
  let count = 0;
  for (let v = 0, i = MASK; v < vertexCount; v++, i += PAINT_STRIDE) if (paint[i] !== before[v]) count++;
  if (count === 0) return null;
  const change = { ids: new Uint32Array(count), before: new Uint8Array(count), after: new Uint8Array(count) };
  for (let v = 0, i = MASK, q = 0; v < vertexCount; v++, i += PAINT_STRIDE) {
    if (paint[i] === before[v]) continue;
    change.ids[q] = v;
    change.before[q] = before[v];
    change.after[q++] = paint[i];
  }
  return change;
}

/**
 * Gives the piece this mask, and tells the view.
 * @param {ClayMesh} mesh @param {Uint8Array} mask (n)
 * @returns {MaskChange | null} what that changed, null if nothing
 * @throws {RangeError} if it is a mask of another number of vertices
 */
export function setMask(mesh, mask) {
  const { vertexCount, paint } = mesh;
  if (mask.length !== vertexCount) throw new RangeError(`a mask of ${mask.length} vertices for a piece of ${vertexCount}`);
  const before = maskOf(mesh);
  for (let v = 0, i = MASK; v < vertexCount; v++, i += PAINT_STRIDE) paint[i] = mask[v];
  const change = maskChange(mesh, before);
  if (change !== null) paintChanged(mesh, change.ids);
  return change;
}

/** Gives some vertices these masks, and tells the view. @param {ClayMesh} mesh @param {MaskValues} some */
export function putMask(mesh, { ids, values }) {
  for (let q = 0; q < ids.length; q++) mesh.paint[PAINT_STRIDE * ids[q] + MASK] = values[q];
  paintChanged(mesh, ids);
}
