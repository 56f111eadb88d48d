/**
 * The camera of a sculptor: turns around a target, pans in the picture plane, zooms to the cursor, flies to other views.
 *
 * It keeps two poses, the one that is asked for (`goal`) and the one that is shown (`shown`), and lets the second
 * run after the first; a flight to another view takes its time and eases in and out. With `damping` off (reduced
 * motion) both are the same at once.
 */
import { MathUtils, OrthographicCamera, PerspectiveCamera, Vector3 } from 'three';
import { Pose, SIDES } from './pose.js';

/** @import { Side } from './pose.js' */

/** Vertical field of view, degrees: close to a portrait lens, so that proportions look right while sculpting. */
const FIELD_OF_VIEW = 34;
const HALF_HEIGHT = Math.tan(MathUtils.degToRad(FIELD_OF_VIEW) / 2);
/** How fast the shown pose follows the goal, per second: 95% of the way after 3/20 s. */
const FOLLOW_RATE = 20;
/** Below this fraction of the distance a remaining movement can not be seen: less than a tenth of a pixel. */
const STILL = 5e-5;
/** Seconds of a flight: long enough to see where one is taken, short enough not to wait for it. */
const FLIGHT = 0.45;
/** Longest step (s) that a movement takes at once: after a pause it goes on, it does not jump. */
const MAX_STEP = 0.1;
/** Distances in radii of the sculpture. Nearer, the near plane cuts; farther, it is a dot. */
const MIN_DISTANCE = 0.02;
const MAX_DISTANCE = 40;
/** Empty space kept around the sculpture when all of it is shown. */
const FRAME_MARGIN = 1.14;
/** A focus comes at least this near (radii). */
const FOCUS_DISTANCE = 1.6;
/** The home view: a little from the right, a little from above. */
const HOME = { theta: 0.5, phi: 1.38 };
/** How far displaced clay may stick out around the origin (radii): what lies farther may be cut. */
const REACH = 4;

/** @typedef {'turntable' | 'trackball'} TurnStyle */

export class OrbitCamera {
  /** @param {{damping?: boolean}} [options] */
  constructor({ damping = true } = {}) {
    this.damping = damping;
    /** @type {TurnStyle} */
    this.style = 'turntable';
    /** Whether `roll` is refused and the horizon stays level; of a turntable. */
    this.rollLocked = true;
    this.perspective = new PerspectiveCamera(FIELD_OF_VIEW, 1, 0.01, 100);
    this.parallel = new OrthographicCamera();
    this.orthographic = false;
    this.width = 1;
    this.height = 1;
    /** CSS pixels at the edges that panels cover: the target is shown in the middle of what is left. */
    this.insets = { top: 0, right: 0, bottom: 0, left: 0 };
    this.goal = new Pose({ ...HOME, distance: 4 });
    this.shown = this.goal.clone();
    /** Called when the goal moved: somebody has to draw. @type {() => void} */
    this.onChange = () => {};
    /** @type {{from: Pose, seconds: number} | null} */
    this._flight = null;
    this._next = new Pose();
    this._vector = new Vector3();
    this._place();
  }

