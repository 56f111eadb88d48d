/** What several kernel tests need: a mesh from a shape, rays in units of the radius, and a fold over a stroke. */

import { test } from 'node:test';

import { ClayMesh } from '../../../static/kernel/mesh.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { StrokeMaker } from '../../../static/kernel/stroke.js';
import { sheet } from './shapes.js';

/** @import { Sample } from '../../../static/kernel/sample.js' */
/** @import { Shape } from './shapes.js' */
/** @import { SomeSettings } from '../../../static/kernel/stroke_settings.js' */
/** @import { Displacement } from '../../../static/kernel/quantise.js' */
/** @import { Ray, Vec3 } from '../../../static/kernel/units.js' */

/** @param {Shape} shape */
export function meshOf(shape) {
  return ClayMesh.build(shape.positions, shape.triangles);
}

/** An open sheet of 2 × 40² triangles, see shapes.js. @param {(x: number, y: number) => number} [height] */
export function sheetMesh(height) {
  return meshOf(sheet(40, height));
}

/**
 * A test on meshes of either kind: with the loops in JavaScript, and with the compiled ones.
 * @param {string} name @param {(of: {meshOf: typeof meshOf, sheetMesh: typeof sheetMesh}) => void} run
 */
export function onBothKernels(name, run) {
  for (const compiled of [false, true]) {
    const build = (/** @type {Shape} */ { positions, triangles }) => ClayMesh.build(positions, triangles, { compiled });
    test(`${name} (${compiled ? 'WebAssembly' : 'JavaScript'})`, () => run({ meshOf: build, sheetMesh: (height) => build(sheet(40, height)) }));
  }
}

/** A ray from above, at x, y in units of the radius. @param {number} x @param {number} y @returns {Ray} */
export function above(x, y) {
  return { origin: [x * R, y * R, 3 * R], direction: [0, 0, -1] };
}

/** @param {ClayMesh} mesh @param {number} v @returns {Vec3} */
export function position(mesh, v) {
  return [mesh.pos[3 * v], mesh.pos[3 * v + 1], mesh.pos[3 * v + 2]];
}

/** The vertex nearest to a point given in units of the radius. @param {ClayMesh} mesh @param {Vec3} point */
export function nearest(mesh, point) {
  let best = -1, least = Infinity;
  for (let v = 0; v < mesh.vertexCount; v++) {
    const p = position(mesh, v), d = Math.hypot(p[0] - point[0] * R, p[1] - point[1] * R, p[2] - point[2] * R);
    if (d < least) [best, least] = [v, d];
  }
  return best;
}

/**
 * A stroke along a list of rays, with a flush after every other one, and what it sent.
 * @param {ClayMesh} mesh @param {SomeSettings} settings @param {readonly Ray[]} rays @param {number} radius quanta
 * @param {Partial<Sample>} [more] of the first sample
 * @returns {Displacement[]}
 */
export function makeStroke(mesh, settings, rays, radius, more = {}) {
  const stroke = new StrokeMaker(mesh, settings), sent = [];
  if (!stroke.begin({ ray: rays[0], radius, ...more })) throw new Error('the stroke misses the mesh');
  for (let k = 1; k < rays.length; k++) {
    stroke.moveTo({ ray: rays[k], radius });
    if (k % 2 === 0) sent.push(stroke.flush());
  }
  sent.push(...stroke.end());
  return sent.filter((d) => d !== null);
}

/** One dab of a brush on a mesh, from above, by a press. @param {ClayMesh} mesh @param {SomeSettings} settings @param {number} x @param {number} y @param {number} radius quanta @param {Partial<Sample>} [more] of the sample */
export function press(mesh, settings, x, y, radius, more = {}) {
  const stroke = new StrokeMaker(mesh, settings);
  if (!stroke.begin({ ray: above(x, y), radius, ...more })) throw new Error('the press misses the mesh');
  return stroke;
}
