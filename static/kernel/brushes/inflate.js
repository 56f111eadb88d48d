import { PUSH_CONTROLS } from './controls.js';

/** @import { Brush } from '../dab.js' */

/** Height of one full dab, in radii (SculptGL). */
export const INFLATE_HEIGHT = 0.1;

/**
 * Inflate: each vertex moves along its own normal. Δ = n · w · 0.1 · r · s (SculptGL). Inverted, it deflates.
 * @type {Brush}
 */
export const inflate = {
  name: 'inflate',
  strength: 0.3,
  holds: false,
  contracts: false,
  defaults: {},
  controls: PUSH_CONTROLS,
  areaShare: 0,
  displace({ normals }, dab, { ids, count, weights, displacements }) {
    const amount = INFLATE_HEIGHT * dab.radius * dab.sign;
    for (let q = 0, j = 0; q < count; q++, j += 3) {
      const i = 3 * ids[q], k = weights[q] * amount;
      displacements[j] = normals[i] * k;
      displacements[j + 1] = normals[i + 1] * k;
      displacements[j + 2] = normals[i + 2] * k;
    }
  },
};
