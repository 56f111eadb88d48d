import { areaPlane } from '../area.js';
import { DAB_CONTROLS } from './controls.js';
import { pullToPlane } from './moves.js';

/** @import { Brush } from '../dab.js' */

/**
 * Inverted, heights grow instead (Blender's "contrast"). Growth feeds itself: about 13 dabs of a stroke reach a vertex, and at the
 * usual strength this makes a height twice what it was; Blender's half strength would make it fifteen times as high, all spikes.
 */
export const CONTRAST = -0.1;

/**
 * Flatten: towards the plane through the area centre, from both sides. h = (v − C) · N, Δ = −N · h · w · s (Blender's Plane with
 * height and depth 1; SculptGL takes one side only). Inverted, it raises the contrast.
 * @type {Brush}
 */
export const flatten = {
  name: 'flatten',
  strength: 0.75,
  holds: false,
  contracts: true,
  defaults: {},
  controls: [...DAB_CONTROLS, 'height', 'depth'],
  areaShare: 1,
  displace(mesh, dab, selection) {
    const { normal, centre } = areaPlane(dab, selection);
    pullToPlane(mesh.pos, selection, normal, centre, -Infinity, Infinity, dab.sign > 0 ? 1 : CONTRAST);
  },
};
