/**
 * A region drawn over the picture with one press: a box from corner to corner, a lasso along the way, or a line whose right side
 * counts. A state machine without the DOM, fed with plain records.
 */

import { halfPlane, rectangle, simplified } from '../kernel/mask/index.js';

/** @import { Point } from '../kernel/mask/region.js' */

/** @typedef {'box' | 'lasso' | 'line'} Shape */

/** Pixels from corner to corner of a lasso: nearer ones can not be told apart. */
const LASSO_STEP = 2;
/** A drag shorter than this (px) was a slip: nothing is selected. */
export const SLIP = 4;

export class RegionGesture {
  /** @param {Shape} shape @param {number} reach pixels; more than the picture's diagonal */
  constructor(shape, reach) {
    this.shape = shape;
    this._reach = reach;
    /** @type {Point[]} */
    this._way = [];
    this._pointer = -1;
  }

  /** Pressed. A second finger while the first draws gives up. @param {number} pointer @param {Point} at @returns {boolean} false: given up */
  down(pointer, at) {
    if (this._pointer !== -1) return false;
    this._pointer = pointer;
    this._way = [at];
    return true;
  }

  /** @param {number} pointer @param {readonly Point[]} points since the last call */
  move(pointer, points) {
    if (pointer === this._pointer) this._way.push(...points);
  }

  /**
   * Released.
   * @param {number} pointer
   * @returns {Point[] | null | undefined} the corners; null if it was a slip; undefined if it is not this pointer's region
   */
  up(pointer) {
    if (pointer !== this._pointer) return undefined;
    this._pointer = -1;
    return this._large() ? this.corners() : null;
  }

  /** The region as it stands, 3 corners or more, or none yet. @returns {Point[]} */
  corners() {
    const first = this._way[0], last = this._way.at(-1);
    if (first === undefined || last === undefined) return [];
    if (this.shape === 'box') return rectangle(first, last);
    if (this.shape === 'line') return halfPlane(first, last, this._reach);
    const way = simplified(this._way, LASSO_STEP);
    return way.length < 3 ? [] : way;
  }

  /** The line as it was drawn. @returns {Point[]} */
  get line() {
    return this.shape === 'line' && this._way.length > 0 ? [this._way[0], /** @type {Point} */ (this._way.at(-1))] : [];
  }

  _large() {
    const [first] = this._way;
    return this.corners().length > 2 && this._way.some(({ x, y }) => Math.hypot(x - first.x, y - first.y) >= SLIP);
  }
}
