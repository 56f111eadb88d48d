/** Adding a brush's displacements to what is seen. */

/** @import { ClayMesh } from './mesh.js' */
/** @import { Selection } from './selection.js' */

/**
 * Displacements are multiples of this, a sixteenth of a quantum: sums of them are then exact in float32 (up to a quarter of the
 * radius between two flushes), so it does not matter which of two mirrored copies comes first, and symmetric clay stays symmetric.
 */
export const GRAIN = 2 ** -4;

/** Adding and subtracting this rounds to a multiple of GRAIN, ties to even; see ROUNDER in quantise.js. */
const GRAIN_ROUNDER = 1.5 * 2 ** 48;

/** The nearest multiple of GRAIN. @param {number} quanta */
export function toGrain(quanta) {
  return quanta + GRAIN_ROUNDER - GRAIN_ROUNDER;
}

/**
 * Adds `selection.displacements` to `acc` and `pos`. Apart, so that nothing follows its long loop; see `weighRun` in weigh.js.
 * @param {ClayMesh} mesh @param {Selection} selection
 */
export function addAll({ ints, acc, pos }, { ids, count, displacements }) {
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    const i = 3 * ids[q];
    const x = Math.fround(acc[i] + toGrain(displacements[j]));
    const y = Math.fround(acc[i + 1] + toGrain(displacements[j + 1]));
    const z = Math.fround(acc[i + 2] + toGrain(displacements[j + 2]));
    acc[i] = x;
    acc[i + 1] = y;
    acc[i + 2] = z;
    pos[i] = ints[i] + x;
    pos[i + 1] = ints[i + 1] + y;
    pos[i + 2] = ints[i + 2] + z;
  }
}
