/**
 * Masks by what a person draws over the picture: a box, a lasso, or one side of a line. All three are a polygon in pixels; a vertex is
 * in it if its place in the picture is.
 */

import { mirrorCombinations, mirroredVector } from '../symmetry.js';
import { PROTECTED } from './values.js';

/** @import { ClayMesh } from '../mesh.js' */
/** @import { Vec3 } from '../units.js' */

/** Corners of a polygon, at most: a lasso drawn round everything with a corner at every fourth pixel has about 1000. */
export const MAX_CORNERS = 4096;

/**
 * @typedef {object} Camera
 * @property {ArrayLike<number>} matrix (16) column-major, from quanta to clip space
 * @property {number} width CSS pixels of the picture @property {number} height
 * @property {Readonly<Vec3>} eye quanta: where a perspective camera is, or the direction *to* an orthographic one
 * @property {boolean} parallel whether `eye` is a direction
 */

/** A point, CSS pixels from the top left. @typedef {{x: number, y: number}} Point */

/** A polygon, quick to ask: each row of pixels knows the edges that cross it. Even-odd, so what a lasso encloses twice is outside. */
export class Region {
  /** @param {readonly Point[]} corners @throws {RangeError} with fewer than 3, more than MAX_CORNERS, or one that is not finite */
  constructor(corners) {
    if (corners.length < 3 || corners.length > MAX_CORNERS) {
      throw new RangeError(`a region has 3 to ${MAX_CORNERS} corners, got ${corners.length}`);
    }
    if (!corners.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) throw new RangeError('a corner of a region is not a number');
    this.corners = corners;
    this.left = Math.min(...corners.map((c) => c.x));
    this.right = Math.max(...corners.map((c) => c.x));
    this.top = Math.min(...corners.map((c) => c.y));
    this.bottom = Math.max(...corners.map((c) => c.y));
    /** Rows as high as this: never more than there are corners, however large the region is. */
    this._rowHeight = Math.max(1, (this.bottom - this.top) / MAX_CORNERS);
    /** @type {number[][]} by row: the first corners of the edges that cross it */
    this._rows = Array.from({ length: Math.floor((this.bottom - this.top) / this._rowHeight) + 1 }, () => []);
    corners.forEach((a, i) => {
      const b = corners[(i + 1) % corners.length];
      if (a.y === b.y) return;
      const last = this._row(Math.max(a.y, b.y));
      for (let row = this._row(Math.min(a.y, b.y)); row <= last; row++) this._rows[row].push(i);
    });
  }

  /** @param {number} x @param {number} y */
  contains(x, y) {
    if (x < this.left || x > this.right || y < this.top || y > this.bottom) return false;
    const { corners } = this;
    let inside = false;
    for (const i of this._rows[this._row(y)]) {
      const a = corners[i], b = corners[i + 1 === corners.length ? 0 : i + 1];
      if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
    }
    return inside;
  }

  /** @param {number} y */
  _row(y) {
    return Math.min(this._rows.length - 1, Math.floor((y - this.top) / this._rowHeight));
  }
}

/** @param {Point} a one corner @param {Point} b the opposite one @returns {Point[]} */
export function rectangle(a, b) {
  return [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
}

/**
 * The side to the right of somebody who walks from `a` to `b`, as far as it can be seen.
 * @param {Point} a @param {Point} b @param {number} reach pixels; more than the picture's diagonal
 * @returns {Point[]} empty if the two are one point
 */
export function halfPlane(a, b, reach) {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length === 0) return [];
  const x = ((b.x - a.x) / length) * reach, y = ((b.y - a.y) / length) * reach;
  // y points down, so (−y, x) is to the right.
  return [
    { x: a.x - x, y: a.y - y }, { x: a.x + x, y: a.y + y },
    { x: a.x + x - y, y: a.y + y + x }, { x: a.x - x - y, y: a.y - y + x },
  ];
}

/**
 * A drawn line with fewer corners: those that are nearer than `step` to the one before are left out, and at most MAX_CORNERS stay.
 * @param {readonly Point[]} points @param {number} step pixels
 * @returns {Point[]}
 */
export function simplified(points, step) {
  /** @type {Point[]} */
  const kept = [];
  for (const point of points) {
    const last = kept.at(-1);
    if (last && Math.hypot(point.x - last.x, point.y - last.y) < step) continue;
    if (kept.length < MAX_CORNERS) kept.push(point);
  }
  return kept;
}

/**
 * Protects the vertices that a region of the picture covers, and those whose mirror images it covers.
 * @param {ClayMesh} mesh @param {Camera} camera @param {Region} region
 * @param {{through?: boolean, mirror?: number}} [options] `through`: those that face away as well; `mirror`: axes, see symmetry.js
 * @returns {Uint8Array} (n)
 */
export function byRegion({ pos, normals, vertexCount }, camera, region, { through = false, mirror = 0 } = {}) {
  const mask = new Uint8Array(vertexCount);
  for (const combination of mirrorCombinations(mirror)) {
    const [sx, sy, sz] = mirroredVector([1, 1, 1], combination);
    for (let v = 0, i = 0; v < vertexCount; v++, i += 3) {
      if (mask[v] !== 0) continue;
      const x = sx * pos[i], y = sy * pos[i + 1], z = sz * pos[i + 2];
      if (!through && !faces(camera, x, y, z, sx * normals[i], sy * normals[i + 1], sz * normals[i + 2])) continue;
      if (covers(camera, region, x, y, z)) mask[v] = PROTECTED;
    }
  }
  return mask;
}

/** @param {Camera} camera @param {number} x @param {number} y @param {number} z @param {number} nx @param {number} ny @param {number} nz */
function faces({ eye, parallel }, x, y, z, nx, ny, nz) {
  if (parallel) return eye[0] * nx + eye[1] * ny + eye[2] * nz > 0;
  return (eye[0] - x) * nx + (eye[1] - y) * ny + (eye[2] - z) * nz > 0;
}

/** @param {Camera} camera @param {Region} region @param {number} x @param {number} y @param {number} z */
function covers({ matrix: m, width, height }, region, x, y, z) {
  const w = m[3] * x + m[7] * y + m[11] * z + m[15];
  if (w <= 0) return false; // behind the eye
  const right = (m[0] * x + m[4] * y + m[8] * z + m[12]) / w, up = (m[1] * x + m[5] * y + m[9] * z + m[13]) / w;
  return region.contains((right * 0.5 + 0.5) * width, (0.5 - up * 0.5) * height);
}
