/** Vertex normals from the ordered ring: n = Σ (pᵢ − v) × (pᵢ₊₁ − v), which is the area-weighted mean of the triangles' normals. */

/** @import { ClayMesh } from './mesh.js' */

/** What a unit component becomes on the GPU: int16, normalised. */
const INT16_ONE = 32767;

/** Neighbours of most vertices in a good triangle mesh. */
const USUAL_VALENCE = 6;

/**
 * Recomputes the normals of `ids[from … to)`, for the brushes (float32) and for the GPU (int16). A vertex all of whose triangles
 * have no area keeps the normal it had.
 *
 * Two triangles with a common side take one cross product: p × q + q × r = q × (r − p). The usual ring of six is written out: without
 * a loop it takes three quarters of the time, and this function is a third of a dab.
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
    let nx = 0, ny = 0, nz = 0;
    if (end - start === USUAL_VALENCE && open === 0) {
      // The comparisons come last: among the loads they make it half as slow again.
      let u = 3 * ring[start];
      const ax = pos[u] - vx, ay = pos[u + 1] - vy, az = pos[u + 2] - vz, a2 = ax * ax + ay * ay + az * az;
      u = 3 * ring[start + 1];
      const bx = pos[u] - vx, by = pos[u + 1] - vy, bz = pos[u + 2] - vz, b2 = bx * bx + by * by + bz * bz;
      u = 3 * ring[start + 2];
      const cx = pos[u] - vx, cy = pos[u + 1] - vy, cz = pos[u + 2] - vz, c2 = cx * cx + cy * cy + cz * cz;
      u = 3 * ring[start + 3];
      const dx = pos[u] - vx, dy = pos[u + 1] - vy, dz = pos[u + 2] - vz, d2 = dx * dx + dy * dy + dz * dz;
      u = 3 * ring[start + 4];
      const ex = pos[u] - vx, ey = pos[u + 1] - vy, ez = pos[u + 2] - vz, e2 = ex * ex + ey * ey + ez * ez;
      u = 3 * ring[start + 5];
      const fx = pos[u] - vx, fy = pos[u + 1] - vy, fz = pos[u + 2] - vz, f2 = fx * fx + fy * fy + fz * fz;
      nx = by * (cz - az) - bz * (cy - ay) + dy * (ez - cz) - dz * (ey - cy) + fy * (az - ez) - fz * (ay - ey);
      ny = bz * (cx - ax) - bx * (cz - az) + dz * (ex - cx) - dx * (ez - cz) + fz * (ax - ex) - fx * (az - ez);
      nz = bx * (cy - ay) - by * (cx - ax) + dx * (ey - cy) - dy * (ex - cx) + fx * (ay - ey) - fy * (ax - ex);
      if (a2 > longest2) longest2 = a2;
      if (b2 > longest2) longest2 = b2;
      if (c2 > longest2) longest2 = c2;
      if (d2 > longest2) longest2 = d2;
      if (e2 > longest2) longest2 = e2;
      if (f2 > longest2) longest2 = f2;
    } else {
      // A closed ring begins with the edge from its last neighbour to its first; an open one has no such triangle.
      let u = 3 * ring[open === 1 ? start : end - 1];
      let px = pos[u] - vx, py = pos[u + 1] - vy, pz = pos[u + 2] - vz;
      const first2 = px * px + py * py + pz * pz;
      if (first2 > longest2) longest2 = first2;
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
