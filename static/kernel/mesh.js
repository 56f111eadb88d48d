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
import { pick } from './pick.js';
import { surfaceMoved } from './update.js';

/** @import { Topology } from './topology.js' */
/** @import { Ray } from './units.js' */

/** `acc` holds something of a dab since the last flush. */
export const TOUCHED_SINCE_FLUSH = 1;
/** `acc` holds something of the stroke that is being made, perhaps only a rounding error carried on. */
export const TOUCHED_IN_STROKE = 2;

export class ClayMesh {
  /**
   * @param {Int32Array} positions planar as on the wire: x of all n vertices, then y, then z; quanta. Copied.
   * @param {Topology} topology kept, not copied
   * @throws {RangeError} if the two disagree on the number of vertices
   */
  constructor(positions, topology) {
    const n = topology.vertexCount;
    if (positions.length !== 3 * n) throw new RangeError(`${n} vertices need ${3 * n} coordinates, got ${positions.length}`);
    this.vertexCount = n;
    this.triangleCount = topology.triangles.length / 3;
    this.topology = topology;
    this.ints = interleaved(positions, n);
    this.acc = new Float32Array(3 * n);
    this.pos = new Float32Array(this.ints);
    this.normals = new Float32Array(3 * n);
    this.gpuNormals = new Int16Array(4 * n);
    this.tree = new BlockTree(n);
    this.touched = new Uint8Array(this.tree.blockCount);
    this.dirty = new DirtyRanges(n);
    this.paint = unpainted(n);
    /** Marked by whoever changes `paint`; see `paintChanged`. */
    this.dirtyPaint = new DirtyRanges(n);

    // Scratch of update.js and dab.js, kept because a dab must not allocate what is as large as the mesh.
    this.marks = new Uint32Array(n);
    this.rim = new Uint32Array(n);
    this.changed = new BlockSet(this.tree.blockCount);
    /** @type {Selection[]} one per mirrored copy of a dab */
    this._selections = [];
    /** @type {Float32Array | null} */
    this._contracted = null;
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
   * @param {Uint32Array} triangles (3m) as `buildTopology` wants them; kept, not copied
   */
  static build(positions, triangles) {
    return new ClayMesh(positions, buildTopology(positions.length / 3, triangles));
  }

  /** The nearest point where the ray meets the surface, or null. @param {Ray} ray quanta */
  pick(ray) {
    return pick(this, ray);
  }

  /** The vertices whose `pos` or `gpuNormals` have changed since the last call, as a few ascending ranges. */
  takeDirty() {
    return this.dirty.take();
  }

  /** The vertices whose `paint` has changed since the last call, as a few ascending ranges. */
  takeDirtyPaint() {
    return this.dirtyPaint.take();
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

  /**
   * Per vertex, how much of its way to where a contracting brush pulls it was gone since the last flush: 0 … ½. Made on first use.
   * @returns {Float32Array} (n)
   */
  get contracted() {
    this._contracted ??= new Float32Array(this.vertexCount);
    return this._contracted;
  }

  /** Forgets what contracting brushes did in this block. @param {number} block */
  resetContracted(block) {
    this._contracted?.fill(0, block * BLOCK_SIZE, (block + 1) * BLOCK_SIZE);
  }

  /** The working set of the i-th mirrored copy of a dab. @param {number} i */
  selection(i) {
    return this._selections[i] ??= new Selection();
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

/** @param {Int32Array} planar @param {number} n */
function interleaved(planar, n) {
  const ints = new Int32Array(3 * n);
  for (let v = 0; v < n; v++) {
    ints[3 * v] = planar[v];
    ints[3 * v + 1] = planar[n + v];
    ints[3 * v + 2] = planar[2 * n + v];
  }
  return ints;
}
