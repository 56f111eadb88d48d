/** Adding to the truth what others did, or what an undo takes back. */

import { Selection } from './selection.js';
import { renewSurface } from './update.js';

/** @import { ClayMesh } from './mesh.js' */
/** @import { Displacement } from './quantise.js' */

/**
 * Adds displacements to `ints` (wrapping, never clamped), and shows them: `pos` stays `ints + acc`, so a stroke that is being made
 * goes on undisturbed. Integer addition commutes: the order of the list, and of calls, does not matter.
 * @param {ClayMesh} mesh @param {readonly Displacement[]} displacements from the wire, or from one's own history
 * @throws {RangeError} if one names a vertex that is not there, or its arrays differ in length; nothing is applied then
 */
export function applyDisplacements(mesh, displacements) {
  for (const displacement of displacements) check(mesh, displacement);
  mesh.loops.apply(mesh, displacements);
}

/**
 * The reference, of displacements that were checked.
 * @param {ClayMesh} mesh @param {readonly Displacement[]} displacements
 */
export function applyAll(mesh, displacements) {
  const selections = [];
  for (const displacement of displacements) {
    if (displacement.ids.length === 0) continue;
    add(mesh, displacement);
    const selection = new Selection();
    selection.adopt(displacement.ids);
    selections.push(selection);
  }
  if (selections.length > 0) renewSurface(mesh, selections);
}

/**
 * What takes a displacement back. Shares `ids` with it.
 * @param {Displacement} displacement
 * @returns {Displacement}
 */
export function negated({ ids, dx, dy, dz, shift }) {
  return { ids, dx: dx.map((d) => -d), dy: dy.map((d) => -d), dz: dz.map((d) => -d), shift };
}

/** @param {ClayMesh} mesh @param {Displacement} displacement */
function add({ ints, acc, pos }, { ids, dx, dy, dz, shift }) {
  for (let q = 0; q < ids.length; q++) {
    const i = 3 * ids[q];
    ints[i] += dx[q] << shift;
    ints[i + 1] += dy[q] << shift;
    ints[i + 2] += dz[q] << shift;
    pos[i] = ints[i] + acc[i];
    pos[i + 1] = ints[i + 1] + acc[i + 1];
    pos[i + 2] = ints[i + 2] + acc[i + 2];
  }
}

/** @param {ClayMesh} mesh @param {Displacement} displacement */
function check({ vertexCount }, { ids, dx, dy, dz }) {
  const shortest = Math.min(dx.length, dy.length, dz.length), longest = Math.max(dx.length, dy.length, dz.length);
  if (shortest !== ids.length || longest !== ids.length) {
    throw new RangeError(`${ids.length} vertices need as many displacements per axis, got ${dx.length}, ${dy.length}, ${dz.length}`);
  }
  // Ascending, so the last is the largest.
  const last = ids.length === 0 ? -1 : ids[ids.length - 1];
  if (last >= vertexCount) throw new RangeError(`displacement names vertex ${last}, but there are ${vertexCount}`);
}
