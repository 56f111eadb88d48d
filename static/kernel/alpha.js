/**
 * Alphas: grey textures that a brush is pressed through. A texture covers the square inside the dab's sphere, side r·√2, on the
 * plane of its frame; outside of the square there is nothing (SculptGL).
 */

import { BUILT_IN_ALPHAS, drawAlpha } from './alphas.js';

/** @import { BuiltInAlpha } from './alphas.js' */
/** @import { Dab } from './dab.js' */
/** @import { ClayMesh } from './mesh.js' */
/** @import { Selection } from './selection.js' */
/** @import { Vec3 } from './units.js' */

/** Pixels of an alpha's side, at most. */
export const MAX_ALPHA_SIZE = 256;

/**
 * @typedef {Object} AlphaTexture
 * @property {number} size pixels of a side, 2 … MAX_ALPHA_SIZE
 * @property {Uint8Array} grey (size²) by rows from the top, 255 lets everything through
 */

/**
 * How a texture lies on the surface.
 * @typedef {Object} AlphaFrame
 * @property {AlphaTexture} texture
 * @property {Vec3} x unit, to the right of the texture @property {Vec3} y unit, up
 */

/** @type {Map<string, AlphaTexture>} */
const textures = new Map();

/** Makes a texture known under a name; the last one of a name counts. @param {string} name @param {AlphaTexture} texture kept, not copied */
export function registerAlpha(name, texture) {
  checkAlpha(texture);
  textures.set(name, texture);
}

/** Forgets a texture that was registered; a built-in one of that name is back. @param {string} name */
export function forgetAlpha(name) {
  textures.delete(name);
}

/** @param {string} name */
export function hasAlpha(name) {
  return textures.has(name) || BUILT_IN_ALPHAS.includes(/** @type {BuiltInAlpha} */ (name));
}

/** The texture of a name; the built-in ones are drawn when they are first asked for. @param {string} name @returns {AlphaTexture} */
export function alphaNamed(name) {
  let texture = textures.get(name);
  if (texture === undefined) {
    const builtIn = /** @type {BuiltInAlpha} */ (name), known = [...new Set([...BUILT_IN_ALPHAS, ...textures.keys()])];
    if (!BUILT_IN_ALPHAS.includes(builtIn)) throw new RangeError(`there is no alpha ${name}; there are ${known.join(', ')}`);
    textures.set(name, texture = drawAlpha(builtIn));
  }
  return texture;
}

/** @param {AlphaTexture} texture */
function checkAlpha({ size, grey }) {
  if (!(Number.isInteger(size) && size >= 2 && size <= MAX_ALPHA_SIZE)) {
    throw new RangeError(`an alpha is 2 to ${MAX_ALPHA_SIZE} pixels wide, got ${size}`);
  }
  if (grey.length !== size * size) throw new RangeError(`an alpha of ${size} pixels needs ${size * size} values, got ${grey.length}`);
}

/**
 * The frame at a point of the surface: the texture's up goes along `up` as far as that is on the surface. Where `up` is the normal
 * itself, another axis stands in.
 * @param {AlphaTexture} texture @param {Readonly<Vec3>} normal unit @param {Readonly<Vec3>} up any length
 * @returns {AlphaFrame}
 */
export function alphaFrame(texture, normal, up) {
  const y = tangent(up, normal) ?? tangent([0, 1, 0], normal) ?? /** @type {Vec3} */ (tangent([1, 0, 0], normal));
  return { texture, x: cross(y, normal), y };
}

/** Multiplies the weights by what the texture lets through, linear between its pixels. @param {ClayMesh} mesh @param {Dab} dab @param {AlphaFrame} frame @param {Selection} selection */
export function pressThrough({ pos }, { centre, radius }, { texture: { size, grey }, x, y }, { ids, count, weights }) {
  const perPixel = (size - 1) / (radius * Math.SQRT2), middle = (size - 1) / 2;
  for (let q = 0; q < count; q++) {
    if (weights[q] === 0) continue;
    const i = 3 * ids[q], dx = pos[i] - centre[0], dy = pos[i + 1] - centre[1], dz = pos[i + 2] - centre[2];
    const u = middle + (dx * x[0] + dy * x[1] + dz * x[2]) * perPixel;
    const v = middle - (dx * y[0] + dy * y[1] + dz * y[2]) * perPixel;
    if (!(u >= 0 && v >= 0 && u <= size - 1 && v <= size - 1)) {
      weights[q] = 0;
      continue;
    }
    const column = Math.min(size - 2, Math.floor(u)), row = Math.min(size - 2, Math.floor(v)), s = u - column, t = v - row;
    const at = row * size + column;
    const above = grey[at] + (grey[at + 1] - grey[at]) * s, below = grey[at + size] + (grey[at + size + 1] - grey[at + size]) * s;
    weights[q] *= (above + (below - above) * t) / 255;
  }
}

/** The part of `vector` that is on the surface, of length 1; null if there is none. @param {Readonly<Vec3>} vector @param {Readonly<Vec3>} normal @returns {Vec3 | null} */
function tangent([x, y, z], [nx, ny, nz]) {
  const along = x * nx + y * ny + z * nz, tx = x - along * nx, ty = y - along * ny, tz = z - along * nz;
  const length = Math.sqrt(tx * tx + ty * ty + tz * tz), whole = Math.sqrt(x * x + y * y + z * z);
  return length > whole * 1e-3 ? [tx / length, ty / length, tz / length] : null;
}

/** @param {Readonly<Vec3>} a @param {Readonly<Vec3>} b @returns {Vec3} */
function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
