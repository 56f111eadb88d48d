/**
 * Mirroring by arithmetic: the centre, normal and view of a dab are mirrored, not its ray, so that the copies are the same
 * whatever the surface is like over there. (Blender's way; SculptGL mirrors the ray.)
 */

/** @import { Dab } from './dab.js' */
/** @import { Vec3 } from './units.js' */

/** The mirror planes go through the origin of the piece. Combine with `|`. */
export const MIRROR_X = 1;
export const MIRROR_Y = 2;
export const MIRROR_Z = 4;

/**
 * The axis combinations to loop over: all subsets of `axes`, 0 (the original) first.
 * @param {number} axes MIRROR_X | MIRROR_Y | MIRROR_Z, or 0
 * @returns {number[]} 1, 2, 4 or 8 of them
 */
export function mirrorCombinations(axes) {
  const combinations = [];
  for (let c = 0; c < 8; c++) {
    if ((c & ~axes) === 0) combinations.push(c);
  }
  return combinations;
}

/** @param {Readonly<Vec3>} vector @param {number} combination @returns {Vec3} */
export function mirroredVector(vector, combination) {
  return [
    combination & MIRROR_X ? -vector[0] : vector[0],
    combination & MIRROR_Y ? -vector[1] : vector[1],
    combination & MIRROR_Z ? -vector[2] : vector[2],
  ];
}

/** @param {Dab} dab @param {number} combination @returns {Dab} */
export function mirroredDab(dab, combination) {
  return {
    ...dab,
    centre: mirroredVector(dab.centre, combination),
    normal: mirroredVector(dab.normal, combination),
    view: mirroredVector(dab.view, combination),
    travel: mirroredVector(dab.travel, combination),
  };
}

/**
 * The share of its strength that each copy gets, so that the seam is not doubled: 1 where the copies do not touch, 1 / (number of
 * copies) where all coincide, and continuous between. Blender's symmetry feather: 1 / Σ max(0, 1 − |cₖ − c| / 2r).
 * @param {Readonly<Vec3>} centre @param {number} radius @param {readonly number[]} combinations
 */
export function feather(centre, radius, combinations) {
  let overlap = 0;
  for (const combination of combinations) {
    const [x, y, z] = mirroredVector(centre, combination);
    const dx = x - centre[0], dy = y - centre[1], dz = z - centre[2];
    overlap += Math.max(0, 1 - Math.sqrt(dx * dx + dy * dy + dz * dz) / (2 * radius));
  }
  return 1 / overlap;
}
