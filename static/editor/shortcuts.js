/** Keys. Nothing here while somebody types, and nothing while a dialog is open. */

import { TOOLS } from './settings.js';
import { numpadCommand } from './view_commands.js';

/** @import { BrushSettings } from './settings.js' */
/** @import { ViewCommand } from './view_commands.js' */

/**
 * @typedef {object} Commands
 * @property {() => void} undo
 * @property {() => void} redo
 * @property {() => void} save
 * @property {() => void} cancel takes the running stroke back
 * @property {() => void} focus
 * @property {() => void} home
 * @property {() => void} sheet
 * @property {(dx: number, dy: number) => void} orbit pixels
 * @property {(factor: number) => void} zoom
 * @property {(command: ViewCommand) => void} view
 * @property {() => boolean} sculpting whether a stroke is being made
 */

/** An arrow key turns by this many pixels of a drag; Shift makes it finer. */
const ARROW_TURN = 40;
const ZOOM_STEP = 1.2;

export class Shortcuts {
  /** @param {BrushSettings} settings @param {Commands} commands */
  constructor(settings, commands) {
    this.settings = settings;
    this.commands = commands;
    /** Which slider the pointer moves at this moment. @type {'' | 'radius' | 'strength'} */
    this.adjusting = '';
  }

  /** True if the key did something. @param {KeyboardEvent} e */
  down(e) {
    const { settings, commands } = this;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const command = e.ctrlKey || e.metaKey;
    if (!commands.sculpting()) {
      settings.hold({ smooth: e.shiftKey && !command, invert: e.altKey || command });
    }
    const view = numpadCommand(e);
    if (view) {
      commands.view(view);
      return true;
    }
    if (command) {
      if (key === 'z') {
        if (e.shiftKey) commands.redo();
        else commands.undo();
      } else if (key === 'y') commands.redo();
      else if (key === 's') commands.save();
      else return false;
      return true;
    }
    if (key === 'Alt') return true; // or the browser's menu takes the focus
    const digit = /^Digit([1-6])$/.exec(e.code)?.[1] ?? (/^[1-6]$/.test(key) ? key : null);
    if (digit !== null && !e.shiftKey) {
      settings.choose(TOOLS[Number(digit) - 1]);
      return true;
    }
    const bracket = e.code === 'BracketLeft' || key === '[' ? -1 : e.code === 'BracketRight' || key === ']' ? 1 : 0;
    if (bracket !== 0) {
      if (e.shiftKey) {
        // Shift also borrows Smooth; the strength that is meant is that of the chosen brush.
        settings.hold({ smooth: false });
        settings.setStrength(settings.strength + 5 * bracket);
      } else settings.scaleRadius(bracket < 0 ? 1 / 1.1 : 1.1);
      return true;
    }
    const turn = e.shiftKey ? ARROW_TURN / 5 : ARROW_TURN;
    switch (key) {
      case 'x': this.adjusting = 'radius'; return true;
      case 'c': this.adjusting = 'strength'; return true;
      case 'm': settings.toggleMirror('x'); return true;
      case 'i': settings.toggle('invert'); return true;
      case 'f': commands.focus(); return true;
      case 'Home': commands.home(); return true;
      case '?': commands.sheet(); return true;
      case 'Escape': commands.cancel(); return true;
      case 'ArrowLeft': commands.orbit(turn, 0); return true;
      case 'ArrowRight': commands.orbit(-turn, 0); return true;
      case 'ArrowUp': commands.orbit(0, turn); return true;
      case 'ArrowDown': commands.orbit(0, -turn); return true;
      case '+': case '=': commands.zoom(1 / ZOOM_STEP); return true;
      case '-': case '_': commands.zoom(ZOOM_STEP); return true;
      default: return false;
    }
  }

  /** @param {KeyboardEvent} e */
  up(e) {
    const key = e.key.toLowerCase();
    if (key === 'x' || key === 'c') this.adjusting = '';
    if (!this.commands.sculpting()) {
      const command = e.ctrlKey || e.metaKey;
      this.settings.hold({ smooth: e.shiftKey && !command, invert: e.altKey || command });
    }
  }

  /** The keyboard went elsewhere: nothing is held any more. */
  release() {
    this.adjusting = '';
    this.settings.hold({ smooth: false, invert: false });
  }

  /** Moves the slider whose key is held. True if there is one. @param {number} dx pixels */
  adjust(dx) {
    if (this.adjusting === 'radius') this.settings.moveRadius(dx);
    else if (this.adjusting === 'strength') this.settings.setStrength(this.settings.strength + Math.sign(dx) * Math.max(1, Math.abs(dx) / 3));
    else return false;
    return true;
  }
}

/** Where a key belongs to what is focused, not to the clay. @param {EventTarget | null} target @param {string} key */
export function belongsToField(target, key) {
  if (!(target instanceof Element)) return false;
  if (target.closest('dialog[open]') !== null) return true;
  if (target.matches('input[type="range"], [role="radio"]')) return key.startsWith('Arrow') || key === 'Home' || key === 'End';
  return target.matches('input, textarea, select, [contenteditable]');
}

/** @param {Shortcuts} shortcuts */
export function attachShortcuts(shortcuts) {
  window.addEventListener('keydown', (e) => {
    if (e.isComposing || belongsToField(e.target, e.key)) return;
    if (document.querySelector('dialog[open]') !== null) return;
    if (shortcuts.down(e)) e.preventDefault();
  });
  window.addEventListener('keyup', (e) => shortcuts.up(e));
  window.addEventListener('blur', () => shortcuts.release());
}
