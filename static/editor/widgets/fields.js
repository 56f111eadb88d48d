/** Sliders, switches and choices: labelled, with a tooltip, operable by keys, and told from outside what to show. */

import { make } from '../dom.js';
import { t } from '../words.js';

/**
 * What the panel shows of one setting.
 * @template T
 * @typedef {{element: HTMLElement, show: (value: T) => void}} Field
 */

/** @typedef {{name: string, label: string, hint: string, command?: string}} Named `name` is part of ids; the key of `command` is shown */

/**
 * A slider and a number for the same value.
 * @param {Named & {min: number, max: number, step?: number, unit: string | HTMLElement, aria: string, spoken: (n: number) => string, along?: Along}} of
 *   `aria`: what the number's field is called · `along`: how far along the slider a value is; linear
 * @param {(value: number) => void} onInput not checked: a field may hold anything
 * @returns {Field<number> & {limits: (min: number, max: number, step: number, unit: string, aria: string) => void}}
 */
export function slider({ name, label, hint, command, min, max, step = 1, unit, aria, spoken, along = linear }, onInput) {
  const number = /** @type {HTMLInputElement} */ (make('input', { id: `${name}-number`, type: 'number', inputmode: 'decimal', 'aria-label': aria }));
  const range = /** @type {HTMLInputElement} */ (make('input', { id: `${name}-range`, type: 'range', min: '0', max: String(STEPS), step: '1' }));
  const sign = typeof unit === 'string' ? make('span', { 'aria-hidden': 'true' }, unit) : unit;
  const element = make('div', { class: 'slider', 'data-slider': name, title: hint, 'data-command': command ?? false },
    make('label', { for: range.id }, label, ...keyPlace(command)), make('span', { class: 'slider-value' }, number, sign), range);
  let shown = min;
  const limits = (/** @type {number} */ from, /** @type {number} */ to, /** @type {number} */ by, /** @type {string} */ _, /** @type {string} */ called) => {
    [min, max, step] = [from, to, by];
    Object.assign(number, { min: String(min), max: String(max), step: String(step) });
    number.setAttribute('aria-label', called);
  };
  limits(min, max, step, '', aria);
  const show = (/** @type {number} */ value) => {
    shown = value;
    const share = along.toShare(value, min, max);
    range.value = String(Math.round(share * STEPS));
    range.style.setProperty('--fill', `${share * 100}%`);
    range.setAttribute('aria-valuetext', spoken(value));
    if (document.activeElement !== number) number.value = String(value);
  };
  const rounded = (/** @type {number} */ value) => Math.min(max, Math.max(min, Number((Math.round(value / step) * step).toFixed(4))));
  range.addEventListener('input', () => onInput(rounded(along.fromShare(Number(range.value) / STEPS, min, max))));
  range.addEventListener('keydown', (e) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[e.key];
    if (by === undefined) return;
    e.preventDefault();
    onInput(rounded(shown + by * step));
  });
  number.addEventListener('change', () => {
    if (Number.isFinite(number.valueAsNumber)) onInput(rounded(number.valueAsNumber));
  });
  number.addEventListener('keydown', (e) => {
    if (e.key === 'Enter' || e.key === 'Escape') number.blur();
  });
  // Left empty, it shows what is set.
  number.addEventListener('blur', () => show(shown));
  return { element, show, limits };
}

/** Where the key of a command is written. @param {string | undefined} command */
function keyPlace(command) {
  return command === undefined ? [] : [' ', make('kbd', { 'aria-hidden': 'true' })];
}

/** Positions of a slider. */
const STEPS = 1000;

/** @typedef {{toShare: (value: number, min: number, max: number) => number, fromShare: (share: number, min: number, max: number) => number}} Along */

/** @type {Along} */
const linear = {
  toShare: (value, min, max) => (value - min) / (max - min),
  fromShare: (share, min, max) => min + share * (max - min),
};

/** Even in the logarithm: small radii need finer steps. @type {Along} */
export const logarithmic = {
  toShare: (value, min, max) => Math.log(value / min) / Math.log(max / min),
  fromShare: (share, min, max) => min * (max / min) ** share,
};

/** A share of 1 as a slider in percent. @param {Named & {min: number, max: number}} of @param {(share: number) => void} onInput @returns {Field<number>} */
export function percentSlider({ name, label, hint, min, max }, onInput) {
  const { element, show } = slider({
    name, label, hint, min: Math.round(100 * min), max: Math.round(100 * max), unit: '%',
    aria: t('interface.inPercent', { what: label }), spoken: (n) => t('interface.percent', { n }),
  }, (percent) => onInput(percent / 100));
  return { element, show: (share) => show(Math.round(100 * share)) };
}

