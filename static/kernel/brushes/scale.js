import { cross, dot, unit } from '../vectors.js';
import { HOLD_CONTROLS } from './controls.js';
import { Held } from './held.js';
import { heldOnly } from './held_only.js';
import { onPlane } from './twist.js';

/** @import { Brush } from '../dab.js' */

/**
 * Local Scale: what is in reach grows as the pointer goes to the right of the screen, and shrinks to the left (SculptGL). By a drag
 * of x radii it becomes eˣ times as large, so it never turns inside out: Δ = (v − c) · (eˣ − 1) · w · s.
 * @type {Brush}
 */
export const scale = {
  ...heldOnly('scale', (mesh, dab, copies, { right }) => {
    const held = new Held(mesh, dab, copies), { view } = dab, across = right ?? unit(cross(view, Math.abs(view[1]) < 0.9 ? [0, 1, 0] : [0, 0, 1]));
    return {
      pull({ ray }) {
        const at = onPlane(dab.centre, view, ray);
        if (at === null) return;
        const grown = Math.exp(dot(at, across) / dab.radius) - 1;
        held.move((x, y, z, weight, moved) => {
          moved[0] = x * grown * weight;
          moved[1] = y * grown * weight;
          moved[2] = z * grown * weight;
        });
      },
    };
  }),
  controls: HOLD_CONTROLS,
};
