/** Masks by the shape of the surface: its hollows, or its ridges. */

import { QUANTA_PER_RADIUS } from '../units.js';
import { PROTECTED } from './values.js';

/** @import { ClayMesh } from '../mesh.js' */

/** Mean curvature (one over the radius of the piece) where such a mask begins, and where it is full. */
export const CAVITY_RANGE = Object.freeze({ from: 1, full: 6 });

/**
 * Mean curvature of each vertex from its ring, H = −2 Σ (u − v) · n / Σ |u − v|². A point u of a sphere of radius R with outward
 * normal n at v has (u − v) · n = −|u − v|² / 2R, so this is 1/R there, exactly and whatever the triangles are like.
 * @param {ClayMesh} mesh
 * @returns {Float32Array} (n) 1 / radius of the piece; positive on ridges, negative in hollows
 */
export function curvature({ pos, normals, topology, vertexCount }) {
  const { ringStart, ring } = topology, curved = new Float32Array(vertexCount);
  for (let v = 0; v < vertexCount; v++) {
    const i = 3 * v, x = pos[i], y = pos[i + 1], z = pos[i + 2];
    const nx = normals[i], ny = normals[i + 1], nz = normals[i + 2];
    let along = 0, squares = 0;
    for (let k = ringStart[v]; k < ringStart[v + 1]; k++) {
      const u = 3 * ring[k], dx = pos[u] - x, dy = pos[u + 1] - y, dz = pos[u + 2] - z;
      along += dx * nx + dy * ny + dz * nz;
      squares += dx * dx + dy * dy + dz * dz;
    }
    if (squares > 0) curved[v] = (-2 * along * QUANTA_PER_RADIUS) / squares;
  }
  return curved;
}

/**
 * Protects hollows (or ridges): nothing at curvature `from`, all at `full`, evenly between. Curvature is averaged over the ring
 * first, or single vertices of a rough surface would be all that is found.
 * @param {ClayMesh} mesh @param {{from: number, full: number, ridges?: boolean}} range 1 / radius of the piece
 * @returns {Uint8Array} (n)
 * @throws {RangeError} unless from < full
 */
export function byCavity(mesh, { from, full, ridges = false }) {
  if (!(from < full)) throw new RangeError(`a mask by cavity begins at ${from}, so it can not be full at ${full}`);
  const curved = curvature(mesh), { ringStart, ring } = mesh.topology, sign = ridges ? 1 : -1;
  const mask = new Uint8Array(mesh.vertexCount);
  for (let v = 0; v < mask.length; v++) {
    let sum = curved[v];
    for (let k = ringStart[v]; k < ringStart[v + 1]; k++) sum += curved[ring[k]];
    const mean = (sign * sum) / (ringStart[v + 1] - ringStart[v] + 1);
    mask[v] = Math.round(PROTECTED * Math.min(1, Math.max(0, (mean - from) / (full - from))));
  }
  return mask;
}
