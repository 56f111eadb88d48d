import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_MODIFIERS, chordOf, chordText, isHeld, modifiersOf, partsOf } from '../../../static/editor/keys/chord.js';
import { Commands } from '../../../static/editor/keys/commands.js';
import { Keyboard } from '../../../static/editor/keys/keyboard.js';
import { Keymap } from '../../../static/editor/keys/keymap.js';
import { labelOf } from '../../../static/editor/keys/labels.js';
import { PRESETS } from '../../../static/editor/keys/presets.js';
import { useWords } from '../../../static/words/words.js';
import { textsOf } from '../english.js';

/** @param {string} key @param {string} code @param {string} [held] 'ctrl shift alt meta graph' @param {object} [more] */
function press(key, code, held = '', more = {}) {
  const has = (/** @type {string} */ name) => held.split(' ').includes(name);
  return {
    key, code, ctrlKey: has('ctrl'), metaKey: has('meta'), altKey: has('alt'), shiftKey: has('shift'), repeat: false,
    getModifierState: (/** @type {string} */ name) => name === 'AltGraph' && has('graph'), ...more,
  };
}

// — chords —

for (const { name, event, chord } of [
  { name: 'a letter is what it types: Z sits where Y does on a German keyboard', event: press('z', 'KeyY', 'ctrl'), chord: 'Ctrl+Z' },
  { name: 'a capital is the letter with Shift', event: press('Z', 'KeyZ', 'ctrl shift'), chord: 'Ctrl+Shift+Z' },
  { name: 'a Cyrillic letter is its position', event: press('я', 'KeyZ', 'ctrl'), chord: 'Ctrl+Z' },
  { name: 'Alt and a letter on a Mac types something else', event: press('å', 'KeyA', 'alt'), chord: 'Alt+A' },
  { name: 'an umlaut is itself', event: press('ö', 'Semicolon'), chord: 'Ö' },
  { name: 'digits are positions: a French 1 types &', event: press('&', 'Digit1'), chord: '1' },
  { name: 'a French 1 with Shift', event: press('1', 'Digit1', 'shift'), chord: 'Shift+1' },
  { name: 'the number pad is not the row of digits', event: press('1', 'Numpad1'), chord: 'Numpad1' },
  { name: 'the number pad without NumLock', event: press('End', 'Numpad1', 'ctrl'), chord: 'Ctrl+Numpad1' },
  { name: 'a bracket with Shift', event: press('}', 'BracketRight', 'shift'), chord: 'Shift+]' },
  { name: 'the place of a bracket types ü', event: press('ü', 'BracketLeft'), chord: '[' },
  { name: 'signs swallow Shift', event: press('?', 'Slash', 'shift'), chord: '?' },
  { name: 'a sign elsewhere', event: press('?', 'Minus', 'shift'), chord: '?' },
  { name: 'AltGr is neither Ctrl nor Alt', event: press('~', 'BracketRight', 'ctrl alt graph'), chord: ']' },
  { name: 'the plus has a name', event: press('+', 'Equal', 'shift'), chord: 'Plus' },
  { name: 'Shift counts with a named key', event: press('ArrowLeft', 'ArrowLeft', 'shift'), chord: 'Shift+ArrowLeft' },
  { name: 'Cmd is Ctrl', event: press('s', 'KeyS', 'meta'), chord: 'Ctrl+S' },
  { name: 'a modifier alone is no chord yet', event: press('Shift', 'ShiftLeft', 'shift'), chord: null },
  { name: 'a dead key is none', event: press('Dead', 'Equal'), chord: null },
]) {
  test(`chord: ${name}`, () => {
    // Layouts differ; what is written on the key and where it sits both have their say.
    assert.equal(chordOf(event), chord);
  });
}

