/** A camera's view as others get it: whole quanta and 16-bit directions, as a VIEW frame has them. */

import { Vector3 } from 'three';
import { QUANTA_PER_RADIUS, RADIUS_PER_QUANTUM } from '../kernel/units.js';
import { ViewFlag } from '../wire/frames.js';

/** @import { ViewFields } from '../types.js' */
/** @import { OrbitCamera } from './camera.js' */

const MOST = 0x7fffffff;
const UNIT = 32767;
const vector = new Vector3();

/** Where the camera goes to: for what is on its way the others need no steps between. @param {OrbitCamera} camera @returns {ViewFields} */
export function viewOf({ goal, orthographic }) {
  const quanta = (/** @type {Vector3} */ v) => v.toArray().map((x) => Math.max(-MOST, Math.min(MOST, Math.round(x * QUANTA_PER_RADIUS))));
  return {
    flags: orthographic ? ViewFlag.PARALLEL : 0,
    eye: quanta(goal.eye(vector)), target: quanta(goal.target),
    up: goal.up(vector).toArray().map((x) => Math.round(x * UNIT)),
  };
}

/** What `OrbitCamera.flyTo` takes. @param {ViewFields} view */
export function placesOf({ flags, eye, target, up }) {
  const world = (/** @type {ArrayLike<number>} */ q) => new Vector3(q[0], q[1], q[2]).multiplyScalar(RADIUS_PER_QUANTUM);
  return { eye: world(eye), target: world(target), up: new Vector3(up[0], up[1], up[2]), orthographic: (flags & ViewFlag.PARALLEL) !== 0 };
}
