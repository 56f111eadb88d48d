/** The vertices one dab works on, block by block, with a weight and a displacement for each. */

import { BLOCK_SIZE } from './units.js';

/** @import { PieceMemory } from './memory.js' */

const FIRST_CAPACITY = 256; // vertices; grows by doubling. At least BLOCK_SIZE

export class Selection {
  /** @param {boolean} [passing] whether it lasts for one dab only, and may lie in a piece's scratch */
  constructor(passing = false) {
    this.passing = passing;
    this.count = 0;
    /** The selected vertices, ascending within a run. @type {Uint32Array} */
    this.ids = new Uint32Array(FIRST_CAPACITY);
    /** Per selected vertex: the square of its distance from the centre, quanta². Only after BlockTree.gather. */
    this.distances2 = new Float64Array(FIRST_CAPACITY);
    /** Per selected vertex: falloff × strength × front-face factor. */
    this.weights = new Float32Array(FIRST_CAPACITY);
    /** Per selected vertex x, y, z: what the brush adds, in quanta. */
    this.displacements = new Float32Array(3 * FIRST_CAPACITY);

    /** A run is the selected part of one block: `ids[starts[r] … starts[r + 1])` are all in block `blocks[r]`. */
    this.runCount = 0;
    this.blocks = new Uint32Array(64);
    this.starts = new Uint32Array(65);

    /** Of those that the plane under the brush is made of (see weigh.js): Σ normal, Σ (position − centre), and how many. */
    this.area = new Float64Array(7);

    this.edgeCount = 0;
    /** Those of the selected vertices, `edge[0 … edgeCount)`, that may have neighbours outside; all others have none. @type {Uint32Array} */
    this.edge = new Uint32Array(FIRST_CAPACITY);
  }

  clear() {
    this.count = 0;
    this.edgeCount = 0;
    this.runCount = 0;
    this.starts[0] = 0;
  }

  /**
   * Takes new arrays from the scratch of a piece, for up to `runs` whole blocks; whatever it held is lost. Only for the working
   * sets of a mesh, which last as long as a dab: see `ClayMesh.selection`.
   * @param {PieceMemory} memory @param {number} runs
   * @returns {boolean} false if this is not such a set, or if there is no room: its arrays are its own then
   */
  place(memory, runs) {
    if (!this.passing) return false;
    const { top } = memory, capacity = runs * BLOCK_SIZE;
    const ids = memory.take(Uint32Array, capacity), distances2 = memory.take(Float64Array, capacity);
    const weights = memory.take(Float32Array, capacity), displacements = memory.take(Float32Array, 3 * capacity);
    const edge = memory.take(Uint32Array, capacity), blocks = memory.take(Uint32Array, runs), starts = memory.take(Uint32Array, runs + 1);
    if (!ids || !distances2 || !weights || !displacements || !edge || !blocks || !starts) {
      memory.top = top;
      // What this set had of the scratch at an earlier dab may be another's now.
      if (memory.holds(this.ids)) Object.assign(this, new Selection(true));
      return false;
    }
    Object.assign(this, { ids, distances2, weights, displacements, edge, blocks, starts });
    return true;
  }

  /** Makes room for one more block of vertices in `ids`, `distances2` and `edge`. */
  reserveBlock() {
    if (this.count + BLOCK_SIZE <= this.ids.length) return;
    const capacity = 2 * this.ids.length, { distances2 } = this;
    this.ids = widened(this.ids, capacity);
    this.edge = widened(this.edge, capacity);
    this.distances2 = new Float64Array(capacity);
    this.distances2.set(distances2);
  }

  /** Ends a run at the present count. @param {number} block */
  endRun(block) {
    const r = this.runCount;
    if (r === this.blocks.length) {
      this.blocks = widened(this.blocks, 2 * r);
      this.starts = widened(this.starts, 2 * r + 1);
    }
    this.blocks[r] = block;
    this.starts[r + 1] = this.count;
    this.runCount = r + 1;
  }

  /** Makes `weights` and `displacements` as long as `ids`; their contents are lost if they were too short. */
  reserveResults() {
    if (this.weights.length >= this.count) return;
    this.weights = new Float32Array(this.ids.length);
    this.displacements = new Float32Array(3 * this.ids.length);
  }

  /**
   * Takes over an ascending list of vertices as the selection (keeps `ids` itself, does not copy). All of them are its edge.
   * @param {Uint32Array} ids
   */
  adopt(ids) {
    this.clear();
    this.ids = this.edge = ids;
    let block = -1;
    for (let q = 0; q < ids.length; q++) {
      const b = ids[q] >>> 7; // BLOCK_SIZE is 2⁷
      if (b !== block) {
        this.count = q;
        if (block >= 0) this.endRun(block);
        block = b;
      }
    }
    this.count = this.edgeCount = ids.length;
    if (block >= 0) this.endRun(block);
  }
}

/** @param {Uint32Array} array @param {number} length */
function widened(array, length) {
  const longer = new Uint32Array(length);
  longer.set(array);
  return longer;
}