test('a chord and its parts', () => {
  // What is stored can be read again.
  assert.deepEqual(partsOf('Ctrl+Shift+Z'), { ctrl: true, alt: false, shift: true, key: 'Z' });
  assert.deepEqual(partsOf('Alt'), { ctrl: false, alt: true, shift: false, key: '' });
  assert.equal(chordText({ ctrl: true, alt: true, shift: true }, '['), 'Ctrl+Alt+Shift+[');
  assert.deepEqual(modifiersOf(press('x', 'KeyX', 'ctrl alt graph')), NO_MODIFIERS);
});

test('modifiers alone are held together with others', () => {
  // Ctrl and Alt held: what Ctrl holds and what Alt holds.
  const held = { ctrl: true, alt: true, shift: false };
  assert.deepEqual(['Ctrl', 'Alt', 'Shift', 'Ctrl+Alt', 'Ctrl+Shift', 'Ctrl+Z', 'Z', ''].map((chord) => isHeld(chord, held)),
    [true, true, false, true, false, false, false, false]);
});

test('keys are named as they are labelled', () => {
  // In German, and on an Apple keyboard.
  assert.deepEqual(['Ctrl+Shift+Z', 'Escape', 'Numpad1', 'Plus', 'ArrowUp'].map((chord) => labelOf(chord, false)), ['Ctrl+Shift+Z', 'Esc', 'Num 1', '+', '↑']);
  useWords({ language: 'de', texts: textsOf('de') });
  assert.deepEqual(['Ctrl+Shift+Z', 'Home'].map((chord) => labelOf(chord, false)), ['Strg+Umschalt+Z', 'Pos1']);
  assert.equal(labelOf('Ctrl+Shift+Z', true), '⌘⇧Z');
  useWords({ language: 'en', texts: textsOf('en') });
});

// — the map —

/** @param {string | null} [kept] */
function memory(kept = null) {
  return {
    kept,
    getItem() { return this.kept; },
    setItem(/** @type {string} */ _, /** @type {string} */ value) { this.kept = value; },
  };
}

/** Commands that write down what they did. @param {ReturnType<typeof memory> | null} [storage] */
function house(storage = null) {
  /** @type {string[]} */
  const log = [];
  const commands = new Commands();
  const drag = (/** @type {string} */ name) => ({
    begin: () => void log.push(`${name} begins`), move: (/** @type {number} */ dx) => void log.push(`${name} ${dx}`), cancel: () => void log.push(`${name} cancelled`),
  });
  commands.add(
    { id: 'brush.draw', group: 'brushes', run: () => void log.push('draw') },
    { id: 'undo', group: 'work', repeats: true, run: () => void log.push('undo') },
    { id: 'save', group: 'work', run: () => void log.push('save') },
    { id: 'cancel', group: 'stroke', run: () => void log.push('cancel') },
    { id: 'strength.more', group: 'stroke', repeats: true, run: () => void log.push('stronger') },
    { id: 'radius', group: 'stroke', drag: drag('radius') },
    { id: 'strength', group: 'stroke', drag: drag('strength') },
    { id: 'hold.smooth', group: 'stroke', hold: (on) => void log.push(`smooth ${on}`) },
    { id: 'hold.invert', group: 'stroke', hold: (on) => void log.push(`invert ${on}`) },
    { id: 'own', group: 'view', keys: ['Q'], run: () => void log.push('own') });
  const keymap = new Keymap(commands, storage);
  const state = { sculpting: false };
  const keyboard = new Keyboard(commands, keymap, () => state.sculpting);
  return { log, commands, keymap, keyboard, state };
}

for (const preset of /** @type {const} */ (['sculptgl', 'blender'])) {
  test(`no two commands of the preset ${preset} have the same key`, () => {
    // What is delivered has no conflicts, and nothing that the browser would take.
    const chords = Object.values(PRESETS[preset].keys).flat();
    assert.deepEqual(chords.filter((chord, i) => chords.indexOf(chord) !== i), []);
  });
}

test('a command that no preset names has the keys it brings', () => {
  // Panels bring their commands with them.
  const { keymap } = house();
  assert.equal(keymap.commandOf('Q')?.id, 'own');
  assert.deepEqual(keymap.conflicts(), []);
});

