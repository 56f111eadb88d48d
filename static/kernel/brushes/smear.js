import { PAINT_STRIDE, SHARED_CHANNELS } from '../channels.js';
import { Painting, channelsOf } from '../painting.js';
import { PAINT_CONTROLS } from './controls.js';

/** @import { Brush, Dab } from '../dab.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { Selection } from '../selection.js' */

/**
 * Smear: carries the paint along with the stroke. Each vertex is drawn to the mean of its neighbours against the way t, weighted by
 * max(0, −t · e) of the unit edge e to each (Blender). A dab that has not moved does nothing.
 * @type {Brush}
 */
export const smear = {
  name: 'smear',
  strength: 0.8,
  holds: false,
  contracts: false,
  defaults: { evenStrength: false, spacing: 0.05, write: { colour: true, roughness: true, metalness: true } },
  controls: [...PAINT_CONTROLS.filter((name) => name !== 'invert'), 'write'],
  areaShare: 0,
  apply(mesh, dabs, selections) {
    const { memory, settings } = dabs[0];
    const painting = memory.painting ??= new Painting(mesh, channelsOf(settings));
    // All copies are worked out from the same paint before any is laid on, so that none is the first.
    const drawn = selections.map((selection, i) => drawnAlong(mesh, dabs[i], selection));
    selections.forEach((selection, i) => drawn[i] && painting.blend(selection, drawn[i]));
  },
  displace() {
    throw new Error('smear moves nothing; use apply');
  },
};

/** @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection @returns {Float32Array | null} (5 · count), null if the dab did not move */
function drawnAlong({ paint, pos, topology: { ringStart, ring } }, { travel: [tx, ty, tz] }, { ids, count }) {
  if (tx === 0 && ty === 0 && tz === 0) return null;
  const way = Math.sqrt(tx * tx + ty * ty + tz * tz);
  const values = new Float32Array(SHARED_CHANNELS * count);
  for (let q = 0; q < count; q++) {
    const v = ids[q], out = SHARED_CHANNELS * q;
    let sum = 0;
    for (let r = ringStart[v]; r < ringStart[v + 1]; r++) {
      const u = ring[r];
      const ex = pos[3 * u] - pos[3 * v], ey = pos[3 * u + 1] - pos[3 * v + 1], ez = pos[3 * u + 2] - pos[3 * v + 2];
      const length = Math.sqrt(ex * ex + ey * ey + ez * ez), against = -(tx * ex + ty * ey + tz * ez);
      if (!(against > 0)) continue;
      const w = against / (way * length);
      sum += w;
      for (let c = 0; c < SHARED_CHANNELS; c++) values[out + c] += w * paint[PAINT_STRIDE * u + c];
    }
    for (let c = 0; c < SHARED_CHANNELS; c++) values[out + c] = sum > 0 ? values[out + c] / sum : paint[PAINT_STRIDE * v + c];
  }
  return values;
}
