/**
 * Where a camera stands: what it looks at, from which side, from how far.
 *
 * The side is a quaternion, the camera's own axes in the world (it looks along its −Z, its +Y is up in the picture). A
 * turntable reads it as three angles in the order Y, X, Z: `theta` about the world's up, `phi` from the pole, and the roll about
 * the line of sight; a trackball turns it as it is. The angles of a pose without roll stay exact on the poles: `theta`
 * is then what is right in the picture.
 */
import { Euler, MathUtils, Matrix4, Quaternion, Vector3 } from 'three';

const X = new Vector3(1, 0, 0);
const Y = new Vector3(0, 1, 0);
const Z = new Vector3(0, 0, 1);
const QUARTER = Math.PI / 2;

const angles = new Euler(0, 0, 0, 'YXZ');
const otherAngles = new Euler(0, 0, 0, 'YXZ');
const turn = new Quaternion();
const matrix = new Matrix4();
const vector = new Vector3();

export class Pose {
  /** @param {{target?: Vector3, theta?: number, phi?: number, distance?: number}} [from] radians and sculpture radii */
  constructor({ target = new Vector3(), theta = 0, phi = QUARTER, distance = 1 } = {}) {
    this.target = target;
    this.orientation = new Quaternion();
    this.distance = distance;
    this.level(theta, phi);
  }

  /** About the world's up, from the front (+Z) to the right (+X), radians in −π … π. Set: without roll. */
  get theta() {
    return angles.setFromQuaternion(this.orientation).y;
  }

  set theta(theta) {
    this.level(theta, this.phi);
  }

  /** From straight above (0) to straight below (π). Set: without roll. */
  get phi() {
    return angles.setFromQuaternion(this.orientation).x + QUARTER;
  }

  set phi(phi) {
    this.level(this.theta, phi);
  }

  /** About the line of sight; 0 with a level horizon. */
  get roll() {
    return angles.setFromQuaternion(this.orientation).z;
  }

  /** Turns to these angles, with a level horizon. @param {number} theta @param {number} phi */
  level(theta, phi) {
    this.orientation.setFromEuler(angles.set(phi - QUARTER, theta, 0));
    return this;
  }

  /** @param {Pose} other */
  copy(other) {
    this.target.copy(other.target);
    this.orientation.copy(other.orientation);
    this.distance = other.distance;
    return this;
  }

  clone() {
    return new Pose().copy(this);
  }

  /** Where the eye is. @param {Vector3} [out] */
  eye(out = new Vector3()) {
    return out.copy(Z).applyQuaternion(this.orientation).multiplyScalar(this.distance).add(this.target);
  }

  /** @param {Vector3} [out] */
  right(out = new Vector3()) {
    return out.copy(X).applyQuaternion(this.orientation);
  }

  /** @param {Vector3} [out] */
  up(out = new Vector3()) {
    return out.copy(Y).applyQuaternion(this.orientation);
  }

  /** From an eye that looks at a target; false, and nothing changed, if they are in one place. @param {Vector3} eye @param {Vector3} target @param {Vector3} up */
  look(eye, target, up) {
    const distance = eye.distanceTo(target);
    if (!(distance > 0) || !(up.lengthSq() > 0)) return false;
    this.target.copy(target);
    this.distance = distance;
    this.orientation.setFromRotationMatrix(matrix.lookAt(eye, target, up));
    return true;
  }

  /**
   * A turntable: `yaw` about the world's up, `pitch` over the poles and no farther. With a roll the movement is that of the picture.
   * @param {number} yaw radians, the sculpture turning to the right @param {number} pitch radians, turning down
   */
  turnTable(yaw, pitch) {
    angles.setFromQuaternion(this.orientation);
    const c = Math.cos(angles.z), s = Math.sin(angles.z);
    const y = angles.y - (c * yaw - s * pitch);
    const x = MathUtils.clamp(angles.x - (s * yaw + c * pitch), -QUARTER, QUARTER);
    this.orientation.setFromEuler(angles.set(x, y, angles.z));
  }

  /** A trackball: about the picture's own axes, any way round. @param {number} yaw radians @param {number} pitch radians */
  turnBall(yaw, pitch) {
    const angle = Math.hypot(yaw, pitch);
    if (angle === 0) return;
    this.orientation.multiply(turn.setFromAxisAngle(vector.set(-pitch / angle, -yaw / angle, 0), angle)).normalize();
  }

  /** About the line of sight; the picture turns clockwise with a positive angle. @param {number} angle radians */
  rollBy(angle) {
    this.orientation.multiply(turn.setFromAxisAngle(Z, angle)).normalize();
  }

  /** Takes the roll out. */
  straighten() {
    const { theta, phi } = this;
    this.level(theta, phi);
  }

  /**
   * The pose `k` of the way from `a` to `b`.
   * @param {Pose} a @param {Pose} b @param {number} k 0 … 1 @param {boolean} asTable by the angles, so that the horizon stays level between level poses
   */
  between(a, b, k, asTable) {
    this.target.lerpVectors(a.target, b.target, k);
    // Zoom is a product: its logarithm is what should move evenly.
    this.distance = a.distance * Math.pow(b.distance / a.distance, k);
    if (!asTable) {
      this.orientation.slerpQuaternions(a.orientation, b.orientation, k);
      return;
    }
    angles.setFromQuaternion(a.orientation);
    otherAngles.setFromQuaternion(b.orientation);
    angles.set(
      angles.x + (otherAngles.x - angles.x) * k,
      angles.y + shortest(otherAngles.y - angles.y) * k,
      angles.z + shortest(otherAngles.z - angles.z) * k);
    this.orientation.setFromEuler(angles);
  }

  /** How far this is from another, in radians and distances: what an eye would see of it. @param {Pose} other */
  difference(other) {
    // Not `angleTo`: the arc cosine of nearly 1 has no digits left.
    const { x, y, z, w } = turn.copy(this.orientation).invert().multiply(other.orientation);
    const angle = 2 * Math.atan2(Math.hypot(x, y, z), Math.abs(w));
    return this.target.distanceTo(other.target) / other.distance + angle + Math.abs(other.distance - this.distance) / other.distance;
  }
}

/** The same angle, the short way round: −π … π. @param {number} angle */
export function shortest(angle) {
  return MathUtils.euclideanModulo(angle + Math.PI, 2 * Math.PI) - Math.PI;
}

/** @typedef {'front' | 'back' | 'right' | 'left' | 'top' | 'bottom'} Side */

/** From where each side of the sculpture is seen: theta, phi. @type {Record<Side, [number, number]>} */
export const SIDES = {
  front: [0, QUARTER],
  back: [Math.PI, QUARTER],
  right: [QUARTER, QUARTER],
  left: [-QUARTER, QUARTER],
  top: [0, 0],
  bottom: [0, Math.PI],
};
