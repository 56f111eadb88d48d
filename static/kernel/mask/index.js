/**
 * Masks: how much each vertex of a piece is protected from its owner's brushes, 0 (free) … 255 (protected). A mask is each person's
 * own and never sent.
 *
 * Everything here is pure: a mask is a Uint8Array(n), and an operation gives a new one. Who shows it keeps it in the paint array.
 */

export { CAVITY_RANGE, byCavity, curvature } from './cavity.js';
export { maskChange, maskOf, putMask, setMask } from './change.js';
export { byColour } from './colour.js';
export { FREE, PROTECTED, combined, inverted, sharpened } from './values.js';
export { MAX_CORNERS, Region, byRegion, halfPlane, rectangle, simplified } from './region.js';
export { blurred, grown, shrunk } from './rings.js';