test('a taken key is told with its owner, and taken over only when that is meant', () => {
  // Nothing changes by accident.
  const { keymap } = house();
  const refused = keymap.bind('save', 'Ctrl+Z', { instead: 'Ctrl+S' });
  assert.ok(!refused.done && refused.why === 'taken' && refused.by.id === 'undo');
  assert.deepEqual([keymap.chordsOf('save'), keymap.chordsOf('undo')], [['Ctrl+S'], ['Ctrl+Z']]);
  assert.ok(keymap.bind('save', 'Ctrl+Z', { instead: 'Ctrl+S', take: true }).done);
  assert.deepEqual([keymap.chordsOf('save'), keymap.chordsOf('undo'), keymap.commandOf('Ctrl+S')], [['Ctrl+Z'], [], undefined]);
  assert.deepEqual(keymap.conflicts(), []);
});

test('what can not be a key is refused with the reason', () => {
  // The browser's own, one too many, and modifiers where there is nothing to hold.
  const { keymap } = house();
  assert.deepEqual(keymap.bind('save', 'Ctrl+W'), { done: false, why: 'reserved' });
  assert.deepEqual(keymap.bind('save', 'Ctrl'), { done: false, why: 'kind' });
  for (const chord of ['A', 'B', 'D']) assert.ok(keymap.bind('save', chord).done);
  assert.deepEqual(keymap.bind('save', 'E'), { done: false, why: 'full' });
  assert.ok(keymap.bind('save', 'E', { instead: 'B' }).done);
  assert.deepEqual(keymap.chordsOf('save'), ['Ctrl+S', 'A', 'E', 'D']);
});

test('changes are remembered for each preset, and reset', () => {
  // What somebody changed of one preset does not follow them into the other.
  const storage = memory();
  const { keymap } = house(storage);
  keymap.bind('save', 'F9', { instead: 'Ctrl+S' });
  keymap.choosePreset('blender');
  assert.deepEqual([keymap.chordsOf('save'), keymap.isChanged('save'), keymap.sticky], [['Ctrl+S'], false, true]);
  keymap.unbind('undo', 'Ctrl+Z');
  const later = house(storage).keymap;
  assert.deepEqual([later.preset, later.chordsOf('undo')], ['blender', []]);
  later.choosePreset('sculptgl');
  assert.deepEqual([later.chordsOf('save'), later.chordsOf('undo'), later.isChanged('save')], [['F9'], ['Ctrl+Z'], true]);
  later.reset();
  assert.deepEqual([later.chordsOf('save'), later.isChanged('save')], [['Ctrl+S'], false]);
});

for (const kept of ['{', '3', 'null', '{"preset": "__proto__", "changed": {"sculptgl": {"save": 3, "undo": [4]}}}', '{"changed": {"sculptgl": {"save": ["A","B","C","D","E"]}}}']) {
  test(`a broken memory is passed over: ${kept.slice(0, 30)}`, () => {
    // The storage belongs to the browser, not to us.
    const { keymap } = house(memory(kept));
    assert.deepEqual([keymap.preset, keymap.chordsOf('save'), keymap.chordsOf('undo')], ['sculptgl', ['Ctrl+S'], ['Ctrl+Z']]);
  });
}

test('two commands of one name, and one that does nothing', () => {
  // A mistake in the editor's parts is found when the page starts.
  const { commands } = house();
  assert.throws(() => commands.add({ id: 'undo', group: 'work', run: () => {} }), /two commands undo/);
  assert.throws(() => commands.add({ id: 'idle', group: 'work' }), /idle does nothing/);
  assert.throws(() => commands.run('hold.smooth'), /no command hold.smooth to run/);
});

// — the keyboard —

