import { MASK, PAINT_STRIDE, paintChanged } from '../channels.js';
import { maskOf } from '../mask/change.js';
import { FREE, PROTECTED } from '../mask/values.js';

/** @import { Brush } from '../dab.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { Selection } from '../selection.js' */

/**
 * Mask: protects what it passes over from one's own brushes. M += w · s · (1 − M); inverted it frees, M −= w · s · M (Blender). What a
 * stroke adds up is kept in fractions of a step, so that a weak one comes as far as a strong one in the end. It moves nothing, and
 * nothing is sent.
 * @type {Brush}
 */
export const mask = {
  name: 'mask',
  strength: 0.8,
  holds: false,
  contracts: false,
  ignoresMask: true,
  defaults: { evenStrength: false },
  controls: ['strength', 'invert', 'spacing', 'falloff', 'hardness', 'frontFaces', 'stabiliser', 'alpha', 'alphaRotates', 'pressureRadius',
    'pressureStrength'],
  areaShare: 0,
  apply(mesh, dabs, selections) {
    const { memory, sign } = dabs[0];
    const exact = memory.mask ??= Float32Array.from(maskOf(mesh));
    for (const selection of selections) coat(mesh, exact, selection, sign > 0 ? PROTECTED : FREE);
  },
  displace() {
    throw new Error('mask moves nothing; use apply');
  },
};

/** m += w (target − m), in steps of the mask. @param {ClayMesh} mesh @param {Float32Array} exact (n) @param {Selection} selection @param {number} target */
function coat(mesh, exact, { ids, count, weights }, target) {
  for (let q = 0; q < count; q++) {
    const v = ids[q];
    exact[v] += weights[q] * (target - exact[v]);
    mesh.paint[PAINT_STRIDE * v + MASK] = Math.round(exact[v]);
  }
  paintChanged(mesh, ids, 0, count);
}
