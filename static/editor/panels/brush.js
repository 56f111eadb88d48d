/**
 * The settings of the brush in the hand, built from the table of controls. Radius and strength are always there; the rest is in
 * sections, and of those only what the brush says it has (`controls`). What depends on another setting comes and goes with it.
 */

import { presetTable } from '../../kernel/falloff.js';
import { BRUSHES, defaultsOf } from '../../kernel/index.js';
import { CONTROLS, RADIAL_MAX } from '../controls.js';
import { find, make } from '../dom.js';
import { RADIUS, SCENE_RADIUS } from '../settings.js';
import { curveEditor } from '../widgets/curve.js';
import { choice, logarithmic, percentSlider, slider, tiles, toggle } from '../widgets/fields.js';
import { draw, icon, outline } from '../widgets/svg.js';
import { t } from '../words.js';
import { alphaField, drawAlphas } from './alpha.js';

/** @import { StrokeSettings } from '../../kernel/stroke_settings.js' */
/** @import { Section, SettingName } from '../controls.js' */
/** @import { OwnAlphas } from '../own_alphas.js' */
/** @import { BrushSettings } from '../settings.js' */
/** @import { Field } from '../widgets/fields.js' */

/** The sections that are built here; colour and mask have panels of their own. @type {readonly Section[]} */
const SECTIONS = ['symmetry', 'brush', 'stroke', 'falloff', 'pressure', 'alpha'];
/** Which sections are open, in this browser. */
const STORAGE_KEY = 'clayroom.sections.1';
/** At what stroke settings a control means nothing, though the brush has it. @type {Partial<Record<SettingName, (settings: BrushSettings) => boolean>>} */
const IDLE = {
  curve: (settings) => settings.get('falloff') !== 'custom',
  pressureRadiusCurve: (settings) => settings.get('pressureRadius') === 0,
  pressureStrengthCurve: (settings) => settings.get('pressureStrength') === 0,
  alphaRotates: (settings) => settings.get('alpha') === null,
  spacing: (settings) => !['space', 'line', 'airbrush'].includes(settings.get('kind')),
  evenStrength: (settings) => settings.get('kind') !== 'space' && settings.get('kind') !== 'line',
  stabiliser: (settings) => ['anchored', 'dragDot', 'line'].includes(settings.get('kind')),
  feather: (settings) => settings.get('mirror') === 0 && settings.get('radial').count === 1,
};
/** Controls that come with another, whose name a brush's `controls` has. @type {Partial<Record<SettingName, SettingName>>} */
const COMES_WITH = { curve: 'falloff', pressureRadiusCurve: 'pressureRadius', pressureStrengthCurve: 'pressureStrength' };

const AXES = /** @type {const} */ (['x', 'y', 'z']);

/** @param {BrushSettings} settings @param {OwnAlphas} alphas @param {(text: string) => void} say @param {Pick<Storage, 'getItem' | 'setItem'> | null} storage */
export function attachBrushPanel(settings, alphas, say, storage) {
  const title = find('[data-tool-title]'), picture = find('[data-tool-icon]');
  const box = find('[data-settings]'), places = find('[data-sections]'), more = find('[data-action="more-settings"]');
  const quick = quickFields(settings);
  find('[data-quick]').append(...quick.map(({ element }) => element));
  find('[data-action="reset-brush"]').addEventListener('click', () => settings.reset());
  more.addEventListener('click', () => {
    const open = box.toggleAttribute('data-open');
    more.setAttribute('aria-expanded', String(open));
  });

  const opened = readOpened(storage);
  /** @type {{name: SettingName, element: HTMLElement, show: () => void}[]} */
  const fields = [];
  const sections = SECTIONS.map((section) => {
    const own = fieldsOf(section, settings, alphas, say);
    fields.push(...own);
    const element = /** @type {HTMLDetailsElement} */ (make('details', { class: 'section', 'data-section': section, open: opened.has(section) },
      make('summary', {}, t(`interface.section.${section}`), icon('chevron')), make('div', { class: 'section-body' }, ...own.map((one) => one.element))));
    element.addEventListener('toggle', () => {
      if (element.open) {
        opened.add(section);
        drawAlphas(element);
      }
      else opened.delete(section);
      try {
        storage?.setItem(STORAGE_KEY, JSON.stringify([...opened]));
      } catch {
        // A full or forbidden storage costs the memory of an open section, nothing else.
      }
    });
    return { element, own };
  });
  places.append(...sections.map(({ element }) => element));

  let active = '';
  const show = () => {
    const { controls } = BRUSHES[settings.tool];
    for (const { show: showQuick } of quick) showQuick();
    for (const { name, element, show: showField } of fields) {
      const there = CONTROLS[name].section === 'symmetry' || controls.includes(COMES_WITH[name] ?? name);
      element.hidden = !there || IDLE[name]?.(settings) === true;
      if (!element.hidden) showField();
    }
    for (const { element, own } of sections) element.hidden = own.every((one) => one.element.hidden);
    if (active === settings.activeTool) return;
    active = settings.activeTool;
    title.textContent = t(`brushes.${active}.label`);
    picture.replaceChildren(icon(active));
  };
  settings.addEventListener('change', show);
  show();
}

