import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EARLY_MS, Gestures, PEN_MEMORY_MS } from '../../../static/editor/gestures.js';

/** Intents that write down what was asked of them. The clay is where x < 100. */
function recorder() {
  /** @type {string[]} */
  const log = [];
  const intents = {
    canSculptAt: (/** @type {number} */ x) => x < 100,
    strokeBegin: (/** @type {any} */ s, /** @type {any} */ { held, erasing }) => {
      log.push(['begin', s.x, ...Object.keys(held).filter((key) => held[key]), ...(erasing ? ['erasing'] : [])].join(' '));
      return true;
    },
    strokeMove: (/** @type {any[]} */ samples) => void log.push(`move ${samples.map((s) => s.x).join(',')}`),
    strokeEnd: () => void log.push('end'),
    strokeCancel: () => void log.push('cancel'),
    orbit: (/** @type {number} */ dx, /** @type {number} */ dy) => void log.push(`orbit ${dx},${dy}`),
    pan: (/** @type {number} */ dx, /** @type {number} */ dy) => void log.push(`pan ${dx},${dy}`),
    zoom: (/** @type {number} */ factor) => void log.push(factor < 1 ? 'nearer' : 'farther'),
    hover: (/** @type {number} */ x) => void log.push(`hover ${x}`),
    hoverEnd: () => {},
    adjust: () => false,
    settle: () => false,
    tap: (/** @type {number} */ fingers) => void log.push(`tap ${fingers}`),
    doing: () => {},
  };
  return { log, gestures: new Gestures(intents) };
}

/** @param {string} type @param {number} id @param {number} x @param {number} time @param {object} [more] */
function at(type, id, x, time, more = {}) {
  return { id, type, button: 0, buttons: 1, x, y: 50, pressure: 0.5, shift: false, alt: false, ctrl: false, time, ...more };
}

test('left on the clay sculpts, all coalesced samples arrive', () => {
  // A drag that begins on the clay is one stroke, also where it leaves it, and loses no sample between two events.
  const { log, gestures } = recorder();
  gestures.down(at('mouse', 1, 10, 0, { alt: true }));
  gestures.move(at('mouse', 1, 120, 10), [{ x: 60, y: 0, pressure: 0.5 }, { x: 120, y: 0, pressure: 0.5 }]);
  gestures.up(at('mouse', 1, 120, 20));
  assert.deepEqual(log, ['begin 10 alt', 'move 60,120', 'end', 'hover 120']);
});

for (const { name, button, x, keys, does } of [
  { name: 'left beside the clay turns', button: 0, x: 200, keys: {}, does: 'orbit 5,0' },
  { name: 'right on the clay turns', button: 2, x: 10, keys: {}, does: 'orbit 5,0' },
  { name: 'middle moves', button: 1, x: 10, keys: {}, does: 'pan 5,0' },
  { name: 'Shift and right moves', button: 2, x: 10, keys: { shift: true }, does: 'pan 5,0' },
  { name: 'Ctrl and right zooms', button: 2, x: 10, keys: { ctrl: true }, does: 'nearer' },
]) {
  test(name, () => {
    // The camera's buttons never touch the clay.
    const { log, gestures } = recorder();
    gestures.down(at('mouse', 1, x, 0, { button, ...keys }));
    gestures.move(at('mouse', 1, x + 5, 10));
    gestures.up(at('mouse', 1, x + 5, 20));
    assert.deepEqual(log.slice(0, 1), [does]);
    assert.ok(!log.some((line) => line.startsWith('begin')));
  });
}

test('a second finger that comes early takes the stroke back', () => {
  // Two fingers never land at the same time; what the first began is not meant.
  const { log, gestures } = recorder();
  gestures.down(at('touch', 1, 10, 0));
  gestures.down(at('touch', 2, 60, EARLY_MS - 1));
  assert.deepEqual(log, ['begin 10', 'cancel']);
});

test('a second finger that comes late ends the stroke and keeps it', () => {
  // After a real stroke, a resting finger must not destroy it.
  const { log, gestures } = recorder();
  gestures.down(at('touch', 1, 10, 0));
  gestures.move(at('touch', 1, 60, 400));
  gestures.down(at('touch', 2, 90, 500));
  assert.deepEqual(log, ['begin 10', 'move 60', 'end']);
});

