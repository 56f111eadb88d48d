/** The brushes in the hand: which one, how wide, and all that its strokes are made with. Remembered in this browser, shared with nobody. */

import { BRUSHES, MIRROR_X, MIRROR_Y, MIRROR_Z } from '../kernel/index.js';
import { defaultsOf } from '../kernel/stroke_settings.js';
import { QUANTA_PER_RADIUS } from '../kernel/units.js';
import { CONTROLS, SHARED, isAllowed } from './controls.js';

/** @import { BrushName } from '../kernel/brushes/index.js' */
/** @import { StrokeSettings } from '../kernel/stroke_settings.js' */
/** @import { SettingName } from './controls.js' */

/** The brushes that there are. @type {readonly BrushName[]} */
export const TOOLS = /** @type {BrushName[]} */ (Object.keys(BRUSHES));

/** `screen`: the brush is as wide on the screen however near the camera is. `scene`: it is as wide on the sculpture. @typedef {'screen' | 'scene'} RadiusUnit */

/** CSS pixels. Below 4 a ring can not be aimed; above 300 it leaves a phone's screen. */
export const RADIUS = { min: 4, max: 300, start: 60 };
/** Percent of the radius of the piece's bounding sphere. */
export const SCENE_RADIUS = { min: 0.5, max: 100, start: 15 };

/** Where the settings are kept. The number grows when their meaning changes. */
const STORAGE_KEY = 'clayroom.brushes.2';
/** One radius, four switches and a strength for each of six brushes. */
const STORAGE_KEY_BEFORE = 'clayroom.brush.1';

const AXIS_BITS = { x: MIRROR_X, y: MIRROR_Y, z: MIRROR_Z };

/** One brush as it is set. @typedef {{radius: number, sceneRadius: number, unit: RadiusUnit, stroke: StrokeSettings}} Brush */

/** Tells of every change with a `change` event. */
export class BrushSettings extends EventTarget {
  /** @param {Pick<Storage, 'getItem' | 'setItem'> | null} [storage] null: remembers nothing */
  constructor(storage = null) {
    super();
    this._storage = storage;
    /** @type {BrushName} */
    this.tool = 'draw';
    /** Inverting is for a while: nobody expects it to be on the next day, so it is not remembered. */
    this.invert = false;
    /** Keys that are held down at this moment. */
    this.held = { smooth: false, invert: false, erasing: false, mask: false };
    /** @type {Record<BrushName, Brush>} */
    this._brushes = /** @type {Record<BrushName, Brush>} */ (Object.fromEntries(TOOLS.map((name) => [name, fresh(name)])));
    const { mirror, radial, feather } = defaultsOf('draw');
    this._shared = { mirror, radial, feather };
    this._load();
  }

  /** The brush that the next stroke is made with: held keys borrow Mask and Smooth. @returns {BrushName} */
  get activeTool() {
    if (this.held.mask) return 'mask';
    return this.held.smooth ? 'smooth' : this.tool;
  }

  /** Whether the next stroke is inverted: the switch, turned round by the held key and by the pen's other end. */
  get activeInvert() {
    return (this.invert !== this.held.invert) !== this.held.erasing;
  }

  /** All that the next stroke is made with, as a record of its own. @returns {StrokeSettings} */
  strokeSettings() {
    const name = this.activeTool;
    return structuredClone({ ...this._brushes[name].stroke, ...this._shared, brush: name, invert: this.activeInvert });
  }

  // — how wide: that of the brush in the hand, also while another is borrowed, so that the ring does not jump —

  /** CSS pixels. */
  get radius() {
    return this._brushes[this.tool].radius;
  }

  /** Percent of the piece's bounding sphere. */
  get sceneRadius() {
    return this._brushes[this.tool].sceneRadius;
  }

  /** @returns {RadiusUnit} */
  get radiusUnit() {
    return this._brushes[this.tool].unit;
  }

