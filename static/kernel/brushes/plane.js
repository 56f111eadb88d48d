/**
 * One Plane brush, three names: Flatten, Scrape and Fill pull towards the plane through the area centre. With h = (v − C) · N,
 * Δ = −N · h · w · s · (1 − (h / limit)⁴), the limit being `height` radii above the plane and `depth` radii below it: what stands
 * farther off is left alone. Height 1 and depth 1 flatten; depth 0 only scrapes, height 0 only fills (Blender's Plane;
 * SculptGL's Flatten takes one side).
 */

import { areaPlane } from '../area.js';
import { DAB_CONTROLS } from './controls.js';

/** @import { Brush, Dab } from '../dab.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { Selection } from '../selection.js' */

/**
 * Flatten inverted: heights grow (Blender's "contrast"). Growth feeds itself: about 13 dabs of a stroke reach a vertex, and at the
 * usual strength this makes a height twice what it was; Blender's half strength would make it fifteen times as high, all spikes.
 */
export const CONTRAST = -0.1;

/** @type {Pick<Brush, 'holds' | 'contracts' | 'controls' | 'areaShare'>} */
const PLANE = { holds: false, contracts: true, controls: [...DAB_CONTROLS, 'height', 'depth'], areaShare: 1 };

/** Flatten: from both sides. Inverted, it raises the contrast. @type {Brush} */
export const flatten = {
  ...PLANE,
  name: 'flatten',
  strength: 0.75,
  defaults: { height: 1, depth: 1 },
  displace(mesh, dab, selection) {
    const { height, depth } = dab.settings;
    pull(mesh, dab, selection, height, depth, dab.sign > 0 ? 1 : CONTRAST);
  },
};

/** Scrape: takes off what stands out. Inverted, it fills. @type {Brush} */
export const scrape = { ...PLANE, name: 'scrape', strength: 0.75, defaults: { height: 1, depth: 0 }, displace: oneSided };

/** Fill: brings up what lies deeper. Inverted, it scrapes. @type {Brush} */
export const fill = { ...PLANE, name: 'fill', strength: 0.75, defaults: { height: 0, depth: 1 }, displace: oneSided };

/** @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection */
function oneSided(mesh, dab, selection) {
  const { height, depth } = dab.settings;
  if (dab.sign > 0) pull(mesh, dab, selection, height, depth, 1);
  else pull(mesh, dab, selection, depth, height, 1);
}

/**
 * @param {ClayMesh} mesh @param {Dab} dab @param {Selection} selection
 * @param {number} height radii @param {number} depth radii @param {number} amount
 */
function pull({ pos }, dab, selection, height, depth, amount) {
  const { normal, centre } = areaPlane(dab, selection), { ids, count, weights, displacements } = selection;
  const [nx, ny, nz] = normal, [cx, cy, cz] = centre;
  const perHeight = height > 0 ? 1 / (height * dab.radius) : Infinity, perDepth = depth > 0 ? 1 / (depth * dab.radius) : Infinity;
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    const i = 3 * ids[q];
    const h = (pos[i] - cx) * nx + (pos[i + 1] - cy) * ny + (pos[i + 2] - cz) * nz;
    const t = h > 0 ? h * perHeight : -h * perDepth, t2 = t * t;
    const k = t < 1 ? -h * weights[q] * amount * (1 - t2 * t2) : 0;
    displacements[j] = nx * k;
    displacements[j + 1] = ny * k;
    displacements[j + 2] = nz * k;
  }
}
