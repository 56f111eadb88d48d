/** From a pointer's samples to dabs on the deformed surface, and from dabs to displacements for everyone. */

import { alphaFrame, alphaNamed } from './alpha.js';
import { BRUSHES } from './brushes/index.js';
import { applyDab } from './dab.js';
import { fixedDirection } from './direction.js';
import { falloffTable } from './falloff.js';
import { TOUCHED_SINCE_FLUSH } from './mesh.js';
import { PressureResponse } from './pressure.js';
import { ANY_TOUCHED, flush, settle } from './quantise.js';
import { between, gapAt, normalised } from './sample.js';
import { MIN_SPACING, evenness, placeDabs } from './spacing.js';
import { followed } from './stabiliser.js';
import { HELD, KINDS } from './stroke_kinds.js';
import { completed } from './stroke_settings.js';
import { StrokeStart } from './stroke_start.js';
import { copiesOf } from './symmetry.js';
import { SentSums } from './take_back.js';

/** @import { Dab, Hold, StrokeMemory } from './dab.js' */
/** @import { ClayMesh } from './mesh.js' */
/** @import { Hit } from './pick.js' */
/** @import { Displacement } from './quantise.js' */
/** @import { PaintChange } from '../types.js' */
/** @import { FullSample, Sample } from './sample.js' */
/** @import { SomeSettings } from './stroke_settings.js' */
/** @import { Vec3 } from './units.js' */

/** Radius of a dab, at least: one quantum. */
const MIN_RADIUS = 1;

/** Time (ms) between the dabs of an airbrush that rests. At half the strength Draw grows by a radius in a second. */
export const AIRBRUSH_MS = 50;

/** Dabs that a clock which was late makes up for, at most: a page that slept does not wake up to a spike. */
const MAX_DABS_PER_TICK = 4;

/** Flushes at the end of a stroke that takes back: each is 254 times finer than the one before, so all steps are gone by then. */
const LAST_FLUSHES = 5;

/**
 * One stroke of the local hand. Order of calls: `begin` once; if it returned true, any number of `moveTo`, `tick` and (every 30–50 ms)
 * `flush`, then `end` or `cancel` once. Displacements of others may be applied between any two calls; one stroke at a time per mesh.
 */
export class StrokeMaker {
  /**
   * @param {ClayMesh} mesh modified in place @param {SomeSettings} settings
   * @throws {RangeError} for a setting that is none
   */
  constructor(mesh, settings) {
    const all = completed(settings), brush = BRUSHES[all.brush];
    if (!Object.hasOwn(KINDS, all.kind)) throw new RangeError(`there is no stroke ${all.kind}; there are ${Object.keys(KINDS).join(', ')}`);
    this.mesh = mesh;
    this.brush = brush;
    this.settings = all;
    this.strength = all.strength;
    /** @type {1 | -1} */
    this.sign = all.invert ? -1 : 1;
    this.copies = copiesOf(all.mirror, all.radial);
    this.pressure = new PressureResponse(all);
    /** The last point where the surface was hit: where the cursor is to be shown. @type {Hit | null} */
    this.hit = null;
    /** Radius of the last dab, quanta; 0 if there was none. */
    this.radius = 0;

    this._kind = brush.holds ? HELD : KINDS[all.kind];
    this._spacing = Math.max(MIN_SPACING, all.spacing);
    this._falloff = falloffTable(all.falloff, all.curve, all.hardness);
    this._even = this._kind.even && all.evenStrength ? evenness(this._falloff, this._spacing) : 1;
    this._alpha = all.alpha === null ? null : alphaNamed(all.alpha);
    this._start = all.accumulate ? null : new StrokeStart();
    this._sent = this._kind.takesBack ? new SentSums() : null;
    /** @type {Hold | null} */
    this._hold = null;
    /** @type {FullSample | null} where the brush is, the stabiliser's string included */
    this._last = null;
    /** Where it was pressed. @type {{sample: FullSample, hit: Hit} | null} */
    this._pressed = null;
    /** Where the last dab was. @type {Readonly<Vec3> | null} */
    this._dabbed = null;
    this._progress = 0;
    /** @type {StrokeMemory} */
    this._memory = {};
    /** When an airbrush dabs next, by the clock of `tick`. @type {number | null} */
    this._due = null;
  }

