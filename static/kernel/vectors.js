/** Arithmetic on three numbers. Signs come through exactly: mirrored vectors give the mirrored result, bit by bit. */

/** @import { Vec3 } from './units.js' */

/** @param {Readonly<Vec3>} a @param {Readonly<Vec3>} b */
export function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** @param {Readonly<Vec3>} a @param {Readonly<Vec3>} b @returns {Vec3} */
export function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/** The part of `a` that is at right angles to the unit vector `n`. @param {Readonly<Vec3>} a @param {Readonly<Vec3>} n @returns {Vec3} */
export function rejected(a, n) {
  const along = dot(a, n);
  return [a[0] - n[0] * along, a[1] - n[1] * along, a[2] - n[2] * along];
}

/** The vector with a length of 1; zero stays zero. @param {Readonly<Vec3>} a @returns {Vec3} */
export function unit(a) {
  const length = Math.sqrt(dot(a, a));
  return length > 0 ? [a[0] / length, a[1] / length, a[2] / length] : [0, 0, 0];
}
