/** The settings that the panels of several brushes show. */

/** @import { Controls } from '../dab.js' */

/** Of every brush that makes dabs. @type {Controls} */
export const DAB_CONTROLS = ['strength', 'invert', 'kind', 'spacing', 'evenStrength', 'falloff', 'hardness', 'frontFaces', 'stabiliser', 'alpha',
  'alphaRotates', 'pressureRadius', 'pressureStrength'];

/** Of a brush that pushes the surface. @type {Controls} */
export const PUSH_CONTROLS = [...DAB_CONTROLS, 'accumulate', 'autoSmooth'];

/** Of a brush that takes hold of the surface at the press. @type {Controls} */
export const HOLD_CONTROLS = ['strength', 'falloff', 'hardness', 'alpha'];

/** Of a brush that paints: it has no kind that takes back what it did. @type {Controls} */
export const PAINT_CONTROLS = ['strength', 'invert', 'spacing', 'falloff', 'hardness', 'frontFaces', 'stabiliser', 'alpha', 'alphaRotates', 'pressureRadius',
  'pressureStrength'];
