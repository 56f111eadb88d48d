/** With which brush and when each of one's strokes of this visit was made: what the history shows. The history itself keeps sums only. */

/** @import { BrushName } from '../kernel/brushes/index.js' */

/** @typedef {{brush: BrushName, at: number}} Made `at`: milliseconds since 1970 */

/** Strokes that are remembered: more than the history's bytes hold of the smallest. */
export const LOG_MAX = 5000;

export class StrokeLog {
  constructor() {
    /** @type {Map<number, Made>} by stroke, oldest first */
    this._made = new Map();
  }

  /** @param {number} stroke @param {BrushName} brush @param {number} at */
  add(stroke, brush, at) {
    this._made.set(stroke, { brush, at });
    if (this._made.size > LOG_MAX) this._made.delete(/** @type {number} */ (this._made.keys().next().value));
  }

  /** @param {number} stroke @returns {Made | undefined} */
  of(stroke) {
    return this._made.get(stroke);
  }
}

/**
 * How often to undo (negative) or redo (positive) to come to where `stroke` is the last that is done.
 * @param {readonly {stroke: number, done: boolean}[]} entries oldest first, all that are done before all that are not
 * @param {number | null} stroke null: before the first
 */
export function stepsTo(entries, stroke) {
  const done = entries.filter((entry) => entry.done).length;
  return entries.findIndex((entry) => entry.stroke === stroke) + 1 - done;
}
