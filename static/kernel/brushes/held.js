/** What the holding brushes share: which vertices are held, how firmly, and how they are moved. */

import { addDisplacements, seamShare, toGrain } from '../dab.js';
import { Selection } from '../selection.js';
import { carriedDab } from '../symmetry.js';
import { surfaceMoved } from '../update.js';
import { weigh } from '../weigh.js';
import { keepConnected } from './connected.js';

/** @import { Dab } from '../dab.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { Copy } from '../symmetry.js' */
/** @import { Ray, Vec3 } from '../units.js' */

/**
 * How one held vertex is moved, all in the space of the original hand: writes to `moved` the way from where it was at the press.
 * @callback Move
 * @param {number} x from the centre of the press, quanta @param {number} y @param {number} z
 * @param {number} weight @param {Vec3} moved
 * @returns {void}
 */

/** @typedef {{ copy: Copy, selection: Selection, from: Float64Array, applied: Float32Array }} HeldCopy */

/**
 * A fixed set of vertices per mirrored or turned copy, taken at the press, with their weights, where they were, and what was added to
 * each since. Moving adds only the difference to that, so strokes of others that arrive meanwhile, and flushes, are left in peace.
 *
 * Copies are moved by carrying each vertex over to the original, and its way back: mirrors stay exact, whatever the movement is.
 */
export class Held {
  /**
   * @param {ClayMesh} mesh @param {Dab} dab where it was pressed. It has no front-face factor: a finger is taken whole
   * @param {readonly Copy[]} copies
   */
  constructor(mesh, dab, copies) {
    this.mesh = mesh;
    this.centre = dab.centre;
    const strength = dab.strength * seamShare(dab, copies);
    /** @type {HeldCopy[]} */
    this._copies = [];
    for (const copy of copies) {
      const selection = new Selection();
      const copied = carriedDab({ ...dab, strength, frontFaces: false }, copy);
      mesh.gather(copied.centre, copied.radius, selection);
      if (selection.count === 0) continue;
      weigh(mesh, copied, selection, 0);
      if (dab.settings.connected) keepConnected(mesh, selection);
      this._copies.push({ copy, selection, from: placesFrom(mesh, copied.centre, copy, selection), applied: new Float32Array(3 * selection.count) });
    }
  }

  /** @param {Move} move */
  move(move) {
    const selections = this._copies.map(({ selection }) => selection);
    for (const held of this._copies) moveCopy(held, move);
    for (const selection of selections) addDisplacements(this.mesh, selection);
    surfaceMoved(this.mesh, selections);
  }
}

/**
 * Fills the displacements of one copy: what it is to be moved by, less what it was. The matrix is written out (see `carried`), for an
 * array per vertex is most of the time of a pull.
 * @param {HeldCopy} held `applied` is brought up to date @param {Move} move
 */
function moveCopy({ copy: { matrix }, selection: { count, weights, displacements }, from, applied }, move) {
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = matrix;
  /** @type {Vec3} */
  const moved = [0, 0, 0];
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    move(from[j], from[j + 1], from[j + 2], weights[q], moved);
    const x = moved[0], y = moved[1], z = moved[2];
    const wayX = Math.fround(toGrain(m0 * x + m1 * y + m2 * z));
    const wayY = Math.fround(toGrain(m3 * x + m4 * y + m5 * z));
    const wayZ = Math.fround(toGrain(m6 * x + m7 * y + m8 * z));
    displacements[j] = wayX - applied[j];
    displacements[j + 1] = wayY - applied[j + 1];
    displacements[j + 2] = wayZ - applied[j + 2];
    applied[j] = wayX;
    applied[j + 1] = wayY;
    applied[j + 2] = wayZ;
  }
}

/**
 * Where the held vertices are, from the centre, carried back to the original (a copy's matrix is orthogonal: its inverse is its transpose).
 * @param {ClayMesh} mesh @param {Readonly<Vec3>} centre of the copy @param {Copy} copy @param {Selection} selection
 */
function placesFrom({ pos }, centre, { matrix: m }, { ids, count }) {
  const from = new Float64Array(3 * count);
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    const i = 3 * ids[q], x = pos[i] - centre[0], y = pos[i + 1] - centre[1], z = pos[i + 2] - centre[2];
    from[j] = m[0] * x + m[3] * y + m[6] * z;
    from[j + 1] = m[1] * x + m[4] * y + m[7] * z;
    from[j + 2] = m[2] * x + m[5] * y + m[8] * z;
  }
  return from;
}

/**
 * g = (point of the ray nearest to `centre`) − centre, quanta.
 * @param {Readonly<Vec3>} centre @param {Ray} ray
 * @returns {Vec3}
 */
export function grabOffset(centre, { origin, direction }) {
  const [dx, dy, dz] = direction;
  const along = (centre[0] - origin[0]) * dx + (centre[1] - origin[1]) * dy + (centre[2] - origin[2]) * dz;
  const t = Math.max(0, along / (dx * dx + dy * dy + dz * dz));
  return [origin[0] + t * dx - centre[0], origin[1] + t * dy - centre[1], origin[2] + t * dz - centre[2]];
}
