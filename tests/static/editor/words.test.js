import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURSOR_MS, CursorSender } from '../../../static/editor/cursor.js';
import { savedAgo, wordsFor } from '../../../static/editor/panels/saving.js';
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
