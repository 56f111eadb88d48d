/** The arithmetic of bending a curve: every function gives a new curve that `isCurve` allows. */

import { CURVE_POINTS_MAX } from '../controls.js';

/** @import { Curve } from '../../kernel/stroke_settings.js' */

/** Points are at least this far apart, left to right. */
export const GAP = 0.01;

/** Moves point i. The ends only go up and down; no point passes its neighbours or leaves the square. @param {Readonly<Curve>} curve @param {number} i @param {number} x @param {number} y @returns {Curve} */
export function withMoved(curve, i, x, y) {
  const last = curve.length - 1;
  const along = i === 0 ? 0 : i === last ? 1 : clamp(x, curve[i - 1][0] + GAP, curve[i + 1][0] - GAP);
  return curve.map((point, k) => (k === i ? [round(along), round(clamp(y, 0, 1))] : [point[0], point[1]]));
}

/** Adds a point; null if there is no room for one. @param {Readonly<Curve>} curve @param {number} x @param {number} y @returns {{curve: Curve, index: number} | null} */
export function withAdded(curve, x, y) {
  if (curve.length >= CURVE_POINTS_MAX) return null;
  const at = round(x), index = curve.findIndex((point) => point[0] > at);
  if (index < 1 || at < curve[index - 1][0] + GAP || at > curve[index][0] - GAP) return null;
  return { curve: [...curve.slice(0, index).map(copy), [at, round(clamp(y, 0, 1))], ...curve.slice(index).map(copy)], index };
}

/** Takes point i out; the ends stay. @param {Readonly<Curve>} curve @param {number} i @returns {Curve} */
export function withRemoved(curve, i) {
  return curve.filter((_, k) => k !== i || i === 0 || i === curve.length - 1).map(copy);
}

/** Where a new point goes that was asked for by a key: in the middle after point i, or before the last. @param {Readonly<Curve>} curve @param {number} i */
export function middleAfter(curve, i) {
  const from = Math.min(i, curve.length - 2);
  return (curve[from][0] + curve[from + 1][0]) / 2;
}

/** The point within reach, in shares of the square; −1 if there is none. @param {Readonly<Curve>} curve @param {number} x @param {number} y @param {number} reachX @param {number} reachY */
export function nearest(curve, x, y, reachX, reachY) {
  let best = -1, least = 1;
  for (const [i, [px, py]] of curve.entries()) {
    const far = Math.hypot((px - x) / reachX, (py - y) / reachY);
    if (far <= least) [best, least] = [i, far];
  }
  return best;
}

/** @param {Readonly<[number, number]>} point @returns {[number, number]} */
function copy([x, y]) {
  return [x, y];
}

/** @param {number} value @param {number} min @param {number} max */
function clamp(value, min, max) {
  return Math.min(max, Math.max(min, value));
}

/** Three digits: a tenth of a percent, and nothing like 0.30000000000000004 in what is remembered. @param {number} value */
function round(value) {
  return Math.round(value * 1000) / 1000;
}
