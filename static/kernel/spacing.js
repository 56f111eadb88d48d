/** The arithmetic of evenly spaced dabs, without a pointer or a clock. */

import { readTable } from './curve.js';

/** Distance between two dabs, in radii (SculptGL; its strengths are made for it). */
export const DEFAULT_SPACING = 0.15;

/**
 * Dabs along one move of the pointer, at most. A tiny radius must not hang the page: at 1 ms per dab this is a quarter second.
 */
export const MAX_DABS_PER_MOVE = 256;

/**
 * Places dabs on a straight move, a gap apart, counted from the last dab and not from the last event: the remainder is kept, so a
 * stroke does not depend on how often the pointer reports.
 * @param {number} length of the move
 * @param {number} gap between dabs; more than zero
 * @param {number} progress share of a gap already gone since the last dab, 0 … 1
 * @returns {{ fractions: number[], progress: number }} where the dabs are, as fractions of the move in (0, 1]; and the new progress
 */
export function placeDabs(length, gap, progress) {
  const widest = Math.max(gap, length / MAX_DABS_PER_MOVE);
  const total = progress + length / widest, count = Math.floor(total);
  const fractions = [];
  for (let k = 1; k <= count; k++) fractions.push(Math.min(1, ((k - progress) * widest) / length));
  return { fractions, progress: total - count };
}

/** Two dabs nearer than this (in radii) are one: a thousand of them on one radius help nobody. */
export const MIN_SPACING = 0.01;

/**
 * How much a straight stroke of dabs adds up to at its highest, in dabs: the largest Σ w(|x + k · spacing|) over x.
 * @param {Float32Array} falloff see falloff.js @param {number} spacing radii
 */
export function overlap(falloff, spacing) {
  const gap = Math.max(MIN_SPACING, spacing);
  let most = 0;
  for (let step = 0; step <= OVERLAP_STEPS; step++) {
    const x = (step / OVERLAP_STEPS) * (gap / 2);
    let sum = 0;
    for (let k = -Math.ceil(1 / gap) - 1; k * gap <= 1; k++) {
      const d = Math.abs(x + k * gap);
      if (d < 1) sum += readTable(falloff, d);
    }
    most = Math.max(most, sum);
  }
  return most;
}

/** Places between two dabs that are looked at. */
const OVERLAP_STEPS = 8;

/**
 * What the strength of each dab is multiplied by, so that a stroke is as high as with DEFAULT_SPACING, whose strengths people
 * know. (Blender divides by the overlap itself; then a strength would mean another height here than in a spaced stroke there.)
 * @param {Float32Array} falloff @param {number} spacing radii
 */
export function evenness(falloff, spacing) {
  return overlap(falloff, DEFAULT_SPACING) / overlap(falloff, spacing);
}