  /** Of several samples that come at once only the last one matters: where the pointer is, not how it came there. */
  get newestOnly() {
    return this._kind.newest;
  }

  // --- the hand -----------------------------------------------------------------------------------------------------------

  /**
   * Presses. A brush that dabs makes its first dab here, or at the release, so a still click leaves a mark.
   * @param {Sample} sample
   * @returns {boolean} false if the ray misses the surface: there is no stroke then (turn the camera instead)
   */
  begin(sample) {
    if (this._last !== null) throw new Error('this stroke has begun already');
    const start = normalised(sample);
    this.hit = this.mesh.pick(start.ray);
    if (this.hit === null) return false;
    this._last = start;
    this._pressed = { sample: start, hit: this.hit };
    this._kind.press(this, start);
    return true;
  }

  /**
   * Moves to the next sample. Each dab is picked on the surface as the dabs before have left it, with the pressure of its place.
   * Where the ray misses, there is no dab, and the stroke goes on behind the gap.
   * @param {Sample} sample
   */
  moveTo(sample) {
    const last = this._begun(), pointer = normalised(sample), depth = this._depth();
    const nominal = pointer.radius + pointer.spread * depth;
    const next = this._kind.steadies ? followed(last, pointer, depth, nominal, this.settings.stabiliser) : pointer;
    if (next === null) return;
    this._last = next;
    this._due = null;
    this._kind.move(this, last, next);
  }

  /**
   * The clock goes on: an airbrush that has rested dabs again.
   * @param {number} now milliseconds of any clock that does not go backwards
   * @returns {boolean} whether anything was done
   */
  tick(now) {
    const at = this._begun();
    if (!this._kind.repeats) return false;
    this._due ??= now + AIRBRUSH_MS;
    let dabs = 0;
    for (; now >= this._due && dabs < MAX_DABS_PER_TICK; dabs++) {
      this._due += AIRBRUSH_MS;
      this.dabUnder(at);
    }
    if (dabs === MAX_DABS_PER_TICK) this._due = now + AIRBRUSH_MS;
    return dabs > 0;
  }

  // --- what everyone gets -------------------------------------------------------------------------------------------------

  /**
   * What was done since the last flush, moved from the carry into the truth. Send exactly this, and do not apply it again.
   * @returns {Displacement | null} null if it does not amount to a step
   */
  flush() {
    const displacement = flush(this.mesh, TOUCHED_SINCE_FLUSH);
    if (displacement !== null) this._sent?.note(displacement);
    return displacement;
  }

  /**
   * What was painted since the last flush; after `end` too. Send exactly this: the mesh shows it already.
   * @returns {PaintChange | null} null if nothing was
   */
  flushPaint() {
    return this._memory.painting?.flush() ?? null;
  }

  /**
   * Releases. Returns what is still to be sent: the rest of the last dabs, then the rounding errors that the whole stroke has
   * carried, in a finer step. Afterwards `pos` is `ints` again; what is dropped is 1/254 of the last step. A stroke that has taken
   * back goes on to the finest step, so that where it was it leaves nothing.
   * @returns {Displacement[]} none, one or two; up to LAST_FLUSHES of a stroke that takes back
   */
  end() {
    this._kind.release(this, this._begun());
    const displacements = [], times = this._sent === null ? 2 : LAST_FLUSHES;
    for (let k = 0; k < times; k++) {
      const displacement = flush(this.mesh, k === 0 ? TOUCHED_SINCE_FLUSH : ANY_TOUCHED);
      if (displacement !== null) displacements.push(displacement);
    }
    settle(this.mesh);
    return displacements;
  }

  /** Releases and drops what was not flushed. What was flushed is in the history, and may be undone from there. */
  cancel() {
    settle(this.mesh);
  }

  // --- what the kinds of strokes are made of ------------------------------------------------------------------------------

  /** Where the stroke began. */
  get pressed() {
    if (this._pressed === null) throw new Error('this stroke has not begun');
    return this._pressed;
  }

  /** A dab at the last hit. @param {FullSample} at */
  dabHere(at) {
    const hit = /** @type {Hit} */ (this.hit);
    this._dab(this._dabAt(at, hit));
  }

