import { cross, dot, unit } from '../vectors.js';
import { HOLD_CONTROLS } from './controls.js';
import { Held } from './held.js';
import { heldOnly } from './held_only.js';

/** @import { Brush } from '../dab.js' */
/** @import { Ray, Vec3 } from '../units.js' */
/** @import { Move } from './held.js' */

/** Nearer to the press than this, in radii, the pointer has no direction yet. */
export const TWIST_DEAD_ZONE = 0.25;

/**
 * Twist: turns what is in reach about the line of sight through the press, by as much as the pointer goes round it (SculptGL's Twist).
 * v' = c + R(angle · w · s)(v − c); more than one turn is possible.
 * @type {Brush}
 */
export const twist = {
  ...heldOnly('twist', (mesh, dab, copies) => {
    const held = new Held(mesh, dab, copies), axis = unit([-dab.view[0], -dab.view[1], -dab.view[2]]);
    /** @type {Vec3 | null} */
    let last = null;
    let turned = 0;
    return {
      pull({ ray }) {
        const at = onPlane(dab.centre, axis, ray);
        if (at === null || dot(at, at) < (TWIST_DEAD_ZONE * dab.radius) ** 2) return;
        // The short way round from where the pointer was, and so the exact opposite on a mirrored surface.
        if (last !== null) turned += Math.atan2(dot(axis, cross(last, at)), dot(last, at));
        last = at;
        held.move(rotation(axis, turned));
      },
    };
  }),
  controls: HOLD_CONTROLS,
};

/**
 * Where the ray meets the plane through the centre, from the centre; null if it runs along it or away.
 * @param {Readonly<Vec3>} centre @param {Readonly<Vec3>} normal @param {Ray} ray
 * @returns {Vec3 | null}
 */
export function onPlane(centre, normal, { origin, direction }) {
  /** @type {Vec3} */
  const from = [origin[0] - centre[0], origin[1] - centre[1], origin[2] - centre[2]];
  const t = -dot(from, normal) / dot(direction, normal);
  if (!(t >= 0 && t < Infinity)) return null;
  return [from[0] + t * direction[0], from[1] + t * direction[1], from[2] + t * direction[2]];
}

/** Rodrigues' formula; each vertex turns by its share of the angle. @param {Readonly<Vec3>} axis unit @param {number} angle @returns {Move} */
function rotation([kx, ky, kz], angle) {
  return (x, y, z, weight, moved) => {
    const cos = Math.cos(angle * weight), sin = Math.sin(angle * weight), along = (kx * x + ky * y + kz * z) * (1 - cos);
    moved[0] = x * (cos - 1) + (ky * z - kz * y) * sin + kx * along;
    moved[1] = y * (cos - 1) + (kz * x - kx * z) * sin + ky * along;
    moved[2] = z * (cos - 1) + (kx * y - ky * x) * sin + kz * along;
  };
}
