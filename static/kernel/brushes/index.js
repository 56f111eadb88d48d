/** The brushes by name. */

import { clay } from './clay.js';
import { draw } from './draw.js';
import { flatten } from './flatten.js';
import { grab } from './grab.js';
import { inflate } from './inflate.js';
import { smooth } from './smooth.js';

/** @import { Brush } from '../dab.js' */

/** @typedef {'draw' | 'clay' | 'smooth' | 'inflate' | 'flatten' | 'grab'} BrushName */

/** @type {Readonly<Record<BrushName, Brush>>} */
export const BRUSHES = Object.freeze({ draw, clay, smooth, inflate, flatten, grab });
