import { areaPlane } from '../area.js';
import { PUSH_CONTROLS } from './controls.js';
import { draw } from './draw.js';
import { pushAndPinch } from './moves.js';

/** @import { Brush } from '../dab.js' */

/** Depth of one full dab, in radii (SculptGL). */
export const CREASE_DEPTH = 0.07;

/** Share of the way to the middle that a vertex goes in one full dab at a pinch of 1; at the usual half it is SculptGL's 0.07. */
export const CREASE_PINCH = 0.14;

/** The groove is narrower than the brush: its falloff is the fifth power (SculptGL). */
const GROOVE_POWER = 5;

/**
 * Crease: cuts a groove and draws its sides together. Δ = (c − v)⊥ · w · 0.14 · pinch · s − N · w⁵ · 0.07 · r · s (SculptGL; ⊥: the part off
 * N, as in Blender, so that a round surface is not lifted). Inverted, it raises a ridge; the sides still come together.
 * @type {Brush}
 */
export const crease = {
  name: 'crease',
  strength: 0.75,
  holds: false,
  contracts: false,
  defaults: {},
  controls: [...PUSH_CONTROLS, 'pinch'],
  areaShare: draw.areaShare,
  displace({ pos }, dab, selection) {
    const { normal } = areaPlane(dab, selection);
    pushAndPinch(pos, dab, selection, normal, -CREASE_DEPTH * dab.radius * dab.sign, GROOVE_POWER, CREASE_PINCH * dab.settings.pinch);
  },
};
