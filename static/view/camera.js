/**
 * The camera of a sculptor: turns around a target like a turntable, pans in the picture plane, zooms to the cursor.
 *
 * It keeps two states, the one that is asked for (`goal`) and the one that is shown (`shown`), and lets the second
 * run after the first. With `damping` off (reduced motion) they are the same.
 */
import { MathUtils, PerspectiveCamera, Vector3 } from 'three';

/** Vertical field of view, degrees: close to a portrait lens, so that proportions look right while sculpting. */
const FIELD_OF_VIEW = 34;
/** How fast the shown state follows the goal, per second: 95% of the way after 3/20 s. */
const FOLLOW_RATE = 20;
/** Below this fraction of the distance a remaining movement can not be seen: less than a tenth of a pixel. */
const STILL = 5e-5;
/** Distances in radii of the sculpture. Nearer, the near plane cuts; farther, it is a dot. */
const MIN_DISTANCE = 0.02;
const MAX_DISTANCE = 40;
/** Keeps the camera off the poles, where "up" has no direction. Radians. */
const POLE_MARGIN = 0.01;
/** Empty space kept around the sculpture when all of it is shown. */
const FRAME_MARGIN = 1.14;

/** @typedef {{target: Vector3, theta: number, phi: number, distance: number}} Orbit angles in radians, lengths in radii */