  /** The camera to draw and to aim with. @returns {PerspectiveCamera | OrthographicCamera} */
  get camera() {
    return this.orthographic ? this.parallel : this.perspective;
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

  /** World units that one CSS pixel covers at this distance from the eye; in parallel projection everywhere the same. */
  worldPerPixel(distance = this.goal.distance) {
    return (2 * (this.orthographic ? this.goal.distance : distance) * HALF_HEIGHT) / this.height;
  }

  // — what a hand asks for: it follows closely, and ends a flight where that is —

  /** Turns by a drag of `dx`, `dy` CSS pixels: the height of the picture is half a turn. @param {number} dx @param {number} dy */
  orbit(dx, dy) {
    this._land();
    const perPixel = Math.PI / this.height;
    if (this.style === 'trackball') this.goal.turnBall(dx * perPixel, dy * perPixel);
    else this.goal.turnTable(dx * perPixel, dy * perPixel);
    this.onChange();
  }

  /** Turns the picture about its middle, unless that is locked. @param {number} angle radians, clockwise */
  roll(angle) {
    if (this.rollLocked && this.style === 'turntable') return;
    this._land();
    this.goal.rollBy(angle);
    this.onChange();
  }

  /** Moves the picture by `dx`, `dy` CSS pixels. @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this._land();
    this._shift(-dx * this.worldPerPixel(), dy * this.worldPerPixel());
    this.onChange();
  }

  /**
   * Multiplies the distance by `factor`; what is under (x, y) stays there.
   * @param {number} factor @param {number} [x] CSS pixels from the left @param {number} [y] CSS pixels from the top
   */
  zoom(factor, x = this.middle.x, y = this.middle.y) {
    this._land();
    const before = this.worldPerPixel();
    this.goal.distance = MathUtils.clamp(this.goal.distance * factor, MIN_DISTANCE, MAX_DISTANCE);
    const left = before - this.worldPerPixel();
    this._shift((x - this.middle.x) * left, (this.middle.y - y) * left);
    this.onChange();
  }

  // — other views: flown to —

  /** Brings `point` to the middle, and nearer if it was far. @param {Vector3} point world units */
  focus(point) {
    this._take();
    this.goal.target.copy(point);
    this.goal.distance = Math.min(this.goal.distance, FOCUS_DISTANCE);
    this.onChange();
  }

  /**
   * Shows the whole of a sphere.
   * @param {Vector3} center @param {number} radius @param {boolean} [home] also turns to the front
   */
  frame(center, radius, home = false) {
    this._take();
    this.goal.target.copy(center);
    const half = HALF_HEIGHT * this._freeShare();
    this.goal.distance = (FRAME_MARGIN * radius) / (this.orthographic ? half : Math.sin(Math.atan(half)));
    if (home) this.goal.level(HOME.theta, HOME.phi);
    this.onChange();
  }

  /** Looks at the target from one side. @param {Side} side */
  view(side) {
    this._take();
    this.goal.level(...SIDES[side]);
    this.onChange();
  }

  /** Looks at the target from the other side. */
  opposite() {
    this._take();
    const { theta, phi } = this.goal;
    this.goal.level(theta + Math.PI, Math.PI - phi);
    this.onChange();
  }

  /** Turns by so much as one step of a key. @param {number} yaw radians @param {number} pitch radians @param {number} [roll] radians */
  step(yaw, pitch, roll = 0) {
    this._take();
    if (this.style === 'trackball') this.goal.turnBall(yaw, pitch);
    else this.goal.turnTable(yaw, pitch);
    if (!(this.rollLocked && this.style === 'turntable')) this.goal.rollBy(roll);
    this.onChange();
  }

  /** Flies to where somebody looks from. @param {{eye: Vector3, target: Vector3, up: Vector3, orthographic: boolean}} view world units */
  flyTo({ eye, target, up, orthographic }) {
    this._take();
    if (!this.goal.look(eye, target, up)) return;
    this.goal.distance = MathUtils.clamp(this.goal.distance, MIN_DISTANCE, MAX_DISTANCE);
    this.setProjection(orthographic);
    this.onChange();
  }

  /** Perspective or parallel; what is at the target keeps its size. @param {boolean} orthographic */
  setProjection(orthographic) {
    if (this.orthographic === orthographic) return;
    this.orthographic = orthographic;
    this._project();
    this._place();
    this.onChange();
  }

  /** @param {TurnStyle} style @param {boolean} rollLocked a turntable that is locked straightens its horizon */
  setStyle(style, rollLocked) {
    this.style = style;
    this.rollLocked = rollLocked;
    if (style !== 'turntable' || !rollLocked || Math.abs(this.goal.roll) < 1e-6) return;
    this._take();
    this.goal.straighten();
    this.onChange();
  }

  /** Shows the goal at once, without a movement. */
  jump() {
    this._flight = null;
    this.shown.copy(this.goal);
    this._place();
  }

  // — what is shown —

  /**
   * Moves what is shown towards the goal. True while it is still moving.
   * @param {number} seconds since the last call
   */
  update(seconds) {
    const { goal, shown, _flight: flight } = this;
    const step = Math.min(seconds, MAX_STEP);
    let moving;
    if (flight) {
      flight.seconds += step;
      const t = Math.min(1, flight.seconds / FLIGHT);
      shown.between(flight.from, goal, t * t * (3 - 2 * t), this._level(flight.from));
      moving = t < 1 && flight.from.difference(goal) > STILL;
    } else {
      const k = this.damping ? 1 - Math.exp(-FOLLOW_RATE * step) : 1;
      this._next.between(shown, goal, k, this._level(shown));
      shown.copy(this._next);
      moving = shown.difference(goal) > STILL;
    }
    if (!moving) {
      this._flight = null;
      shown.copy(goal);
    }
    this._place();
    return moving;
  }

  /** Whether the way to the goal is that of a turntable. @param {Pose} from */
  _level(from) {
    return this.style === 'turntable' && Math.abs(from.roll) < 0.5 && Math.abs(this.goal.roll) < 0.5;
  }

  /** A new view is asked for: what is shown starts to fly there. */
  _take() {
    this._flight = this.damping ? { from: this.shown.clone(), seconds: 0 } : null;
  }

  /** The hand takes over: a flight ends where it is. */
  _land() {
    if (!this._flight) return;
    this._flight = null;
    this.goal.copy(this.shown);
  }

  /** Moves the target in the picture plane. @param {number} right world units @param {number} up world units */
  _shift(right, up) {
    this.goal.target.addScaledVector(this.goal.right(this._vector), right);
    this.goal.target.addScaledVector(this.goal.up(this._vector), up);
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
    for (const pose of [this.goal, this.shown]) pose.distance = MathUtils.clamp(pose.distance * grown, MIN_DISTANCE, MAX_DISTANCE);
    this._project();
    this._place();
    this.onChange();
  }

  _project() {
    const { x, y } = this.middle;
    this.perspective.aspect = this.width / this.height;
    this.camera.setViewOffset(this.width, this.height, this.width / 2 - x, this.height / 2 - y, this.width, this.height);
    this._fit();
  }

  /** The part of space that the picture shows. */
  _fit() {
    const { camera, parallel, shown } = this;
    // The sculpture lies around the origin.
    const far = camera.position.length() + REACH;
    if (this.orthographic) {
      const half = shown.distance * HALF_HEIGHT;
      parallel.top = half;
      parallel.bottom = -half;
      parallel.right = (half * this.width) / this.height;
      parallel.left = -parallel.right;
      // Nothing is behind the eye where there is none: what sticks out towards it is seen from far too.
      parallel.near = -REACH - camera.position.length();
      parallel.far = far;
    } else {
      camera.near = Math.max(shown.distance * 0.02, far * 1e-4);
      camera.far = far;
    }
    camera.updateProjectionMatrix();
  }

  _place() {
    const { camera, shown } = this;
    shown.eye(camera.position);
    camera.quaternion.copy(shown.orientation);
    this._fit();
    camera.updateMatrixWorld();
  }
}
