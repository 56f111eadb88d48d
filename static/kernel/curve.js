/** Curves that people bend: points, and a table read between them. */

/** @import { Curve } from './stroke_settings.js' */

/** Points of a curve, at most: more than a hand can place with sense. */
export const MAX_CURVE_POINTS = 16;

/** Intervals of a table. Linear in between, a smooth curve is off by less than two millionths. */
export const TABLE_INTERVALS = 1024;

/**
 * A function on 0 … 1 as a table, to be read by `readTable`.
 * @param {(x: number) => number} f
 * @returns {Float32Array} (TABLE_INTERVALS + 1)
 */
export function tableOf(f) {
  return Float32Array.from({ length: TABLE_INTERVALS + 1 }, (_, k) => f(k / TABLE_INTERVALS));
}

/** The table's value at x, linear between its entries; x outside 0 … 1 counts as the end. @param {Float32Array} table @param {number} x */
export function readTable(table, x) {
  const t = Math.min(1, Math.max(0, x)) * (table.length - 1), k = Math.min(table.length - 2, Math.floor(t));
  return table[k] + (table[k + 1] - table[k]) * (t - k);
}

/**
 * The curve through the points as a table: a monotone cubic (Fritsch & Carlson 1980, the tangents of Steffen 1990), which never
 * overshoots its points; before the first and after the last it is level.
 * @param {Readonly<Curve>} points 2 … MAX_CURVE_POINTS of them, x strictly ascending, all within 0 … 1
 * @returns {Float32Array}
 * @throws {RangeError} for anything else
 */
export function curveTable(points) {
  if (points.length < 2 || points.length > MAX_CURVE_POINTS) {
    throw new RangeError(`a curve has 2 to ${MAX_CURVE_POINTS} points, got ${points.length}`);
  }
  for (const [i, [x, y]] of points.entries()) {
    if (!(x >= 0 && x <= 1 && y >= 0 && y <= 1)) throw new RangeError(`a curve's points lie within 0 … 1, got (${x}, ${y})`);
    if (i > 0 && !(x > points[i - 1][0])) throw new RangeError(`a curve's points go to the right, got ${x} after ${points[i - 1][0]}`);
  }
  const tangents = steffenTangents(points);
  let i = 0;
  return tableOf((x) => {
    while (i < points.length - 2 && x > points[i + 1][0]) i++;
    const [x0, y0] = points[i], [x1, y1] = points[i + 1], width = x1 - x0;
    const t = Math.min(1, Math.max(0, (x - x0) / width)), t2 = t * t, t3 = t2 * t;
    const bend = (t3 - 2 * t2 + t) * tangents[i] + (t3 - t2) * tangents[i + 1];
    return y0 + (y1 - y0) * (3 * t2 - 2 * t3) + width * bend;
  });
}

/** @param {Readonly<Curve>} points @returns {number[]} the slope at each */
function steffenTangents(points) {
  const last = points.length - 1;
  const width = (/** @type {number} */ i) => points[i + 1][0] - points[i][0];
  const slope = (/** @type {number} */ i) => (points[i + 1][1] - points[i][1]) / width(i);
  return points.map((_, i) => {
    if (i === 0) return slope(0);
    if (i === last) return slope(last - 1);
    const before = slope(i - 1), after = slope(i);
    const parabola = (before * width(i) + after * width(i - 1)) / (width(i - 1) + width(i));
    return (Math.sign(before) + Math.sign(after)) * Math.min(Math.abs(before), Math.abs(after), Math.abs(parabola) / 2);
  });
}
