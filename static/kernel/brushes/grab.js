import { HOLD_CONTROLS } from './controls.js';
import { Held, grabOffset } from './held.js';
import { heldOnly } from './held_only.js';

/** @import { Brush } from '../dab.js' */
/** @import { Vec3 } from '../units.js' */

/**
 * Grab: takes hold of what is in reach at the press, and moves it with the pointer. Δ = g · w · s from the press on, with
 * g = (point nearest to c₀ on the current ray) − c₀. No pressure, and no front-face factor: it takes a finger whole.
 * @type {Brush}
 */
export const grab = {
  ...heldOnly('grab', (mesh, dab, copies) => {
    const held = new Held(mesh, dab, copies);
    return { pull: ({ ray }) => held.move(along(grabOffset(dab.centre, ray))) };
  }),
  controls: [...HOLD_CONTROLS, 'connected'],
};

/** All the same way. @param {Readonly<Vec3>} offset @returns {import('./held.js').Move} */
function along([gx, gy, gz]) {
  return (_x, _y, _z, weight, moved) => {
    moved[0] = gx * weight;
    moved[1] = gy * weight;
    moved[2] = gz * weight;
  };
}
