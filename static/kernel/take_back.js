/**
 * What a stroke has sent so far, so that it can be taken back and made anew elsewhere in the same stroke (anchored, drag dot). Taking
 * back does not touch `ints`: `acc` becomes the negative of what was sent, and the next flush sends the difference.
 */

import { TOUCHED_SINCE_FLUSH } from './mesh.js';
import { Selection } from './selection.js';
import { BLOCK_SIZE } from './units.js';
import { surfaceMoved } from './update.js';

/** @import { ClayMesh } from './mesh.js' */
/** @import { Displacement } from './quantise.js' */

export class SentSums {
  constructor() {
    /** By block: the sum for each vertex, x, y, z in quanta. @type {Map<number, Int32Array>} */
    this._blocks = new Map();
  }

  /** @param {Displacement} displacement as it was sent */
  note({ ids, dx, dy, dz, shift }) {
    for (let q = 0; q < ids.length; q++) {
      const block = Math.floor(ids[q] / BLOCK_SIZE), i = 3 * (ids[q] % BLOCK_SIZE);
      let sums = this._blocks.get(block);
      if (sums === undefined) this._blocks.set(block, sums = new Int32Array(3 * BLOCK_SIZE));
      sums[i] += dx[q] * 2 ** shift;
      sums[i + 1] += dy[q] * 2 ** shift;
      sums[i + 2] += dz[q] * 2 ** shift;
    }
  }

  /** Brings the surface to where it would be without this stroke; what others did meanwhile stays. @param {ClayMesh} mesh */
  takeBack(mesh) {
    const { touched, vertexCount } = mesh, selection = new Selection();
    for (let block = 0; block < touched.length; block++) {
      if (touched[block] === 0) continue;
      mesh.resetContracted(block);
      touched[block] |= TOUCHED_SINCE_FLUSH;
      selection.reserveBlock();
      const before = selection.count, end = Math.min(vertexCount, (block + 1) * BLOCK_SIZE);
      selection.count = takeBackBlock(mesh, this._blocks.get(block), block * BLOCK_SIZE, end, selection);
      if (selection.count > before) selection.endRun(block);
    }
    selection.edge = selection.ids;
    selection.edgeCount = selection.count;
    if (selection.count > 0) surfaceMoved(mesh, [selection]);
  }
}

/**
 * @param {ClayMesh} mesh @param {Int32Array | undefined} sums @param {number} first @param {number} end @param {Selection} selection
 * @returns {number} the new count of the selection, to which those that moved are appended
 */
function takeBackBlock({ acc, ints, pos }, sums, first, end, { ids, count }) {
  for (let v = first; v < end; v++) {
    let moved = false;
    for (let c = 3 * v, k = 3 * (v - first); c < 3 * v + 3; c++, k++) {
      const wanted = sums === undefined ? 0 : -sums[k];
      if (acc[c] === wanted) continue;
      acc[c] = wanted;
      pos[c] = ints[c] + acc[c];
      moved = true;
    }
    if (moved) ids[count++] = v;
  }
  return count;
}