/** @param {BrushSettings} settings @returns {{element: HTMLElement, show: () => void}[]} */
function quickFields(settings) {
  const unit = make('button', { class: 'unit', type: 'button', 'data-action': 'radius-unit' });
  unit.addEventListener('click', () => settings.setRadiusUnit(settings.radiusUnit === 'screen' ? 'scene' : 'screen'));
  const onScreen = () => settings.radiusUnit === 'screen';
  const radius = slider({
    name: 'radius', command: 'radius', label: t('interface.radius'), hint: t('interface.radius.hint'), ...RADIUS, unit, aria: t('interface.radius.inPixels'), along: logarithmic,
    spoken: (n) => (onScreen() ? t('interface.radius.pixels', { n }) : t('interface.radius.percent', { n })),
  }, (value) => (onScreen() ? settings.setRadius(value) : settings.setSceneRadius(value)));
  const strength = slider({
    name: 'strength', command: 'strength', label: t('interface.control.strength'), hint: t('interface.control.strength.hint'), min: 0, max: 100, unit: '%',
    aria: t('interface.strength.inPercent'), spoken: (n) => t('interface.percent', { n }),
  }, (value) => settings.setStrength(value));
  const invert = toggle({ name: 'invert', command: 'invert', label: t('interface.invert'), hint: t('interface.invert.hint'), before: icon('invert') }, () => settings.toggle('invert'));
  const showRadius = () => {
    const { min, max } = onScreen() ? RADIUS : SCENE_RADIUS;
    unit.textContent = onScreen() ? 'px' : '%';
    const what = onScreen() ? t('interface.radius.screen') : t('interface.radius.scene');
    unit.setAttribute('aria-label', what);
    unit.title = what;
    radius.limits(min, max, onScreen() ? 1 : 0.5, '', onScreen() ? t('interface.radius.inPixels') : t('interface.radius.inPercent'));
    radius.show(onScreen() ? settings.radius : settings.sceneRadius);
  };
  return [
    { element: radius.element, show: showRadius },
    { element: strength.element, show: () => strength.show(settings.strength) },
    {
      element: invert.element,
      show: () => {
        invert.element.hidden = !BRUSHES[settings.tool].controls.includes('invert');
        invert.show(settings.activeInvert);
      },
    },
  ];
}

/** @param {Section} section @param {BrushSettings} settings @param {OwnAlphas} alphas @param {(text: string) => void} say */
function fieldsOf(section, settings, alphas, say) {
  const names = /** @type {SettingName[]} */ (Object.keys(CONTROLS)).filter((name) => CONTROLS[name].section === section && name !== 'strength');
  return names.map((name) => {
    const { element, show } = fieldOf(name, settings, alphas, say);
    return { name, element, show: () => show(settings.get(name)) };
  });
}

/** @param {SettingName} name @param {BrushSettings} settings @param {OwnAlphas} alphas @param {(text: string) => void} say @returns {Field<any>} */
function fieldOf(name, settings, alphas, say) {
  const control = CONTROLS[name];
  const named = { name, label: t(`interface.control.${name}`), hint: t(`interface.control.${name}.hint`) };
  const set = (/** @type {any} */ value) => settings.set(name, value);
  switch (control.kind) {
    case 'share': return percentSlider({ ...named, ...control }, set);
    case 'switch': return toggle(named, () => settings.toggle(name));
    case 'curve': {
      const straight = /** @type {any} */ (defaultsOf('draw'))[name];
      return curveEditor({ ...named, straight }, set);
    }
    case 'axes': return mirrorField(named.label, settings);
    case 'radial': return radialField(named, settings);
    case 'choice': return name === 'alpha' ? alphaField(named, settings, alphas, say) : name === 'falloff' ? falloffField(named, set) : wordsField(name, named, control.choices, set);
    default: throw new Error(`${name} has a panel of its own`);
  }
}

