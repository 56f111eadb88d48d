/**
 * Brushes that pull towards something (smooth, flatten) overshoot when two people use them on one spot within a round trip: each
 * removes the same bump once. So between two flushes no vertex goes more than half of its way; together they then just meet.
 */

/** @import { ClayMesh } from './mesh.js' */
/** @import { Selection } from './selection.js' */

/** Share of the way to its target that a vertex may go between two flushes. */
export const CONTRACTION_PER_FLUSH = 0.5;

/** Adding and subtracting this rounds to a multiple of 2⁻²⁰: sums of weights are then exact, and the order of copies does not show. */
const WEIGHT_ROUNDER = 1.5 * 2 ** 32;

/**
 * Lowers the weights of all mirrored copies of one dab, in proportion, so that their sum per vertex since the last flush stays within
 * CONTRACTION_PER_FLUSH, and adds them to `mesh.contracted`. Uses `displacements` as scratch.
 * @param {ClayMesh} mesh @param {readonly Selection[]} selections
 */
export function limitContraction({ contracted }, selections) {
  for (const selection of selections) rememberSpent(contracted, selection);
  for (const selection of selections) addWeights(contracted, selection);
  for (const selection of selections) scaleWeights(contracted, selection);
  for (const selection of selections) capSpent(contracted, selection);
}

/** @param {Float32Array} contracted @param {Selection} selection */
function rememberSpent(contracted, { ids, count, displacements }) {
  for (let q = 0; q < count; q++) displacements[3 * q] = contracted[ids[q]];
}

/** @param {Float32Array} contracted @param {Selection} selection */
function addWeights(contracted, { ids, count, weights }) {
  for (let q = 0; q < count; q++) {
    weights[q] = weights[q] + WEIGHT_ROUNDER - WEIGHT_ROUNDER;
    contracted[ids[q]] += weights[q];
  }
}

/** @param {Float32Array} contracted @param {Selection} selection */
function scaleWeights(contracted, { ids, count, weights, displacements }) {
  for (let q = 0; q < count; q++) {
    const spent = displacements[3 * q], wanted = contracted[ids[q]];
    if (wanted > CONTRACTION_PER_FLUSH) weights[q] *= (CONTRACTION_PER_FLUSH - spent) / (wanted - spent);
  }
}

/** @param {Float32Array} contracted @param {Selection} selection */
function capSpent(contracted, { ids, count }) {
  for (let q = 0; q < count; q++) {
    if (contracted[ids[q]] > CONTRACTION_PER_FLUSH) contracted[ids[q]] = CONTRACTION_PER_FLUSH;
  }
}
