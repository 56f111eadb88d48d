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
 * Lowers the weights of a contracting brush, so that their sum per vertex since the last flush stays within CONTRACTION_PER_FLUSH.
 * @param {ClayMesh} mesh @param {readonly Selection[]} selections
 */
export function limitContraction(mesh, selections) {
  mesh.loops.limit(mesh, selections, CONTRACTION_PER_FLUSH);
}

/**
 * Lowers the weights of all mirrored copies of one dab, in proportion, so that what each vertex has spent stays within the cap, and
 * adds them to it. Uses `displacements` as scratch.
 * @param {Float32Array} spent (n) per vertex, the sum of its weights so far @param {readonly Selection[]} selections @param {number} cap
 */
export function limitWeights(spent, selections, cap) {
  for (const selection of selections) rememberSpent(spent, selection);
  for (const selection of selections) addWeights(spent, selection);
  for (const selection of selections) scaleWeights(spent, selection, cap);
  for (const selection of selections) capSpent(spent, selection, cap);
}

/** @param {Float32Array} spent @param {Selection} selection */
function rememberSpent(spent, { ids, count, displacements }) {
  for (let q = 0; q < count; q++) displacements[3 * q] = spent[ids[q]];
}

/** @param {Float32Array} spent @param {Selection} selection */
function addWeights(spent, { ids, count, weights }) {
  for (let q = 0; q < count; q++) {
    weights[q] = weights[q] + WEIGHT_ROUNDER - WEIGHT_ROUNDER;
    spent[ids[q]] += weights[q];
  }
}

/** @param {Float32Array} spent @param {Selection} selection @param {number} cap */
function scaleWeights(spent, { ids, count, weights, displacements }, cap) {
  for (let q = 0; q < count; q++) {
    const before = displacements[3 * q], wanted = spent[ids[q]];
    if (wanted > cap) weights[q] *= (cap - before) / (wanted - before);
  }
}

/** @param {Float32Array} spent @param {Selection} selection @param {number} cap */
function capSpent(spent, { ids, count }, cap) {
  for (let q = 0; q < count; q++) {
    if (spent[ids[q]] > cap) spent[ids[q]] = cap;
  }
}
