/** What one vertex's mask can be, and the operations that look at nothing else. */

export const FREE = 0;
export const PROTECTED = 255;

/** @param {Uint8Array} mask @returns {Uint8Array} what was free is protected, and the other way round */
export function inverted(mask) {
  return mask.map((value) => PROTECTED - value);
}

/**
 * A harder edge: ½ + 2 (M − ½). The line where the mask is half stays where it is, and of what is soft half remains. It looks at no
 * neighbours on purpose: pushing a vertex away from their mean, as pictures are sharpened, raises the noise of an uneven mesh with it.
 * @param {Uint8Array} mask (n)
 */
export function sharpened(mask) {
  // Rounded away from half, 127.5, or a value next to it would stay there.
  return mask.map((value) => (value > 127 ? Math.min(PROTECTED, 2 * value - 127) : Math.max(FREE, 2 * value - 128)));
}

/**
 * A selection added to a mask, or taken from it.
 * @param {Uint8Array} mask @param {Uint8Array} selected as long as the mask @param {boolean} remove
 * @returns {Uint8Array} max(mask, selected), or min(mask, 255 − selected)
 * @throws {RangeError} if the two differ in length
 */
export function combined(mask, selected, remove) {
  if (mask.length !== selected.length) throw new RangeError(`a mask of ${mask.length} vertices and a selection of ${selected.length}`);
  return mask.map((value, v) => (remove ? Math.min(value, PROTECTED - selected[v]) : Math.max(value, selected[v])));
}
