/**
 * The units of the kernel.
 *
 * A piece lives in its own space, in integer steps ("quanta") of 2⁻²² of the radius of its bounding sphere. Everything the
 * kernel takes or gives (positions, radii, rays, displacements) is in quanta; the view scales by `RADIUS_PER_QUANTUM`.
 */

/** Quanta in the radius of a piece's bounding sphere at its import. Part of the format: never changes. */
export const QUANTA_PER_RADIUS = 2 ** 22;

/** What the view multiplies a position by to get units of the bounding sphere's radius. */
export const RADIUS_PER_QUANTUM = 2 ** -22;

/** Vertices in one block, the leaf of the tree. 128 was the fastest of 32 … 512 at 1.5 million triangles. */
export const BLOCK_SIZE = 128;

/** Children of one node of the tree. With Morton order eight consecutive blocks are about one octant. */
export const FAN_OUT = 8;

/**
 * A point or a vector in quanta: three numbers.
 * @typedef {[number, number, number]} Vec3
 */

/**
 * Half a line. `direction` may have any length but zero.
 * @typedef {Object} Ray
 * @property {Readonly<Vec3>} origin
 * @property {Readonly<Vec3>} direction
 */
