/** Where a ray meets the surface as it is now. */

import { FAN_OUT } from './units.js';

/** @import { ClayMesh } from './mesh.js' */
/** @import { Ray, Vec3 } from './units.js' */

/**
 * @typedef {Object} Hit
 * @property {number} face      the triangle
 * @property {number} distance  from the ray's origin, in lengths of its direction
 * @property {Vec3} point       quanta
 * @property {Vec3} normal      unit; the vertex normals of the triangle, blended by barycentric weights
 */

/** How far outside a triangle (in barycentric units) still counts, so that no ray slips between two neighbours. */
const EDGE_TOLERANCE = 1e-9;

/** Widens the reach of a triangle, by more than EDGE_TOLERANCE. */
const REACH_MARGIN = 1 + 1e-3;

/** Relative error of a squared distance from the ray's origin, generously: 2⁻⁵³ for each of a few operations. */
const ROUNDING = 1e-14;

/** Stands in for a direction of zero in the box test: 0 × ∞ would be NaN. */
const ALMOST_ZERO = 1e-30;

/** Levels of a tree, at most: 2³² vertices make ten. */
const MAX_LEVELS = 10;

// Scratch, one pick at a time: the nodes to visit (FAN_OUT per level wait, at most), and the children of one node that the ray
// enters, nearest last.
const stackLevel = new Uint8Array(FAN_OUT * MAX_LEVELS + 1);
const stackNode = new Uint32Array(FAN_OUT * MAX_LEVELS + 1);
const stackEntry = new Float64Array(FAN_OUT * MAX_LEVELS + 1);
const childNode = new Uint32Array(FAN_OUT);
const childEntry = new Float64Array(FAN_OUT);

/**
 * The nearest triangle that the ray meets, from either side; of two at the same distance the one found first.
 * @param {ClayMesh} mesh @param {Ray} ray
 * @returns {Hit | null}
 */
