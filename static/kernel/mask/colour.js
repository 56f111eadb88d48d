/** A mask by what is painted on the surface. */

import { PROTECTED } from './values.js';

/** Distance between black and white, as the tolerance's unit: √3 · 255. */
const FARTHEST = Math.sqrt(3) * 255;

/**
 * Protects the vertices of about one colour: fully where the distance in red, green and blue is within `tolerance`, not at all
 * from twice that on, evenly between.
 * @param {Uint8Array} paint (stride · n), red, green and blue first @param {number} stride bytes of one vertex
 * @param {ArrayLike<number>} colour red, green, blue, 0 … 255 @param {number} tolerance share of the distance of black and white, 0 … 1
 * @returns {Uint8Array} (n)
 */
export function byColour(paint, stride, colour, tolerance) {
  const mask = new Uint8Array(paint.length / stride), within = Math.max(tolerance * FARTHEST, 1);
  const [red, green, blue] = [colour[0], colour[1], colour[2]];
  for (let v = 0, i = 0; v < mask.length; v++, i += stride) {
    const distance = Math.sqrt((paint[i] - red) ** 2 + (paint[i + 1] - green) ** 2 + (paint[i + 2] - blue) ** 2);
    mask[v] = Math.round(PROTECTED * Math.min(1, Math.max(0, 2 - distance / within)));
  }
  return mask;
}
