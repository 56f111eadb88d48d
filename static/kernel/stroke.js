/** From a pointer's samples to dabs on the deformed surface, and from dabs to displacements for everyone. */

import { BRUSHES } from './brushes/index.js';
import { GrabHold } from './brushes/grab.js';
import { applyDab } from './dab.js';
import { TOUCHED_SINCE_FLUSH } from './mesh.js';
import { ANY_TOUCHED, flush, settle } from './quantise.js';
import { placeDabs } from './spacing.js';
import { completed } from './stroke_settings.js';

/** @import { Dab, StrokeMemory } from './dab.js' */
/** @import { ClayMesh } from './mesh.js' */
/** @import { Hit } from './pick.js' */
/** @import { Displacement } from './quantise.js' */
/** @import { SomeSettings } from './stroke_settings.js' */
/** @import { Ray, Vec3 } from './units.js' */

/**
 * Where the pointer is. The radius of a dab is `radius + spread · distance`, in quanta, distance being that of its own hit from the
 * ray's origin: for a perspective camera pass `radius: 0` and the tangent of the brush's angle as `spread`, and a brush keeps its
 * size on the screen; for an orthographic one, or a radius in units of the model, leave `spread` out.
 * @typedef {Object} Sample
 * @property {Ray} ray
 * @property {number} radius quanta
 * @property {number} [spread] radius per distance; 0
 * @property {number} [pressure] 0 … 1; a mouse has 0.5, which changes nothing
 */

/** Radius of a dab, at least: one quantum. */
const MIN_RADIUS = 1;

/** What a mouse reports while a button is down. */
const MOUSE_PRESSURE = 0.5;

/**
 * One stroke of the local hand. Order of calls: `begin` once; if it returned true, any number of `moveTo` and (every 30–50 ms)
 * `flush`, then `end` or `cancel` once. Displacements of others may be applied between any two calls; one stroke at a time per mesh.
 */
export class StrokeMaker {
  /** @param {ClayMesh} mesh modified in place @param {SomeSettings} settings */
  constructor(mesh, settings) {
    const all = completed(settings), brush = BRUSHES[all.brush];
    this.mesh = mesh;
    this.brush = brush;
    this.settings = all;
    this.strength = all.strength;
    /** @type {1 | -1} */
    this.sign = all.invert ? -1 : 1;
    this.mirror = all.mirror;
    this.spacing = all.spacing;
    this.pressureRadius = brush.holds ? 0 : all.pressureRadius;
    this.pressureStrength = brush.holds ? 0 : all.pressureStrength;
    /** The last point where the surface was hit: where the cursor is to be shown. @type {Hit | null} */
    this.hit = null;
    /** @type {GrabHold | null} */
    this._hold = null;
    /** @type {Required<Sample> | null} the last sample, with a direction of length 1 */
    this._last = null;
    /** Of the last dab. @type {Vec3 | null} */
    this._lastCentre = null;
    this._progress = 0;
    /** @type {StrokeMemory} */
    this._memory = {};
  }

  // --- the hand -----------------------------------------------------------------------------------------------------------

  /**
   * Presses. A brush that dabs makes its first dab here, so a still click leaves a mark.
   * @param {Sample} sample
   * @returns {boolean} false if the ray misses the surface: there is no stroke then (turn the camera instead)
   */
  begin(sample) {
    if (this._last !== null) throw new Error('this stroke has begun already');
    const start = normalised(sample);
    this.hit = this.mesh.pick(start.ray);
    if (this.hit === null) return false;
    this._last = start;
    if (this.brush.holds) this._hold = new GrabHold(this.mesh, this._dabAt(start, this.hit), this.mirror);
    else this._dab(start, this.hit);
    return true;
  }

  /**
   * Moves to the next sample: dabs evenly between the last one and this, each picked on the surface as the dabs before have left
   * it, with the pressure of its place. Where the ray misses, there is no dab, and the stroke goes on behind the gap.
   * @param {Sample} sample
   */
  moveTo(sample) {
    const last = this._begun(), next = normalised(sample);
    this._last = next;
    if (this._hold !== null) {
      this._hold.pull(next.ray);
      return;
    }
    // The way is measured at the depth of the last hit, so that a stroke across a gap keeps its pace.
    const depth = /** @type {Hit} */ (this.hit).distance;
    const length = distance(pointAt(last.ray, depth), pointAt(next.ray, depth));
    const radius = (this._radius(last, depth) + this._radius(next, depth)) / 2;
    const { fractions, progress } = placeDabs(length, this.spacing * radius, this._progress);
    this._progress = progress;
    for (const fraction of fractions) {
      const at = between(last, next, fraction);
      const hit = this.mesh.pick(at.ray);
      if (hit === null) continue;
      this.hit = hit;
      this._dab(at, hit);
    }
  }

