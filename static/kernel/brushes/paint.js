import { UNPAINTED } from '../channels.js';
import { Painting, channelsOf, targetOf } from '../painting.js';
import { PAINT_CONTROLS } from './controls.js';

/** @import { Brush } from '../dab.js' */

/**
 * Paint: lays colour, roughness and metalness over what is there, by weight; inverted it takes paint off, down to plain clay. Nothing
 * moves. See painting.js for how dabs overlap.
 * @type {Brush}
 */
export const paint = {
  name: 'paint',
  strength: 0.9,
  holds: false,
  contracts: false,
  defaults: { evenStrength: false, accumulate: false, hardness: 0.4, spacing: 0.1 },
  controls: [...PAINT_CONTROLS, 'accumulate', 'colour', 'roughness', 'metalness', 'write'],
  areaShare: 0,
  apply(mesh, dabs, selections) {
    const { memory, settings, sign } = dabs[0];
    const painting = memory.painting ??= new Painting(mesh, channelsOf(settings));
    const target = sign > 0 ? targetOf(settings) : UNPAINTED;
    for (const selection of selections) painting.coat(selection, target, settings.accumulate);
  },
  displace() {
    throw new Error('paint moves nothing; use apply');
  },
};
