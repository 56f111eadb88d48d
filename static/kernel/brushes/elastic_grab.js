import { falloffTable } from '../falloff.js';
import { Held, grabOffset } from './held.js';
import { heldOnly } from './held_only.js';

/** @import { Brush } from '../dab.js' */
/** @import { Vec3 } from '../units.js' */
/** @import { Move } from './held.js' */

/** A pull is felt this far, in radii; it fades out there. By then it is below a thirtieth of itself. */
export const ELASTIC_REACH = 2;

/** Poisson's ratio: at a half the clay keeps its volume. */
const POISSON = 0.5;

/** The three scales ε, in radii (the first as wide as the brush; the ratio is Blender's). */
const SCALES = [1, 1.1, 1.21];

/**
 * Elastic Grab: pulls as one would pull rubber: what is beside gives way, and the volume stays. The regularised Kelvinlets of de Goes
 * and James (2017), in their tri-scale form, which falls off with the fifth power of the distance; scaled so that the place of the
 * press follows the pointer.
 * @type {Brush}
 */
export const elasticGrab = {
  ...heldOnly('elasticGrab', (mesh, dab, copies) => {
    // Flat as far as the pull matters, then fading: the edge of what is gathered leaves no mark.
    const window = falloffTable('smoother', [], 0.5);
    const held = new Held(mesh, { ...dab, radius: ELASTIC_REACH * dab.radius, falloff: window }, copies);
    return { pull: ({ ray }) => held.move(kelvinlet(grabOffset(dab.centre, ray), dab.radius)) };
  }),
  controls: ['strength', 'connected'],
};

/**
 * u(x) = Σ wᵢ [ (a − b)/ρᵢ · g + b/ρᵢ³ · x (x · g) + a/2 · εᵢ²/ρᵢ³ · g ], ρᵢ = √(|x|² + εᵢ²), b = a / (4(1 − ν)), divided by its value at 0
 * along g. The weights w = (1, −(ε₃² − ε₁²)/(ε₃² − ε₂²), (ε₂² − ε₁²)/(ε₃² − ε₂²)) cancel the two slowest terms of its decay.
 * @param {Readonly<Vec3>} pull g, quanta @param {number} radius quanta
 * @returns {Move}
 */
export function kelvinlet([gx, gy, gz], radius) {
  const b = 1 / (4 * (1 - POISSON)), [e1, e2, e3] = SCALES.map((scale) => (scale * radius) ** 2);
  const shares = [1, -(e3 - e1) / (e3 - e2), (e2 - e1) / (e3 - e2)];
  let atCentre = 0;
  for (const [k, e] of [e1, e2, e3].entries()) atCentre += (shares[k] * (1.5 - b)) / Math.sqrt(e);
  const [s1, s2, s3] = shares.map((share) => share / atCentre);
  return (x, y, z, weight, moved) => {
    const r2 = x * x + y * y + z * z;
    const p1 = 1 / (r2 + e1), p2 = 1 / (r2 + e2), p3 = 1 / (r2 + e3);
    const q1 = s1 * Math.sqrt(p1), q2 = s2 * Math.sqrt(p2), q3 = s3 * Math.sqrt(p3);
    const along = (1 - b) * (q1 + q2 + q3) + 0.5 * (q1 * p1 * e1 + q2 * p2 * e2 + q3 * p3 * e3);
    const across = b * (q1 * p1 + q2 * p2 + q3 * p3) * (x * gx + y * gy + z * gz);
    moved[0] = (gx * along + x * across) * weight;
    moved[1] = (gy * along + y * across) * weight;
    moved[2] = (gz * along + z * across) * weight;
  };
}
