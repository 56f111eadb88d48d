import { areaPlane } from '../area.js';
import { PUSH_CONTROLS } from './controls.js';
import { pullToPlane } from './moves.js';

/** @import { Brush } from '../dab.js' */

/** How far the plane lies over the area centre, in radii (SculptGL). */
export const CLAY_OFFSET = 0.1;

/**
 * Clay: fills up to a plane a little above the surface, so that strokes build flat layers. With C' = C + 0.1 · r · N and
 * h = (v − C') · N, vertices under the plane (h < 0) get Δ = −N · h · w · s (SculptGL). Inverted, the plane lies below, and what is
 * over it is taken off.
 * @type {Brush}
 */
export const clay = {
  name: 'clay',
  strength: 0.5,
  holds: false,
  contracts: false,
  defaults: {},
  controls: [...PUSH_CONTROLS, 'direction'],
  areaShare: 1,
  displace(mesh, dab, selection) {
    const { normal, centre } = areaPlane(dab, selection);
    const offset = CLAY_OFFSET * dab.radius * dab.sign;
    for (let axis = 0; axis < 3; axis++) centre[axis] += normal[axis] * offset;
    const [lowest, highest] = dab.sign > 0 ? [-Infinity, 0] : [0, Infinity];
    pullToPlane(mesh.pos, selection, normal, centre, lowest, highest, 1);
  },
};