export function pick(mesh, ray) {
  const { tree, pos } = mesh, { blockFaces, triangles } = mesh.topology;
  if (tree.blockCount === 0) return null;
  const { boxes, slack, levels } = tree;
  const [ox, oy, oz] = ray.origin, [dx, dy, dz] = ray.direction;
  const ix = 1 / (dx || ALMOST_ZERO), iy = 1 / (dy || ALMOST_ZERO), iz = 1 / (dz || ALMOST_ZERO);
  const perDirection2 = 1 / (dx * dx + dy * dy + dz * dz);
  let nearest = Infinity, face = -1, u = 0, v = 0;
  stackLevel[0] = levels.length - 1;
  stackNode[0] = 0;
  stackEntry[0] = -Infinity;
  for (let top = 1; top > 0;) {
    top--;
    if (stackEntry[top] > nearest) continue;
    const l = stackLevel[top], node = stackNode[top];
    if (l > 0) {
      const below = levels[l - 1], end = Math.min(below.count, (node + 1) * FAN_OUT);
      let found = 0;
      for (let c = node * FAN_OUT; c < end; c++) {
        const o = 6 * (below.offset + c), s = slack[below.offset + c];
        const x0 = (boxes[o] - s - ox) * ix, x1 = (boxes[o + 3] + s - ox) * ix;
        const y0 = (boxes[o + 1] - s - oy) * iy, y1 = (boxes[o + 4] + s - oy) * iy;
        const z0 = (boxes[o + 2] - s - oz) * iz, z1 = (boxes[o + 5] + s - oz) * iz;
        const enter = Math.max(Math.min(x0, x1), Math.min(y0, y1), Math.min(z0, z1));
        const leave = Math.min(Math.max(x0, x1), Math.max(y0, y1), Math.max(z0, z1));
        if (leave < 0 || enter > leave || enter > nearest) continue;
        let k = found++;
        for (; k > 0 && childEntry[k - 1] < enter; k--) {
          childEntry[k] = childEntry[k - 1];
          childNode[k] = childNode[k - 1];
        }
        childEntry[k] = enter;
        childNode[k] = c;
      }
      for (let k = 0; k < found; k++) {
        stackLevel[top] = l - 1;
        stackNode[top] = childNode[k];
        stackEntry[top++] = childEntry[k];
      }
      continue;
    }
    // Both edges of a triangle from its first vertex are no longer than the slack, so no point of it is farther from there: where
    // the ray passes farther off, it misses. Most triangles of a block end here, before most of the work.
    const reach = slack[node] * REACH_MARGIN, reach2 = reach * reach;
    const lastFace = blockFaces[node + 1];
    for (let f = blockFaces[node]; f < lastFace; f++) {
      const a = 3 * triangles[3 * f];
      const ax = pos[a], ay = pos[a + 1], az = pos[a + 2];
      const sx = ax - ox, sy = ay - oy, sz = az - oz, along = sx * dx + sy * dy + sz * dz;
      const distance2 = sx * sx + sy * sy + sz * sz;
      if (distance2 - along * along * perDirection2 > reach2 + distance2 * ROUNDING) continue;
      // Möller & Trumbore 1997, without culling.
      const b = 3 * triangles[3 * f + 1], c = 3 * triangles[3 * f + 2];
      const e1x = pos[b] - ax, e1y = pos[b + 1] - ay, e1z = pos[b + 2] - az;
      const e2x = pos[c] - ax, e2y = pos[c + 1] - ay, e2z = pos[c + 2] - az;
      const px = dy * e2z - dz * e2y, py = dz * e2x - dx * e2z, pz = dx * e2y - dy * e2x;
      const det = e1x * px + e1y * py + e1z * pz;
      if (det === 0) continue;
      const tx = ox - ax, ty = oy - ay, tz = oz - az;
      const hitU = (tx * px + ty * py + tz * pz) / det;
      if (hitU < -EDGE_TOLERANCE || hitU > 1 + EDGE_TOLERANCE) continue;
      const qx = ty * e1z - tz * e1y, qy = tz * e1x - tx * e1z, qz = tx * e1y - ty * e1x;
      const hitV = (dx * qx + dy * qy + dz * qz) / det;
      if (hitV < -EDGE_TOLERANCE || hitU + hitV > 1 + EDGE_TOLERANCE) continue;
      const t = (e2x * qx + e2y * qy + e2z * qz) / det;
      if (t >= 0 && t < nearest) {
        nearest = t;
        face = f;
        u = hitU;
        v = hitV;
      }
    }
  }
  if (face < 0) return null;
  return hitAt(mesh, ray, face, nearest, u, v);
}

/**
 * @param {ClayMesh} mesh @param {Ray} ray
 * @param {number} face @param {number} distance in lengths of the direction
 * @param {number} u @param {number} v barycentric: the shares of the second and third corner
 * @returns {Hit}
 */
export function hitAt(mesh, { origin, direction }, face, distance, u, v) {
  return {
    face,
    distance,
    point: [origin[0] + direction[0] * distance, origin[1] + direction[1] * distance, origin[2] + direction[2] * distance],
    normal: blendedNormal(mesh, face, u, v),
  };
}

/** @param {ClayMesh} mesh @param {number} face @param {number} u @param {number} v @returns {Vec3} */
function blendedNormal(mesh, face, u, v) {
  const { normals } = mesh, { triangles } = mesh.topology, w = 1 - u - v;
  const a = 3 * triangles[3 * face], b = 3 * triangles[3 * face + 1], c = 3 * triangles[3 * face + 2];
  const x = w * normals[a] + u * normals[b] + v * normals[c];
  const y = w * normals[a + 1] + u * normals[b + 1] + v * normals[c + 1];
  const z = w * normals[a + 2] + u * normals[b + 2] + v * normals[c + 2];
  const length = Math.sqrt(x * x + y * y + z * z) || 1;
  return [x / length, y / length, z / length];
}