/** @param {Named & {before?: Element}} of @param {() => void} onTurn @returns {Field<boolean>} */
export function toggle({ name, label, hint, command, before }, onTurn) {
  const element = make('button', { class: 'switch', type: 'button', role: 'switch', 'aria-checked': 'false', 'data-setting': name, title: hint, 'data-command': command ?? false },
    ...(before ? [before] : []), make('span', { class: 'switch-label' }, label), ...keyPlace(command), make('span', { class: 'knob', 'aria-hidden': 'true' }));
  element.addEventListener('click', onTurn);
  return { element, show: (on) => element.setAttribute('aria-checked', String(on)) };
}

/**
 * One of a few words. Values are strings; the empty one stands for null.
 * @param {Named & {choices: {value: string, label: string}[]}} of @param {(value: string) => void} onChoose @returns {Field<string>}
 */
export function choice({ name, label, hint, choices }, onChoose) {
  const select = /** @type {HTMLSelectElement} */ (make('select', { id: `${name}-choice` },
    ...choices.map((one) => make('option', { value: one.value }, one.label))));
  select.addEventListener('change', () => onChoose(select.value));
  return {
    element: make('div', { class: 'choice', title: hint, 'data-choice': name }, make('label', { for: select.id }, label), select),
    show: (value) => {
      select.value = value;
    },
  };
}

/**
 * One of several pictures: a radio group in a grid.
 * @param {Named & {tiles: {value: string, label: string, picture: Element}[]}} of @param {(value: string) => void} onChoose @returns {Field<string>}
 */
export function tiles({ name, label, hint, tiles: all }, onChoose) {
  const buttons = all.map(({ value, label: called, picture }) => make('button', {
    class: 'tile', type: 'button', role: 'radio', 'aria-label': called, title: called, 'data-value': value, tabindex: '-1',
  }, picture));
  const element = make('div', { class: 'tiles', role: 'radiogroup', 'aria-label': label, title: hint, 'data-tiles': name }, ...buttons);
  for (const button of buttons) button.addEventListener('click', () => onChoose(button.dataset.value ?? ''));
  moveByArrows(element, buttons, (button) => onChoose(button.dataset.value ?? ''));
  return {
    element,
    show: (value) => {
      for (const button of buttons) {
        const chosen = button.dataset.value === value;
        button.setAttribute('aria-checked', String(chosen));
        button.tabIndex = chosen ? 0 : -1;
      }
    },
  };
}

/**
 * Arrow keys choose in a radio group: left and right go on by one, up and down go to the row above or below, Home and End to the ends.
 * @param {HTMLElement} group @param {HTMLElement[]} buttons @param {(button: HTMLElement) => void} choose
 */
export function moveByArrows(group, buttons, choose) {
  group.addEventListener('keydown', (e) => {
    const shown = buttons.filter((button) => button.offsetParent !== null);
    const at = shown.findIndex((button) => button === document.activeElement);
    if (at < 0) return;
    const to = neighbour(shown.map((button) => {
      const { left, top } = button.getBoundingClientRect();
      return { left, top };
    }), at, e.key);
    if (to === null) return;
    e.preventDefault();
    e.stopPropagation();
    choose(shown[to]);
    shown[to].focus();
  });
}

/**
 * The button that an arrow key leads to; null for other keys.
 * @param {readonly {left: number, top: number}[]} boxes in reading order @param {number} at @param {string} key
 * @returns {number | null}
 */
export function neighbour(boxes, at, key) {
  const { length } = boxes;
  if (key === 'ArrowRight') return (at + 1) % length;
  if (key === 'ArrowLeft') return (at + length - 1) % length;
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
  const down = key === 'ArrowDown';
  /** @type {number | null} */
  let best = null;
  for (let i = 0; i < length; i++) {
    const dy = (boxes[i].top - boxes[at].top) * (down ? 1 : -1);
    if (dy < 1) continue;
    const far = (/** @type {number} */ k) => Math.abs(boxes[k].top - boxes[at].top) * 1000 + Math.abs(boxes[k].left - boxes[at].left);
    if (best === null || far(i) < far(best)) best = i;
  }
  // From the last row to the first, in a single row to the next: as in any radio group.
  return best ?? (down ? (at + 1) % length : (at + length - 1) % length);
}
