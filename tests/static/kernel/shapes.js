/** Known surfaces, in the order in which the server hands out meshes: Morton order, triangles by their smallest vertex. */

import { QUANTA_PER_RADIUS } from '../../../static/kernel/units.js';

/**
 * @typedef {Object} Shape
 * @property {Int32Array} positions (3n) planar, quanta
 * @property {Uint32Array} triangles (3m)
 */

/**
 * Orders a mesh as the server does.
 * @param {ArrayLike<number>} xyz (3n) interleaved, in units of the radius
 * @param {ArrayLike<number>} faces (3m)
 * @returns {Shape}
 */
export function ordered(xyz, faces) {
  const n = xyz.length / 3, m = faces.length / 3;
  const keys = new Float64Array(n);
  for (let v = 0; v < n; v++) {
    const cell = (/** @type {number} */ c) => Math.min(1023, Math.max(0, Math.floor((c + 1) * 512)));
    keys[v] = (spread(cell(xyz[3 * v])) | (spread(cell(xyz[3 * v + 1])) << 1) | (spread(cell(xyz[3 * v + 2])) << 2)) * 2 ** 22 + v;
  }
  keys.sort(); // The vertex itself is in the low bits, so equal cells keep their order.
  const rank = new Uint32Array(n), positions = new Int32Array(3 * n);
  for (let r = 0; r < n; r++) {
    const v = keys[r] % 2 ** 22;
    rank[v] = r;
    for (let axis = 0; axis < 3; axis++) positions[axis * n + r] = symmetricRound(xyz[3 * v + axis] * QUANTA_PER_RADIUS);
  }
  return { positions, triangles: orderedTriangles(n, Uint32Array.from({ length: 3 * m }, (_, i) => rank[faces[i]])) };
}

/** Rotates each triangle to begin with its smallest vertex and sorts them by it. @param {number} n @param {Uint32Array} faces */
export function orderedTriangles(n, faces) {
  const starts = new Uint32Array(n + 1), triangles = new Uint32Array(faces.length);
  for (let i = 0; i < faces.length; i += 3) starts[Math.min(faces[i], faces[i + 1], faces[i + 2]) + 1]++;
  for (let v = 0; v < n; v++) starts[v + 1] += starts[v];
  for (let i = 0; i < faces.length; i += 3) {
    const a = faces[i], b = faces[i + 1], c = faces[i + 2], smallest = Math.min(a, b, c), at = 3 * starts[smallest]++;
    const face = a === smallest ? [a, b, c] : b === smallest ? [b, c, a] : [c, a, b];
    triangles.set(face, at);
  }
  return triangles;
}

/**
 * A sphere of radius 1: an icosahedron, each of whose 20 triangles is cut in frequency² pieces. Symmetric in X, Y and Z.
 * @param {number} frequency
 */
export function sphere(frequency) {
  const t = (1 + Math.sqrt(5)) / 2, s = 1 / Math.hypot(1, t);
  const corners = [[-1, t, 0], [1, t, 0], [-1, -t, 0], [1, -t, 0], [0, -1, t], [0, 1, t], [0, -1, -t], [0, 1, -t],
    [t, 0, -1], [t, 0, 1], [-t, 0, -1], [-t, 0, 1]].map((c) => c.map((x) => x * s));
  const sides = [[0, 11, 5], [0, 5, 1], [0, 1, 7], [0, 7, 10], [0, 10, 11], [1, 5, 9], [5, 11, 4], [11, 10, 2], [10, 7, 6], [7, 1, 8],
    [3, 9, 4], [3, 4, 2], [3, 2, 6], [3, 6, 8], [3, 8, 9], [4, 9, 5], [2, 4, 11], [6, 2, 10], [8, 6, 7], [9, 8, 1]];
  const f = frequency, xyz = new Float64Array(3 * (10 * f * f + 2)), faces = new Uint32Array(60 * f * f);
  let vertices = 0, corner = 0;
  /** @type {Map<number, number>} */
  const shared = new Map();
  for (const [a, b, c] of sides) {
    /** @param {number} i steps towards b @param {number} j steps towards c */
    const vertex = (i, j) => {
      const weights = [[a, f - i - j], [b, i], [c, j]].filter(([, w]) => w > 0).sort(([p], [q]) => p - q);
      const add = () => {
        const p = [0, 1, 2].map((axis) => weights.reduce((sum, [k, w]) => sum + corners[k][axis] * w, 0));
        const length = Math.hypot(...p);
        for (let axis = 0; axis < 3; axis++) xyz[3 * vertices + axis] = p[axis] / length;
        return vertices++;
      };
      if (weights.length === 3) return add();
      const key = weights.length === 1 ? -1 - weights[0][0] : (weights[0][0] * 12 + weights[1][0]) * f + weights[0][1];
      const known = shared.get(key);
      if (known !== undefined) return known;
      const made = add();
      shared.set(key, made);
      return made;
    };
    let below = Array.from({ length: f + 1 }, (_, i) => vertex(i, 0));
    for (let j = 1; j <= f; j++) {
      const above = Array.from({ length: f + 1 - j }, (_, i) => vertex(i, j));
      for (let i = 0; i <= f - j; i++) {
        faces.set([below[i], below[i + 1], above[i]], corner);
        corner += 3;
        if (i === f - j) continue;
        faces.set([below[i + 1], above[i + 1], above[i]], corner);
        corner += 3;
      }
      below = above;
    }
  }
  return ordered(xyz, faces);
}

/**
 * An open sheet over −½ … ½ in x and y, with cells² squares of two triangles, facing +z; symmetric in x and y as a set of points.
 * @param {number} cells
 * @param {(x: number, y: number) => number} [height]
 */
export function sheet(cells, height = () => 0) {
  const xyz = [], faces = [], side = cells + 1;
  for (let j = 0; j <= cells; j++) {
    for (let i = 0; i <= cells; i++) {
      const x = i / cells - 0.5, y = j / cells - 0.5;
      xyz.push(x, y, height(x, y));
    }
  }
  for (let j = 0; j < cells; j++) {
    for (let i = 0; i < cells; i++) {
      const a = j * side + i, b = a + 1, c = a + side, d = c + 1;
      // The diagonal is mirrored in the middle, so that the triangles are symmetric in x, too.
      if (i < cells / 2) faces.push(a, b, d, a, d, c);
      else faces.push(a, b, c, b, d, c);
    }
  }
  return ordered(xyz, faces);
}

/** The same vertices mirrored in x, in the same order, with the triangles turned round. @param {Shape} shape @returns {Shape} */
export function mirroredInX({ positions, triangles }) {
  const n = positions.length / 3, mirrored = positions.slice(), turned = new Uint32Array(triangles.length);
  for (let v = 0; v < n; v++) mirrored[v] = -mirrored[v];
  for (let i = 0; i < triangles.length; i += 3) turned.set([triangles[i], triangles[i + 2], triangles[i + 1]], i);
  return { positions: mirrored, triangles: orderedTriangles(n, turned) };
}

/** A repeatable stream of numbers in 0 … 1 (mulberry32). @param {number} seed */
export function random(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ten bits, two zeros after each. @param {number} x */
function spread(x) {
  x = (x | (x << 16)) & 0x030000ff;
  x = (x | (x << 8)) & 0x0300f00f;
  x = (x | (x << 4)) & 0x030c30c3;
  return (x | (x << 2)) & 0x09249249;
}

/** Math.round is not: it takes −2.5 to −2. @param {number} x */
function symmetricRound(x) {
  return Math.sign(x) * Math.round(Math.abs(x));
}