  /**
   * What a sample of a stroke is given to be as wide as is set.
   * @param {(pixels: number) => {radius: number, spread: number}} onScreen the camera's: so many pixels of the screen
   * @returns {{radius: number, spread: number}} quanta, and quanta per quantum of distance from the eye
   */
  sizeOf(onScreen) {
    return this.radiusUnit === 'scene' ? { radius: (this.sceneRadius / 100) * QUANTA_PER_RADIUS, spread: 0 } : onScreen(this.radius);
  }

  /** @param {number} pixels */
  setRadius(pixels) {
    if (!Number.isFinite(pixels)) return;
    this._brushes[this.tool].radius = Math.min(RADIUS.max, Math.max(RADIUS.min, Math.round(pixels)));
    this._changed();
  }

  /** @param {number} percent */
  setSceneRadius(percent) {
    if (!Number.isFinite(percent)) return;
    this._brushes[this.tool].sceneRadius = Math.min(SCENE_RADIUS.max, Math.max(SCENE_RADIUS.min, Math.round(2 * percent) / 2));
    this._changed();
  }

  /** @param {RadiusUnit} unit */
  setRadiusUnit(unit) {
    this._brushes[this.tool].unit = unit;
    this._changed();
  }

  /** Wider or narrower by a factor, in whichever unit the brush has; at least by its smallest step. @param {number} factor */
  scaleRadius(factor) {
    if (this.radiusUnit === 'scene') this.setSceneRadius(this.sceneRadius * factor + 0.25 * Math.sign(factor - 1));
    else this.setRadius(this.radius * factor + 0.5 * Math.sign(factor - 1));
  }

  // — how strong, and all the rest —

  /** Percent, of the active brush. */
  get strength() {
    return Math.round(100 * this._brushes[this.activeTool].stroke.strength);
  }

  /** @param {number} percent of the active brush */
  setStrength(percent) {
    if (!Number.isFinite(percent)) return;
    this._brushes[this.activeTool].stroke.strength = Math.min(100, Math.max(0, Math.round(percent))) / 100;
    this._changed();
  }

  /** A setting of the brush in the hand. @template {SettingName} N @param {N} name @returns {StrokeSettings[N]} */
  get(name) {
    return SHARED.has(name) ? /** @type {any} */ (this._shared)[name] : this._brushes[this.tool].stroke[name];
  }

  /**
   * Sets a setting of the brush in the hand, or one that all brushes share.
   * @template {SettingName} N
   * @param {N} name @param {StrokeSettings[N]} value
   * @throws {RangeError} if the setting can not have this value
   */
  set(name, value) {
    if (!isAllowed(name, value)) throw new RangeError(`${name} can not be ${JSON.stringify(value)}; it is ${JSON.stringify(CONTROLS[name])}`);
    /** @type {any} */ (SHARED.has(name) ? this._shared : this._brushes[this.tool].stroke)[name] = structuredClone(value);
    this._changed();
  }

  /** @param {SettingName | 'invert'} name of a switch @param {boolean} [on] */
  toggle(name, on) {
    if (name === 'invert') {
      this.invert = on ?? !this.invert;
      this._changed();
    } else this.set(name, /** @type {any} */ (on ?? !this.get(name)));
  }

  /** Mirrors across the plane of an axis, or no longer. @param {'x' | 'y' | 'z'} axis @param {boolean} [on] */
  toggleMirror(axis, on = !this.mirrors(axis)) {
    const { mirror } = this._shared, bit = AXIS_BITS[axis];
    this.set('mirror', on ? mirror | bit : mirror & ~bit);
  }

  /** @param {'x' | 'y' | 'z'} axis */
  mirrors(axis) {
    return (this._shared.mirror & AXIS_BITS[axis]) !== 0;
  }

  /** @param {BrushName} tool */
  choose(tool) {
    this.tool = tool;
    this._changed();
  }

  /** An alpha is gone: the brushes that pressed through it press through none. @param {string} name */
  dropAlpha(name) {
    for (const { stroke } of Object.values(this._brushes)) if (stroke.alpha === name) stroke.alpha = null;
    this._changed();
  }

