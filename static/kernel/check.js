/** Is this mesh what it claims to be? For tests and for a debug switch: everything is worked out again the slow way. */

import { BLOCK_SIZE } from './units.js';

/** @import { ClayMesh } from './mesh.js' */

/** How far a component of a normal may be from the one worked out from the triangles: float32, and another order of sums. */
const NORMAL_TOLERANCE = 1e-5;

/**
 * @param {ClayMesh} mesh not modified
 * @returns {string[]} what is wrong, in sentences, the first of each kind; empty if all is well
 */
export function checkMesh(mesh) {
  return [checkPositions(mesh), checkTouched(mesh), checkRings(mesh), checkNormals(mesh), ...checkTree(mesh)].filter((p) => p !== '');
}

/** @param {ClayMesh} mesh */
function checkPositions({ ints, acc, pos }) {
  for (let c = 0; c < pos.length; c++) {
    if (pos[c] !== Math.fround(ints[c] + acc[c])) {
      return `coordinate ${c} is ${pos[c]}, but ints + acc is ${ints[c]} + ${acc[c]}`;
    }
  }
  return '';
}

/** @param {ClayMesh} mesh */
function checkTouched({ acc, touched }) {
  for (let c = 0; c < acc.length; c++) {
    const block = Math.floor(c / (3 * BLOCK_SIZE));
    if (acc[c] !== 0 && touched[block] === 0) return `coordinate ${c} carries ${acc[c]}, but block ${block} is not marked as touched`;
  }
  return '';
}

/** @param {ClayMesh} mesh */
function checkRings({ topology, vertexCount }) {
  const { triangles, ringStart, ring, boundary } = topology;
  const faces = new Set();
  for (let i = 0; i < triangles.length; i += 3) faces.add(`${triangles[i]},${triangles[i + 1]},${triangles[i + 2]}`);
  let corners = 0;
  for (let v = 0; v < vertexCount; v++) {
    const neighbours = ring.subarray(ringStart[v], ringStart[v + 1]);
    const sides = neighbours.length - boundary[v];
    for (let k = 0; k < sides; k++) {
      const p = neighbours[k], q = neighbours[(k + 1) % neighbours.length];
      const face = p < v && p < q ? [p, q, v] : q < v && q < p ? [q, v, p] : [v, p, q];
      if (!faces.has(face.join(','))) return `the ring of vertex ${v} has a side ${p}–${q}, but there is no such triangle`;
      corners++;
    }
  }
  return corners === triangles.length ? '' : `the rings have ${corners} sides, the triangles ${triangles.length} corners`;
}

/** @param {ClayMesh} mesh */
function checkNormals(mesh) {
  const { normals, gpuNormals, vertexCount } = mesh, sums = triangleNormals(mesh);
  for (let v = 0; v < vertexCount; v++) {
    const length = Math.hypot(sums[3 * v], sums[3 * v + 1], sums[3 * v + 2]);
    if (length === 0) continue;
    for (let axis = 0; axis < 3; axis++) {
      const c = 3 * v + axis, expected = sums[c] / length;
      if (!(Math.abs(normals[c] - expected) <= NORMAL_TOLERANCE)) return `normal component ${c} is ${normals[c]}, not ${expected}`;
      if (Math.abs(gpuNormals[4 * v + axis] - 32767 * expected) > 2) {
        return `GPU normal component ${c} is ${gpuNormals[4 * v + axis]}, not ${32767 * expected}`;
      }
    }
  }
  return '';
}

/** Σ of the triangles' area vectors at each vertex. @param {ClayMesh} mesh */
function triangleNormals({ pos, topology }) {
  const sums = new Float64Array(pos.length), { triangles } = topology;
  for (let f = 0; f < triangles.length; f += 3) {
    const [a, b, c] = [3 * triangles[f], 3 * triangles[f + 1], 3 * triangles[f + 2]];
    const ux = pos[b] - pos[a], uy = pos[b + 1] - pos[a + 1], uz = pos[b + 2] - pos[a + 2];
    const vx = pos[c] - pos[a], vy = pos[c + 1] - pos[a + 1], vz = pos[c + 2] - pos[a + 2];
    for (const i of [a, b, c]) {
      sums[i] += uy * vz - uz * vy;
      sums[i + 1] += uz * vx - ux * vz;
      sums[i + 2] += ux * vy - uy * vx;
    }
  }
  return sums;
}

/** @param {ClayMesh} mesh @returns {string[]} */
function checkTree({ tree, pos, topology, vertexCount }) {
  const { triangles, blockFaces } = topology;
  /** @type {string[]} */
  const problems = [];
  for (const [l, level] of tree.levels.entries()) {
    const span = BLOCK_SIZE * 8 ** l;
    for (let node = 0; node < level.count; node++) {
      const box = [Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity];
      for (let v = node * span; v < Math.min(vertexCount, (node + 1) * span); v++) {
        for (let axis = 0; axis < 3; axis++) {
          box[axis] = Math.min(box[axis], pos[3 * v + axis]);
          box[axis + 3] = Math.max(box[axis + 3], pos[3 * v + axis]);
        }
      }
      const i = level.offset + node, stored = tree.boxes.subarray(6 * i, 6 * i + 6);
      if (box.some((side, k) => side !== stored[k])) {
        problems.push(`the box of node ${node} of level ${l} is ${stored.join(' ')}, not ${box.join(' ')}`);
        return problems;
      }
    }
  }
  for (let b = 0; b < tree.blockCount; b++) {
    for (let f = blockFaces[b]; f < blockFaces[b + 1]; f++) {
      for (let corner = 0; corner < 3; corner++) {
        for (let axis = 0; axis < 3; axis++) {
          const c = pos[3 * triangles[3 * f + corner] + axis];
          for (let l = 0, node = b; l < tree.levels.length; l++, node = Math.floor(node / 8)) {
            const i = tree.levels[l].offset + node, s = tree.slack[i];
            if (c >= tree.boxes[6 * i + axis] - s && c <= tree.boxes[6 * i + axis + 3] + s) continue;
            problems.push(`triangle ${f} sticks out of node ${node} of level ${l} by more than its slack of ${s}`);
            return problems;
          }
        }
      }
    }
  }
  return problems;
}
