/**
 * The surface as it was when the stroke began, of the blocks that the stroke has touched: a copy is made at the first touch, so a
 * stroke costs memory where it goes and nowhere else. What others did to a block before that is part of its start.
 */

import { BLOCK_SIZE } from './units.js';

/** @import { ClayMesh } from './mesh.js' */
/** @import { Selection } from './selection.js' */
/** @import { Vec3 } from './units.js' */

export class StrokeStart {
  constructor() {
    /** By block: x, y, z of its vertices, quanta. @type {Map<number, Float32Array>} */
    this._positions = new Map();
    /** By block: their unit normals. @type {Map<number, Float32Array>} */
    this._normals = new Map();
  }

  /** Copies the blocks of the selection that were not copied yet. Before the dab moves anything. @param {ClayMesh} mesh @param {Selection} selection */
  touch({ pos, normals }, { blocks, runCount }) {
    for (let r = 0; r < runCount; r++) {
      const block = blocks[r], from = 3 * BLOCK_SIZE * block, to = from + 3 * BLOCK_SIZE;
      if (this._positions.has(block)) continue;
      this._positions.set(block, pos.slice(from, to));
      this._normals.set(block, normals.slice(from, to));
    }
  }

  /** (3 × BLOCK_SIZE) of a touched block, less at the end of the mesh; vertex v stands at 3 (v mod BLOCK_SIZE). @param {number} block */
  positions(block) {
    return /** @type {Float32Array} */ (this._positions.get(block));
  }

  /** The same of the normals. @param {number} block */
  normals(block) {
    return /** @type {Float32Array} */ (this._normals.get(block));
  }

  /** Measures a touched selection anew: `distances2` from where its vertices were at the start. @param {Selection} selection @param {Readonly<Vec3>} centre */
  measure(selection, centre) {
    const { blocks, starts, runCount } = selection;
    for (let r = 0; r < runCount; r++) measureRun(this.positions(blocks[r]), BLOCK_SIZE * blocks[r], centre, selection, starts[r], starts[r + 1]);
  }
}

/**
 * @param {Float32Array} positions of the block @param {number} first its first vertex @param {Readonly<Vec3>} centre
 * @param {Selection} selection @param {number} from @param {number} to
 */
function measureRun(positions, first, centre, { ids, distances2 }, from, to) {
  const cx = centre[0], cy = centre[1], cz = centre[2];
  for (let q = from; q < to; q++) {
    const i = 3 * (ids[q] - first);
    const x = positions[i] - cx, y = positions[i + 1] - cy, z = positions[i + 2] - cz;
    distances2[q] = x * x + y * y + z * z;
  }
}
