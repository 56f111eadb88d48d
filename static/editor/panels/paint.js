/** The panel of the paint brushes: the colour and how it was found, roughness and metalness, what is written, and filling a piece. */

import { BRUSHES, fillPiece, paintAt } from '../../kernel/index.js';
import { Flag } from '../../wire/frames.js';
import { cssOf, hexOf } from '../colour.js';
import { isAllowed } from '../controls.js';
import { find, make } from '../dom.js';
import { colourWheel } from '../widgets/colour_wheel.js';
import { slider, toggle } from '../widgets/fields.js';
import { t } from '../words.js';

/** @import { Rgb } from '../colour.js' */
/** @import { Editor } from '../compose/editor.js' */
/** @import { Hand } from '../compose/hand.js' */
/** @import { Hit } from '../../kernel/pick.js' */

/** Colours that are remembered in this browser; the number grows when their meaning changes. */
const STORAGE_KEY = 'clayroom.swatches.1';
/** Two rows of the panel. */
export const SWATCHES_MAX = 16;
/** What there is before anybody has kept a colour. @type {readonly Rgb[]} */
const FIRST = [[181, 116, 80], [242, 236, 226], [42, 38, 36], [190, 52, 42], [226, 160, 48], [84, 140, 74], [58, 110, 172], [126, 78, 150]];
const CHANNELS = /** @type {const} */ (['colour', 'roughness', 'metalness']);

/** @param {Editor} editor @param {Hand} hand @param {() => void} historyChanged @param {Pick<Storage, 'getItem' | 'setItem'> | null} storage */
export function attachPaint({ link, stage, canvas, settings, commands, mayEdit }, hand, historyChanged, storage) {
  const place = find('[data-paint]');
  let swatches = readSwatches(storage);

  const wheel = colourWheel((colour) => settings.set('colour', colour));
  const bytes = /** @type {const} */ (['roughness', 'metalness']).map((name) => ({
    name,
    field: slider({
      name, label: t(`paint.${name}`), hint: t(`paint.${name}.hint`), min: 0, max: 100, unit: '%',
      aria: t(`paint.${name}`), spoken: (n) => `${n} %`,
    }, (percent) => settings.set(name, Math.round(2.55 * percent))),
  }));
  const writes = CHANNELS.map((name) => ({
    name,
    field: toggle({ name: `write-${name}`, label: t(`paint.write.${name}`), hint: t(`paint.write.${name}.hint`) }, () => {
      const write = settings.get('write');
      settings.set('write', { ...write, [name]: !write[name] });
    }),
  }));
  const row = make('div', { class: 'swatches', role: 'group', 'aria-label': t('paint.swatches') });
  const pick = action('pick', 'paint.pick'), keep = action('keep'), fill = action('fill', 'paint.fill');
  const colours = make('div', { class: 'paint-colours' }, wheel.element, row, make('div', { class: 'paint-actions' }, pick, keep));
  place.append(colours, ...bytes.map(({ field }) => field.element), ...writes.map(({ field }) => field.element), fill);

  /** @param {{piece: number, hit: Hit} | null} at */
  const pickAt = (at) => {
    const mesh = at && link.replica.pieces.get(at.piece)?.mesh;
    if (!at || !mesh) return;
    const [red, green, blue, roughness, metalness] = paintAt(mesh, at.hit.face, at.hit.point);
    // Whoever looks for a colour wants to paint with it.
    settings.choose('paint');
    settings.set('colour', [red, green, blue]);
    settings.set('roughness', roughness);
    settings.set('metalness', metalness);
  };
  const showSwatches = () => {
    row.replaceChildren(...swatches.map((colour) => {
      const button = make('button', { type: 'button', class: 'swatch', title: hexOf(colour), 'aria-label': t('paint.swatch', { hex: hexOf(colour) }) });
      button.style.setProperty('--colour', cssOf(colour));
      button.addEventListener('click', () => settings.set('colour', [...colour]));
      return button;
    }));
  };
  keep.addEventListener('click', () => {
    const colour = settings.get('colour');
    swatches = [colour, ...swatches.filter((one) => hexOf(one) !== hexOf(colour))].slice(0, SWATCHES_MAX);
    try {
      storage?.setItem(STORAGE_KEY, JSON.stringify(swatches));
    } catch {
      // A full or forbidden storage costs the memory of a colour, nothing else.
    }
    showSwatches();
  });

  commands.add(
    { id: 'paint.pick', group: 'paint', keys: ['E'], words: 'paint.pick', run: () => pickAt(hand.sculptor.cursor) },
    { id: 'paint.fill', group: 'paint', words: 'paint.fill', run: () => {
      if (!mayEdit() || hand.sculptor.sculpting || settings.tool !== 'paint') return;
      const stroke = link.newStroke();
      hand.strokes.add(stroke, 'paint', Date.now());
      for (const { piece, mesh } of link.replica.pieces.values()) {
        const change = fillPiece(mesh, settings.strokeSettings());
        if (change) link.sendPaint(change, { piece, stroke, flags: Flag.END });
      }
      stage.invalidate();
      historyChanged();
    } },
  );
  fill.addEventListener('click', () => commands.run('paint.fill'));
  // With the pointer on the button there is no clay under it: the next press on the clay picks, unless the button is pressed again.
  pick.setAttribute('aria-pressed', 'false');
  /** @type {AbortController | null} */
  let waiting = null;
  pick.addEventListener('click', () => {
    waiting?.abort();
    waiting = waiting ? null : new AbortController();
    pick.setAttribute('aria-pressed', String(waiting !== null));
    if (!waiting) return;
    canvas.addEventListener('pointerdown', (e) => {
      e.stopImmediatePropagation();
      waiting = null;
      pick.setAttribute('aria-pressed', 'false');
      pickAt(hand.sculptor.pick(e.offsetX, e.offsetY));
    }, { capture: true, once: true, signal: waiting.signal });
  });

  const show = () => {
    const { controls } = BRUSHES[settings.tool];
    place.hidden = !controls.includes('write');
    if (place.hidden) return;
    const lays = controls.includes('colour');
    colours.hidden = fill.hidden = !lays;
    wheel.show(settings.get('colour'));
    for (const { name, field } of bytes) {
      field.element.hidden = !lays;
      field.show(Math.round(settings.get(name) / 2.55));
    }
    for (const { name, field } of writes) field.show(settings.get('write')[name]);
  };
  settings.addEventListener('change', show);
  showSwatches();
  show();
}

/** @param {string} name @param {string} [command] */
function action(name, command) {
  return make('button', { type: 'button', class: 'button', 'data-action': `paint-${name}`, title: t(`paint.${name}.hint`), 'data-command': command ?? false },
    t(`paint.${name}`), ...(command ? [' ', make('kbd', { 'aria-hidden': 'true' })] : []));
}

/** @param {Pick<Storage, 'getItem'> | null} storage @returns {Rgb[]} */
export function readSwatches(storage) {
  let kept;
  try {
    kept = JSON.parse(storage?.getItem(STORAGE_KEY) ?? 'null');
  } catch {
    kept = null;
  }
  if (!Array.isArray(kept)) return FIRST.map((colour) => [...colour]);
  return kept.filter((colour) => isAllowed('colour', colour)).slice(0, SWATCHES_MAX);
}
