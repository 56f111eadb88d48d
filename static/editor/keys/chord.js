/**
 * Chords: one key with its modifiers, as a text like `Ctrl+Shift+Z`, `[`, `Numpad1`, or modifiers alone: `Shift`.
 *
 * Which key that is, the layout or the position decides:
 *   letters and signs   by what they type: `Z` undoes where the keyboard says Z, `?` opens the sheet wherever `?` is. Where a key types
 *                       no Latin letter (Cyrillic, Greek; Alt on a Mac), its position on a US keyboard stands in.
 *   digits              by position: the row of digits needs Shift on a French keyboard, and is the row of brushes all the same
 *   brackets            by position, or where they are typed: on most keyboards they hide behind AltGr
 *   number pad          by position: the same keys whether NumLock is on or not
 * Signs swallow Shift, which is part of typing them. Cmd counts as Ctrl.
 */

/** What of a KeyboardEvent a chord needs. @typedef {Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & {getModifierState?: (name: string) => boolean}} KeyLike */

/** Which modifiers are held. @typedef {{ctrl: boolean, alt: boolean, shift: boolean}} Modifiers */

export const NO_MODIFIERS = Object.freeze({ ctrl: false, alt: false, shift: false });

/** Keys that type nothing and are part of a chord, or of nothing. */
const SILENT = new Set(['Control', 'Meta', 'Alt', 'AltGraph', 'Shift', 'CapsLock', 'NumLock', 'Fn', 'Dead', 'Process', 'Unidentified', '']);
/** Signs that could not stand in a chord's text, and their names there. @type {Record<string, string>} */
const NAMED = { '+': 'Plus', ' ': 'Space' };
/** @type {Record<string, string>} */
const BRACKETS = { BracketLeft: '[', BracketRight: ']', '[': '[', ']': ']', '{': '[', '}': ']' };

/** @param {KeyLike} e @returns {Modifiers} */
export function modifiersOf(e) {
  // AltGr comes as Ctrl and Alt on Windows, and is neither.
  const graph = e.getModifierState?.('AltGraph') ?? false;
  return { ctrl: !graph && (e.ctrlKey || e.metaKey), alt: !graph && e.altKey, shift: e.shiftKey };
}

/** The chord of a key that goes down; null for a modifier alone. @param {KeyLike} e @returns {string | null} */
export function chordOf(e) {
  const { key, code } = e;
  if (SILENT.has(key)) return null;
  const held = modifiersOf(e);
  const digit = /^Digit(\d)$/.exec(code)?.[1];
  const bracket = BRACKETS[code] ?? BRACKETS[key];
  if (digit !== undefined) return chordText(held, digit);
  if (code.startsWith('Numpad')) return chordText(held, code);
  if (bracket !== undefined) return chordText(held, bracket);
  if (key.length > 1) return chordText(held, key);
  if (/[a-z]/i.test(key)) return chordText(held, key.toUpperCase());
  const letter = key > '\x7f' ? /^Key([A-Z])$/.exec(code)?.[1] : undefined;
  if (letter !== undefined) return chordText(held, letter);
  if (key.toUpperCase() !== key.toLowerCase()) return chordText(held, key.toUpperCase());
  return chordText({ ...held, shift: held.shift && key === ' ' }, NAMED[key] ?? key);
}

/** @param {Modifiers} held @param {string} [key] none: modifiers alone */
export function chordText({ ctrl, alt, shift }, key) {
  return [ctrl && 'Ctrl', alt && 'Alt', shift && 'Shift', key].filter(Boolean).join('+');
}

/** The modifiers of a chord's text, and its key, '' for modifiers alone. @param {string} chord @returns {Modifiers & {key: string}} */
export function partsOf(chord) {
  const parts = chord.split('+');
  const key = parts.filter((part) => part !== 'Ctrl' && part !== 'Alt' && part !== 'Shift').join('+');
  return { ctrl: parts.includes('Ctrl'), alt: parts.includes('Alt'), shift: parts.includes('Shift'), key };
}

/** Whether a chord of modifiers alone is among those held: Ctrl is, while Ctrl and Alt are. @param {string} chord @param {Modifiers} held */
export function isHeld(chord, held) {
  const { ctrl, alt, shift, key } = partsOf(chord);
  return key === '' && (ctrl || alt || shift) && (!ctrl || held.ctrl) && (!alt || held.alt) && (!shift || held.shift);
}
