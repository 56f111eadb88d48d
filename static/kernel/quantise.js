/**
 * From what the hand did (float) to what everyone adds (integers).
 *
 * A flush takes the displacement that has gathered in `acc`, rounds it to multiples of 2^shift quanta, moves these to `ints` and
 * leaves the rounding error in `acc`, to be carried to the next flush. `pos` = `ints + acc` stays as it is: the author sees no
 * jump. The subtraction is exact, because the rest is a multiple of acc's last bit and smaller than acc.
 */

import { BLOCK_SIZE } from './units.js';
import { Selection } from './selection.js';
import { TOUCHED_IN_STROKE, TOUCHED_SINCE_FLUSH } from './mesh.js';
import { surfaceMoved } from './update.js';

/** @import { ClayMesh } from './mesh.js' */

/**
 * Vertices and what is added to them: `position[ids[q]] += (dx[q], dy[q], dz[q]) · 2^shift` quanta.
 * @typedef {Object} Displacement
 * @property {Uint32Array} ids strictly ascending
 * @property {Int32Array} dx
 * @property {Int32Array} dy
 * @property {Int32Array} dz
 * @property {number} shift
 */

/** Steps along one axis in one flush, at most: they fit a signed byte, and a stroke needs 3 bytes per vertex. */
export const MAX_STEPS = 127;

/** Largest shift: 127 · 2²⁴ is the last that fits an int32. */
export const MAX_SHIFT = 24;

/** Adding and subtracting this rounds to the nearest integer, ties to even: symmetric, unlike Math.round, so mirrored stays mirrored. */
const ROUNDER = 1.5 * 2 ** 52;

/**
 * The smallest shift with which `largest` needs no more than MAX_STEPS steps.
 * @param {number} largest quanta, not negative
 */
export function chooseShift(largest) {
  let shift = 0;
  while (shift < MAX_SHIFT && largest * 2 ** -shift >= MAX_STEPS + 0.5) shift++;
  return shift;
}

/**
 * One flush over the blocks that have any of these `touched` bits. Clears TOUCHED_SINCE_FLUSH there, and lets contracting brushes
 * go half of the way again.
 * @param {ClayMesh} mesh @param {number} bits
 * @returns {Displacement | null} null if nothing amounts to half a step
 */
export function flush(mesh, bits) {
  const { acc, ints, touched, vertexCount } = mesh;
  const { largest, candidates } = survey(mesh, bits);
  const shift = chooseShift(largest), step = 2 ** shift, perStep = 1 / step;
  const ids = new Uint32Array(candidates);
  const dx = new Int32Array(candidates), dy = new Int32Array(candidates), dz = new Int32Array(candidates);
  let count = 0;
  for (let b = 0; b < touched.length; b++) {
    if ((touched[b] & bits) === 0) continue;
    const end = Math.min(vertexCount, (b + 1) * BLOCK_SIZE);
    for (let v = b * BLOCK_SIZE, i = 3 * v; v < end; v++, i += 3) {
      const x = acc[i] * perStep + ROUNDER - ROUNDER;
      const y = acc[i + 1] * perStep + ROUNDER - ROUNDER;
      const z = acc[i + 2] * perStep + ROUNDER - ROUNDER;
      if (x === 0 && y === 0 && z === 0) continue;
      acc[i] -= x * step;
      acc[i + 1] -= y * step;
      acc[i + 2] -= z * step;
      ints[i] += x * step;
      ints[i + 1] += y * step;
      ints[i + 2] += z * step;
      ids[count] = v;
      dx[count] = x;
      dy[count] = y;
      dz[count++] = z;
    }
    touched[b] &= ~TOUCHED_SINCE_FLUSH;
    mesh.resetContracted(b);
  }
  if (count === 0) return null;
  return { ids: ids.slice(0, count), dx: dx.slice(0, count), dy: dy.slice(0, count), dz: dz.slice(0, count), shift };
}

/**
 * Ends the local stroke: drops what is left in `acc`, so that `pos` is `ints` again, and clears `touched`.
 * @param {ClayMesh} mesh
 */
export function settle(mesh) {
  const { acc, ints, pos, touched, vertexCount } = mesh;
  const selection = new Selection();
  for (let b = 0; b < touched.length; b++) {
    if (touched[b] === 0) continue;
    touched[b] = 0;
    mesh.resetContracted(b);
    selection.reserveBlock();
    const before = selection.count, end = Math.min(vertexCount, (b + 1) * BLOCK_SIZE);
    for (let v = b * BLOCK_SIZE, i = 3 * v; v < end; v++, i += 3) {
      if (acc[i] === 0 && acc[i + 1] === 0 && acc[i + 2] === 0) continue;
      for (let c = i; c < i + 3; c++) {
        acc[c] = 0;
        pos[c] = ints[c];
      }
      selection.ids[selection.count++] = v;
    }
    if (selection.count > before) selection.endRun(b);
  }
  selection.edge = selection.ids;
  selection.edgeCount = selection.count;
  if (selection.count > 0) surfaceMoved(mesh, [selection]);
}

/** The bits of all blocks where `acc` may be other than zero. */
export const ANY_TOUCHED = TOUCHED_SINCE_FLUSH | TOUCHED_IN_STROKE;

/** @param {ClayMesh} mesh @param {number} bits */
function survey(mesh, bits) {
  const { acc, touched, vertexCount } = mesh;
  let largest = 0, candidates = 0;
  for (let b = 0; b < touched.length; b++) {
    if ((touched[b] & bits) === 0) continue;
    const end = 3 * Math.min(vertexCount, (b + 1) * BLOCK_SIZE);
    for (let i = 3 * b * BLOCK_SIZE; i < end; i += 3) {
      const x = Math.abs(acc[i]), y = Math.abs(acc[i + 1]), z = Math.abs(acc[i + 2]);
      if (x > largest) largest = x;
      if (y > largest) largest = y;
      if (z > largest) largest = z;
      if (x + y + z > 0) candidates++;
    }
  }
  return { largest, candidates };
}
