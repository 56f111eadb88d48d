/** A footprint other than the round one: a square that turns with the stroke. */

import { cross, dot } from '../vectors.js';

/** @import { Dab } from '../dab.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { Selection } from '../selection.js' */

/** Share of the half side over which the corners are round. */
export const TIP_ROUNDNESS = 0.18;

/**
 * Replaces the distances from the centre by those in a square: as wide as fits the sphere (half side r/√2), one side across the
 * stroke, and a distance of r all along its border. Before a stroke has a direction the footprint stays round.
 * @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection as gathered
 */
export function squareDistances({ pos }, { centre, normal, travel, radius }, { ids, count, distances2 }) {
  const across = cross(normal, travel), length = Math.sqrt(dot(across, across));
  if (!(length > 0)) return;
  const along = cross(normal, across), perUnit = Math.SQRT2 / (radius * length), flat = 1 - TIP_ROUNDNESS;
  const [ax, ay, az] = across, [bx, by, bz] = along, [cx, cy, cz] = centre;
  for (let q = 0; q < count; q++) {
    const i = 3 * ids[q], x = pos[i] - cx, y = pos[i + 1] - cy, z = pos[i + 2] - cz;
    const a = Math.abs(x * ax + y * ay + z * az) * perUnit, b = Math.abs(x * bx + y * by + z * bz) * perUnit;
    const cornerA = a - flat, cornerB = b - flat;
    const d = cornerA > 0 && cornerB > 0 ? flat + Math.sqrt(cornerA * cornerA + cornerB * cornerB) : Math.max(a, b);
    distances2[q] = (d * radius) ** 2;
  }
}