  // --- what everyone gets -------------------------------------------------------------------------------------------------

  /**
   * What was done since the last flush, moved from the carry into the truth. Send exactly this, and do not apply it again.
   * @returns {Displacement | null} null if it does not amount to a step
   */
  flush() {
    return flush(this.mesh, TOUCHED_SINCE_FLUSH);
  }

  /**
   * Releases. Returns what is still to be sent: the rest of the last dabs, then the rounding errors that the whole stroke has
   * carried, in a finer step. Afterwards `pos` is `ints` again; what is dropped is 1/254 of the last step.
   * @returns {Displacement[]} none, one or two
   */
  end() {
    this._begun();
    const displacements = [];
    for (const bits of [TOUCHED_SINCE_FLUSH, ANY_TOUCHED]) {
      const displacement = flush(this.mesh, bits);
      if (displacement !== null) displacements.push(displacement);
    }
    settle(this.mesh);
    return displacements;
  }

  /** Releases and drops what was not flushed. What was flushed is in the history, and may be undone from there. */
  cancel() {
    settle(this.mesh);
  }

  // --- private ------------------------------------------------------------------------------------------------------------

  _begun() {
    if (this._last === null) throw new Error('this stroke has not begun');
    return this._last;
  }

  /** @param {Required<Sample>} sample @param {Hit} hit */
  _dab(sample, hit) {
    const dab = this._dabAt(sample, hit);
    applyDab(this.mesh, this.brush, dab, this.mirror);
    this._lastCentre = dab.centre;
  }

  /** @param {Required<Sample>} sample @param {Hit} hit @returns {Dab} */
  _dabAt(sample, hit) {
    const [x, y, z] = hit.point, [lastX, lastY, lastZ] = this._lastCentre ?? hit.point;
    return {
      centre: hit.point,
      normal: hit.normal,
      view: [...sample.ray.direction],
      radius: this._radius(sample, hit.distance),
      strength: this.strength * pressureFactor(sample.pressure, this.pressureStrength),
      sign: this.sign,
      travel: [x - lastX, y - lastY, z - lastZ],
      settings: this.settings,
      memory: this._memory,
    };
  }

  /** @param {Required<Sample>} sample @param {number} depth */
  _radius(sample, depth) {
    const nominal = sample.radius + sample.spread * depth;
    return Math.max(MIN_RADIUS, nominal * pressureFactor(sample.pressure, this.pressureRadius));
  }
}

/**
 * 1 + k(2P − 1): SculptGL's, 1 for a mouse.
 * @param {number} pressure P, 0 … 1 @param {number} influence k, 0 … 1
 */
export function pressureFactor(pressure, influence) {
  return 1 + influence * (2 * Math.min(1, Math.max(0, pressure)) - 1);
}

/** @param {Sample} sample @returns {Required<Sample>} */
function normalised({ ray, radius, spread = 0, pressure = MOUSE_PRESSURE }) {
  const [x, y, z] = ray.direction, length = Math.sqrt(x * x + y * y + z * z);
  if (!(length > 0) || !Number.isFinite(length)) throw new RangeError(`a ray needs a direction, got (${x}, ${y}, ${z})`);
  return { ray: { origin: ray.origin, direction: [x / length, y / length, z / length] }, radius, spread, pressure };
}

/** @param {Required<Sample>} a @param {Required<Sample>} b @param {number} t 0 … 1 @returns {Required<Sample>} */
function between(a, b, t) {
  return normalised({
    ray: { origin: lerp(a.ray.origin, b.ray.origin, t), direction: lerp(a.ray.direction, b.ray.direction, t) },
    radius: a.radius + (b.radius - a.radius) * t,
    spread: a.spread + (b.spread - a.spread) * t,
    pressure: a.pressure + (b.pressure - a.pressure) * t,
  });
}

/** @param {Readonly<Vec3>} a @param {Readonly<Vec3>} b @param {number} t @returns {Vec3} */
function lerp(a, b, t) {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

/** @param {Ray} ray @param {number} t @returns {Vec3} */
function pointAt({ origin, direction }, t) {
  return [origin[0] + t * direction[0], origin[1] + t * direction[1], origin[2] + t * direction[2]];
}

/** @param {Readonly<Vec3>} a @param {Readonly<Vec3>} b */
function distance(a, b) {
  return Math.sqrt((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2);
}
