/** The brushes by name, in the order of their numbers (wire/frames.js). */

import { blob } from './blob.js';
import { clay } from './clay.js';
import { clayStrips } from './clay_strips.js';
import { crease } from './crease.js';
import { draw } from './draw.js';
import { drawSharp } from './draw_sharp.js';
import { elasticGrab } from './elastic_grab.js';
import { grab } from './grab.js';
import { inflate } from './inflate.js';
import { layer } from './layer.js';
import { mask } from './mask.js';
import { nudge } from './nudge.js';
import { paint } from './paint.js';
import { pinch } from './pinch.js';
import { fill, flatten, scrape } from './plane.js';
import { scale } from './scale.js';
import { smear } from './smear.js';
import { smooth } from './smooth.js';
import { snakeHook } from './snake_hook.js';
import { twist } from './twist.js';

/** @import { Brush } from '../dab.js' */

/**
 * @typedef {'draw' | 'clay' | 'smooth' | 'inflate' | 'flatten' | 'grab' | 'drawSharp' | 'clayStrips' | 'layer' | 'blob' | 'crease' | 'pinch'
 *   | 'scrape' | 'fill' | 'snakeHook' | 'elasticGrab' | 'nudge' | 'twist' | 'scale' | 'mask' | 'paint' | 'smear'} BrushName
 */

/** @type {Readonly<Record<BrushName, Brush>>} */
export const BRUSHES = Object.freeze({
  draw, clay, smooth, inflate, flatten, grab, drawSharp, clayStrips, layer, blob, crease, pinch, scrape, fill, snakeHook, elasticGrab,
  nudge, twist, scale, mask, paint, smear,
});
