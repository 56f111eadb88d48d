/** A ring of hues around a square of saturation and value. Both are moved by pointer, and by the arrow keys once they have the focus. */

import { cssOf, hexOf, hsvOf, rgbOf } from '../colour.js';
import { make } from '../dom.js';
import { t } from '../words.js';

/** @import { Hsv, Rgb } from '../colour.js' */
/** @import { Field } from './fields.js' */

/** Degrees, and shares, of one press of an arrow; Shift makes ten of it. */
const HUE_STEP = 1;
const SHARE_STEP = 0.01;

/** @param {(colour: Rgb) => void} onInput @returns {Field<Readonly<Rgb>>} */
export function colourWheel(onInput) {
  /** @type {Hsv} */
  let now = { hue: 0, saturation: 0, value: 0 };
  const square = make('div', { class: 'wheel-square', role: 'slider', tabindex: '0', 'aria-label': t('paint.square'), title: t('paint.square.hint'), 'aria-valuemin': '0', 'aria-valuemax': '100' }, make('span', { class: 'wheel-mark' }));
  const ring = make('div', { class: 'wheel-ring', role: 'slider', tabindex: '0', 'aria-label': t('paint.hue'), title: t('paint.hue.hint'), 'aria-valuemin': '0', 'aria-valuemax': '360' }, make('span', { class: 'wheel-mark' }));
  const element = make('div', { class: 'wheel' }, ring, square);

  const show = (/** @type {Readonly<Rgb>} */ colour) => {
    // A colour that was set here keeps the hue it was set with, also where it has become grey.
    if (hexOf(rgbOf(now)) !== hexOf([...colour])) now = hsvOf(colour, now);
    const { hue, saturation, value } = now;
    element.style.setProperty('--hue', String(hue));
    element.style.setProperty('--saturation', String(saturation));
    element.style.setProperty('--value', String(value));
    element.style.setProperty('--colour', cssOf(colour));
    ring.setAttribute('aria-valuenow', String(Math.round(hue)));
    square.setAttribute('aria-valuenow', String(Math.round(100 * value)));
    square.setAttribute('aria-valuetext', t('paint.square.spoken', { saturation: Math.round(100 * saturation), value: Math.round(100 * value), hex: hexOf(colour) }));
  };
  const put = (/** @type {Partial<Hsv>} */ change) => {
    const share = (/** @type {number} */ x) => Math.min(1, Math.max(0, x));
    const next = { ...now, ...change };
    now = { hue: ((next.hue % 360) + 360) % 360, saturation: share(next.saturation), value: share(next.value) };
    onInput(rgbOf(now));
    show(rgbOf(now));
  };

  follow(ring, (x, y) => put({ hue: (Math.atan2(x - 0.5, 0.5 - y) * 180) / Math.PI }));
  follow(square, (x, y) => put({ saturation: x, value: 1 - y }));
  byArrows(ring, (dx, dy, times) => put({ hue: now.hue + (dx - dy) * times * HUE_STEP }));
  byArrows(square, (dx, dy, times) => put({ saturation: now.saturation + dx * times * SHARE_STEP, value: now.value - dy * times * SHARE_STEP }));
  return { element, show };
}

/** Tells where in the element a pressed pointer is, 0 … 1 from the upper left. @param {HTMLElement} element @param {(x: number, y: number) => void} at */
function follow(element, at) {
  const tell = (/** @type {PointerEvent} */ e) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    at((e.clientX - left) / width, (e.clientY - top) / height);
  };
  element.addEventListener('pointerdown', (e) => {
    if (e.button !== 0) return;
    element.setPointerCapture(e.pointerId);
    tell(e);
  });
  element.addEventListener('pointermove', (e) => {
    if (element.hasPointerCapture(e.pointerId)) tell(e);
  });
}

/** @param {HTMLElement} element @param {(dx: number, dy: number, times: number) => void} move */
function byArrows(element, move) {
  element.addEventListener('keydown', (e) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[e.key];
    if (way === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    move(way[0], way[1], e.shiftKey ? 10 : 1);
  });
}
