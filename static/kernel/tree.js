/**
 * Blocks of consecutive vertices with a bounding box each, and an implicit 8-ary tree of boxes above them.
 *
 * Vertices are in Morton order, so a block is a patch of surface and eight consecutive nodes are near each other: the tree needs
 * no pointers, and node i of level l covers nodes 8i … 8i + 7 of level l − 1. Level 0 is the blocks.
 *
 * Box layout: `boxes[6 * (levels[l].offset + i) …]` = min x, min y, min z, max x, max y, max z of the *vertices* below. A
 * triangle belongs to the block of its smallest vertex and may stick out of that block's box, by no more than `slack` of the
 * node along any axis: the longest edge from a vertex below.
 */

import { BLOCK_SIZE, FAN_OUT } from './units.js';

/** @import { PieceMemory } from './memory.js' */
/** @import { Selection } from './selection.js' */
/** @import { BlockSet } from './block_set.js' */

/** Slack is stored as float32; this keeps the stored value from being below the true one. */
const ROUND_UP = 1 + 2 ** -22;

/**
 * What a tree over so many vertices is made of.
 * @param {number} vertexCount
 * @returns {{ count: number, nodes: number, levels: { count: number, offset: number }[] }} blocks; nodes of all levels; the levels,
 *   that of the blocks first, the root last
 */
export function treeLevels(vertexCount) {
  const blocks = Math.ceil(vertexCount / BLOCK_SIZE), levels = [{ count: blocks, offset: 0 }];
  let nodes = blocks;
  for (let count = blocks; count > 1;) {
    count = Math.ceil(count / FAN_OUT);
    levels.push({ count, offset: nodes });
    nodes += count;
  }
  return { count: blocks, nodes, levels };
}

export class BlockTree {
  /** @param {number} vertexCount @param {Pick<PieceMemory, 'boxes' | 'slack' | 'seen' | 'parents'>} memory */
  constructor(vertexCount, { boxes, slack, seen, parents }) {
    this.vertexCount = vertexCount;
    const { count, levels } = treeLevels(vertexCount);
    this.blockCount = count;
    this.levels = levels;
    this.boxes = boxes;
    this.slack = slack;
    // A node is put on the stack after its parent is taken off it, so no more than FAN_OUT - 1 per level wait, and one.
    this._stackLevel = new Uint8Array(FAN_OUT * this.levels.length + 1);
    this._stackNode = new Uint32Array(FAN_OUT * this.levels.length + 1);
    this._parents = parents;
    this._seen = seen;
    this._seenMark = 0;
  }

  /** (blocks) for whoever needs a list of blocks between two refits. */
  get scratch() {
    return this._parents;
  }

  /** Before a refit from outside: the number after which it may mark with one more for each level. */
  nextMarks() {
    const before = this._seenMark;
    this._seenMark += this.levels.length;
    return before;
  }

  /** Vertices in `block`: BLOCK_SIZE, fewer in the last one. @param {number} block */
  blockLength(block) {
    return Math.min(BLOCK_SIZE, this.vertexCount - block * BLOCK_SIZE);
  }

  /**
   * Tells the longest edge from vertices of a block (quanta). Ancestors learn it at the next refit.
   * @param {number} block @param {number} extent
   * @param {boolean} whole whether all vertices of the block were looked at, so that slack may shrink, too
   */
  noteExtent(block, extent, whole) {
    if (whole || extent > this.slack[block]) this.slack[block] = extent * ROUND_UP;
  }

  /**
   * Recomputes the boxes of the first `moved` of `blocks` from the positions, then all ancestors of all of them.
   * @param {Float32Array} pos @param {BlockSet} blocks @param {number} moved the blocks after these have only got another slack
   */
  refit(pos, blocks, moved) {
    for (let q = 0; q < moved; q++) this._refitBlock(pos, blocks.list[q]);
    const parents = this._parents;
    let below = blocks.list, count = blocks.size;
    for (let l = 1; l < this.levels.length; l++) {
      const level = this.levels[l];
      const mark = ++this._seenMark;
      let found = 0;
      // In place from level 2 on: what is written is never ahead of what is read.
      for (let q = 0; q < count; q++) {
        const parent = (below[q] / FAN_OUT) >>> 0;
        if (this._seen[level.offset + parent] === mark) continue;
        this._seen[level.offset + parent] = mark;
        parents[found++] = parent;
      }
      for (let q = 0; q < found; q++) this._refitNode(l, parents[q]);
      below = parents;
      count = found;
    }
  }

