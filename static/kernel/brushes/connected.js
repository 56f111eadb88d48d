/** Which of the selected vertices hang together with what was pressed. */

/** @import { ClayMesh } from '../mesh.js' */
/** @import { Selection } from '../selection.js' */

/**
 * Sets the weight of every selected vertex to zero that cannot be reached from the one nearest to the centre along edges between
 * selected vertices: of two lips that touch, only the one that was pressed is held.
 * @param {ClayMesh} mesh @param {Selection} selection as gathered and weighed
 */
export function keepConnected(mesh, { ids, count, distances2, weights }) {
  const { marks, topology: { ringStart, ring } } = mesh, inside = mesh.nextMark(), reached = mesh.nextMark();
  let nearest = 0;
  for (let q = 0; q < count; q++) {
    marks[ids[q]] = inside;
    if (distances2[q] < distances2[nearest]) nearest = q;
  }
  const waiting = [];
  // All that are as near: a press between two vertices of a mirrored surface has two of them.
  for (let q = 0; q < count; q++) {
    if (distances2[q] > distances2[nearest]) continue;
    marks[ids[q]] = reached;
    waiting.push(ids[q]);
  }
  for (let v = waiting.pop(); v !== undefined; v = waiting.pop()) {
    for (let k = ringStart[v]; k < ringStart[v + 1]; k++) {
      if (marks[ring[k]] !== inside) continue;
      marks[ring[k]] = reached;
      waiting.push(ring[k]);
    }
  }
  for (let q = 0; q < count; q++) {
    if (marks[ids[q]] !== reached) weights[q] = 0;
  }
}
