/**
 * What follows from the triangles alone: who is next to whom. Pure, so that it may be made in a worker and sent over.
 *
 * Ring layout (CSR): the neighbours of vertex v are `ring[ringStart[v] … ringStart[v + 1])`, in the order in which the
 * triangles (v, pᵢ, pᵢ₊₁) go round it. A closed fan of k triangles has k entries and wraps from the last to the first; an open
 * one (`boundary[v] === 1`) has k + 1 and does not wrap: its first and last entries are its neighbours along the boundary.
 */

import { BLOCK_SIZE } from './units.js';

/**
 * @typedef {Object} Topology
 * @property {number} vertexCount
 * @property {Uint32Array} triangles  (3m) vertex ids, counter-clockwise from outside. Not copied.
 * @property {Uint32Array} ringStart  (n + 1) where the ring of each vertex begins.
 * @property {Uint32Array} ring       neighbours of all vertices, in order.
 * @property {Uint8Array} boundary    (n) 1 where the fan is open.
 * @property {Uint32Array} blockFaces (blocks + 1) the first triangle owned by each block: the one its smallest vertex is in.
 */

/**
 * @param {number} vertexCount
 * @param {Uint32Array} triangles (3m) each rotated so that its smallest vertex comes first, and sorted by that vertex.
 * @returns {Topology}
 * @throws {RangeError} if a triangle names a vertex that is not there, is not in the stated order, or if a vertex has more than
 *   one fan of triangles (the server splits such vertices at import).
 */
export function buildTopology(vertexCount, triangles) {
  checkTriangles(vertexCount, triangles);
  const { fanStart, from, to } = fans(vertexCount, triangles);
  const ringStart = new Uint32Array(vertexCount + 1);
  const boundary = new Uint8Array(vertexCount);
  const ring = new Uint32Array(triangles.length + vertexCount);
  let end = 0;
  for (let v = 0; v < vertexCount; v++) {
    const first = fanStart[v], last = fanStart[v + 1];
    ringStart[v] = end;
    if (first === last) continue;
    if (!chain(from, to, first, last)) {
      bringOpenEndFirst(from, to, first, last, v);
      chain(from, to, first, last);
      boundary[v] = 1;
    }
    for (let k = first; k < last; k++) {
      ring[end++] = from[k];
      if (k + 1 < last && from[k + 1] !== to[k]) throw fanError(v);
    }
    if (boundary[v] === 1) ring[end++] = to[last - 1];
  }
  ringStart[vertexCount] = end;
  return { vertexCount, triangles, ringStart, ring: ring.slice(0, end), boundary, blockFaces: facesOfBlocks(vertexCount, triangles) };
}

/** @param {number} vertexCount @param {Uint32Array} triangles */
function checkTriangles(vertexCount, triangles) {
  if (triangles.length % 3 !== 0) throw new RangeError(`triangles need 3 ids each, got ${triangles.length} ids`);
  let previous = 0;
  for (let i = 0; i < triangles.length; i += 3) {
    const a = triangles[i], b = triangles[i + 1], c = triangles[i + 2];
    if (a >= vertexCount || b >= vertexCount || c >= vertexCount) {
      throw new RangeError(`triangle ${i / 3} names vertex ${Math.max(a, b, c)}, but there are ${vertexCount}`);
    }
    if (a >= b || a >= c) throw new RangeError(`triangle ${i / 3} (${a}, ${b}, ${c}) does not begin with its smallest vertex`);
    if (a < previous) throw new RangeError(`triangle ${i / 3} begins with vertex ${a}, after one that begins with ${previous}`);
    previous = a;
  }
}

/**
 * For each vertex the edges opposite it, (from, to), one per triangle, in no order yet.
 * @param {number} vertexCount @param {Uint32Array} triangles
 */
function fans(vertexCount, triangles) {
  const fanStart = new Uint32Array(vertexCount + 1);
  for (let i = 0; i < triangles.length; i++) fanStart[triangles[i] + 1]++;
  for (let v = 0; v < vertexCount; v++) fanStart[v + 1] += fanStart[v];
  const cursor = fanStart.slice(0, vertexCount);
  const from = new Uint32Array(triangles.length), to = new Uint32Array(triangles.length);
  for (let i = 0; i < triangles.length; i += 3) {
    const a = triangles[i], b = triangles[i + 1], c = triangles[i + 2];
    let k = cursor[a]++;
    from[k] = b;
    to[k] = c;
    k = cursor[b]++;
    from[k] = c;
    to[k] = a;
    k = cursor[c]++;
    from[k] = a;
    to[k] = b;
  }
  return { fanStart, from, to };
}

/**
 * Reorders the edges in place so that each begins where the one before ends.
 * @param {Uint32Array} from @param {Uint32Array} to @param {number} first @param {number} last
 * @returns {boolean} whether they close to a loop
 */
function chain(from, to, first, last) {
  for (let k = first; k + 1 < last; k++) {
    let j = k + 1;
    while (j < last && from[j] !== to[k]) j++;
    if (j === last) return false;
    swap(from, to, j, k + 1);
  }
  return to[last - 1] === from[first];
}

/** @param {Uint32Array} from @param {Uint32Array} to @param {number} first @param {number} last @param {number} v */
function bringOpenEndFirst(from, to, first, last, v) {
  let start = -1;
  for (let k = first; k < last; k++) {
    let j = first;
    while (j < last && to[j] !== from[k]) j++;
    if (j < last) continue;
    if (start >= 0) throw fanError(v);
    start = k;
  }
  if (start < 0) throw fanError(v);
  swap(from, to, first, start);
}

/** @param {Uint32Array} from @param {Uint32Array} to @param {number} i @param {number} j */
function swap(from, to, i, j) {
  const f = from[i], t = to[i];
  from[i] = from[j];
  to[i] = to[j];
  from[j] = f;
  to[j] = t;
}

/** @param {number} v */
function fanError(v) {
  return new RangeError(`vertex ${v} has more than one fan of triangles; a mesh to sculpt needs exactly one`);
}

/** @param {number} vertexCount @param {Uint32Array} triangles */
function facesOfBlocks(vertexCount, triangles) {
  const blocks = Math.ceil(vertexCount / BLOCK_SIZE);
  const blockFaces = new Uint32Array(blocks + 1);
  let face = 0;
  const faces = triangles.length / 3;
  for (let b = 0; b < blocks; b++) {
    blockFaces[b] = face;
    const end = (b + 1) * BLOCK_SIZE;
    while (face < faces && triangles[face * 3] < end) face++;
  }
  blockFaces[blocks] = faces;
  return blockFaces;
}
