import { limitWeights } from '../contraction.js';
import { PUSH_CONTROLS } from './controls.js';

/** @import { Brush } from '../dab.js' */

/** How fast a vertex comes to the layer's full height: the weight of one dab is multiplied by this, so that the top becomes flat. */
export const LAYER_RATE = 2;

/**
 * Layer: raises the surface by one even step, however often one stroke passes. Each vertex has a share of the step that grows with
 * the weight of every dab and stops at 1 (Blender's D), and Δ = n₀ · (growth of the share) · layerHeight · r, along the normal it had
 * when the stroke first came. Only differences are added, so what others do there meanwhile stays. Inverted, it digs a step.
 * @type {Brush}
 */
export const layer = {
  name: 'layer',
  strength: 0.75,
  holds: false,
  contracts: false,
  defaults: { hardness: 0.3 },
  controls: [...PUSH_CONTROLS.filter((name) => name !== 'accumulate'), 'layerHeight'],
  areaShare: 0,
  limit(mesh, [{ memory }], selections) {
    memory.shares ??= new Float32Array(mesh.vertexCount);
    memory.normals ??= mesh.normals.slice();
    for (const { count, weights } of selections) {
      for (let q = 0; q < count; q++) weights[q] *= LAYER_RATE;
    }
    limitWeights(memory.shares, selections, 1);
  },
  displace(_mesh, { memory, radius, sign, settings }, { ids, count, weights, displacements }) {
    const normals = /** @type {Float32Array} */ (memory.normals), height = settings.layerHeight * radius * sign;
    for (let q = 0, j = 0; q < count; q++, j += 3) {
      const i = 3 * ids[q], k = weights[q] * height;
      displacements[j] = normals[i] * k;
      displacements[j + 1] = normals[i + 1] * k;
      displacements[j + 2] = normals[i + 2] * k;
    }
  },
};
