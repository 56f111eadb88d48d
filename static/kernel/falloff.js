/**
 * How a brush fades from its centre (d = 0) to its rim (d = 1), d being the distance in radii. Nothing beyond the rim.
 *
 * The formulas are those of the field: `quartic` of SculptGL and of three.js's Sculptor, the others Blender's, with p = 1 − d.
 */

import { curveTable, readTable, tableOf } from './curve.js';

/** @import { Curve, Falloff } from './stroke_settings.js' */

/**
 * 3d⁴ − 4d³ + 1: 1 and 0 at the ends, flat at both, and flatter at the top than smoothstep (0.6875 at one half).
 * @param {number} d not negative
 */
export function quartic(d) {
  if (d >= 1) return 0;
  const d2 = d * d;
  return d2 * (3 * d2 - 4 * d) + 1;
}

/** @type {Readonly<Record<Exclude<Falloff, 'custom'>, (d: number) => number>>} */
export const FALLOFFS = Object.freeze({
  quartic,
  smooth: (d) => (1 - d) ** 2 * (1 + 2 * d), // 3p² − 2p³
  smoother: (d) => (1 - d) ** 3 * ((1 - d) * (6 * (1 - d) - 15) + 10),
  sphere: (d) => Math.sqrt(1 - d * d), // √(2p − p²)
  root: (d) => Math.sqrt(1 - d),
  sharp: (d) => (1 - d) ** 2,
  linear: (d) => 1 - d,
  sharper: (d) => (1 - d) ** 4,
  inverseSquare: (d) => 1 - d * d, // p(2 − p)
  constant: () => 1,
});

/**
 * The falloff of a brush as a table over d = 0 … 1, read by `weigh`. With hardness h all within h has the full weight, and
 * the curve takes place between h and the rim: d' = (d − h) / (1 − h) (Blender).
 * @param {Falloff} name @param {Readonly<Curve>} curve of `custom` @param {number} hardness 0 … 1
 * @returns {Float32Array}
 * @throws {RangeError} if there is no such falloff, or the curve is none
 */
export function falloffTable(name, curve, hardness) {
  if (name !== 'custom' && !Object.hasOwn(FALLOFFS, name)) {
    throw new RangeError(`there is no falloff ${name}; there are ${Object.keys(FALLOFFS).join(', ')} and custom`);
  }
  const custom = name === 'custom' ? curveTable(curve) : null;
  const f = name === 'custom' ? (/** @type {number} */ d) => readTable(/** @type {Float32Array} */ (custom), d) : FALLOFFS[name];
  return tableOf((d) => (d <= hardness ? f(0) : f((d - hardness) / (1 - hardness))));
}

/** The table of a falloff that nobody bent. @param {Exclude<Falloff, 'custom'>} name */
export function presetTable(name) {
  return falloffTable(name, [], 0);
}
