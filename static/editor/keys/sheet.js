/**
 * The sheet under `?`: every command with its keys, to find and to change.
 *
 * A key is changed where it stands: press its button, then the new key. Esc leaves it as it was, Backspace takes it away. A key
 * that another command has is told with both names, and is taken over only when that is confirmed.
 */

import { find, make } from '../dom.js';
import { t } from '../words.js';
import { chordOf, chordText, modifiersOf } from './chord.js';
import { wordsOf } from './commands.js';
import { CHORDS_MAX } from './keymap.js';
import { labelOf } from './labels.js';

/** @import { Editor } from '../compose/editor.js' */
/** @import { Command, Commands, Group } from './commands.js' */
/** @import { Bound, Keymap } from './keymap.js' */
/** @import { PresetName } from './presets.js' */

/** @type {readonly Group[]} */
const GROUPS = ['brushes', 'stroke', 'work', 'view', 'mask', 'paint', 'references'];

/** Modifiers alone, by their keys. */
const MODIFIERS = new Set(['Control', 'Meta', 'Alt', 'Shift']);

/** @param {Pick<Editor, 'commands' | 'keymap'>} editor */
export function attachKeySheet({ commands, keymap }) {
  const sheet = new KeySheet(find('dialog#shortcuts'), commands, keymap);
  keymap.addEventListener('change', () => sheet.show());
  // Commands are added until the page is complete: they are listed when somebody looks.
  new MutationObserver(() => {
    if (sheet.dialog.open) sheet.opened();
    else sheet.closed();
  }).observe(sheet.dialog, { attributeFilter: ['open'] });
}

class KeySheet {
  /** @param {HTMLDialogElement} dialog @param {Commands} commands @param {Keymap} keymap */
  constructor(dialog, commands, keymap) {
    this.dialog = dialog;
    this.commands = commands;
    this.keymap = keymap;
    this._list = find('[data-key-list]', dialog);
    this._search = /** @type {HTMLInputElement} */ (find('[data-key-search]', dialog));
    this._preset = /** @type {HTMLSelectElement} */ (find('[data-key-preset]', dialog));
    this._reset = /** @type {HTMLButtonElement} */ (find('[data-key-reset]', dialog));
    /** The key that is being changed; `chord` '' is a further one. @type {{command: Command, chord: string} | null} */
    this._listening = null;
    this._search.addEventListener('input', () => this._filter());
    this._preset.addEventListener('change', () => keymap.choosePreset(/** @type {PresetName} */ (this._preset.value)));
    this._reset.addEventListener('click', () => keymap.reset());
    // Before the dialog hears it: Esc would close it.
    dialog.addEventListener('keydown', (e) => this._keyDown(e), { capture: true });
    dialog.addEventListener('keyup', (e) => this._keyUp(e), { capture: true });
    dialog.addEventListener('cancel', (e) => {
      if (this._listening) e.preventDefault();
    });
    dialog.addEventListener('pointerdown', (e) => {
      if (this._listening && !(/** @type {Element} */ (e.target).closest('.key-row.asking'))) this._listen(null);
    });
  }

  opened() {
    this.show();
    this._filter();
  }

  closed() {
    this._listening = null;
    this._search.value = '';
  }

  /** Lists everything as it is by now, and keeps the focus where it was. */
  show() {
    if (!this.dialog.open) return;
    const at = /** @type {HTMLElement | null} */ (document.activeElement?.closest('[data-key-of]'))?.dataset.keyOf;
    const all = this.commands.all();
    this._list.replaceChildren(...GROUPS.filter((group) => all.some((one) => one.group === group)).map((group) => make(
      'section', { 'data-key-group': '' },
      make('h3', {}, t(`keys.group.${group}`)),
      ...all.filter((one) => one.group === group).map((command) => this._row(command)),
    )));
    this._preset.value = this.keymap.preset;
    this._reset.disabled = !all.some(({ id }) => this.keymap.isChanged(id));
    this._filter();
    if (at !== undefined) this._focus(at);
  }

  // — private —

  /** @param {Command} command */
  _row(command) {
    const { id } = command;
    const name = t(wordsOf(command));
    const chords = this.keymap.chordsOf(id);
    const keys = chords.map((chord) => this._key(command, chord, labelOf(chord), t('keys.change', { name, key: labelOf(chord) })));
    if (chords.length < CHORDS_MAX) keys.push(this._key(command, '', '+', t('keys.add', { name })));
    return make('div', { class: 'key-row', 'data-key-row': id, 'data-changed': this.keymap.isChanged(id) },
      make('span', { class: 'key-name' }, name), make('span', { class: 'key-chords' }, ...keys));
  }

  /** @param {Command} command @param {string} chord @param {string} label @param {string} what */
  _key(command, chord, label, what) {
    const key = make('button', {
      type: 'button', class: chord === '' ? 'key-add' : 'key-chord', 'data-key-of': `${command.id} ${chord}`, 'aria-label': what, title: what,
    }, label);
    key.addEventListener('click', () => this._listen({ command, chord }));
    return key;
  }