  /** A dab where the surface is under this place. @param {FullSample} at @returns {boolean} false if there is none */
  dabUnder(at) {
    const hit = this.mesh.pick(at.ray);
    if (hit === null) return false;
    this.hit = hit;
    this._dab(this._dabAt(at, hit));
    return true;
  }

  /** Dabs a gap apart, after `from` up to `to`. @param {FullSample} from @param {FullSample} to */
  dabsAlong(from, to) {
    // The way is measured at the depth of the last hit, so that a stroke across a gap keeps its pace.
    const depth = this._depth(), radius = (this._radius(from, depth) + this._radius(to, depth)) / 2;
    const { fractions, progress } = placeDabs(gapAt(from, to, depth), this._spacing * radius, this._progress);
    this._progress = progress;
    for (const fraction of fractions) this.dabUnder(between(from, to, fraction));
  }

  /** A dab at the press, with a radius and a direction of its own. @param {FullSample} at @param {number} radius @param {Vec3} travel */
  dabAnchored(at, radius, travel) {
    const { hit } = this.pressed;
    this.hit = hit;
    this._dab(this._dabAt(at, hit, Math.max(MIN_RADIUS, radius), travel));
  }

  /** Makes the surface what it would be without this stroke. */
  takeBack() {
    /** @type {SentSums} */ (this._sent).takeBack(this.mesh);
    this._memory = {};
  }

  /** @param {FullSample} at */
  takeHold(at) {
    const { brush, mesh } = this;
    if (brush.hold === undefined) throw new Error(`${brush.name} holds, but does not say how`);
    this._hold = brush.hold(mesh, this._dabAt(at, this.pressed.hit), this.copies, at);
  }

  /** @param {FullSample} to */
  pull(to) {
    this._hold?.pull(to);
  }

  // --- private ------------------------------------------------------------------------------------------------------------

  _begun() {
    if (this._last === null) throw new Error('this stroke has not begun');
    return this._last;
  }

  /** How far from the eye the stroke is. */
  _depth() {
    return /** @type {Hit} */ (this.hit).distance;
  }

  /** @param {Dab} dab */
  _dab(dab) {
    applyDab(this.mesh, this.brush, dab, this.copies);
    const { autoSmooth } = this.settings;
    if (autoSmooth > 0) applyDab(this.mesh, BRUSHES.smooth, { ...dab, strength: autoSmooth, sign: 1, towards: null }, this.copies);
    this._dabbed = dab.centre;
    this.radius = dab.radius;
  }

  /**
   * @param {FullSample} sample @param {Hit} hit @param {number} [radius] @param {Vec3} [travel]
   * @returns {Dab}
   */
  _dabAt(sample, hit, radius = this._radius(sample, hit.distance), travel = this._travel(hit)) {
    const { settings } = this, { direction } = sample.ray, strength = this.strength * this.pressure.strength(sample.pressure);
    return {
      centre: hit.point,
      normal: hit.normal,
      view: [...direction],
      radius,
      // Wide gaps are made up for as far as a dab can be made stronger.
      strength: this._even <= 1 ? strength * this._even : Math.max(strength, Math.min(1, strength * this._even)),
      sign: this.sign,
      travel,
      towards: fixedDirection(settings.direction, direction),
      falloff: this._falloff,
      frontFaces: settings.frontFaces,
      alpha: this._alpha && alphaFrame(this._alpha, hit.normal, settings.alphaRotates ? travel : UP),
      start: this._start,
      settings,
      memory: this._memory,
    };
  }

  /** From the last dab to this hit. @param {Hit} hit @returns {Vec3} */
  _travel({ point }) {
    const [x, y, z] = this._dabbed ?? point;
    return [point[0] - x, point[1] - y, point[2] - z];
  }

  /** @param {FullSample} sample @param {number} depth */
  _radius(sample, depth) {
    const nominal = sample.radius + sample.spread * depth;
    return Math.max(MIN_RADIUS, nominal * this.pressure.radius(sample.pressure));
  }
}

/** Where an alpha that does not turn with the stroke has its upper side. @type {Readonly<Vec3>} */
const UP = [0, 1, 0];
