import { areaPlane } from '../area.js';
import { rejected, unit } from '../vectors.js';
import { PUSH_CONTROLS } from './controls.js';
import { draw } from './draw.js';

/** @import { Brush } from '../dab.js' */

/** Share of its way to the middle that a vertex goes in one full dab. Twice SculptGL's, because here only one direction of the two counts. */
export const PINCH = 0.1;

/**
 * Pinch: draws the surface together to a sharp line. Δ = (c − v)⟂ · w · 0.1 · s (SculptGL), ⟂ being the part across the stroke and along
 * the normal (Blender), so that nothing bunches up along the way; while a stroke has no direction, all of it. Inverted, it magnifies.
 * @type {Brush}
 */
export const pinch = {
  name: 'pinch',
  strength: 0.75,
  holds: false,
  contracts: false,
  defaults: {},
  controls: PUSH_CONTROLS,
  areaShare: draw.areaShare,
  displace({ pos }, dab, selection) {
    const { ids, count, weights, displacements } = selection, { centre, travel, sign } = dab;
    // The direction of the stroke within the surface: the part of the pull along it is left out.
    const [ux, uy, uz] = unit(rejected(travel, areaPlane(dab, selection).normal));
    const [cx, cy, cz] = centre, amount = PINCH * sign;
    for (let q = 0, j = 0; q < count; q++, j += 3) {
      const i = 3 * ids[q], x = cx - pos[i], y = cy - pos[i + 1], z = cz - pos[i + 2];
      const k = weights[q] * amount, along = x * ux + y * uy + z * uz;
      displacements[j] = (x - ux * along) * k;
      displacements[j + 1] = (y - uy * along) * k;
      displacements[j + 2] = (z - uz * along) * k;
    }
  },
};
