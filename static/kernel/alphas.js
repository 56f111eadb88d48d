/**
 * The alphas that come with the house: drawn by arithmetic from a fixed seed, when they are first asked for, and the same everywhere.
 * u and v go from 0 to 1, to the right and down.
 */

/** @import { AlphaTexture } from './alpha.js' */

/** Pixels of a side. */
const SIZE = 128;

/** @typedef {'noise' | 'scales' | 'skin' | 'cracks' | 'cloth' | 'dots'} BuiltInAlpha */

/** What lets how much through, 0 … 1. @type {Readonly<Record<BuiltInAlpha, (u: number, v: number) => number>>} */
const PATTERNS = Object.freeze({
  noise: (u, v) => 1.6 * clouds(6 * u, 6 * v, 1) - 0.3,
  scales,
  skin: (u, v) => {
    const { nearest, second } = cells(11 * u, 11 * v, 2);
    return smoothstep(0.02, 0.3, second - nearest) * (0.65 + 0.35 * clouds(14 * u, 14 * v, 3));
  },
  cracks: (u, v) => {
    const bend = 0.5 * clouds(8 * u, 8 * v, 4), { nearest, second } = cells(5 * u + bend, 5 * v - bend, 5);
    return 1 - smoothstep(0.01, 0.09, second - nearest);
  },
  cloth: (u, v) => {
    // Two threads, one of which is on top in each field of the chess-board.
    const x = 8 * u, y = 8 * v, over = (Math.floor(x) + Math.floor(y)) % 2 === 0;
    const across = Math.sin(Math.PI * (x - Math.floor(x))), along = Math.sin(Math.PI * (y - Math.floor(y)));
    return over ? Math.sqrt(across) * (0.45 + 0.55 * along) : Math.sqrt(along) * (0.45 + 0.55 * across);
  },
  dots: (u, v) => {
    // On a grid of triangles.
    const y = (6 * v) / HEXAGON, row = Math.floor(y), x = 6 * u + (row % 2) / 2;
    const d = Math.hypot(x - Math.floor(x) - 0.5, (y - row - 0.5) * HEXAGON);
    return Math.sqrt(Math.max(0, 1 - (d / 0.38) ** 2));
  },
});

/** Height of a row of points that are 1 apart, when neighbouring rows are shifted by ½. */
const HEXAGON = Math.sqrt(3) / 2;

export const BUILT_IN_ALPHAS = Object.freeze(/** @type {BuiltInAlpha[]} */ (Object.keys(PATTERNS)));

/** @param {BuiltInAlpha} name @returns {AlphaTexture} a new one */
export function drawAlpha(name) {
  const pattern = PATTERNS[name], grey = new Uint8Array(SIZE * SIZE);
  for (let row = 0, i = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++, i++) {
      const value = pattern((column + 0.5) / SIZE, (row + 0.5) / SIZE);
      grey[i] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return { size: SIZE, grey };
}

/** Rows of round scales, each hanging over the one below it. @param {number} u @param {number} v */
function scales(u, v) {
  const x = 6 * u, y = 8 * v;
  // From the top row that may reach here downwards; the first that does is the one that is seen.
  for (let row = Math.floor(y) - 1; row <= Math.floor(y); row++) {
    const shifted = x + (row & 1) / 2, dx = shifted - Math.floor(shifted) - 0.5, dy = y - row;
    const d = Math.hypot(dx / 0.52, Math.max(0, dy - 0.3) / 1.1);
    if (d < 1) return shade(d, dy);
  }
  return 0;
}

/** A scale rises towards its tip and is round at the rim. @param {number} d @param {number} dy */
function shade(d, dy) {
  return (0.25 + 0.55 * Math.min(1.4, Math.max(0, dy))) * Math.sqrt(Math.max(0, 1 - d ** 4));
}

/** Four octaves of value noise, 0 … 1 about ½. @param {number} x @param {number} y @param {number} seed */
function clouds(x, y, seed) {
  let sum = 0;
  for (let octave = 0, amount = 8 / 15, scale = 1; octave < 4; octave++, amount /= 2, scale *= 2) sum += amount * valueNoise(x * scale, y * scale, seed + 31 * octave);
  return sum;
}

/** @param {number} x @param {number} y @param {number} seed */
function valueNoise(x, y, seed) {
  const column = Math.floor(x), row = Math.floor(y), s = smoothstep(0, 1, x - column), t = smoothstep(0, 1, y - row);
  const above = hash(column, row, seed) * (1 - s) + hash(column + 1, row, seed) * s;
  const below = hash(column, row + 1, seed) * (1 - s) + hash(column + 1, row + 1, seed) * s;
  return above * (1 - t) + below * t;
}

/** Distances to the two nearest of points, one in each unit square (Worley 1996). @param {number} x @param {number} y @param {number} seed */
function cells(x, y, seed) {
  let nearest = Infinity, second = Infinity;
  for (let row = Math.floor(y) - 1; row <= Math.floor(y) + 1; row++) {
    for (let column = Math.floor(x) - 1; column <= Math.floor(x) + 1; column++) {
      const d = Math.hypot(column + hash(column, row, seed) - x, row + hash(column, row, seed + 101) - y);
      if (d < nearest) [nearest, second] = [d, nearest];
      else if (d < second) second = d;
    }
  }
  return { nearest, second };
}

/** @param {number} from @param {number} to @param {number} x */
function smoothstep(from, to, x) {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** A number in 0 … 1 for each place and seed: two rounds of multiply and shift, integers only. @param {number} x @param {number} y @param {number} seed */
function hash(x, y, seed) {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae3d);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}
