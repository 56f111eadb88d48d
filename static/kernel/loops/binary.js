/** The compiled loops: one module for the page, one instance of it for the memory of each piece. */

import { BINARY } from '../wasm/binary.js';

/**
 * What wasm/*.c export. All pointers and counts are bytes and elements in the piece's memory; `piece` is where its header is.
 * @typedef {Object} LoopExports
 * @property {(piece: number, ids: number, count: number, displacements: number) => void} add
 * @property {(piece: number, ids: number, count: number, dx: number, dy: number, dz: number, shift: number) => void} apply
 * @property {(ids: number, count: number, blocks: number, starts: number) => number} runs
 * @property {(piece: number) => number} digest int32
 * @property {(piece: number, x: number, y: number, z: number, radius: number, found: number) => number} reach
 * @property {(piece: number, x: number, y: number, z: number, radius: number, found: number, foundCount: number, ids: number,
 *   distances2: number, edge: number, blocks: number, starts: number) => number} gather
 * @property {(piece: number, ox: number, oy: number, oz: number, dx: number, dy: number, dz: number) => number} pick
 * @property {(piece: number, ids: number, starts: number, runCount: number, distances2: number, weights: number, cx: number, cy: number,
 *   cz: number, ex: number, ey: number, ez: number, strength: number, radius: number, reach2: number, falloff: number, last: number,
 *   frontFaces: number, ignoresMask: number) => void} weigh
 * @property {(ids: number, count: number, weights: number, spent: number, cap: number) => void} limit
 * @property {(piece: number, ids: number, count: number, weights: number, displacements: number, tangential: number) => void} smooth
 * @property {(piece: number, ids: number, count: number, mark: number) => void} mark
 * @property {(piece: number, ids: number, blocks: number, starts: number, runCount: number, edge: number, edgeCount: number,
 *   mark: number, rimCount: number) => number} renew
 * @property {(piece: number, rimCount: number, seenMark: number) => void} refit
 * @property {(piece: number, from: number, to: number, cursor: number) => number} topology
 */

/** @type {WebAssembly.Module | null | undefined} null where it can not be compiled, undefined before it was tried */
let module;

/**
 * A new memory with the loops over it.
 * @param {number} pages of 64 KiB
 * @returns {{ memory: WebAssembly.Memory, exports: LoopExports } | null} null where there is no WebAssembly SIMD, or no room
 */
export function instantiate(pages) {
  if (module === undefined) module = compile();
  if (module === null) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    return { memory, exports: /** @type {LoopExports} */ (/** @type {unknown} */ (instance.exports)) };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** At once and not in the background: it takes a millisecond. */
function compile() {
  try {
    return new WebAssembly.Module(Uint8Array.from(atob(BINARY), (c) => c.charCodeAt(0)));
  } catch {
    // An old browser, or a page whose policy forbids it. The reference does the same, more slowly.
    return null;
  }
}