  /** @param {{command: Command, chord: string} | null} what */
  _listen(what) {
    const before = this._listening;
    this._listening = null;
    for (const row of this._list.querySelectorAll('.asking')) {
      row.classList.remove('asking');
      row.querySelector('[data-key-ask]')?.remove();
    }
    for (const key of this._list.querySelectorAll('.listening')) key.classList.remove('listening');
    if (what === null) {
      if (before) this._focus(`${before.command.id} ${before.chord}`);
      return;
    }
    this._listening = what;
    this._find(`${what.command.id} ${what.chord}`)?.classList.add('listening');
    this._ask(what.command, t(what.command.hold ? 'keys.pressHold' : 'keys.press'));
  }

  /** Says something in a command's row. @param {Command} command @param {string} words @param {...HTMLElement} buttons */
  _ask(command, words, ...buttons) {
    const row = this._list.querySelector(`[data-key-row="${command.id}"]`);
    if (!row) return;
    row.querySelector('[data-key-ask]')?.remove();
    row.classList.add('asking');
    row.append(make('p', { class: 'key-ask', 'data-key-ask': '', role: 'status' }, words, ...buttons));
  }

  /** @param {KeyboardEvent} e */
  _keyDown(e) {
    if (!this._listening) return;
    // While two names stand beside each other, the keys are those of their buttons.
    const asked = /** @type {Element} */ (e.target).closest('[data-key-ask]') !== null;
    if (asked && e.key !== 'Escape') return;
    e.preventDefault();
    e.stopPropagation();
    const { command, chord } = this._listening;
    if (e.key === 'Escape') this._listen(null);
    else if ((e.key === 'Backspace' || e.key === 'Delete') && chord !== '') {
      this._listening = null;
      this.keymap.unbind(command.id, chord);
      this._focus(`${command.id} `);
    } else {
      const pressed = chordOf(e);
      if (pressed !== null) this._bind(pressed);
    }
  }

  /** Modifiers alone count when they are let go. @param {KeyboardEvent} e */
  _keyUp(e) {
    if (!this._listening?.command.hold || !MODIFIERS.has(e.key)) return;
    const left = modifiersOf(e), { key } = e;
    this._bind(chordText({ ctrl: left.ctrl || key === 'Control' || key === 'Meta', alt: left.alt || key === 'Alt', shift: left.shift || key === 'Shift' }));
  }

  /** @param {string} pressed @param {boolean} [take] */
  _bind(pressed, take = false) {
    if (!this._listening) return;
    const listening = this._listening, { command, chord } = listening;
    this._listening = null;
    const bound = this.keymap.bind(command.id, pressed, { instead: chord || undefined, take });
    if (bound.done) {
      this._focus(`${command.id} ${pressed}`);
      return;
    }
    this._listening = listening;
    this._refuse(bound, pressed);
  }

  /** @param {Exclude<Bound, {done: true}>} bound @param {string} pressed */
  _refuse(bound, pressed) {
    const { command } = /** @type {NonNullable<typeof this._listening>} */ (this._listening);
    const key = labelOf(pressed);
    if (bound.why !== 'taken') {
      this._ask(command, t(`keys.refused.${bound.why}`, { key, count: CHORDS_MAX }));
      return;
    }
    const take = make('button', { type: 'button', class: 'save-button' }, t('keys.take', { name: t(wordsOf(command)) }));
    const leave = make('button', { type: 'button', class: 'plain-button' }, t('keys.leave', { name: t(wordsOf(bound.by)) }));
    take.addEventListener('click', () => this._bind(pressed, true));
    leave.addEventListener('click', () => this._listen(null));
    this._ask(command, t('keys.taken', { key, other: t(wordsOf(bound.by)) }), make('span', { class: 'key-answers' }, take, leave));
    take.focus();
  }

  /** @param {string} keyOf */
  _find(keyOf) {
    return /** @type {HTMLElement | undefined} */ ([...this._list.querySelectorAll('[data-key-of]')].find(
      (key) => /** @type {HTMLElement} */ (key).dataset.keyOf === keyOf));
  }

  /** The button of a key, or the command's last one where that key is gone. @param {string} keyOf */
  _focus(keyOf) {
    const id = keyOf.slice(0, keyOf.indexOf(' '));
    const row = this._list.querySelector(`[data-key-row="${id}"]`);
    (this._find(keyOf) ?? /** @type {HTMLElement | null} */ (row?.querySelector('[data-key-of]:last-of-type')))?.focus();
  }

  /** Shows what has all the words that are searched, in its name or in its keys. */
  _filter() {
    const words = this._search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const section of this.dialog.querySelectorAll('[data-key-group]')) {
      const title = section.querySelector('h3')?.textContent ?? '';
      let some = false;
      for (const row of section.querySelectorAll('[data-key-row]')) {
        const text = `${title} ${row.textContent}`.toLowerCase();
        const fits = words.every((word) => text.includes(word));
        /** @type {HTMLElement} */ (row).hidden = !fits;
        some ||= fits;
      }
      /** @type {HTMLElement} */ (section).hidden = !some;
      if (some) shown++;
    }
    find('[data-key-none]', this.dialog).hidden = shown > 0;
  }
}
