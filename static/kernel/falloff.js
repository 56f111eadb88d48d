/** How a brush fades from its centre (d = 0) to its rim (d = 1), d being the distance in radii. */

/**
 * 3d⁴ − 4d³ + 1, the curve of SculptGL and of three.js's Sculptor: 1 and 0 at the ends, flat at both, and flatter at the top than
 * smoothstep (0.6875 at one half). Zero from d = 1 on.
 * @param {number} d not negative
 */
export function quartic(d) {
  if (d >= 1) return 0;
  const d2 = d * d;
  return d2 * (3 * d2 - 4 * d) + 1;
}
