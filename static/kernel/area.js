/** The plane under a brush: area normal and area centre. */

/** @import { Dab } from './dab.js' */
/** @import { Selection } from './selection.js' */
/** @import { Vec3 } from './units.js' */

/**
 * Over the selected vertices that face the viewer and are nearer than `brush.areaShare` of the radius: N = normalise(Σ n),
 * C = mean of v. (SculptGL takes the whole radius, Blender half of it for its normals.) Falls back to the dab's own normal and
 * centre. With a direction of its own (`dab.towards`) that is N.
 * @param {Dab} dab @param {Selection} selection as `weigh` left it
 * @returns {{ normal: Vec3, centre: Vec3 }}
 */
export function areaPlane(dab, { area }) {
  const { towards } = dab;
  const nx = area[0], ny = area[1], nz = area[2], found = area[6], [cx, cy, cz] = dab.centre;
  const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
  if (found === 0 || length === 0) return { normal: [...(towards ?? dab.normal)], centre: [cx, cy, cz] };
  return {
    normal: towards ? [...towards] : [nx / length, ny / length, nz / length],
    centre: [cx + area[3] / found, cy + area[4] / found, cz + area[5] / found],
  };
}
