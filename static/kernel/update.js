/** What must follow when vertices have moved: normals, boxes, and word to the view. */

import { recomputeNormals } from './normals.js';

/** @import { ClayMesh } from './mesh.js' */
/** @import { Selection } from './selection.js' */

/**
 * Call after the positions of exactly these vertices have changed.
 * @param {ClayMesh} mesh @param {readonly Selection[]} selections
 */
export function surfaceMoved(mesh, selections) {
  mesh.loops.surfaceMoved(mesh, selections);
}

/**
 * The reference. Called after the positions of exactly these vertices have changed. A normal changes with any neighbour, so the rim (neighbours
 * that did not move themselves) is brought up to date as well.
 * @param {ClayMesh} mesh @param {readonly Selection[]} selections
 */
export function renewSurface(mesh, selections) {
  const { marks, changed, dirty, tree, rim } = mesh;
  const mark = mesh.nextMark();
  for (const { ids, count } of selections) {
    for (let q = 0; q < count; q++) marks[ids[q]] = mark;
  }
  changed.clear();
  let rimCount = 0;
  for (const { ids, blocks, starts, runCount, edge, edgeCount } of selections) {
    for (let r = 0; r < runCount; r++) {
      const block = blocks[r], from = starts[r], to = starts[r + 1];
      const extent = recomputeNormals(mesh, ids, from, to);
      tree.noteExtent(block, extent, to - from === tree.blockLength(block));
      changed.add(block);
      dirty.mark(block, ids[from], ids[to - 1]);
    }
    rimCount = collectRim(mesh, edge, edgeCount, mark, rimCount);
  }
  const moved = changed.size;
  // As many as follow each other in one block at a time; they are in no order.
  for (let from = 0, to = 0; from < rimCount; from = to) {
    const block = rim[from] >>> 7; // BLOCK_SIZE is 2⁷
    let first = rim[from], last = first;
    for (to = from + 1; to < rimCount && rim[to] >>> 7 === block; to++) {
      first = Math.min(first, rim[to]);
      last = Math.max(last, rim[to]);
    }
    tree.noteExtent(block, recomputeNormals(mesh, rim, from, to), false);
    changed.add(block);
    dirty.mark(block, first, last);
  }
  tree.refit(mesh.pos, changed, moved);
}

/**
 * Appends to `mesh.rim` the neighbours of `edge[0 … edgeCount)` that are not marked yet, and marks them.
 * @param {ClayMesh} mesh @param {Uint32Array} edge @param {number} edgeCount @param {number} mark
 * @param {number} rimCount
 * @returns {number} the new length of the rim
 */
function collectRim(mesh, edge, edgeCount, mark, rimCount) {
  const { marks, rim } = mesh, { ringStart, ring } = mesh.topology;
  for (let q = 0; q < edgeCount; q++) {
    const v = edge[q], end = ringStart[v + 1];
    for (let k = ringStart[v]; k < end; k++) {
      const u = ring[k];
      if (marks[u] === mark) continue;
      marks[u] = mark;
      rim[rimCount++] = u;
    }
  }
  return rimCount;
}
