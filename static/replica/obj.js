/**
 * The sculpture as this page has it, as a Wavefront OBJ file: what a person can always take away, also when the server
 * does not answer any more.
 *
 * @import { ClayMesh } from '../kernel/mesh.js'
 * @import { ReplicaPiece } from '../types.js'
 */

import { BLUE, GREEN, PAINT_STRIDE, RED, UNPAINTED } from '../kernel/channels.js';
import { RADIUS_PER_QUANTUM } from '../kernel/units.js';

/** Lines joined into one part: a part of a few hundred kB, so that no string of the whole file is ever made. */
const LINES_PER_PART = 8192;

/**
 * @param {Iterable<ReplicaPiece>} pieces
 * @returns {string[]} parts of the file, for a Blob
 */
export function toObj(pieces) {
  /** @type {string[]} */
  const parts = [];
  let first = 1;
  for (const { name, scale, offset, mesh } of pieces) {
    const { ints, vertexCount } = mesh;
    const { triangles } = mesh.topology;
    // A line break in a name would begin a statement of its own.
    parts.push(`o ${name.replace(/\s+/g, ' ')}\n`);
    const unit = scale * RADIUS_PER_QUANTUM;
    const colour = isPainted(mesh) ? (/** @type {number} */ v) => colourOf(mesh, v) : () => '';
    inParts(parts, vertexCount, (v) =>
      `v ${ints[3 * v] * unit + offset[0]} ${ints[3 * v + 1] * unit + offset[1]} ${ints[3 * v + 2] * unit + offset[2]}${colour(v)}\n`);
    inParts(parts, triangles.length / 3, (t) =>
      `f ${triangles[3 * t] + first} ${triangles[3 * t + 1] + first} ${triangles[3 * t + 2] + first}\n`);
    first += vertexCount;
  }
  return parts;
}

/** Whether a vertex has another colour than clay that nobody has painted. @param {ClayMesh} mesh */
function isPainted({ paint, vertexCount }) {
  for (let v = 0; v < vertexCount; v++) {
    for (let c = RED; c <= BLUE; c++) if (paint[PAINT_STRIDE * v + c] !== UNPAINTED[c]) return true;
  }
  return false;
}

/** Behind a position, 0 … 1 each, as MeshLab and Blender read it. @param {ClayMesh} mesh @param {number} v */
function colourOf({ paint }, v) {
  return [RED, GREEN, BLUE].map((c) => ` ${(paint[PAINT_STRIDE * v + c] / 255).toFixed(4)}`).join('');
}

/** @param {string[]} parts @param {number} count @param {(i: number) => string} line */
function inParts(parts, count, line) {
  for (let at = 0; at < count; at += LINES_PER_PART) {
    let part = '';
    for (let i = at; i < Math.min(count, at + LINES_PER_PART); i++) part += line(i);
    parts.push(part);
  }
}