/** @param {SettingName} name @param {{name: string, label: string, hint: string}} named @param {readonly (string | null)[]} choices @param {(value: string | null) => void} set */
function wordsField(name, named, choices, set) {
  const label = (/** @type {string | null} */ value) => (name === 'kind' ? t(`interface.kind.${value}`) : t(`interface.direction.${value ?? 'own'}`));
  const field = choice({ ...named, choices: choices.map((value) => ({ value: value ?? '', label: label(value) })) }, (value) => set(value === '' ? null : value));
  return { element: field.element, show: (/** @type {string | null} */ value) => field.show(value ?? '') };
}

/** @param {{name: string, label: string, hint: string}} named @param {(value: string) => void} set */
function falloffField(named, set) {
  const { choices } = /** @type {{choices: readonly string[]}} */ (CONTROLS.falloff);
  return tiles({
    ...named,
    tiles: choices.map((value) => ({
      value,
      label: t(`interface.falloff.${value}`),
      picture: value === 'custom' ? icon('edit') : draw('svg', { class: 'falloff-picture', viewBox: '-2 -2 36 24', 'aria-hidden': 'true' },
        draw('path', { d: outline(presetTable(/** @type {any} */ (value)), 32, 20) })),
    })),
  }, set);
}

/** @param {string} label @param {BrushSettings} settings @returns {Field<number>} */
function mirrorField(label, settings) {
  const buttons = AXES.map((axis) => {
    const what = t('interface.mirrorOn', { axis: axis.toUpperCase() });
    const button = make('button', {
      class: 'axis', type: 'button', role: 'switch', 'data-setting': `mirror${axis.toUpperCase()}`, 'data-axis': axis, 'data-command': axis === 'x' ? 'mirror' : false, 'aria-label': what, title: t('interface.mirrorOn.hint', { axis: axis.toUpperCase() }),
    }, axis.toUpperCase());
    button.addEventListener('click', () => settings.toggleMirror(axis));
    return button;
  });
  return {
    element: make('div', { class: 'choice axes', role: 'group', 'aria-label': label }, make('span', { class: 'axes-label' }, label), make('span', { class: 'axes-buttons' }, ...buttons)),
    show: () => {
      for (const [i, axis] of AXES.entries()) buttons[i].setAttribute('aria-checked', String(settings.mirrors(axis)));
    },
  };
}

/** @param {{name: string, label: string, hint: string}} named @param {BrushSettings} settings @returns {Field<StrokeSettings['radial']>} */
function radialField({ label, hint }, settings) {
  const count = slider({
    name: 'radialCount', label, hint, min: 1, max: RADIAL_MAX, unit: '×', aria: t('interface.radial.count.aria'), spoken: (n) => t('interface.copies', { n }),
  }, (value) => settings.set('radial', { ...settings.get('radial'), count: value }));
  const axis = choice({
    name: 'radialAxis', label: t('interface.radial.axis'), hint: t('interface.radial.axis.hint'), choices: AXES.map((value) => ({ value, label: value.toUpperCase() })),
  }, (value) => settings.set('radial', { ...settings.get('radial'), axis: /** @type {'x' | 'y' | 'z'} */ (value) }));
  return {
    element: make('div', { class: 'radial' }, count.element, axis.element),
    show: (radial) => {
      count.show(radial.count);
      axis.show(radial.axis);
      axis.element.hidden = radial.count === 1;
    },
  };
}

/** @param {Pick<Storage, 'getItem'> | null} storage @returns {Set<string>} */
function readOpened(storage) {
  try {
    const kept = JSON.parse(storage?.getItem(STORAGE_KEY) ?? 'null');
    return new Set(Array.isArray(kept) ? kept : ['symmetry']);
  } catch {
    return new Set(['symmetry']);
  }
}
