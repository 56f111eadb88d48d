/** Where the pointer is, and what lies between two such places. */

/** @import { Ray, Vec3 } from './units.js' */

/**
 * Where the pointer is. The radius of a dab is `radius + spread · distance`, in quanta, distance being that of its own hit from the
 * ray's origin: for a perspective camera pass `radius: 0` and the tangent of the brush's angle as `spread`, and a brush keeps its
 * size on the screen; for an orthographic one, or a radius in units of the model, leave `spread` out.
 * @typedef {Object} Sample
 * @property {Ray} ray
 * @property {number} radius quanta
 * @property {number} [spread] radius per distance; 0
 * @property {number | null} [pressure] 0 … 1 of a pen; null for what feels none, which changes nothing
 * @property {Readonly<Vec3> | null} [right] unit: where the right side of the screen is; null for anywhere across the view
 */

/** A sample with everything in it, and a direction of length 1. @typedef {Required<Sample>} FullSample */

/** @param {Sample} sample @returns {FullSample} */
export function normalised({ ray, radius, spread = 0, pressure = null, right = null }) {
  const [x, y, z] = ray.direction, length = Math.sqrt(x * x + y * y + z * z);
  if (!(length > 0) || !Number.isFinite(length)) throw new RangeError(`a ray needs a direction, got (${x}, ${y}, ${z})`);
  return { ray: { origin: ray.origin, direction: [x / length, y / length, z / length] }, radius, spread, pressure, right };
}

/** @param {FullSample} a @param {FullSample} b @param {number} t 0 … 1 @returns {FullSample} */
export function between(a, b, t) {
  return normalised({
    ray: { origin: lerp(a.ray.origin, b.ray.origin, t), direction: lerp(a.ray.direction, b.ray.direction, t) },
    radius: a.radius + (b.radius - a.radius) * t,
    spread: a.spread + (b.spread - a.spread) * t,
    pressure: a.pressure === null || b.pressure === null ? b.pressure : a.pressure + (b.pressure - a.pressure) * t,
    right: b.right,
  });
}

/** How far apart two samples are at this distance from the eye, quanta. @param {FullSample} a @param {FullSample} b @param {number} depth */
export function gapAt(a, b, depth) {
  return distance(pointAt(a.ray, depth), pointAt(b.ray, depth));
}

/** @param {Ray} ray @param {number} t @returns {Vec3} */
export function pointAt({ origin, direction }, t) {
  return [origin[0] + t * direction[0], origin[1] + t * direction[1], origin[2] + t * direction[2]];
}

/** @param {Readonly<Vec3>} a @param {Readonly<Vec3>} b */
export function distance(a, b) {
  return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2);
}

/** @param {Readonly<Vec3>} a @param {Readonly<Vec3>} b @param {number} t @returns {Vec3} */
function lerp(a, b, t) {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}
