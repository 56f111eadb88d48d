import { applyDab } from '../dab.js';
import { dot, unit } from '../vectors.js';
import { HOLD_CONTROLS } from './controls.js';
import { grabOffset } from './held.js';
import { heldOnly } from './held_only.js';

/** @import { Brush } from '../dab.js' */

/** Longest step between two times of taking hold anew, in radii: longer ones would tear the tip off. */
export const HOOK_STEP = 0.15;

/** Steps of one move of the pointer, at most; they become longer then. */
export const MAX_HOOK_STEPS = 64;

/** How much a pinch of 1 (or 0) draws together (or widens) per radius of way. */
const PINCH_PER_RADIUS = 1;

/**
 * Snake Hook: pulls a horn out of the clay. Like Grab, but the centre goes along and takes hold anew all the time: per step
 * Δ = g · w · s (SculptGL's Drag), less the share (2 · pinch − 1) · |g|/r · w of the way to the line it is pulled along (Blender): above ½ the
 * horn becomes thinner as it grows, below it swells.
 * @type {Brush}
 */
export const snakeHook = {
  ...heldOnly('snakeHook', (mesh, dab, copies) => {
    let centre = dab.centre;
    return {
      pull({ ray }) {
        const way = grabOffset(centre, ray), length = Math.sqrt(dot(way, way));
        const steps = Math.min(MAX_HOOK_STEPS, Math.ceil(length / (HOOK_STEP * dab.radius)));
        for (let k = 0; k < steps; k++) {
          const [x, y, z] = centre, [gx, gy, gz] = [way[0] / steps, way[1] / steps, way[2] / steps];
          applyDab(mesh, snakeHook, { ...dab, centre, travel: [gx, gy, gz], frontFaces: false }, copies);
          centre = [x + gx, y + gy, z + gz];
        }
      },
    };
  }),
  controls: [...HOLD_CONTROLS, 'pinch'],
  displace({ pos }, { centre, travel, radius, settings }, { ids, count, weights, displacements }) {
    const [gx, gy, gz] = travel, [ux, uy, uz] = unit(travel), [cx, cy, cz] = centre;
    const pinch = (PINCH_PER_RADIUS * (2 * settings.pinch - 1) * Math.sqrt(dot(travel, travel))) / radius;
    for (let q = 0, j = 0; q < count; q++, j += 3) {
      const i = 3 * ids[q], x = cx - pos[i], y = cy - pos[i + 1], z = cz - pos[i + 2];
      const w = weights[q], along = x * ux + y * uy + z * uz, k = w * pinch;
      displacements[j] = gx * w + (x - ux * along) * k;
      displacements[j + 1] = gy * w + (y - uy * along) * k;
      displacements[j + 2] = gz * w + (z - uz * along) * k;
    }
  },
};