  /**
   * Selects the vertices nearer than `radius` to a point, in ascending order of vertices.
   * @param {Float32Array} pos @param {Readonly<[number, number, number]>} centre @param {number} radius
   * @param {Selection} selection overwritten
   */
  gather(pos, centre, radius, selection) {
    selection.clear();
    if (this.blockCount === 0) return;
    const { boxes, slack, levels, _stackLevel: stackLevel, _stackNode: stackNode } = this;
    const cx = centre[0], cy = centre[1], cz = centre[2], r2 = radius * radius;
    stackLevel[0] = levels.length - 1;
    stackNode[0] = 0;
    for (let top = 1; top > 0;) {
      top--;
      const l = stackLevel[top], node = stackNode[top], i = levels[l].offset + node, o = 6 * i;
      const belowX = boxes[o] - cx, aboveX = cx - boxes[o + 3];
      const belowY = boxes[o + 1] - cy, aboveY = cy - boxes[o + 4];
      const belowZ = boxes[o + 2] - cz, aboveZ = cz - boxes[o + 5];
      const dx = Math.max(0, belowX, aboveX), dy = Math.max(0, belowY, aboveY), dz = Math.max(0, belowZ, aboveZ);
      if (dx * dx + dy * dy + dz * dz >= r2) continue;
      if (l > 0) {
        for (let c = Math.min(levels[l - 1].count, (node + 1) * FAN_OUT) - 1; c >= node * FAN_OUT; c--) {
          stackLevel[top] = l - 1;
          stackNode[top++] = c;
        }
        continue;
      }
      // The farthest corner; with slack added, no neighbour of the block's vertices is farther.
      const s = slack[i];
      const fx = Math.min(belowX, aboveX), fy = Math.min(belowY, aboveY), fz = Math.min(belowZ, aboveZ);
      const inner = (Math.sqrt(fx * fx + fy * fy + fz * fz) + s) * ROUND_UP < radius;
      selection.reserveBlock();
      const { ids, edge, distances2 } = selection, first = node * BLOCK_SIZE, end = Math.min(this.vertexCount, first + BLOCK_SIZE);
      const before = selection.count;
      let count = before;
      if (inner) {
        for (let v = first, p = 3 * first; v < end; v++, p += 3) {
          const x = pos[p] - cx, y = pos[p + 1] - cy, z = pos[p + 2] - cz;
          ids[count] = v;
          distances2[count++] = x * x + y * y + z * z;
        }
      } else {
        const safe = Math.max(0, radius - s * ROUND_UP), safe2 = safe * safe;
        let edgeCount = selection.edgeCount;
        for (let v = first, p = 3 * first; v < end; v++, p += 3) {
          const x = pos[p] - cx, y = pos[p + 1] - cy, z = pos[p + 2] - cz, d2 = x * x + y * y + z * z;
          if (d2 >= r2) continue;
          ids[count] = v;
          distances2[count++] = d2;
          if (d2 >= safe2) edge[edgeCount++] = v;
        }
        selection.edgeCount = edgeCount;
      }
      selection.count = count;
      if (count > before) selection.endRun(node);
    }
    selection.reserveResults();
  }

  /** @param {Float32Array} pos @param {number} block */
  _refitBlock(pos, block) {
    let x0 = Infinity, y0 = Infinity, z0 = Infinity, x1 = -Infinity, y1 = -Infinity, z1 = -Infinity;
    const end = 3 * Math.min(this.vertexCount, (block + 1) * BLOCK_SIZE);
    for (let p = 3 * block * BLOCK_SIZE; p < end; p += 3) {
      const x = pos[p], y = pos[p + 1], z = pos[p + 2];
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
      if (z < z0) z0 = z;
      if (z > z1) z1 = z;
    }
    const { boxes } = this, o = 6 * block;
    boxes[o] = x0;
    boxes[o + 1] = y0;
    boxes[o + 2] = z0;
    boxes[o + 3] = x1;
    boxes[o + 4] = y1;
    boxes[o + 5] = z1;
  }

  /** @param {number} l @param {number} node */
  _refitNode(l, node) {
    const { boxes, slack } = this, below = this.levels[l - 1];
    let x0 = Infinity, y0 = Infinity, z0 = Infinity, x1 = -Infinity, y1 = -Infinity, z1 = -Infinity, s = 0;
    const end = below.offset + Math.min(below.count, (node + 1) * FAN_OUT);
    for (let c = below.offset + node * FAN_OUT; c < end; c++) {
      const o = 6 * c;
      if (boxes[o] < x0) x0 = boxes[o];
      if (boxes[o + 1] < y0) y0 = boxes[o + 1];
      if (boxes[o + 2] < z0) z0 = boxes[o + 2];
      if (boxes[o + 3] > x1) x1 = boxes[o + 3];
      if (boxes[o + 4] > y1) y1 = boxes[o + 4];
      if (boxes[o + 5] > z1) z1 = boxes[o + 5];
      if (slack[c] > s) s = slack[c];
    }
    const i = this.levels[l].offset + node, o = 6 * i;
    boxes[o] = x0;
    boxes[o + 1] = y0;
    boxes[o + 2] = z0;
    boxes[o + 3] = x1;
    boxes[o + 4] = y1;
    boxes[o + 5] = z1;
    slack[i] = s;
  }
}
