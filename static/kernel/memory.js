/**
 * Where the arrays of one piece lie. With WebAssembly they are views of one memory, so that the compiled loops and the brushes in
 * JavaScript work on the same bytes, and a worker could be handed all of it as one object; without, each is an array of its own.
 *
 * The memory is sized once and never grows: growing would detach every view, those that the graphics library holds as well. What is
 * reserved and never written (scratch of a brush that was never that large) costs address space and no memory.
 *
 * From FIRST_BYTE on: the header (wasm/piece.h), then the arrays of `layoutOf` in its order, each aligned to ALIGNMENT, then the
 * scratch, from which working sets are taken as from a stack.
 */

import { PAINT_STRIDE } from './channels.js';
import { instantiate } from './loops/binary.js';
import { treeLevels } from './tree.js';

/** @import { LoopExports } from './loops/binary.js' */
/** @import { Topology } from './topology.js' */

/** The loops' own stack lies below. */
const FIRST_BYTE = 2 ** 16;
const PAGE_BYTES = 2 ** 16;
const ALIGNMENT = 16; // bytes: of a SIMD register, and enough for every element type

/** The header has no more than this many fields of four bytes; `piece.h` names them. */
const HEADER_FIELDS = 32;

/** What WebAssembly can address with 32 bits. */
const MOST_BYTES = 2 ** 32;

/** Bytes of scratch per vertex: one working set of all vertices, see selection.js. Several mirrored copies share it. */
const SCRATCH_PER_VERTEX = 32;
/** And in addition, so that the blocks of a tiny piece, which are never full, fit too. */
const SCRATCH_BESIDES = 2 ** 16;

/** @typedef {Uint8ArrayConstructor | Int16ArrayConstructor | Uint32ArrayConstructor | Int32ArrayConstructor | Float32ArrayConstructor | Float64ArrayConstructor} ArrayType */

export class PieceMemory {
  /**
   * @param {number} vertexCount @param {number} triangleCount
   * @param {boolean} [compiled] false keeps everything in JavaScript: the reference
   */
  constructor(vertexCount, triangleCount, compiled = true) {
    const n = vertexCount, { count: blocks, nodes, levels } = treeLevels(n);
    const arrays = layoutOf(n, triangleCount, blocks, nodes, levels.length);
    let bytes = FIRST_BYTE;
    for (const [Type, length] of Object.values(arrays)) bytes = aligned(bytes + Type.BYTES_PER_ELEMENT * length);
    const scratchBytes = aligned(SCRATCH_PER_VERTEX * n + SCRATCH_BESIDES);
    const made = compiled && bytes + scratchBytes <= MOST_BYTES ? instantiate(Math.ceil((bytes + scratchBytes) / PAGE_BYTES)) : null;
    this.vertexCount = n;
    this.triangleCount = triangleCount;
    /** All of it; null without WebAssembly. @type {WebAssembly.Memory | null} */
    this.memory = made?.memory ?? null;
    /** The loops over it. @type {LoopExports | null} */
    this.exports = made?.exports ?? null;
    this._buffer = made?.memory.buffer ?? null;

    let at = FIRST_BYTE;
    /** @template {ArrayType} T @param {[T, number]} shape @returns {InstanceType<T>} */
    const place = ([Type, length]) => {
      const here = at;
      at = aligned(at + Type.BYTES_PER_ELEMENT * length);
      return /** @type {any} */ (this._buffer === null ? new Type(length) : new Type(this._buffer, here, length));
    };
    this.header = place(arrays.header);
    this.out = place(arrays.out);
    this.levelNodes = place(arrays.levelNodes);
    this.levelOffset = place(arrays.levelOffset);
    this.ints = place(arrays.ints);
    this.paint = place(arrays.paint);
    this.contracted = place(arrays.contracted);
    this.touched = place(arrays.touched);
    this.boxes = place(arrays.boxes);
    this.slack = place(arrays.slack);
    this.seen = place(arrays.seen);
    this.parents = place(arrays.parents);
    this.changed = place(arrays.changed);
    this.changedFlags = place(arrays.changedFlags);
    this.dirtyFirst = place(arrays.dirtyFirst);
    this.dirtyEnd = place(arrays.dirtyEnd);
    // Without WebAssembly the topology stays in the arrays in which it comes.
    const own = this._buffer !== null;
    this.triangles = own ? place(arrays.triangles) : new Uint32Array(0);
    this.ringStart = own ? place(arrays.ringStart) : new Uint32Array(0);
    this.ring = own ? place(arrays.ring) : new Uint32Array(0);
    this.boundary = own ? place(arrays.boundary) : new Uint8Array(0);
    this.blockFaces = own ? place(arrays.blockFaces) : new Uint32Array(0);
    /** What is built first may use everything from here to the end as scratch, and leaves it zero. */
    this.buildScratch = at;
    this.acc = place(arrays.acc);
    this.pos = place(arrays.pos);
    this.normals = place(arrays.normals);
    this.gpuNormals = place(arrays.gpuNormals);
    this.marks = place(arrays.marks);
    this.rim = place(arrays.rim);

    /** The first free byte of the scratch. */
    this.top = at;
    this._scratch = at;
    this._end = own ? at + scratchBytes : at;
    for (const [l, level] of levels.entries()) {
      this.levelNodes[l] = level.count;
      this.levelOffset[l] = level.offset;
    }
    if (own) this._fillHeader(blocks, levels.length);
  }

