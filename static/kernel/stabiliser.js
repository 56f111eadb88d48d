/**
 * A brush on a string (Blender's rule for lazy mouse): while the pointer is nearer than the string is long nothing happens, which
 * allows for sharp turns; beyond that the brush goes a part of the way to it.
 */

import { between, gapAt } from './sample.js';

/** @import { FullSample } from './sample.js' */

/** Length of the string at full strength, in nominal radii of the brush. */
export const LONGEST_STRING = 1;

/** Share of the way that the brush stays behind at full strength, for each event. */
export const MOST_LAG = 0.9;

/**
 * Where the brush goes, or null if it stays. Pressure lags like the place does.
 * @param {FullSample} brush where it is @param {FullSample} pointer
 * @param {number} depth of the surface @param {number} radius of the brush there, quanta @param {number} amount 0 … 1
 * @returns {FullSample | null}
 */
export function followed(brush, pointer, depth, radius, amount) {
  if (amount === 0) return pointer;
  if (gapAt(brush, pointer, depth) < amount * LONGEST_STRING * radius) return null;
  return between(brush, pointer, 1 - amount * MOST_LAG);
}
