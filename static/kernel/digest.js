/**
 * The fingerprint of a piece's positions: Σ w(vertex, axis) · position mod 2³², with w an odd hash of vertex and axis.
 * Additive, so that a stroke's contribution is found without reading the mesh; the same in Python, bit for bit.
 */

/** @import { ClayMesh } from './mesh.js' */
/** @import { Displacement } from './quantise.js' */

/**
 * The weight of coordinate `3 · vertex + axis`: the finaliser of MurmurHash3 (public domain), made odd.
 * @param {number} coordinate
 * @returns {number} int32
 */
export function weight(coordinate) {
  let h = (coordinate + 0x9e3779b9) >>> 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h | 1;
}

/**
 * @param {Pick<ClayMesh, 'ints'>} mesh
 * @returns {number} uint32
 */
export function digest({ ints }) {
  let sum = 0;
  for (let c = 0; c < ints.length; c++) sum = (sum + Math.imul(weight(c), ints[c])) | 0;
  return sum >>> 0;
}

/**
 * What a displacement adds to the digest (mod 2³²) of the mesh it is applied to.
 * @param {Displacement} displacement
 * @returns {number} uint32
 */
export function contribution({ ids, dx, dy, dz, shift }) {
  let sum = 0;
  for (let q = 0; q < ids.length; q++) {
    const c = 3 * ids[q];
    sum = (sum + Math.imul(weight(c), dx[q]) + Math.imul(weight(c + 1), dy[q]) + Math.imul(weight(c + 2), dz[q])) | 0;
  }
  return (sum << shift) >>> 0;
}

/** @param {number} a uint32 @param {number} b uint32 @returns {number} their sum mod 2³² */
export function addDigests(a, b) {
  return (a + b) >>> 0;
}
