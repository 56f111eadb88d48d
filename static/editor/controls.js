/**
 * The settings of a stroke as somebody sets them: what each may be, and in which section of the panel it is shown.
 *
 * One table feeds the panel, the check of what a browser has remembered, and the tests. A share is 0 … 1 and shown in percent.
 */

import { BUILT_IN_ALPHAS, hasAlpha } from '../kernel/index.js';

/** @import { StrokeSettings } from '../kernel/stroke_settings.js' */

/** Name of a setting that a person changes; the brush itself and `invert` are set by the palette. @typedef {Exclude<keyof StrokeSettings, 'brush' | 'invert'>} SettingName */
/** @typedef {'brush' | 'stroke' | 'falloff' | 'pressure' | 'alpha' | 'symmetry' | 'paint'} Section */

/**
 * @typedef {{section: Section} & (
 *   | {kind: 'share', min: number, max: number}
 *   | {kind: 'switch'}
 *   | {kind: 'choice', choices: readonly (string | null)[]}
 *   | {kind: 'curve'}
 *   | {kind: 'axes'}
 *   | {kind: 'radial'}
 *   | {kind: 'byte'}
 *   | {kind: 'colour'}
 *   | {kind: 'channels'}
 * )} Control
 */

/** A curve has this many points at most: more can not be told apart on a phone. */
export const CURVE_POINTS_MAX = 12;
/** Copies around an axis, at most. */
export const RADIAL_MAX = 32;

const share = (/** @type {Section} */ section, min = 0, max = 1) => /** @type {const} */ ({ section, kind: 'share', min, max });
const toggle = (/** @type {Section} */ section) => /** @type {const} */ ({ section, kind: 'switch' });
const choice = (/** @type {Section} */ section, /** @type {readonly (string | null)[]} */ ...choices) => /** @type {const} */ ({ section, kind: 'choice', choices });

/** In the order in which they are shown. @type {Readonly<Record<SettingName, Control>>} */
export const CONTROLS = Object.freeze({
  strength: share('brush'),
  height: share('brush'),
  depth: share('brush'),
  pinch: share('brush'),
  layerHeight: share('brush', 0.01, 1),
  tangential: toggle('brush'),
  connected: toggle('brush'),
  autoSmooth: share('brush'),
  direction: choice('brush', null, 'area', 'normal', 'view', 'x', 'y', 'z'),
  accumulate: toggle('brush'),
  frontFaces: toggle('brush'),
  kind: choice('stroke', 'space', 'dots', 'airbrush', 'line', 'anchored', 'dragDot'),
  spacing: share('stroke', 0.02, 2),
  evenStrength: toggle('stroke'),
  stabiliser: share('stroke'),
  falloff: choice('falloff', 'quartic', 'smooth', 'smoother', 'sphere', 'root', 'sharp', 'linear', 'sharper', 'inverseSquare', 'constant', 'custom'),
  curve: { section: 'falloff', kind: 'curve' },
  hardness: share('falloff'),
  pressureRadius: share('pressure'),
  pressureRadiusCurve: { section: 'pressure', kind: 'curve' },
  pressureStrength: share('pressure'),
  pressureStrengthCurve: { section: 'pressure', kind: 'curve' },
  alpha: choice('alpha', null, ...BUILT_IN_ALPHAS),
  alphaRotates: toggle('alpha'),
  mirror: { section: 'symmetry', kind: 'axes' },
  radial: { section: 'symmetry', kind: 'radial' },
  feather: toggle('symmetry'),
  colour: { section: 'paint', kind: 'colour' },
  roughness: { section: 'paint', kind: 'byte' },
  metalness: { section: 'paint', kind: 'byte' },
  write: { section: 'paint', kind: 'channels' },
});

/** Settings of the hand and not of a brush: a model's symmetry stays when one changes the brush. @type {ReadonlySet<SettingName>} */
export const SHARED = new Set(/** @type {SettingName[]} */ (['mirror', 'radial', 'feather']));

/** Whether a setting may have this value, whoever says so: a slider, a script, or a browser's memory. @param {SettingName} name @param {any} value */
export function isAllowed(name, value) {
  const control = CONTROLS[name];
  switch (control.kind) {
    case 'share': return within(value, control.min, control.max);
    case 'switch': return typeof value === 'boolean';
    // Somebody's own alphas are known to the kernel only.
    case 'choice': return control.choices.includes(value) || (name === 'alpha' && hasAlpha(value));
    case 'curve': return isCurve(value);
    case 'axes': return Number.isInteger(value) && within(value, 0, 7);
    case 'radial': return isRecord(value) && ['x', 'y', 'z'].includes(value.axis) && Number.isInteger(value.count) && within(value.count, 1, RADIAL_MAX);
    case 'byte': return isByte(value);
    case 'colour': return Array.isArray(value) && value.length === 3 && value.every(isByte);
    case 'channels': return isRecord(value) && ['colour', 'roughness', 'metalness'].every((channel) => typeof value[channel] === 'boolean');
  }
}

/** Two to CURVE_POINTS_MAX points inside the unit square, from x = 0 to x = 1, ascending. @param {any} value */
export function isCurve(value) {
  if (!Array.isArray(value) || value.length < 2 || value.length > CURVE_POINTS_MAX) return false;
  if (!value.every((point) => Array.isArray(point) && point.length === 2 && within(point[0], 0, 1) && within(point[1], 0, 1))) return false;
  return value[0][0] === 0 && value[value.length - 1][0] === 1 && value.every((point, i) => i === 0 || point[0] > value[i - 1][0]);
}

/** @param {any} value @param {number} min @param {number} max */
function within(value, min, max) {
  return typeof value === 'number' && value >= min && value <= max;
}

/** @param {any} value */
function isByte(value) {
  return Number.isInteger(value) && within(value, 0, 255);
}

/** @param {any} value */
function isRecord(value) {
  return typeof value === 'object' && value !== null;
}