export class TurntableCamera {
  /** @param {{damping?: boolean}} [options] */
  constructor({ damping = true } = {}) {
    this.damping = damping;
    this.camera = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.01, 100);
    this.width = 1;
    this.height = 1;
    /** CSS pixels at the edges that panels cover: the target is shown in the middle of what is left. */
    this.insets = { top: 0, right: 0, bottom: 0, left: 0 };
    /** @type {Orbit} */
    this.goal = { target: new Vector3(), theta: 0.5, phi: 1.38, distance: 4 };
    /** @type {Orbit} */
    this.shown = { ...this.goal, target: this.goal.target.clone() };
    /** Called when the goal moved: somebody has to draw. @type {() => void} */
    this.onChange = () => {};
    this._right = new Vector3();
    this._up = new Vector3();
    this._place();
  }

  /** @param {number} width CSS pixels @param {number} height CSS pixels */
  resize(width, height) {
    this._keepFit(() => {
      this.width = Math.max(1, width);
      this.height = Math.max(1, height);
    });
  }

  /** @param {{top: number, right: number, bottom: number, left: number}} insets CSS pixels */
  setInsets(insets) {
    this._keepFit(() => {
      this.insets = insets;
    });
  }

  /** Where the target is in the picture, CSS pixels. */
  get middle() {
    const { top, right, bottom, left } = this.insets;
    return { x: (this.width + left - right) / 2, y: (this.height + top - bottom) / 2 };
  }

  /** World units that one CSS pixel covers at the distance of the target. */
  worldPerPixel(distance = this.goal.distance) {
    return (2 * distance * Math.tan(MathUtils.degToRad(FIELD_OF_VIEW) / 2)) / this.height;
  }

  // — what a person asks for —

  /** Turns by a drag of `dx`, `dy` CSS pixels: the height of the picture is half a turn. @param {number} dx @param {number} dy */
  orbit(dx, dy) {
    const perPixel = Math.PI / this.height;
    this.goal.theta -= dx * perPixel;
    this.goal.phi = MathUtils.clamp(this.goal.phi - dy * perPixel, POLE_MARGIN, Math.PI - POLE_MARGIN);
    this.onChange();
  }

  /** Moves the picture by `dx`, `dy` CSS pixels. @param {number} dx @param {number} dy */
  pan(dx, dy) {
    const scale = this.worldPerPixel();
    this._axes(this.goal);
    this.goal.target.addScaledVector(this._right, -dx * scale).addScaledVector(this._up, dy * scale);
    this.onChange();
  }

  /**
   * Multiplies the distance by `factor`; what is under (x, y) stays there.
   * @param {number} factor @param {number} [x] CSS pixels from the left @param {number} [y] CSS pixels from the top
   */
  zoom(factor, x = this.middle.x, y = this.middle.y) {
    const before = this.goal.distance;
    this.goal.distance = MathUtils.clamp(before * factor, MIN_DISTANCE, MAX_DISTANCE);
    const left = this.worldPerPixel(before) - this.worldPerPixel(this.goal.distance);
    this._axes(this.goal);
    this.goal.target
      .addScaledVector(this._right, (x - this.middle.x) * left)
      .addScaledVector(this._up, (this.middle.y - y) * left);
    this.onChange();
  }

  /** Brings `point` to the middle, and nearer if it was far. @param {Vector3} point world units */
  focus(point) {
    this.goal.target.copy(point);
    this.goal.distance = Math.min(this.goal.distance, 1.6);
    this.onChange();
  }

  /**
   * Shows the whole of a sphere.
   * @param {Vector3} center @param {number} radius @param {boolean} [home] also turns to the front
   */
  frame(center, radius, home = false) {
    const vertical = MathUtils.degToRad(FIELD_OF_VIEW) / 2;
    this.goal.target.copy(center);
    this.goal.distance = (FRAME_MARGIN * radius) / Math.sin(Math.atan(Math.tan(vertical) * this._freeShare()));
    if (home) {
      this.goal.theta = Math.round((this.shown.theta - 0.5) / (2 * Math.PI)) * 2 * Math.PI + 0.5;
      this.goal.phi = 1.38;
    }
    this.onChange();
  }

  /** Shows the goal at once, without a movement. */
  jump() {
    this._copy();
    this._place();
  }

  // — what is shown —

  /**
   * Moves what is shown towards the goal. True while it is still moving.
   * @param {number} seconds since the last call
   */
  update(seconds) {
    const { goal, shown } = this;
    const k = this.damping ? 1 - Math.exp(-FOLLOW_RATE * Math.min(seconds, 0.1)) : 1;
    shown.target.lerp(goal.target, k);
    shown.theta += (goal.theta - shown.theta) * k;
    shown.phi += (goal.phi - shown.phi) * k;
    // Zoom is a product: its logarithm is what should move evenly.
    shown.distance *= Math.pow(goal.distance / shown.distance, k);
    const rest = shown.target.distanceTo(goal.target) / goal.distance
      + Math.abs(goal.theta - shown.theta) + Math.abs(goal.phi - shown.phi)
      + Math.abs(goal.distance - shown.distance) / goal.distance;
    const moving = rest > STILL;
    if (!moving) this._copy();
    this._place();
    return moving;
  }

  /** The smaller side of what no panel covers, as a share of the height; not so small that nothing would be seen. */
  _freeShare() {
    const { top, right, bottom, left } = this.insets;
    return Math.max(0.3 * this.height, Math.min(this.height - top - bottom, this.width - left - right)) / this.height;
  }

  /** Changes the window, and with it the distance: what fitted still fits, when a tablet is turned too. @param {() => void} change */
  _keepFit(change) {
    const before = this._freeShare();
    change();
    const grown = before / this._freeShare();
    for (const orbit of [this.goal, this.shown]) orbit.distance = MathUtils.clamp(orbit.distance * grown, MIN_DISTANCE, MAX_DISTANCE);
    this._project();
    this._place();
    this.onChange();
  }

  _project() {
    const { x, y } = this.middle;
    this.camera.aspect = this.width / this.height;
    this.camera.setViewOffset(this.width, this.height, this.width / 2 - x, this.height / 2 - y, this.width, this.height);
  }

  _copy() {
    this.shown.target.copy(this.goal.target);
    this.shown.theta = this.goal.theta;
    this.shown.phi = this.goal.phi;
    this.shown.distance = this.goal.distance;
  }

  /** Right and up of the picture plane of `orbit`. @param {Orbit} orbit */
  _axes({ theta, phi }) {
    this._right.set(Math.cos(theta), 0, -Math.sin(theta));
    this._up.set(-Math.sin(theta) * Math.cos(phi), Math.sin(phi), -Math.cos(theta) * Math.cos(phi));
  }

  _place() {
    const { target, theta, phi, distance } = this.shown;
    const { camera } = this;
    const ring = Math.sin(phi) * distance;
    camera.position.set(
      target.x + ring * Math.sin(theta), target.y + distance * Math.cos(phi), target.z + ring * Math.cos(theta));
    camera.lookAt(target);
    // The sculpture lies around the origin; displaced clay may stick out to a few radii.
    const far = camera.position.length() + 4;
    const near = Math.max(distance * 0.02, far * 1e-4);
    if (Math.abs(near / camera.near - 1) > 0.01 || Math.abs(far / camera.far - 1) > 0.01) {
      camera.near = near;
      camera.far = far;
      camera.updateProjectionMatrix();
    }
    camera.updateMatrixWorld();
  }
}
