import { areaPlane } from '../area.js';
import { PUSH_CONTROLS } from './controls.js';
import { squareDistances } from './square.js';

/** @import { Brush } from '../dab.js' */

/** How far the plane lies over the area centre, in radii (Blender). */
export const STRIP_OFFSET = 0.18;

/**
 * Clay Strips: presses flat strips with a square footprint on the surface. With z the depth under a plane 0.18 r over the area
 * centre, in radii, vertices with 0 < z < 1 get Δ = N · r · z(1 − z) · w · s (Blender): hollows fill first, and what has reached the
 * plane stays. Inverted, the plane lies below and strips are scraped out.
 * @type {Brush}
 */
export const clayStrips = {
  name: 'clayStrips',
  strength: 0.5,
  holds: false,
  contracts: false,
  defaults: { falloff: 'smooth', hardness: 0.4 },
  controls: [...PUSH_CONTROLS, 'direction'],
  areaShare: 0.5,
  measure: squareDistances,
  displace({ pos }, dab, selection) {
    const { normal, centre } = areaPlane(dab, selection), { ids, count, weights, displacements } = selection;
    const { radius, sign } = dab, up = normal.map((c) => c * sign), [ux, uy, uz] = up, offset = STRIP_OFFSET * radius;
    const cx = centre[0] + ux * offset, cy = centre[1] + uy * offset, cz = centre[2] + uz * offset;
    for (let q = 0, j = 0; q < count; q++, j += 3) {
      const i = 3 * ids[q];
      const z = -((pos[i] - cx) * ux + (pos[i + 1] - cy) * uy + (pos[i + 2] - cz) * uz) / radius;
      const k = z > 0 && z < 1 ? radius * z * (1 - z) * weights[q] : 0;
      displacements[j] = ux * k;
      displacements[j + 1] = uy * k;
      displacements[j + 2] = uz * k;
    }
  },
};
