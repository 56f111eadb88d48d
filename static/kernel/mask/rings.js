/** The operations that look at a vertex and its neighbours, one ring further with each step. */

/** @import { Topology } from '../topology.js' */

/**
 * The mask grown by one ring: each vertex takes the greatest value of itself and its neighbours.
 * @param {Uint8Array} mask (n) @param {Topology} topology
 */
export function grown(mask, { ringStart, ring }) {
  return mask.map((value, v) => {
    for (let k = ringStart[v]; k < ringStart[v + 1]; k++) value = Math.max(value, mask[ring[k]]);
    return value;
  });
}

/**
 * The mask smaller by one ring: each vertex takes the least value of itself and its neighbours.
 * @param {Uint8Array} mask (n) @param {Topology} topology
 */
export function shrunk(mask, { ringStart, ring }) {
  return mask.map((value, v) => {
    for (let k = ringStart[v]; k < ringStart[v + 1]; k++) value = Math.min(value, mask[ring[k]]);
    return value;
  });
}

/**
 * A softer edge: the mean of each vertex and its neighbours.
 * @param {Uint8Array} mask (n) @param {Topology} topology
 */
export function blurred(mask, topology) {
  return mask.map((value, v) => Math.round(mean(mask, topology, v)));
}

/** @param {Uint8Array} mask @param {Topology} topology @param {number} v */
function mean(mask, { ringStart, ring }, v) {
  let sum = mask[v];
  for (let k = ringStart[v]; k < ringStart[v + 1]; k++) sum += mask[ring[k]];
  return sum / (ringStart[v + 1] - ringStart[v] + 1);
}
