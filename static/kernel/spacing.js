/** The arithmetic of evenly spaced dabs, without a pointer or a clock. */

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
