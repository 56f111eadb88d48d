/**
 * A curve that people bend: points moved by pointer or keys.
 *
 * A press on a point takes it, a press beside one adds one; a double click takes it out. Each point is a slider to the keyboard:
 * arrows move it, with Shift further, + adds one after it, Delete takes it out.
 */

import { curveTable, readTable } from '../../kernel/curve.js';
import { make } from '../dom.js';
import { t } from '../words.js';
import { middleAfter, nearest, withAdded, withMoved, withRemoved } from './curve_points.js';
import { draw, icon, outline } from './svg.js';

/** @import { Curve } from '../../kernel/stroke_settings.js' */
/** @import { Field, Named } from './fields.js' */

const WIDTH = 200, HEIGHT = 96, MARGIN = 10;
/** A finger hits within this many pixels of a point. */
const REACH = 16;
const KEY_STEP = 0.01, KEY_LEAP = 0.1;

/** @param {Named & {straight: Curve}} of `straight`: what the button brings back @param {(curve: Curve) => void} onChange @returns {Field<Curve>} */
export function curveEditor({ name, label, hint, straight }, onChange) {
  /** @type {Curve} */
  let curve = straight;
  let chosen = 0, dragging = false;
  const line = draw('path', { class: 'curve-line' }), area = draw('path', { class: 'curve-area' });
  const points = draw('g');
  const grid = draw('path', { class: 'curve-grid', d: `M0 0H${WIDTH}V${HEIGHT}H0zM${WIDTH / 2} 0V${HEIGHT}M0 ${HEIGHT / 2}H${WIDTH}` });
  const plot = draw('svg', {
    class: 'curve-plot', viewBox: `${-MARGIN} ${-MARGIN} ${WIDTH + 2 * MARGIN} ${HEIGHT + 2 * MARGIN}`, role: 'group', 'aria-label': `${label}. ${t('interface.curve.help')}`,
  }, grid, area, line, points);
  const button = (/** @type {string} */ action, /** @type {string} */ picture, /** @type {string} */ what) => make('button', {
    class: 'tool-button small', type: 'button', 'data-curve-action': action, 'aria-label': `${label}: ${what}`, title: what,
  }, icon(picture));
  const add = button('add', 'plus', t('interface.curve.add')), remove = button('remove', 'minus', t('interface.curve.remove'));
  const reset = button('reset', 'reset', t('interface.curve.reset'));
  const element = make('div', { class: 'curve', 'data-curve': name, title: hint },
    make('div', { class: 'curve-head' }, make('span', { class: 'curve-label' }, label), make('span', { class: 'curve-actions' }, add, remove, reset)), plot);

  const show = (/** @type {Curve} */ next) => {
    curve = next;
    chosen = Math.min(chosen, curve.length - 1);
    const d = outline(curveTable(curve), WIDTH, HEIGHT);
    line.setAttribute('d', d);
    area.setAttribute('d', `${d}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}z`);
    const dots = /** @type {SVGElement[]} */ ([...points.children]);
    while (dots.length < curve.length) {
      const dot = draw('circle', { r: 6, class: 'curve-point', role: 'slider', tabindex: 0, 'aria-valuemin': 0, 'aria-valuemax': 100 });
      points.append(dot);
      dots.push(dot);
    }
    while (dots.length > curve.length) dots.pop()?.remove();
    for (const [i, [x, y]] of curve.entries()) {
      const at = { x: Math.round(100 * x), y: Math.round(100 * y) };
      const attributes = {
        cx: x * WIDTH, cy: (1 - y) * HEIGHT, 'aria-valuenow': at.y, 'aria-valuetext': t('interface.curve.at', at),
        'aria-label': t('interface.curve.point', { curve: label, i: i + 1, count: curve.length }),
      };
      for (const [key, value] of Object.entries(attributes)) dots[i].setAttribute(key, String(value));
      dots[i].classList.toggle('chosen', i === chosen);
    }
    /** @type {HTMLButtonElement} */ (remove).disabled = chosen === 0 || chosen === curve.length - 1;
  };
  const change = (/** @type {Curve} */ next) => {
    show(next);
    onChange(next);
  };
  const choose = (/** @type {number} */ i) => {
    chosen = i;
    show(curve);
    /** @type {SVGElement} */ (points.children[i]).focus({ preventScroll: true });
  };
  const addAt = (/** @type {number} */ x, /** @type {number} */ y) => {
    const added = withAdded(curve, x, y);
    if (added === null) return;
    chosen = added.index;
    change(added.curve);
    choose(added.index);
  };
  const removeChosen = () => {
    const next = withRemoved(curve, chosen);
    if (next.length === curve.length) return;
    chosen -= 1;
    change(next);
    choose(chosen);
  };
  const place = (/** @type {PointerEvent | MouseEvent} */ e) => {
    const box = plot.getBoundingClientRect(), scale = (WIDTH + 2 * MARGIN) / box.width;
    const x = ((e.clientX - box.left) * scale - MARGIN) / WIDTH, y = 1 - ((e.clientY - box.top) * scale - MARGIN) / HEIGHT;
    return { x, y, at: nearest(curve, x, y, (REACH * scale) / WIDTH, (REACH * scale) / HEIGHT) };
  };

  plot.addEventListener('pointerdown', (e) => {
    if (e.button !== 0) return;
    e.preventDefault();
    const { x, y, at } = place(e);
    if (at >= 0) choose(at);
    else addAt(x, y);
    dragging = true;
    plot.setPointerCapture(e.pointerId);
  });
  plot.addEventListener('pointermove', (e) => {
    if (!dragging) return;
    const { x, y } = place(e);
    change(withMoved(curve, chosen, x, y));
  });
  for (const end of ['pointerup', 'pointercancel']) plot.addEventListener(end, () => (dragging = false));
  plot.addEventListener('dblclick', (e) => {
    const { at } = place(e);
    if (at < 0) return;
    chosen = at;
    removeChosen();
  });
  points.addEventListener('focusin', (e) => {
    const i = [...points.children].indexOf(/** @type {Element} */ (e.target));
    if (i === chosen) return;
    chosen = i;
    show(curve);
  });
  points.addEventListener('keydown', (e) => {
    const step = e.shiftKey ? KEY_LEAP : KEY_STEP;
    const [dx, dy] = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] }[e.key] ?? [0, 0];
    if (dx !== 0 || dy !== 0) change(withMoved(curve, chosen, curve[chosen][0] + dx, curve[chosen][1] + dy));
    else if (e.key === '+' || e.key === 'Insert') addInMiddle();
    else if (e.key === 'Delete' || e.key === 'Backspace') removeChosen();
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
  const addInMiddle = () => {
    const x = middleAfter(curve, chosen);
    addAt(x, readTable(curveTable(curve), x));
  };
  add.addEventListener('click', addInMiddle);
  remove.addEventListener('click', removeChosen);
  reset.addEventListener('click', () => {
    chosen = 0;
    change(structuredClone(straight));
  });
  show(curve);
  return {
    element,
    show: (next) => {
      // The settings tell of a change that came from here as well: in the middle of a movement nothing jumps.
      if (JSON.stringify(next) !== JSON.stringify(curve)) show(next);
    },
  };
}
