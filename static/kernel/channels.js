/**
 * What a vertex carries besides its place: colour, roughness, metalness, and the mask.
 *
 * `mesh.paint` has eight bytes for each vertex; all replicas hold the same first five, while the mask is one's own and never sent.
 *
 * | byte  | what                                                                                        |
 * |-------|---------------------------------------------------------------------------------------------|
 * | 0–2   | red, green, blue: sRGB                                                                       |
 * | 3     | roughness: 0 mirrors, 255 is matte                                                           |
 * | 4     | metalness: 0 clay, 255 metal                                                                 |
 * | 5     | mask: 0 free … 255 protected from one's own brushes                                          |
 * | 6, 7  | zero                                                                                         |
 */

import { BLOCK_SIZE } from './units.js';

/** @import { ClayMesh } from './mesh.js' */

/** Bytes for each vertex in `mesh.paint`. */
export const PAINT_STRIDE = 8;

export const RED = 0, GREEN = 1, BLUE = 2, ROUGHNESS = 3, METALNESS = 4, MASK = 5;

/** The channels that everyone shares: the first ones. */
export const SHARED_CHANNELS = 5;

/** What clay is that nobody has painted: red, green, blue, roughness, metalness. */
export const UNPAINTED = Object.freeze([0xb5, 0x74, 0x50, 190, 0]);

/**
 * The paint of `vertices` vertices that nobody has painted or masked.
 * @param {number} vertices @param {Uint8Array} [paint] (8 · vertices) filled and returned
 */
export function unpainted(vertices, paint = new Uint8Array(PAINT_STRIDE * vertices)) {
  if (vertices === 0) return paint;
  paint.set(UNPAINTED);
  // Doubling: each copy is as long as all before it.
  for (let have = PAINT_STRIDE; have < paint.length; have *= 2) paint.copyWithin(have, 0, Math.min(have, paint.length - have));
  return paint;
}

/**
 * Tells the view that the paint or the mask of these vertices changed.
 * @param {ClayMesh} mesh @param {ArrayLike<number>} ids ascending within each block @param {number} [from] @param {number} [to]
 */
export function paintChanged(mesh, ids, from = 0, to = ids.length) {
  while (from < to) {
    const first = ids[from], block = Math.floor(first / BLOCK_SIZE), after = (block + 1) * BLOCK_SIZE;
    let last = first;
    for (from++; from < to && ids[from] < after && ids[from] > last; from++) last = ids[from];
    mesh.dirtyPaint.mark(block, first, last);
  }
}