test('a held key repeats what repeats, and nothing else', () => {
  // Undo goes on; saving ten times a second helps nobody.
  const { log, keyboard } = house();
  for (const repeat of [false, true]) {
    assert.ok(keyboard.down(press('z', 'KeyZ', 'ctrl', { repeat })));
    assert.ok(keyboard.down(press('s', 'KeyS', 'ctrl', { repeat })));
  }
  assert.deepEqual(log, ['undo', 'save', 'undo']);
  assert.ok(!keyboard.down(press('j', 'KeyJ')));
});

test('Shift borrows, a chord with Shift does not', () => {
  // Shift+] means the strength of the brush in the hand.
  const { log, keyboard } = house();
  keyboard.down(press('Shift', 'ShiftLeft', 'shift'));
  keyboard.down(press('}', 'BracketRight', 'shift'));
  keyboard.up(press('Shift', 'ShiftLeft'));
  assert.deepEqual(log, ['smooth true', 'smooth false', 'stronger']);
});

test('a letter can hold as well', () => {
  // While it is down, and until it is up, with and without modifiers.
  const { log, keymap, keyboard } = house();
  keymap.bind('hold.smooth', 'D', { instead: 'Shift' });
  keyboard.down(press('d', 'KeyD'));
  keyboard.down(press('d', 'KeyD', '', { repeat: true }));
  keyboard.down(press('Alt', 'AltLeft', 'alt'));
  keyboard.up(press('d', 'KeyD', 'alt'));
  keyboard.up(press('Alt', 'AltLeft'));
  assert.deepEqual(log, ['smooth true', 'invert true', 'smooth false', 'invert false']);
});

test('what is held changes no stroke that is being made', () => {
  // It counts from the end of the stroke on.
  const { log, keyboard, state } = house();
  keyboard.pressed({ ctrl: false, alt: true, shift: false });
  state.sculpting = true;
  keyboard.up(press('Alt', 'AltLeft'));
  assert.deepEqual(log, ['invert true']);
  state.sculpting = false;
  keyboard.strokeEnded();
  assert.deepEqual(log, ['invert true', 'invert false']);
});

test('SculptGL: X held and moved sets the radius, let go it is set', () => {
  // A tap sets nothing.
  const { log, keyboard } = house();
  keyboard.down(press('x', 'KeyX'));
  assert.ok(keyboard.adjust(7, 0));
  keyboard.up(press('x', 'KeyX'));
  assert.ok(!keyboard.adjust(7, 0));
  keyboard.down(press('x', 'KeyX'));
  keyboard.up(press('x', 'KeyX'));
  assert.ok(!keyboard.adjust(7, 0));
  assert.deepEqual(log, ['radius begins', 'radius 7', 'radius begins']);
});

test('Blender: F tapped sets the radius until a click, Shift+F the strength, Esc takes it back', () => {
  // Held and moved it ends with the key, as in the other preset.
  const { log, keymap, keyboard } = house();
  keymap.choosePreset('blender');
  keyboard.down(press('f', 'KeyF'));
  keyboard.up(press('f', 'KeyF'));
  assert.ok(keyboard.adjust(5, 0));
  assert.ok(keyboard.settle(false));
  assert.ok(!keyboard.adjust(5, 0) && !keyboard.settle(false));
  keyboard.down(press('Shift', 'ShiftLeft', 'shift'));
  keyboard.down(press('F', 'KeyF', 'shift'));
  keyboard.adjust(3, 0);
  keyboard.down(press('Escape', 'Escape'));
  assert.ok(!keyboard.adjust(3, 0));
  assert.deepEqual(log, ['radius begins', 'radius 5', 'smooth true', 'smooth false', 'strength begins', 'strength 3', 'strength cancelled']);
});

test('without the keyboard nothing is held', () => {
  // Alt+Tab takes the window away, and with it the key that would have come up.
  const { log, keyboard } = house();
  keyboard.down(press('Alt', 'AltLeft', 'alt'));
  keyboard.release();
  keyboard.down(press('x', 'KeyX'));
  keyboard.release();
  assert.ok(!keyboard.adjust(1, 0));
  assert.deepEqual(log, ['invert true', 'invert false', 'radius begins']);
});