  /** Bytes that the arrays and the scratch may take, all of them used. */
  get byteLength() {
    return this._buffer?.byteLength ?? 0;
  }

  /** Whether this array is a view of the memory. @param {ArrayBufferView} array */
  holds(array) {
    return array.buffer === this._buffer;
  }

  /**
   * An array from the top of the scratch, not zeroed. Given back by setting `top` to what it was before.
   * @template {ArrayType} T @param {T} Type @param {number} length
   * @returns {InstanceType<T> | null} null if there is no room
   */
  take(Type, length) {
    const here = this.top, next = aligned(here + Type.BYTES_PER_ELEMENT * length);
    if (this._buffer === null || next > this._end) return null;
    this.top = next;
    return /** @type {any} */ (new Type(this._buffer, here, length));
  }

  /** Gives back everything that was taken. */
  releaseAll() {
    this.top = this._scratch;
  }

  /** Bytes from `buildScratch` to the end. */
  get buildScratchBytes() {
    return this._end - this.buildScratch;
  }

  /**
   * The topology as views of this memory: copied, if it is not there yet. Without WebAssembly the given one.
   * @param {Topology} topology @returns {Topology}
   */
  adopt(topology) {
    if (this._buffer === null || this.holds(topology.ring)) return topology;
    const { ring, ringStart, triangles, boundary, blockFaces } = topology;
    this.triangles.set(triangles);
    this.ringStart.set(ringStart);
    this.ring.set(ring);
    this.boundary.set(boundary);
    this.blockFaces.set(blockFaces);
    return this.topology(ring.length);
  }

  /** What lies here as the topology. @param {number} ringLength @returns {Topology} */
  topology(ringLength) {
    const { vertexCount, triangles, ringStart, boundary, blockFaces } = this;
    return { vertexCount, triangles, ringStart, ring: this.ring.subarray(0, ringLength), boundary, blockFaces };
  }

  /** In the order of `Piece` in wasm/piece.h. @param {number} blocks @param {number} levels */
  _fillHeader(blocks, levels) {
    this.header.set([this.vertexCount, blocks, levels, this.triangleCount]);
    const pointers = [this.levelNodes, this.levelOffset, this.ints, this.acc, this.pos, this.normals, this.gpuNormals, this.triangles,
      this.ringStart, this.ring, this.boundary, this.blockFaces, this.boxes, this.slack, this.seen, this.marks, this.rim,
      this.changed, this.changedFlags];
    this.header.set(pointers.map((array) => array.byteOffset), 4);
    const rest = 4 + pointers.length;
    this.header[rest] = 0; // changedCount
    this.header.set([this.parents, this.dirtyFirst, this.dirtyEnd, this.paint, this.out].map((array) => array.byteOffset), rest + 1);
  }
}

/**
 * @param {number} n vertices @param {number} m triangles @param {number} blocks @param {number} nodes of the tree, all levels
 * @param {number} levels
 */
function layoutOf(n, m, blocks, nodes, levels) {
  /** @template {ArrayType} T @param {T} Type @param {number} length @returns {[T, number]} */
  const shape = (Type, length) => [Type, length];
  return {
    header: shape(Uint32Array, HEADER_FIELDS),
    out: shape(Float64Array, 8),
    levelNodes: shape(Uint32Array, levels),
    levelOffset: shape(Uint32Array, levels),
    ints: shape(Int32Array, 3 * n),
    paint: shape(Uint8Array, PAINT_STRIDE * n),
    contracted: shape(Float32Array, n),
    touched: shape(Uint8Array, blocks),
    boxes: shape(Float32Array, 6 * nodes),
    slack: shape(Float32Array, nodes),
    seen: shape(Uint32Array, nodes),
    parents: shape(Uint32Array, blocks),
    changed: shape(Uint32Array, blocks),
    changedFlags: shape(Uint8Array, blocks),
    dirtyFirst: shape(Uint8Array, blocks),
    dirtyEnd: shape(Uint8Array, blocks),
    triangles: shape(Uint32Array, 3 * m),
    ringStart: shape(Uint32Array, n + 1),
    // An open fan has one neighbour more than triangles.
    ring: shape(Uint32Array, 3 * m + n),
    boundary: shape(Uint8Array, n),
    blockFaces: shape(Uint32Array, blocks + 1),
    acc: shape(Float32Array, 3 * n),
    pos: shape(Float32Array, 3 * n),
    normals: shape(Float32Array, 3 * n),
    gpuNormals: shape(Int16Array, 4 * n),
    marks: shape(Uint32Array, n),
    rim: shape(Uint32Array, n),
  };
}

/** @param {number} bytes */
function aligned(bytes) {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
