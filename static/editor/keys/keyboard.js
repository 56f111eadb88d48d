/** From keys to commands. Nothing here while somebody types, and nothing while a dialog is open. */

import { NO_MODIFIERS, chordOf, modifiersOf } from './chord.js';

/** @import { KeyLike, Modifiers } from './chord.js' */
/** @import { Command, Commands, Drag } from './commands.js' */
/** @import { Keymap } from './keymap.js' */

export class Keyboard {
  /** @param {Commands} commands @param {Keymap} keymap @param {() => boolean} sculpting whether a stroke is being made, which no held key changes */
  constructor(commands, keymap, sculpting) {
    this.commands = commands;
    this.keymap = keymap;
    this.sculpting = sculpting;
    /** @type {Modifiers} */
    this._held = NO_MODIFIERS;
    /** Keys that hold something: code → command. @type {Map<string, string>} */
    this._keys = new Map();
    /** The commands that hold at this moment. @type {Set<string>} */
    this._on = new Set();
    /** The value that the pointer sets at this moment. @type {{drag: Drag, code: string, moved: boolean} | null} */
    this._drag = null;
  }

  /** True if the key did something. @param {KeyLike & {repeat: boolean}} e */
  down(e) {
    this._held = modifiersOf(e);
    const chord = chordOf(e);
    const command = chord === null ? undefined : this.keymap.commandOf(chord);
    if (command === undefined) {
      this._hold();
      return e.key === 'Alt' && this._on.size > 0; // or the browser's menu takes the focus
    }
    if (this._drag && command.id === 'cancel') return this.settle(true);
    if (e.repeat && !command.repeats) return true;
    if (command.hold) {
      this._keys.set(e.code, command.id);
      this._hold();
      return true;
    }
    // The modifiers of a chord are part of it: Shift+[ means the brush in the hand, not the one that Shift alone would borrow.
    this._turnOn([]);
    if (command.drag) this._beginDrag(command.drag, e.code);
    else command.run?.();
    return true;
  }

  /** @param {KeyLike} e */
  up(e) {
    this._held = modifiersOf(e);
    this._keys.delete(e.code);
    if (this._drag?.code === e.code && (this._drag.moved || !this.keymap.sticky)) this._drag = null;
    this._hold();
  }

  /** What is held at a press of the pointer, also if its key went down elsewhere. @param {Modifiers} held */
  pressed(held) {
    this._held = held;
    this._hold();
  }

  /** A stroke has ended: what was pressed or let go meanwhile counts from now on. */
  strokeEnded() {
    this._hold();
  }

  /** The keyboard went elsewhere: nothing is held any more. */
  release() {
    this._held = NO_MODIFIERS;
    this._keys.clear();
    this._drag = null;
    this._hold();
  }

  /** The pointer moves. True if it sets a value by that. @param {number} dx @param {number} dy */
  adjust(dx, dy) {
    if (!this._drag) return false;
    if (dx !== 0 || dy !== 0) this._drag.moved = true;
    this._drag.drag.move(dx, dy);
    return true;
  }

  /** The pointer or a key ends the setting of a value. True if there was one. @param {boolean} cancelled it is what it was before */
  settle(cancelled) {
    const { _drag: drag } = this;
    this._drag = null;
    if (drag && cancelled) drag.drag.cancel();
    return drag !== null;
  }

  // — private —

  /** @param {Drag} drag @param {string} code */
  _beginDrag(drag, code) {
    const again = this._drag?.drag === drag;
    this._drag = again ? null : { drag, code, moved: false };
    if (!again) drag.begin();
  }

  _hold() {
    if (!this.sculpting() && !this._drag) this._turnOn([...this.keymap.heldBy(this._held), ...this._keys.values()]);
  }

  /** @param {string[]} ids */
  _turnOn(ids) {
    if (this.sculpting()) return;
    const next = new Set(ids);
    for (const id of this._on) if (!next.has(id)) this.commands.get(id)?.hold?.(false);
    for (const id of next) if (!this._on.has(id)) this.commands.get(id)?.hold?.(true);
    this._on = next;
  }
}

/** Where a key belongs to what is focused, not to the clay. @param {EventTarget | null} target @param {string} key */
export function belongsToField(target, key) {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog[open]') !== null) return true;
  if (target.matches('input[type="range"], [role="radio"]')) return key.startsWith('Arrow') || key === 'Home' || key === 'End';
  if (target.matches('input[type="checkbox"], input[type="radio"], input[type="color"]')) return false;
  return target.matches('input, textarea, select, [contenteditable]');
}

/** @param {Keyboard} keyboard */
export function attachKeyboard(keyboard) {
  window.addEventListener('keydown', (e) => {
    if (e.defaultPrevented || e.isComposing || belongsToField(e.target, e.key)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    // An open panel is closed first, by the browser: it would not if the key were taken.
    if (e.key === 'Escape' && document.querySelector('[popover]:popover-open') !== null) return;
    if (keyboard.down(e)) e.preventDefault();
  });
  window.addEventListener('keyup', (e) => keyboard.up(e));
  window.addEventListener('blur', () => keyboard.release());
}
