/** When to try again, and when to stop: the arithmetic, without a timer. */

/** Milliseconds of the first wait at most; doubles with every try. */
export const FIRST_WAIT = 500;
/** Milliseconds of any wait at most. */
export const LONGEST_WAIT = 15_000;
/** A connection that lasted so long (milliseconds) was a good one: the next loss begins from the first wait. */
export const GOOD_CONNECTION = 5_000;
/** Times in a row that the server may call what we send malformed or too large before we stop. */
export const MAX_FAULTS = 3;

/**
 * Full jitter (Brooker, "Exponential Backoff And Jitter", 2015): anything between nothing and the doubled wait, so that
 * a server that comes back is not met by everyone at once.
 * @param {number} tries failed tries before this one, from 0 @param {number} random 0 … 1
 * @returns {number} milliseconds
 */
export function waitBefore(tries, random) {
  return Math.round(random * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries));
}

/**
 * What to do after a socket was closed: `again` after a wait, `removed` (no access any more), `refused` (a log-in is
 * needed, or there is no such project), `broken` (the server does not understand us), `elsewhere` (another tab has taken
 * over).
 * @param {number} code the close code @param {number} faults such closes in a row, this one included
 * @returns {'again' | 'removed' | 'refused' | 'broken' | 'elsewhere'}
 */
export function verdict(code, faults) {
  switch (code) {
    case 4401:
    case 4404:
      return 'refused';
    case 4403:
      return 'removed';
    case 4409:
      return 'elsewhere';
    case 1009:
    case 4400:
    case 4413:
      return faults >= MAX_FAULTS ? 'broken' : 'again';
    default:
      return 'again';
  }
}

/** Whether this close says that what we sent was wrong. @param {number} code */
export function isFault(code) {
  return code === 1009 || code === 4400 || code === 4413;
}
