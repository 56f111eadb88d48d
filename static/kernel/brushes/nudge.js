import { areaPlane } from '../area.js';
import { rejected } from '../vectors.js';
import { PUSH_CONTROLS } from './controls.js';
import { draw } from './draw.js';
import { push } from './moves.js';

/** @import { Brush } from '../dab.js' */

/**
 * Nudge: pushes the surface along with the stroke, within itself. Δ = t · w · s, with t the way since the last dab less its part along
 * N (Blender). It has no inverse.
 * @type {Brush}
 */
export const nudge = {
  name: 'nudge',
  strength: 0.3,
  holds: false,
  contracts: false,
  defaults: { evenStrength: false },
  controls: PUSH_CONTROLS.filter((name) => name !== 'invert' && name !== 'evenStrength' && name !== 'accumulate'),
  areaShare: draw.areaShare,
  displace(_mesh, dab, selection) {
    push(selection, rejected(dab.travel, areaPlane(dab, selection).normal), 1);
  },
};
