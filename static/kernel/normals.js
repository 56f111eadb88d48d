/** Vertex normals from the ordered ring: n = Σ (pᵢ − v) × (pᵢ₊₁ − v), which is the area-weighted mean of the triangles' normals. */

/** @import { ClayMesh } from './mesh.js' */

/** What a unit component becomes on the GPU: int16, normalised. */
const INT16_ONE = 32767;

/**
 * Recomputes the normals of `ids[from … to)`, for the brushes (float32) and for the GPU (int16). A vertex all of whose triangles
 * have no area keeps the normal it had.
 * @param {ClayMesh} mesh @param {Uint32Array} ids @param {number} from @param {number} to
 * @returns {number} the longest edge from one of these vertices, quanta
 */
export function recomputeNormals(mesh, ids, from, to) {
  const { pos, normals, gpuNormals } = mesh, { ringStart, ring, boundary } = mesh.topology;
  let longest2 = 0;
  for (let q = from; q < to; q++) {
    const v = ids[q], start = ringStart[v], end = ringStart[v + 1], open = boundary[v];
    if (start === end) continue;
    const i = 3 * v, vx = pos[i], vy = pos[i + 1], vz = pos[i + 2];
    // A closed ring begins with the edge from its last neighbour to its first; an open one has no such triangle.
    let u = 3 * ring[open === 1 ? start : end - 1];
    let px = pos[u] - vx, py = pos[u + 1] - vy, pz = pos[u + 2] - vz;
    let nx = 0, ny = 0, nz = 0;
    if (open === 1) longest2 = Math.max(longest2, px * px + py * py + pz * pz);
    for (let k = start + open; k < end; k++) {
      u = 3 * ring[k];
      const x = pos[u] - vx, y = pos[u + 1] - vy, z = pos[u + 2] - vz;
      nx += py * z - pz * y;
      ny += pz * x - px * z;
      nz += px * y - py * x;
      const edge2 = x * x + y * y + z * z;
      if (edge2 > longest2) longest2 = edge2;
      px = x;
      py = y;
      pz = z;
    }
    const length2 = nx * nx + ny * ny + nz * nz;
    if (length2 === 0) continue;
    const perLength = 1 / Math.sqrt(length2);
    nx *= perLength;
    ny *= perLength;
    nz *= perLength;
    normals[i] = nx;
    normals[i + 1] = ny;
    normals[i + 2] = nz;
    const g = 4 * v;
    gpuNormals[g] = nx * INT16_ONE;
    gpuNormals[g + 1] = ny * INT16_ONE;
    gpuNormals[g + 2] = nz * INT16_ONE;
  }
  return Math.sqrt(longest2);
}
