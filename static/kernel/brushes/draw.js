import { areaPlane } from '../area.js';
import { PUSH_CONTROLS } from './controls.js';
import { push } from './moves.js';

/** @import { Brush } from '../dab.js' */

/** Share of the radius over which the normal is taken: one vertex's normal would make a rough surface rougher. Blender's default. */
const NORMAL_SHARE = 0.5;

/** Height of one full dab, in radii (SculptGL). */
export const DRAW_HEIGHT = 0.1;

/**
 * Draw: everything in reach moves along the area normal. Δ = N · w · 0.1 · r · s (the amount of SculptGL's Brush, the normal of
 * Blender's Draw). Inverted, it digs.
 * @type {Brush}
 */
export const draw = {
  name: 'draw',
  strength: 0.5,
  holds: false,
  contracts: false,
  defaults: {},
  controls: [...PUSH_CONTROLS, 'direction'],
  areaShare: NORMAL_SHARE,
  displace(_mesh, dab, selection) {
    push(selection, areaPlane(dab, selection).normal, DRAW_HEIGHT * dab.radius * dab.sign);
  },
};
