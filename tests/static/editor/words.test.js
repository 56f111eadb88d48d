import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURSOR_MS, CursorSender } from '../../../static/editor/cursor.js';
import { savedAgo, wordsFor } from '../../../static/editor/panels/saving.js';
import { BrushSettings } from '../../../static/editor/settings.js';
import '../english.js';

const SAFE = { online: true, connecting: false, journaled: true, pending: 0, waiting: 0, saving: false, savedAt: 1000 };

for (const { name, safety, text, tone } of [
  { name: 'all is well', safety: {}, text: 'Saved 2 min ago', tone: 'good' },
  { name: 'offline with work', safety: { online: false, waiting: 12 }, text: 'Offline: 12 strokes wait here', tone: 'bad' },
  { name: 'offline with one stroke', safety: { online: false, waiting: 1 }, text: 'Offline: 1 stroke waits here', tone: 'bad' },
  { name: 'the database is away', safety: { journaled: false, saving: true }, text: 'Not being saved: the database is away', tone: 'bad' },
  { name: 'Save was pressed', safety: { saving: true }, text: 'Saving…', tone: 'busy' },
  { name: 'never saved', safety: { savedAt: 0 }, text: 'Every stroke is kept', tone: 'good' },
]) {
  test(`save state: ${name}`, () => {
    // The worst thing that is true is what is said.
    assert.deepEqual(wordsFor({ ...SAFE, ...safety }, 1000 + 130_000), { text, tone });
  });
}

test('ago counts in the unit that a person would use', () => {
  // Never "0 min" and never "90 min".
  assert.deepEqual([10_000, 61_000, 3_700_000, 3 * 86_400_000].map(savedAgo), ['Saved just now', 'Saved 1 min ago', 'Saved 1 h ago', 'Saved 3 days ago']);
});

test('cursors are sent at most every 50 ms, and the last one always', () => {
  // A fast pointer costs twenty frames a second; where it came to rest is known.
  let now = 0;
  /** @type {(() => void)[]} */
  const timers = [];
  /** @type {number[]} */
  const sent = [];
  const sender = new CursorSender((c) => void sent.push(c.position[0]), { now: () => now, after: (_, run) => void timers.push(run) });
  const cursor = (/** @type {number} */ x) => ({ flags: 1, brush: 0, piece: 1, radius: 5, position: [x, 0, 0], normal: [0, 0, 1] });
  for (let i = 0; i < 5; i++, now += 5) sender.show(cursor(i));
  assert.deepEqual(sent, [0]);
  assert.equal(timers.length, 1);
  now = CURSOR_MS;
  timers[0]();
  assert.deepEqual(sent, [0, 4]);
});

test('a brush that leaves the clay says so once', () => {
  // Others must not see a brush where there is none any more.
  /** @type {number[]} */
  const flags = [];
  let now = 0;
  const sender = new CursorSender((c) => void flags.push(c.flags), { now: () => (now += 100), after: () => assert.fail('no need to wait') });
  sender.show({ flags: 1, brush: 0, piece: 1, radius: 5, position: [0, 0, 0], normal: [0, 0, 1] });
  sender.show(null);
  sender.show(null);
  assert.deepEqual(flags, [1, 0]);
});

test('settings survive a reload, a broken memory does not hurt', () => {
  // What is read back is checked: the storage belongs to the browser, not to us.
  /** @type {Map<string, string>} */
  const memory = new Map();
  const storage = { getItem: (/** @type {string} */ k) => memory.get(k) ?? null, setItem: (/** @type {string} */ k, /** @type {string} */ v) => void memory.set(k, v) };
  const first = new BrushSettings(storage);
  first.choose('clay');
  first.setRadius(99);
  first.toggle('invert');
  const second = new BrushSettings(storage);
  assert.deepEqual([second.tool, second.radius, second.switches.invert], ['clay', 99, false]);
  for (const key of memory.keys()) memory.set(key, '{"tool": "__proto__", "radius": 1e9, "strengths": 3}');
  assert.deepEqual([new BrushSettings(storage).tool, new BrushSettings(storage).radius], ['draw', 60]);
});

test('Shift borrows Smooth, Ctrl turns the inversion round', () => {
  // Held keys change the next stroke and nothing that is remembered.
  const settings = new BrushSettings();
  settings.toggle('invert');
  settings.hold({ smooth: true, invert: true });
  assert.deepEqual([settings.activeTool, settings.tool, settings.activeInvert], ['smooth', 'draw', false]);
});
