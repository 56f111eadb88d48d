import { areaPlane } from '../area.js';
import { pullToPlane } from './moves.js';

/** @import { Brush } from '../dab.js' */

/** Inverted, heights grow instead; at half strength, because growth feeds itself (Blender's "contrast"). */
export const CONTRAST = -0.5;

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
  areaShare: 1,
  displace(mesh, dab, selection) {
    const { normal, centre } = areaPlane(dab, selection);
    pullToPlane(mesh.pos, selection, normal, centre, -Infinity, Infinity, dab.sign > 0 ? 1 : CONTRAST);
  },
};
