/**
 * What of the browser the link uses, in one place.
 *
 * @import { Surroundings } from '../types.js'
 */

import { systemClock } from './clock.js';

/** @returns {Surroundings} */
export function browserSurroundings() {
  return {
    fetch: (...request) => fetch(...request),
    WebSocket,
    indexedDB: allowed(() => window.indexedDB),
    // Both are missing on plain http addresses of a local network; so is crypto.randomUUID.
    locks: navigator.locks,
    BroadcastChannel: allowed(() => window.BroadcastChannel),
    clock: systemClock,
    random: Math.random,
    window,
    document,
    location,
  };
}

/** A browser that forbids a page its storage throws where others have it. @template T @param {() => T} read */
function allowed(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
