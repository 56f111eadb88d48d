/**
 * How much each vertex under a brush takes part, and, in the same pass over the surface, the plane under the brush: both need the
 * normals and distances, and to fetch them is most of the cost.
 */

import { pressThrough } from './alpha.js';
import { MASK, PAINT_STRIDE } from './channels.js';

/** @import { ClayMesh } from './mesh.js' */
/** @import { Dab } from './dab.js' */
/** @import { Selection } from './selection.js' */

/**
 * Fills `selection.weights`: falloff × strength × (1 − mask) × alpha, and × max(0, n · to the eye) unless `dab.frontFaces` is off.
 * That soft factor leaves no ragged edge at the silhouette. Sums up, in `selection.area`, the vertices that face the viewer and are
 * nearer than `areaShare` of the radius; `selection.distances2` says how near.
 * @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection as gathered @param {number} areaShare 0 … 1
 * @param {boolean} [ignoresMask] as if nothing were masked
 */
export function weigh(mesh, dab, selection, areaShare, ignoresMask = false) {
  mesh.loops.weigh(mesh, dab, selection, areaShare * dab.radius, ignoresMask);
  if (dab.alpha !== null) pressThrough(mesh, dab, dab.alpha, selection);
}

/**
 * The reference, without the alpha.
 * @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection as gathered @param {number} reach of the plane, quanta
 * @param {boolean} ignoresMask
 */
export function weighAll(mesh, dab, selection, reach, ignoresMask) {
  const { starts, runCount, area } = selection;
  area.fill(0);
  for (let r = 0; r < runCount; r++) weighRun(mesh, dab, selection, starts[r], starts[r + 1], reach * reach, ignoresMask);
}

/**
 * Run by run, and not in one loop over all: V8 enters optimised code in the middle of a long loop and throws it away at its end,
 * at every dab, when what follows the loop was never seen before. That made this four times slower.
 * @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection @param {number} from @param {number} to
 * @param {number} reach2 quanta² @param {boolean} ignoresMask
 */
function weighRun({ pos, normals, paint }, dab, { ids, distances2, weights, area }, from, to, reach2, ignoresMask) {
  const { centre, view, strength, falloff, frontFaces } = dab;
  const last = falloff.length - 1, perQuantum = last / dab.radius;
  const cx = centre[0], cy = centre[1], cz = centre[2], ex = view[0], ey = view[1], ez = view[2];
  let nx = 0, ny = 0, nz = 0, x = 0, y = 0, z = 0, found = 0;
  for (let q = from; q < to; q++) {
    const v = ids[q], i = 3 * v;
    const mx = normals[i], my = normals[i + 1], mz = normals[i + 2];
    const facing = -(mx * ex + my * ey + mz * ez);
    const d2 = distances2[q], t = Math.sqrt(d2) * perQuantum;
    if (t >= last || (facing <= 0 && frontFaces)) {
      weights[q] = 0;
    } else {
      const k = t | 0, w = (falloff[k] + (falloff[k + 1] - falloff[k]) * (t - k)) * strength;
      const mask = ignoresMask ? 0 : paint[PAINT_STRIDE * v + MASK];
      const free = mask === 0 ? w : w * (1 - mask / 255);
      weights[q] = frontFaces ? free * facing : free;
    }
    if (facing <= 0) continue;
    if (d2 >= reach2) continue;
    nx += mx;
    ny += my;
    nz += mz;
    // Relative to the centre, so that the sums keep their bits.
    x += pos[i] - cx;
    y += pos[i + 1] - cy;
    z += pos[i + 2] - cz;
    found++;
  }
  area[0] += nx;
  area[1] += ny;
  area[2] += nz;
  area[3] += x;
  area[4] += y;
  area[5] += z;
  area[6] += found;
}
