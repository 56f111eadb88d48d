/**
 * The sculpture as this page has it, as a Wavefront OBJ file: what a person can always take away, also when the server
 * does not answer any more.
 *
 * @import { ReplicaPiece } from '../types.js'
 */

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
    inParts(parts, vertexCount, (v) =>
      `v ${ints[3 * v] * unit + offset[0]} ${ints[3 * v + 1] * unit + offset[1]} ${ints[3 * v + 2] * unit + offset[2]}\n`);
    inParts(parts, triangles.length / 3, (t) =>
      `f ${triangles[3 * t] + first} ${triangles[3 * t + 1] + first} ${triangles[3 * t + 2] + first}\n`);
    first += vertexCount;
  }
  return parts;
}

/** @param {string[]} parts @param {number} count @param {(i: number) => string} line */
function inParts(parts, count, line) {
  for (let at = 0; at < count; at += LINES_PER_PART) {
    let part = '';
    for (let i = at; i < Math.min(count, at + LINES_PER_PART); i++) part += line(i);
    parts.push(part);
  }
}
