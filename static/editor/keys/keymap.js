/** Which key does what: a preset, and what this person changed of it. Remembered in this browser. */

import { isHeld, partsOf } from './chord.js';
import { PRESETS } from './presets.js';

/** @import { Modifiers } from './chord.js' */
/** @import { Command, Commands } from './commands.js' */
/** @import { PresetName } from './presets.js' */

/** Where it is kept. The number grows when the meaning changes. */
const STORAGE_KEY = 'clayroom.keys.1';

/** Chords that one command may have: more than that nobody remembers. */
export const CHORDS_MAX = 4;

/** Keys that belong to the browser, which takes them first, or to the way through the page without a mouse. */
const RESERVED = new Set([
  'Tab', 'Shift+Tab', 'Enter', 'Space', 'Ctrl+W', 'Ctrl+T', 'Ctrl+N', 'Ctrl+R', 'Ctrl+L', 'Ctrl+Shift+W', 'Ctrl+Shift+T', 'Ctrl+Shift+N', 'Alt+F4',
  'F5', 'F11', 'F12',
]);

/**
 * What became of `bind`: `taken` names the command that has the chord, `kind` means that modifiers alone can only hold something.
 * @typedef {{done: true} | {done: false, why: 'taken', by: Command} | {done: false, why: 'reserved' | 'full' | 'kind'}} Bound
 */

/** Tells of every change with a `change` event. */
export class Keymap extends EventTarget {
  /** @param {Commands} commands @param {Pick<Storage, 'getItem' | 'setItem'> | null} [storage] null: remembers nothing */
  constructor(commands, storage = null) {
    super();
    this.commands = commands;
    this._storage = storage;
    /** @type {PresetName} */
    this.preset = 'sculptgl';
    /** What was changed, for each preset: command → chords. @type {Record<PresetName, Record<string, string[]>>} */
    this._changed = { sculptgl: {}, blender: {} };
    this._load();
  }

  /** @param {PresetName} preset */
  choosePreset(preset) {
    this.preset = preset;
    this._keep();
  }

  /** Whether a key that sets by moving goes on after it was tapped. */
  get sticky() {
    return PRESETS[this.preset].sticky;
  }

  /** @param {string} id @returns {readonly string[]} */
  chordsOf(id) {
    return this._changed[this.preset][id] ?? this._own(id);
  }

  /** The command of a chord. @param {string} chord @returns {Command | undefined} */
  commandOf(chord) {
    return this.commands.all().find(({ id }) => this.chordsOf(id).includes(chord));
  }

  /** The commands whose modifiers are held. @param {Modifiers} held @returns {string[]} */
  heldBy(held) {
    return this.commands.all().filter(({ id, hold }) => hold && this.chordsOf(id).some((chord) => isHeld(chord, held))).map(({ id }) => id);
  }

  /** Two commands with the same chord, which only presets and parts that do not know each other can make. */
  conflicts() {
    /** @type {Map<string, string>} */
    const owners = new Map();
    /** @type {{chord: string, ids: [string, string]}[]} */
    const found = [];
    for (const { id } of this.commands.all()) {
      for (const chord of this.chordsOf(id)) {
        const other = owners.get(chord);
        if (other !== undefined) found.push({ chord, ids: [other, id] });
        else owners.set(chord, id);
      }
    }
    return found;
  }

  /**
   * Gives a chord to a command, instead of `instead` or as a further one. Changes nothing unless it is done.
   * @param {string} id @param {string} chord
   * @param {{instead?: string, take?: boolean}} [how] `take`: from the command that has it
   * @returns {Bound}
   */
  bind(id, chord, { instead, take = false } = {}) {
    if (RESERVED.has(chord)) return { done: false, why: 'reserved' };
    if (partsOf(chord).key === '' && !this.commands.get(id)?.hold) return { done: false, why: 'kind' };
    const own = this.chordsOf(id);
    const by = this.commandOf(chord);
    if (by && by.id !== id && !take) return { done: false, why: 'taken', by };
    const next = own.filter((one) => one !== instead && one !== chord);
    if (next.length >= CHORDS_MAX) return { done: false, why: 'full' };
    const at = instead === undefined ? next.length : Math.min(next.length, own.indexOf(instead));
    next.splice(at, 0, chord);
    if (by && by.id !== id) this._set(by.id, this.chordsOf(by.id).filter((one) => one !== chord));
    this._set(id, next);
    this._keep();
    return { done: true };
  }

  /** @param {string} id @param {string} chord */
  unbind(id, chord) {
    this._set(id, this.chordsOf(id).filter((one) => one !== chord));
    this._keep();
  }

  /** Whether a command has other keys than its preset gives it. @param {string} id */
  isChanged(id) {
    return id in this._changed[this.preset];
  }

  /** Everything as the preset has it. */
  reset() {
    this._changed[this.preset] = {};
    this._keep();
  }

  // — private —

  /** @param {string} id @returns {readonly string[]} */
  _own(id) {
    return PRESETS[this.preset].keys[id] ?? this.commands.get(id)?.keys ?? [];
  }

  /** @param {string} id @param {string[]} chords */
  _set(id, chords) {
    const own = this._own(id);
    if (own.length === chords.length && own.every((chord, i) => chord === chords[i])) delete this._changed[this.preset][id];
    else this._changed[this.preset][id] = chords;
  }

  _keep() {
    try {
      this._storage?.setItem(STORAGE_KEY, JSON.stringify({ preset: this.preset, changed: this._changed }));
    } catch {
      // A full or forbidden storage: it holds for this page only.
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
    if (Object.hasOwn(PRESETS, kept.preset)) this.preset = kept.preset;
    for (const preset of /** @type {PresetName[]} */ (Object.keys(PRESETS))) {
      for (const [id, chords] of Object.entries(kept.changed?.[preset] ?? {})) {
        if (Array.isArray(chords) && chords.length <= CHORDS_MAX && chords.every((chord) => typeof chord === 'string')) {
          this._changed[preset][id] = chords;
        }
      }
    }
  }
}
