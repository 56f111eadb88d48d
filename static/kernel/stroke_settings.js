/** What a stroke is made with: one plain record per stroke, complete, so that nothing of it is guessed in the middle of a stroke. */

import { BRUSHES } from './brushes/index.js';
import { DEFAULT_SPACING } from './spacing.js';

/** @import { BrushName } from './brushes/index.js' */

/** How a brush fades from its centre to its rim; `custom` reads `curve`. @typedef {'quartic' | 'smooth' | 'smoother' | 'sphere' | 'root' | 'sharp' | 'linear' | 'sharper' | 'inverseSquare' | 'constant' | 'custom'} Falloff */

/**
 * Where the dabs of a stroke are: a gap apart (`space`), one per event of the pointer (`dots`), by the clock as well, also at rest
 * (`airbrush`), one at the press as wide as the drag is long (`anchored`), one that follows the pointer (`dragDot`), or along the
 * straight line from press to release (`line`).
 * @typedef {'space' | 'dots' | 'airbrush' | 'anchored' | 'dragDot' | 'line'} StrokeKind
 */

/**
 * Which way a brush pushes: along the area normal, towards the eye, along an axis of the piece, or each vertex along its own normal.
 * @typedef {'area' | 'view' | 'x' | 'y' | 'z' | 'normal'} Direction
 */

/** A curve through points, x ascending, both 0 … 1. @typedef {[number, number][]} Curve */

/**
 * @typedef {Object} StrokeSettings
 * @property {BrushName} brush
 * @property {number} strength       0 … 1
 * @property {boolean} invert
 * @property {number} mirror         axes, see symmetry.js
 * @property {{axis: 'x' | 'y' | 'z', count: number}} radial copies around an axis; 1 is none
 * @property {boolean} feather       weaken copies where they overlap, so that the seam is not doubled
 * @property {StrokeKind} kind
 * @property {number} spacing        between dabs, in radii
 * @property {boolean} evenStrength  a stroke is as high however dense its dabs are
 * @property {Falloff} falloff
 * @property {Curve} curve           of `custom`: x from the centre to the rim, y the weight
 * @property {number} hardness       0 … 1: share of the radius that gets the full weight
 * @property {boolean} accumulate    false: a vertex is measured where it was when the stroke began, and is not raised without end
 * @property {boolean} frontFaces    weigh by how much a vertex faces the viewer
 * @property {number} stabiliser     0 … 1, how much the brush lags behind the pointer
 * @property {string | null} alpha   name of a texture, see alpha.js
 * @property {boolean} alphaRotates  with the stroke
 * @property {number} pressureRadius   how much pressure changes the radius, 0 … 1
 * @property {number} pressureStrength how much pressure changes the strength, 0 … 1
 * @property {Curve} pressureRadiusCurve   from what the pen reports to what counts
 * @property {Curve} pressureStrengthCurve
 * @property {number} autoSmooth     0 … 1, strength of a smooth pass after each dab
 * @property {Direction | null} direction null: the brush's own
 * @property {boolean} tangential    smooth: only along the surface
 * @property {number} height         plane brushes: what stands out counts, 0 … 1
 * @property {number} depth          plane brushes: what lies deeper counts, 0 … 1
 * @property {boolean} connected     grab: only what hangs together with what was pressed
 * @property {number} pinch          crease and blob, 0 … 1
 * @property {number} layerHeight    layer, in radii
 * @property {[number, number, number]} colour 0 … 255, sRGB
 * @property {number} roughness      0 … 255
 * @property {number} metalness      0 … 255
 * @property {{colour: boolean, roughness: boolean, metalness: boolean}} write which of them a stroke of paint writes
 */

/** A brush and whatever differs from its defaults. @typedef {Partial<StrokeSettings> & Pick<StrokeSettings, 'brush'>} SomeSettings */

/** The curve that changes nothing. @type {Readonly<Curve>} */
export const IDENTITY_CURVE = Object.freeze(/** @type {Curve} */ ([[0, 0], [1, 1]]));

/** What every brush starts from, its own `defaults` go on top. @type {Readonly<Omit<StrokeSettings, 'brush' | 'strength'>>} */
const COMMON = {
  invert: false,
  mirror: 0,
  radial: { axis: 'y', count: 1 },
  feather: true,
  kind: 'space',
  spacing: DEFAULT_SPACING,
  evenStrength: true,
  falloff: 'quartic',
  curve: [[0, 1], [1, 0]],
  hardness: 0,
  accumulate: true,
  frontFaces: true,
  stabiliser: 0,
  alpha: null,
  alphaRotates: true,
  // Radius at full pressure is 1.75 of the nominal, at none a quarter (SculptGL).
  pressureRadius: 0.75,
  pressureStrength: 0,
  pressureRadiusCurve: [[0, 0], [1, 1]],
  pressureStrengthCurve: [[0, 0], [1, 1]],
  autoSmooth: 0,
  direction: null,
  tangential: false,
  height: 1,
  depth: 1,
  connected: false,
  pinch: 0.5,
  layerHeight: 0.25,
  colour: [200, 60, 40],
  roughness: 128,
  metalness: 0,
  write: { colour: true, roughness: false, metalness: false },
};

/** What a brush starts with: a new record, to be changed freely. @param {BrushName} name @returns {StrokeSettings} */
export function defaultsOf(name) {
  const brush = BRUSHES[name];
  if (brush === undefined) throw new RangeError(`there is no brush ${name}; there are ${Object.keys(BRUSHES).join(', ')}`);
  // What is held keeps its size and its pull, however hard the pen is pressed.
  const pressureRadius = brush.holds ? 0 : COMMON.pressureRadius;
  return { ...structuredClone(COMMON), strength: brush.strength, pressureRadius, ...structuredClone(brush.defaults), brush: name };
}

/**
 * The settings with what is not given (or undefined) from the brush's defaults.
 * @param {SomeSettings} settings
 * @returns {StrokeSettings}
 */
export function completed(settings) {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  return { ...defaultsOf(settings.brush), ...given };
}
