/** @import { Brush } from '../dab.js' */
/** @import { BrushName } from './index.js' */

/**
 * What the brushes have in common that hold and never dab.
 * @param {BrushName} name @param {NonNullable<Brush['hold']>} hold
 * @returns {Omit<Brush, 'controls'>}
 */
export function heldOnly(name, hold) {
  return {
    name,
    strength: 1,
    holds: true,
    hold,
    contracts: false,
    defaults: {},
    areaShare: 0,
    displace() {
      throw new Error(`${name} holds its vertices, it makes no dabs`);
    },
  };
}