  /** The brush in the hand as it was the first time. */
  reset() {
    this._brushes[this.tool] = fresh(this.tool);
    this._changed();
  }

  /** @param {Partial<BrushSettings['held']>} keys */
  hold(keys) {
    const held = { ...this.held, ...keys };
    if (Object.entries(held).every(([name, on]) => on === /** @type {Record<string, boolean>} */ (this.held)[name])) return;
    this.held = held;
    this.dispatchEvent(new Event('change'));
  }

  // — memory —

  _changed() {
    try {
      this._storage?.setItem(STORAGE_KEY, JSON.stringify({ tool: this.tool, shared: this._shared, brushes: this._changes() }));
    } catch {
      // A full or forbidden storage costs the memory of a slider, nothing else.
    }
    this.dispatchEvent(new Event('change'));
  }

  /** What somebody has changed: a default that we improve reaches everyone who has left it alone. */
  _changes() {
    return Object.fromEntries(TOOLS.map((name) => {
      const { stroke, ...size } = this._brushes[name];
      const defaults = defaultsOf(name);
      const changed = settingNames().filter((key) => JSON.stringify(stroke[key]) !== JSON.stringify(defaults[key]));
      return [name, { ...size, stroke: Object.fromEntries(changed.map((key) => [key, stroke[key]])) }];
    }));
  }

  _load() {
    const kept = this._read(STORAGE_KEY);
    if (kept === null) {
      this._loadBefore(this._read(STORAGE_KEY_BEFORE));
      return;
    }
    if (TOOLS.includes(kept.tool)) this.tool = kept.tool;
    for (const name of SHARED) take(this._shared, name, kept.shared?.[name]);
    for (const name of TOOLS) {
      const brush = this._brushes[name], was = kept.brushes?.[name];
      takeSize(brush, was);
      for (const setting of settingNames()) take(brush.stroke, setting, was?.stroke?.[setting]);
    }
  }

  /** What the first version of the editor had remembered. @param {any} kept */
  _loadBefore(kept) {
    if (kept === null) return;
    if (TOOLS.includes(kept.tool)) this.tool = kept.tool;
    if (kept.switches?.mirror === true) this._shared.mirror = AXIS_BITS.x;
    for (const name of TOOLS) {
      const brush = this._brushes[name];
      takeSize(brush, { radius: kept.radius });
      take(brush.stroke, 'strength', kept.strengths?.[name] / 100);
      if (kept.switches?.pressureRadius === false) brush.stroke.pressureRadius = 0;
      if (kept.switches?.pressureStrength === true) brush.stroke.pressureStrength = 1;
    }
  }

  /** @param {string} key @returns {any} null if there is nothing that can be read */
  _read(key) {
    try {
      const kept = JSON.parse(this._storage?.getItem(key) ?? 'null');
      return typeof kept === 'object' ? kept : null;
    } catch {
      return null;
    }
  }
}

/** @param {BrushName} name @returns {Brush} */
function fresh(name) {
  return { radius: RADIUS.start, sceneRadius: SCENE_RADIUS.start, unit: 'screen', stroke: defaultsOf(name) };
}

/** Settings that each brush has for itself. */
function settingNames() {
  return /** @type {SettingName[]} */ (Object.keys(CONTROLS)).filter((name) => !SHARED.has(name));
}

/** The storage belongs to the browser, not to us: only what may be is taken. @param {Record<string, any>} into @param {SettingName} name @param {any} value */
function take(into, name, value) {
  if (value !== undefined && isAllowed(name, value)) into[name] = value;
}

/** @param {Brush} brush @param {any} kept */
function takeSize(brush, kept) {
  if (kept?.radius >= RADIUS.min && kept.radius <= RADIUS.max) brush.radius = Math.round(kept.radius);
  if (kept?.sceneRadius >= SCENE_RADIUS.min && kept.sceneRadius <= SCENE_RADIUS.max) brush.sceneRadius = kept.sceneRadius;
  if (kept?.unit === 'screen' || kept?.unit === 'scene') brush.unit = kept.unit;
}
