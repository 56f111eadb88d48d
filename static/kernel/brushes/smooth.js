import { DAB_CONTROLS } from './controls.js';

/** @import { Brush } from '../dab.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { Selection } from '../selection.js' */

/**
 * Smooth: towards the mean q of the neighbours, Δ = (q − v) · w · s, all from the same surface (Jacobi). A vertex on a boundary
 * only knows its neighbours along the boundary, so holes keep their outline smooth and do not close; a vertex with two neighbours
 * or fewer stays (SculptGL). With a falloff, unlike SculptGL, so that the edge of the brush leaves no mark. Inverted does nothing
 * else: sharpening feeds on noise. Tangential, the part of Δ along the normal is left out: the vertices spread evenly, and the shape stays.
 * @type {Brush}
 */
export const smooth = {
  name: 'smooth',
  strength: 0.75,
  holds: false,
  contracts: true,
  defaults: {},
  controls: [...DAB_CONTROLS.filter((name) => name !== 'invert' && name !== 'evenStrength'), 'tangential'],
  areaShare: 0,
  displace(mesh, { settings: { tangential } }, selection) {
    mesh.loops.smooth(mesh, selection, tangential);
  },
};

/**
 * The reference.
 * @param {ClayMesh} mesh @param {Selection} selection @param {boolean} tangential
 */
export function smoothAll({ pos, normals, topology }, { ids, count, weights, displacements }, tangential) {
  const { ringStart, ring, boundary } = topology;
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    const v = ids[q], first = ringStart[v], end = ringStart[v + 1], w = weights[q];
    if (end - first <= 2 || w === 0) {
      displacements[j] = displacements[j + 1] = displacements[j + 2] = 0;
      continue;
    }
    // In an open ring the two neighbours along the boundary are its first and its last entry.
    const stride = boundary[v] === 1 ? end - first - 1 : 1;
    let x = 0, y = 0, z = 0, neighbours = 0;
    for (let k = first; k < end; k += stride) {
      const u = 3 * ring[k];
      x += pos[u];
      y += pos[u + 1];
      z += pos[u + 2];
      neighbours++;
    }
    const i = 3 * v;
    x = x / neighbours - pos[i];
    y = y / neighbours - pos[i + 1];
    z = z / neighbours - pos[i + 2];
    if (tangential) {
      const nx = normals[i], ny = normals[i + 1], nz = normals[i + 2], along = x * nx + y * ny + z * nz;
      x -= nx * along;
      y -= ny * along;
      z -= nz * along;
    }
    displacements[j] = x * w;
    displacements[j + 1] = y * w;
    displacements[j + 2] = z * w;
  }
}
