/**
 * Time as the link uses it; tests hand in a clock of their own.
 *
 * @import { Clock } from '../types.js'
 */

/** @type {Clock} */
export const systemClock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
