/** A set of block numbers that is cheap to add to, to list and to empty. */
export class BlockSet {
  /** @param {number} blockCount @param {Uint32Array} [list] (blockCount) @param {Uint8Array} [flags] (blockCount) zero; both taken over */
  constructor(blockCount, list = new Uint32Array(blockCount), flags = new Uint8Array(blockCount)) {
    /** The members, in the order of their coming: `list[0 … size)`. */
    this.list = list;
    this.size = 0;
    this._flags = flags;
  }

  /** @param {number} block */
  add(block) {
    if (this._flags[block] === 1) return;
    this._flags[block] = 1;
    this.list[this.size++] = block;
  }

  /** Sorts `list` ascending, and returns its used part. */
  ascending() {
    return this.list.subarray(0, this.size).sort();
  }

  clear() {
    for (let i = 0; i < this.size; i++) this._flags[this.list[i]] = 0;
    this.size = 0;
  }
}
