/** The brush in the hand: which one, how wide, how strong. Remembered in this browser, shared with nobody. */

import { BRUSHES } from '../kernel/index.js';

/** @import { BrushName } from '../kernel/brushes/index.js' */

/** The brushes in the order of the toolbar and of the keys 1 … 6. Their index is the CURSOR frame's `brush`. @type {readonly BrushName[]} */
export const TOOLS = ['draw', 'clay', 'smooth', 'inflate', 'flatten', 'grab'];

/** Screen pixels. Below 4 a ring can not be aimed; above 300 it leaves a phone's screen. */
export const RADIUS = { min: 4, max: 300, start: 60 };

/** Where the settings are kept. The number grows when their meaning changes. */
const STORAGE_KEY = 'clayroom.brush.1';

/** The switches of the panel. @typedef {'invert' | 'mirror' | 'pressureRadius' | 'pressureStrength'} Switch */

/** Tells of every change with a `change` event. */
export class BrushSettings extends EventTarget {
  /** @param {Pick<Storage, 'getItem' | 'setItem'> | null} [storage] null: remembers nothing */
  constructor(storage = null) {
    super();
    this._storage = storage;
    /** @type {BrushName} */
    this.tool = 'draw';
    this.radius = RADIUS.start;
    /** Percent, per brush. @type {Record<BrushName, number>} */
    this.strengths = /** @type {Record<BrushName, number>} */ (
      Object.fromEntries(TOOLS.map((name) => [name, Math.round(BRUSHES[name].strength * 100)])));
    /** @type {Record<Switch, boolean>} */
    this.switches = { invert: false, mirror: false, pressureRadius: true, pressureStrength: false };
    /** Keys that are held down at this moment. */
    this.held = { smooth: false, invert: false };
    this._load();
  }

  /** The brush that the next stroke is made with: Shift borrows Smooth. @returns {BrushName} */
  get activeTool() {
    return this.held.smooth ? 'smooth' : this.tool;
  }

  /** Whether the next stroke is inverted: the switch, turned round by the held key. */
  get activeInvert() {
    return this.switches.invert !== this.held.invert;
  }

  /** Percent, of the active brush. */
  get strength() {
    return this.strengths[this.activeTool];
  }

  /** @param {BrushName} tool */
  choose(tool) {
    this.tool = tool;
    this._changed();
  }

  /** @param {number} pixels */
  setRadius(pixels) {
    if (!Number.isFinite(pixels)) return;
    this.radius = Math.min(RADIUS.max, Math.max(RADIUS.min, Math.round(pixels)));
    this._changed();
  }

  /** @param {number} percent of the active brush */
  setStrength(percent) {
    if (!Number.isFinite(percent)) return;
    this.strengths[this.activeTool] = Math.min(100, Math.max(0, Math.round(percent)));
    this._changed();
  }

  /** @param {Switch} name @param {boolean} [on] */
  toggle(name, on = !this.switches[name]) {
    this.switches[name] = on;
    this._changed();
  }

  /** @param {{smooth?: boolean, invert?: boolean}} keys */
  hold(keys) {
    const { smooth = this.held.smooth, invert = this.held.invert } = keys;
    if (smooth === this.held.smooth && invert === this.held.invert) return;
    this.held = { smooth, invert };
    this.dispatchEvent(new Event('change'));
  }

  _changed() {
    try {
      const { tool, radius, strengths, switches } = this;
      // Inverting is for a while: nobody expects it to be on the next day.
      this._storage?.setItem(STORAGE_KEY, JSON.stringify({ tool, radius, strengths, switches: { ...switches, invert: false } }));
    } catch {
      // A full or forbidden storage costs the memory of a slider, nothing else.
    }
    this.dispatchEvent(new Event('change'));
  }

  _load() {
    let kept;
    try {
      kept = JSON.parse(this._storage?.getItem(STORAGE_KEY) ?? 'null');
    } catch {
      return;
    }
    if (typeof kept !== 'object' || kept === null) return;
    if (TOOLS.includes(kept.tool)) this.tool = kept.tool;
    if (kept.radius >= RADIUS.min && kept.radius <= RADIUS.max) this.radius = Math.round(kept.radius);
    for (const name of TOOLS) {
      const value = kept.strengths?.[name];
      if (value >= 0 && value <= 100) this.strengths[name] = Math.round(value);
    }
    for (const name of /** @type {Switch[]} */ (Object.keys(this.switches))) {
      if (typeof kept.switches?.[name] === 'boolean') this.switches[name] = kept.switches[name];
    }
  }
}
