/**
 * The loops in WebAssembly over a piece's memory. What lies elsewhere (the ids of a frame that arrived, the working set of a brush
 * that holds) is copied into the scratch first; where there is no room for that, the reference does the work.
 */

import { hitAt } from '../pick.js';
import { reference } from './reference.js';

/** @import { PieceMemory } from '../memory.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { Displacement } from '../quantise.js' */
/** @import { Selection } from '../selection.js' */
/** @import { Topology } from '../topology.js' */
/** @import { Loops } from './reference.js' */

/** The pointers of one list of vertices, as `renew` takes them. @typedef {{ ids: number, count: number, blocks: number, starts: number, runCount: number, edge: number, edgeCount: number }} List */

/**
 * @param {PieceMemory} memory one with loops
 * @returns {Loops}
 */
export function compiledLoops(memory) {
  const exports = /** @type {NonNullable<typeof memory.exports>} */ (memory.exports), piece = memory.header.byteOffset;

  /** Where these bytes are in the memory; −1 if there is no room for them. @param {Uint32Array | Int32Array | Float32Array} array @param {number} length */
  const pointer = (array, length) => {
    if (memory.holds(array)) return array.byteOffset;
    const copy = memory.take(Uint32Array, length);
    if (copy === null) return -1;
    copy.set(new Uint32Array(array.buffer, array.byteOffset, length));
    return copy.byteOffset;
  };

  /** @param {Selection} selection @returns {List | null} null if there is no room */
  const listOf = ({ ids, count, blocks, starts, runCount, edge, edgeCount }) => {
    const at = pointer(ids, count);
    const list = {
      ids: at, count, runCount, edgeCount,
      blocks: pointer(blocks, runCount),
      starts: pointer(starts, runCount + 1),
      edge: edge === ids ? at : pointer(edge, edgeCount),
    };
    return Math.min(list.ids, list.blocks, list.starts, list.edge) < 0 ? null : list;
  };

  /** @param {ClayMesh} mesh @param {readonly List[]} lists */
  const renew = (mesh, lists) => {
    const mark = mesh.nextMark();
    // What the reference may have left there.
    mesh.changed.clear();
    for (const { ids, count } of lists) exports.mark(piece, ids, count, mark);
    let rim = 0;
    for (const { ids, blocks, starts, runCount, edge, edgeCount } of lists) {
      rim = exports.renew(piece, ids, blocks, starts, runCount, edge, edgeCount, mark, rim);
    }
    exports.refit(piece, rim, mesh.tree.nextMarks());
    mesh.dirty.any = true;
  };

  /** @param {Displacement} displacement @returns {{ list: List, dx: number, dy: number, dz: number, shift: number } | null} */
  const placed = ({ ids, dx, dy, dz, shift }) => {
    const count = ids.length, at = pointer(ids, count), x = pointer(dx, count), y = pointer(dy, count), z = pointer(dz, count);
    const most = Math.min(count, memory.parents.length);
    const blocks = memory.take(Uint32Array, most), starts = memory.take(Uint32Array, most + 1);
    if (blocks === null || starts === null || Math.min(at, x, y, z) < 0) return null;
    const runCount = exports.runs(at, count, blocks.byteOffset, starts.byteOffset);
    const list = { ids: at, count, blocks: blocks.byteOffset, starts: starts.byteOffset, runCount, edge: at, edgeCount: count };
    return { list, dx: x, dy: y, dz: z, shift };
  };

  /** Whether a working set is in the memory, and needs no copies. @param {Selection} selection */
  const isHere = ({ ids, starts, distances2, weights, displacements }) =>
    [ids, starts, distances2, weights, displacements].every((array) => memory.holds(array));

  return {
    name: 'WebAssembly',

    gather(mesh, centre, radius, selection) {
      const [x, y, z] = centre, found = mesh.tree.scratch;
      const runs = exports.reach(piece, x, y, z, radius, found.byteOffset);
      if (!selection.place(memory, runs)) return reference.gather(mesh, centre, radius, selection);
      const { ids, distances2, edge, blocks, starts } = selection;
      selection.count = exports.gather(piece, x, y, z, radius, found.byteOffset, runs, ids.byteOffset, distances2.byteOffset,
        edge.byteOffset, blocks.byteOffset, starts.byteOffset);
      selection.runCount = memory.out[0];
      selection.edgeCount = memory.out[1];
    },

    pick(mesh, ray) {
      const [ox, oy, oz] = ray.origin, [dx, dy, dz] = ray.direction;
      const face = exports.pick(piece, ox, oy, oz, dx, dy, dz);
      return face < 0 ? null : hitAt(mesh, ray, face, memory.out[0], memory.out[1], memory.out[2]);
    },

    weigh(mesh, dab, selection, reach, ignoresMask) {
      const { top } = memory, { ids, starts, runCount, distances2, weights } = selection, { centre, view, falloff } = dab;
      const table = memory.take(Float32Array, falloff.length);
      if (table === null || !isHere(selection)) {
        reference.weigh(mesh, dab, selection, reach, ignoresMask);
      } else {
        table.set(falloff);
        exports.weigh(piece, ids.byteOffset, starts.byteOffset, runCount, distances2.byteOffset, weights.byteOffset, centre[0], centre[1],
          centre[2], view[0], view[1], view[2], dab.strength, dab.radius, reach * reach, table.byteOffset, falloff.length - 1,
          dab.frontFaces ? 1 : 0, ignoresMask ? 1 : 0);
        selection.area.set(memory.out.subarray(0, selection.area.length));
      }
      memory.top = top;
    },

    limit(mesh, selections, cap) {
      const [{ ids, count, weights }] = selections;
      // Copies that share vertices must all have asked before any is answered.
      if (selections.length > 1 || !isHere(selections[0])) reference.limit(mesh, selections, cap);
      else exports.limit(ids.byteOffset, count, weights.byteOffset, mesh.contracted.byteOffset, cap);
    },

    smooth(mesh, selection, tangential) {
      const { ids, count, weights, displacements } = selection;
      if (!isHere(selection)) reference.smooth(mesh, selection, tangential);
      else exports.smooth(piece, ids.byteOffset, count, weights.byteOffset, displacements.byteOffset, tangential ? 1 : 0);
    },

    add(mesh, selection) {
      const { top } = memory, { ids, count, displacements } = selection;
      const at = pointer(ids, count), what = pointer(displacements, 3 * count);
      if (Math.min(at, what) < 0) reference.add(mesh, selection);
      else exports.add(piece, at, count, what);
      memory.top = top;
    },

    apply(mesh, displacements) {
      const { top } = memory, all = displacements.filter(({ ids }) => ids.length > 0).map(placed);
      const room = all.filter((one) => one !== null);
      if (room.length < all.length) {
        reference.apply(mesh, displacements);
      } else if (room.length > 0) {
        for (const { list, dx, dy, dz, shift } of room) exports.apply(piece, list.ids, list.count, dx, dy, dz, shift);
        renew(mesh, room.map(({ list }) => list));
      }
      memory.top = top;
    },

    surfaceMoved(mesh, selections) {
      const { top } = memory, all = selections.map(listOf), room = all.filter((list) => list !== null);
      if (room.length < all.length) reference.surfaceMoved(mesh, selections);
      else renew(mesh, room);
      memory.top = top;
    },

    digest: () => exports.digest(piece) >>> 0,
  };
}

/**
 * `buildTopology` in WebAssembly, into the memory of a piece that has nothing else in it yet.
 * @param {PieceMemory} memory @param {Uint32Array} triangles copied
 * @returns {Topology | null} null if there are no loops, or if the triangles are not as they should be: the reference says why
 */
export function compiledTopology(memory, triangles) {
  const { exports, vertexCount, buildScratch } = memory;
  if (exports === null || triangles.length !== 3 * memory.triangleCount) return null;
  const from = buildScratch, to = from + 4 * triangles.length, cursor = to + 4 * triangles.length;
  const bytes = cursor + 4 * (vertexCount + 1) - from;
  if (bytes > memory.buildScratchBytes) return null;
  memory.triangles.set(triangles);
  const length = exports.topology(memory.header.byteOffset, from, to, cursor);
  new Uint8Array(memory.ints.buffer, from, bytes).fill(0);
  return length < 0 ? null : memory.topology(length);
}
