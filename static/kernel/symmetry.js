/**
 * Symmetry by arithmetic: the centre, normal and view of a dab are carried over, not its ray, so that the copies are the same
 * whatever the surface is like over there. (Blender's way; SculptGL mirrors the ray.)
 *
 * A copy is a mirror image (one of the eight combinations of axes), then a turn about an axis of the piece. Mirror images are
 * exact; turns are as exact as numbers are, and the mirror image of a turn is the exact mirror image.
 */

/** @import { Dab } from './dab.js' */
/** @import { Vec3 } from './units.js' */

/** The mirror planes go through the origin of the piece. Combine with `|`. */
export const MIRROR_X = 1;
export const MIRROR_Y = 2;
export const MIRROR_Z = 4;

/** Radial copies, at most; with three mirrors that is 256 dabs for one. */
export const MAX_RADIAL = 32;

/** Two copies whose matrices differ by less than this are one (a mirror in X and Z is half a turn about Y). */
const SAME = 1e-9;

/**
 * @typedef {Object} Copy
 * @property {readonly number[]} matrix (9) by rows, orthogonal
 * @property {boolean} mirrored whether it turns left to right
 */

/** The one that is no copy. @type {Readonly<Copy>} */
export const ORIGINAL = Object.freeze({ matrix: Object.freeze([1, 0, 0, 0, 1, 0, 0, 0, 1]), mirrored: false });

/** @type {Readonly<{axis: 'x' | 'y' | 'z', count: number}>} */
const NO_TURNS = Object.freeze({ axis: 'y', count: 1 });

/**
 * All that a dab is made as: the original first, none twice.
 * @param {number} mirror MIRROR_X | MIRROR_Y | MIRROR_Z, or 0
 * @param {Readonly<{axis: 'x' | 'y' | 'z', count: number}>} [radial]
 * @returns {Copy[]}
 */
export function copiesOf(mirror, { axis, count } = NO_TURNS) {
  if (!(Number.isInteger(count) && count >= 1 && count <= MAX_RADIAL)) {
    throw new RangeError(`there can be 1 to ${MAX_RADIAL} radial copies, got ${count}`);
  }
  /** @type {Copy[]} */
  const copies = [ORIGINAL];
  for (let k = 0; k < count; k++) {
    const turn = turnMatrix(axis, k, count);
    for (const combination of mirrorCombinations(mirror)) {
      const [x, y, z] = mirroredVector([1, 1, 1], combination), signs = [x, y, z];
      const matrix = turn.map((entry, i) => entry * signs[i % 3]);
      if (copies.some((copy) => copy.matrix.every((entry, i) => Math.abs(entry - matrix[i]) < SAME))) continue;
      copies.push({ matrix, mirrored: x * y * z < 0 });
    }
  }
  return copies;
}

/** @param {Readonly<Vec3>} vector @param {Copy} copy @returns {Vec3} */
export function carried([x, y, z], { matrix: m }) {
  return [m[0] * x + m[1] * y + m[2] * z, m[3] * x + m[4] * y + m[5] * z, m[6] * x + m[7] * y + m[8] * z];
}

/** The dab as this copy makes it: all its places and directions. @param {Dab} dab @param {Copy} copy @returns {Dab} */
export function carriedDab(dab, copy) {
  if (copy === ORIGINAL) return dab;
  const { alpha, towards } = dab;
  return {
    ...dab,
    centre: carried(dab.centre, copy),
    normal: carried(dab.normal, copy),
    view: carried(dab.view, copy),
    travel: carried(dab.travel, copy),
    towards: towards && carried(towards, copy),
    alpha: alpha && { ...alpha, x: carried(alpha.x, copy), y: carried(alpha.y, copy) },
  };
}

/**
 * The axis combinations: all subsets of `axes`, 0 (the original) first.
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

/**
 * The share of its strength that each copy gets, so that the seam is not doubled: 1 where the copies do not touch, 1 / (number of
 * copies) where all coincide, and continuous between. Blender's symmetry feather: 1 / Σ max(0, 1 − |cₖ − c| / 2r).
 * @param {Readonly<Vec3>} centre @param {number} radius @param {readonly Copy[]} copies
 */
export function feather(centre, radius, copies) {
  let overlap = 0;
  for (const copy of copies) {
    const [x, y, z] = carried(centre, copy);
    const dx = x - centre[0], dy = y - centre[1], dz = z - centre[2];
    overlap += Math.max(0, 1 - Math.sqrt(dx * dx + dy * dy + dz * dz) / (2 * radius));
  }
  return 1 / overlap;
}

/**
 * A turn by k/count of a whole one. Turns by k and by count − k are exact transposes, and quarter turns are exact.
 * @param {'x' | 'y' | 'z'} axis @param {number} k @param {number} count
 */
function turnMatrix(axis, k, count) {
  const forwards = 2 * k <= count, angle = (2 * Math.PI * (forwards ? k : count - k)) / count;
  const quarters = (4 * k) / count;
  const cos = Number.isInteger(quarters) ? [1, 0, -1, 0][quarters] : Math.cos(angle);
  const sin = Number.isInteger(quarters) ? [0, 1, 0, -1][quarters] : (forwards ? 1 : -1) * Math.sin(angle);
  switch (axis) {
    case 'x': return [1, 0, 0, 0, cos, -sin, 0, sin, cos];
    case 'y': return [cos, 0, sin, 0, 1, 0, -sin, 0, cos];
    case 'z': return [cos, -sin, 0, sin, cos, 0, 0, 0, 1];
    default: throw new RangeError(`there is no axis ${axis}; there are x, y and z`);
  }
}
