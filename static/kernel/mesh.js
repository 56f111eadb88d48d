/**
 * One piece of clay in the browser: its memory, written down once.
 *
 * | array        | shape           | what                                                                                     |
 * |--------------|-----------------|------------------------------------------------------------------------------------------|
 * | `ints`       | (3n) int32      | the truth: x, y, z of each vertex in quanta. Every replica holds the same bits            |
 * | `acc`        | (3n) float32    | what the local sculptor has added and not flushed yet; zero nearly everywhere             |
 * | `pos`        | (3n) float32    | what is drawn, picked and sculpted: always `fround(ints + acc)`, in quanta                |
 * | `normals`    | (3n) float32    | unit vertex normals, for the brushes                                                      |
 * | `gpuNormals` | (4n) int16      | the same, × 32767, fourth component unused (the GPU wants strides of 4 bytes)             |
 * | `touched`    | (blocks) uint8  | bit TOUCHED_SINCE_FLUSH, bit TOUCHED_IN_STROKE: blocks where `acc` may be other than zero |
 * | `paint`      | (8n) uint8      | colour, roughness, metalness and mask of each vertex, see channels.js                     |
 *
 * `pos`, `gpuNormals` and `paint` go to the GPU as they are; `takeDirty` and `takeDirtyPaint` say which parts
 * have changed. Positions are never clamped.
 */

import { BLOCK_SIZE } from './units.js';
import { BlockSet } from './block_set.js';
import { unpainted } from './channels.js';
import { BlockTree } from './tree.js';
import { DirtyRanges } from './dirty.js';
import { Selection } from './selection.js';
import { buildTopology } from './topology.js';
import { PieceMemory } from './memory.js';
import { compiledLoops, compiledTopology } from './loops/compiled.js';
import { reference } from './loops/reference.js';
import { surfaceMoved } from './update.js';

/** @import { Loops } from './loops/reference.js' */
/** @import { Topology } from './topology.js' */
/** @import { Ray, Vec3 } from './units.js' */

/** `acc` holds something of a dab since the last flush. */
export const TOUCHED_SINCE_FLUSH = 1;
/** `acc` holds something of the stroke that is being made, perhaps only a rounding error carried on. */
export const TOUCHED_IN_STROKE = 2;

export class ClayMesh {
  /**
   * @param {Int32Array} positions planar as on the wire: x of all n vertices, then y, then z; quanta. Copied.
   * @param {Topology} topology copied to where the compiled loops can read it; kept as it is where there are none
   * @param {PieceMemory} [memory] of as many vertices and triangles; taken over
   * @throws {RangeError} if the two disagree on the number of vertices
   */
  constructor(positions, topology, memory = new PieceMemory(topology.vertexCount, topology.triangles.length / 3)) {
    const n = topology.vertexCount;
    if (positions.length !== 3 * n) throw new RangeError(`${n} vertices need ${3 * n} coordinates, got ${positions.length}`);
    this.vertexCount = n;
    this.triangleCount = topology.triangles.length / 3;
    this.memory = memory;
    /** The loops over all this, compiled or not. @type {Loops} */
    this.loops = memory.exports === null ? reference : compiledLoops(memory);
    this.topology = memory.adopt(topology);
    this.ints = interleaved(positions, memory.ints);
    this.acc = memory.acc;
    this.pos = memory.pos;
    this.pos.set(this.ints);
    this.normals = memory.normals;
    this.gpuNormals = memory.gpuNormals;
    this.tree = new BlockTree(n, memory);
    this.touched = memory.touched;
    this.dirty = new DirtyRanges(n, memory.dirtyFirst, memory.dirtyEnd);
    this.paint = unpainted(n, memory.paint);
    /** Marked by whoever changes `paint`; see `paintChanged`. */
    this.dirtyPaint = new DirtyRanges(n);

    // Scratch of update.js and dab.js, kept because a dab must not allocate what is as large as the mesh.
    this.marks = memory.marks;
    this.rim = memory.rim;
    this.changed = new BlockSet(this.tree.blockCount, memory.changed, memory.changedFlags);
    /** @type {Selection[]} one per mirrored copy of a dab */
    this._selections = [];
    /** (n) per vertex, how much of its way to where a contracting brush pulls it was gone since the last flush: 0 … ½. */
    this.contracted = memory.contracted;
    this._mark = 0;

    for (let v = 0; v < n; v++) {
      // A vertex whose triangles have no area keeps this.
      this.normals[3 * v + 2] = 1;
      this.gpuNormals[4 * v + 2] = 32767;
    }
    const everything = new Selection();
    everything.adopt(new Uint32Array(n).map((_, v) => v));
    everything.edgeCount = 0;
    surfaceMoved(this, [everything]);
    this.dirty.take();
  }

  /**
   * @param {Int32Array} positions (3n) planar, quanta, vertices in Morton order
   * @param {Uint32Array} triangles (3m) as `buildTopology` wants them; copied like a topology
   * @param {{ compiled?: boolean }} [options] `compiled: false` for the loops of the reference
   */
  static build(positions, triangles, { compiled = true } = {}) {
    const n = positions.length / 3, memory = new PieceMemory(n, Math.floor(triangles.length / 3), compiled);
    return new ClayMesh(positions, compiledTopology(memory, triangles) ?? buildTopology(n, triangles), memory);
  }

  /**
   * Selects the vertices nearer than `radius` to a point, block by block, ascending within each.
   * @param {Readonly<Vec3>} centre @param {number} radius quanta @param {Selection} selection overwritten
   */
  gather(centre, radius, selection) {
    this.loops.gather(this, centre, radius, selection);
  }

  /** The nearest point where the ray meets the surface, or null. @param {Ray} ray quanta */
  pick(ray) {
    return this.loops.pick(this, ray);
  }

  /** The vertices whose `pos` or `gpuNormals` have changed since the last call, as a few ascending ranges. */
  takeDirty() {
    return this.dirty.take();
  }

  /** The vertices whose `paint` has changed since the last call, as a few ascending ranges. */
  takeDirtyPaint() {
    return this.dirtyPaint.take();
  }

  /** The fingerprint of the truth, see digest.js: uint32. */
  digest() {
    return this.loops.digest(this);
  }

  /** The truth as it goes over the wire: x of all vertices, then y, then z. A new array. */
  planarPositions() {
    const n = this.vertexCount, planar = new Int32Array(3 * n);
    for (let v = 0; v < n; v++) {
      planar[v] = this.ints[3 * v];
      planar[n + v] = this.ints[3 * v + 1];
      planar[2 * n + v] = this.ints[3 * v + 2];
    }
    return planar;
  }

  /** Forgets what contracting brushes did in this block. @param {number} block */
  resetContracted(block) {
    this.contracted.fill(0, block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE);
  }

  /**
   * The working set of the i-th mirrored copy of a dab. With number 0 a new dab begins, and what the sets of the last one held is
   * lost: they share one scratch.
   * @param {number} i
   */
  selection(i) {
    if (i === 0) this.memory.releaseAll();
    return this._selections[i] ??= new Selection(true);
  }

  /** A number that no vertex is marked with. */
  nextMark() {
    if (this._mark === 0xffffffff) {
      this.marks.fill(0);
      this._mark = 0;
    }
    return ++this._mark;
  }
}

/** @param {Int32Array} planar @param {Int32Array} ints as long; filled and returned */
function interleaved(planar, ints) {
  const n = ints.length / 3;
  for (let v = 0; v < n; v++) {
    ints[3 * v] = planar[v];
    ints[3 * v + 1] = planar[n + v];
    ints[3 * v + 2] = planar[2 * n + v];
  }
  return ints;
}