test('two fingers in parallel turn, apart they zoom', () => {
  // The first pixels decide which of the two it is.
  const turning = recorder();
  turning.gestures.down(at('touch', 1, 200, 0));
  turning.gestures.down(at('touch', 2, 300, 10));
  for (let i = 1; i <= 6; i++) {
    turning.gestures.move(at('touch', 1, 200 + 10 * i, 10 + i));
    turning.gestures.move(at('touch', 2, 300 + 10 * i, 10 + i));
  }
  assert.ok(turning.log.some((line) => line.startsWith('orbit')));
  assert.ok(!turning.log.some((line) => line === 'nearer' || line === 'farther'));

  const pinching = recorder();
  pinching.gestures.down(at('touch', 1, 200, 0));
  pinching.gestures.down(at('touch', 2, 300, 10));
  for (let i = 1; i <= 6; i++) {
    pinching.gestures.move(at('touch', 1, 200 - 10 * i, 10 + i));
    pinching.gestures.move(at('touch', 2, 300 + 10 * i, 10 + i));
  }
  assert.ok(pinching.log.includes('nearer'));
});

test('two fingers that tap ask for undo once', () => {
  // The early stroke of the first finger is taken back, then the tap counts.
  const { log, gestures } = recorder();
  gestures.down(at('touch', 1, 10, 0));
  gestures.down(at('touch', 2, 60, 20));
  gestures.up(at('touch', 1, 10, 120));
  gestures.up(at('touch', 2, 60, 130));
  assert.deepEqual(log, ['begin 10', 'cancel', 'tap 2']);
});

test('a hand that rests beside a pen does not sculpt', () => {
  // While a pen has been seen lately, touch only moves the camera; afterwards fingers sculpt again.
  const { log, gestures } = recorder();
  gestures.move(at('pen', 7, 20, 1000, { buttons: 0 }));
  gestures.down(at('touch', 1, 10, 1500));
  gestures.move(at('touch', 1, 15, 1510));
  gestures.up(at('touch', 1, 15, 1520));
  gestures.down(at('touch', 2, 10, 1000 + PEN_MEMORY_MS + 1));
  assert.deepEqual(log, ['hover 20', 'orbit 5,0', 'begin 10']);
});

test('a palm that lies there does not disturb the pen', () => {
  // Touches that come during a pen's stroke are ignored, also when they go.
  const { log, gestures } = recorder();
  gestures.down(at('pen', 7, 10, 0));
  gestures.down(at('touch', 1, 300, 100));
  gestures.down(at('touch', 2, 320, 110));
  gestures.move(at('pen', 7, 30, 120));
  gestures.up(at('touch', 1, 300, 130));
  gestures.up(at('pen', 7, 30, 140));
  assert.deepEqual(log.slice(0, 3), ['begin 10', 'move 30', 'end']);
});

test('after Esc the pointer does nothing until it is lifted', () => {
  // A stroke that was taken back does not begin again under the same press.
  const { log, gestures } = recorder();
  gestures.down(at('mouse', 1, 10, 0));
  gestures.abandon();
  gestures.move(at('mouse', 1, 30, 10));
  gestures.up(at('mouse', 1, 30, 20));
  assert.deepEqual(log, ['begin 10', 'hover 30']);
});

test('a pen sculpts the opposite with its button or its other end', () => {
  // The right button of a mouse is the camera's; that of a pen comes with the tip on the clay.
  for (const { button, buttons } of [{ button: 2, buttons: 2 }, { button: 0, buttons: 3 }, { button: 5, buttons: 32 }]) {
    const { log, gestures } = recorder();
    gestures.down(at('pen', 1, 10, 0, { button, buttons, pressure: 0.7 }));
    gestures.up(at('pen', 1, 10, 20));
    assert.deepEqual(log.slice(0, 2), ['begin 10 erasing', 'end'], `${button}`);
  }
  const { log, gestures } = recorder();
  gestures.down(at('pen', 1, 10, 0));
  assert.deepEqual(log, ['begin 10']);
});

test('a hand on the glass while a pen sculpts does nothing, and neither does it right after', () => {
  // The palm that lies down in the middle of a stroke leaves the stroke to the pen, and moves nothing.
  const { log, gestures } = recorder();
  gestures.down(at('pen', 1, 10, 0));
  gestures.down(at('touch', 2, 60, 5));
  gestures.move(at('touch', 2, 70, 10));
  gestures.move(at('pen', 1, 20, 12));
  gestures.up(at('touch', 2, 70, 14));
  gestures.up(at('pen', 1, 20, 20));
  gestures.down(at('touch', 3, 10, 30));
  assert.deepEqual(log, ['begin 10', 'move 20', 'end', 'hover 20']);
});
