import { areaPlane } from '../area.js';
import { PUSH_CONTROLS } from './controls.js';
import { push } from './moves.js';

/** @import { Brush } from '../dab.js' */

/** Depth of one full dab, in radii. More than Draw's, because the sharp falloff leaves less of it. */
export const SHARP_DEPTH = 0.25;

/**
 * Draw Sharp: Draw with a pointed falloff, for lines that are cut: Δ = −N · w · ¼ · r · s (Blender's Draw Sharp, which digs unless it is
 * inverted; its falloff is p⁴). Measured where the surface was at the press, so that the cut does not widen as it deepens.
 * @type {Brush}
 */
export const drawSharp = {
  name: 'drawSharp',
  strength: 0.5,
  holds: false,
  contracts: false,
  defaults: { falloff: 'sharper', accumulate: false },
  controls: [...PUSH_CONTROLS, 'direction'],
  areaShare: 0.5,
  displace(_mesh, dab, selection) {
    push(selection, areaPlane(dab, selection).normal, -SHARP_DEPTH * dab.radius * dab.sign);
  },
};
