import { areaPlane } from '../area.js';
import { PUSH_CONTROLS } from './controls.js';
import { DRAW_HEIGHT, draw } from './draw.js';
import { pushAndPinch } from './moves.js';

/** @import { Brush } from '../dab.js' */

/** Share of its distance from the middle by which a vertex moves outwards in one full dab at a pinch of 1. */
export const BLOB_SPREAD = 0.14;

/**
 * Blob: raises a ball. Draw, and what it raises swells: Δ = N · w · 0.1 · r · s + (v − c)⊥ · w · 0.14 · pinch · s (Blender's Blob is its
 * Crease with the pinch turned round). Inverted, it makes a round hollow.
 * @type {Brush}
 */
export const blob = {
  name: 'blob',
  strength: 0.5,
  holds: false,
  contracts: false,
  defaults: {},
  controls: [...PUSH_CONTROLS, 'pinch'],
  areaShare: draw.areaShare,
  displace({ pos }, dab, selection) {
    const { normal } = areaPlane(dab, selection);
    pushAndPinch(pos, dab, selection, normal, DRAW_HEIGHT * dab.radius * dab.sign, 1, -BLOB_SPREAD * dab.settings.pinch);
  },
};
