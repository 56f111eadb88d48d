/**
 * One touch of a brush, in five steps: select the vertices in the sphere; weigh them; let the brush say how each moves; add that
 * to `acc` and `pos`; bring normals and boxes up to date. All mirrored copies are worked out from the same surface before any of
 * them is applied, so none is the first and a symmetric surface stays symmetric.
 */

import { areaPlane } from './area.js';
import { limitContraction } from './contraction.js';
import { alongVertexNormals } from './direction.js';
import { TOUCHED_IN_STROKE, TOUCHED_SINCE_FLUSH } from './mesh.js';
import { ORIGINAL, carriedDab, feather } from './symmetry.js';
import { surfaceMoved } from './update.js';
import { weigh } from './weigh.js';

export { GRAIN, toGrain } from './add.js';

/** @import { AlphaFrame } from './alpha.js' */
/** @import { BrushName } from './brushes/index.js' */
/** @import { ClayMesh } from './mesh.js' */
/** @import { FullSample } from './sample.js' */
/** @import { Painting } from './painting.js' */
/** @import { Selection } from './selection.js' */
/** @import { StrokeStart } from './stroke_start.js' */
/** @import { StrokeSettings } from './stroke_settings.js' */
/** @import { Copy } from './symmetry.js' */
/** @import { Vec3 } from './units.js' */

/**
 * @typedef {Object} Dab
 * @property {Vec3} centre    on the surface, quanta
 * @property {Vec3} normal    unit, of the surface at the centre
 * @property {Vec3} view      unit, from the eye into the scene
 * @property {number} radius  quanta
 * @property {number} strength 0 … 1 for most brushes, not squared
 * @property {1 | -1} sign    −1 when the brush is inverted
 * @property {Vec3} travel    from the centre of the stroke's last dab to this one, quanta; zero at the first
 * @property {Vec3 | null} towards unit: which way to push instead of along the area normal; see direction.js
 * @property {Float32Array} falloff table over d = 0 … 1, see falloff.js
 * @property {boolean} frontFaces weigh by how much a vertex faces the viewer
 * @property {AlphaFrame | null} alpha
 * @property {StrokeStart | null} start accumulate is off: distances are measured from where vertices were then
 * @property {Readonly<StrokeSettings>} settings of the stroke, complete
 * @property {StrokeMemory} memory of the stroke
 */

/**
 * What a brush remembers from dab to dab of one stroke; it begins empty.
 * @typedef {Object} StrokeMemory
 * @property {Float32Array} [shares]  (n) see layer.js
 * @property {Float32Array} [normals] (3n) as they were when the stroke first came
 * @property {Float32Array} [mask]    (n) 0 … 255, in fractions of a step; see brushes/mask.js
 * @property {Painting} [painting] see painting.js
 */

/**
 * What holds its vertices from press to release. Adds to `acc` what is to be added since the last pull.
 * @typedef {Object} Hold
 * @property {(sample: FullSample) => void} pull the pointer is here now
 */

/** What a brush's panel shows beside its radius: names of settings, in order. @typedef {readonly (keyof StrokeSettings)[]} Controls */

/**
 * @typedef {Object} Brush
 * @property {BrushName} name
 * @property {number} strength  what it starts with, 0 … 1 (SculptGL's where it has that brush)
 * @property {boolean} holds    takes hold of its vertices at the press, with `hold`, and makes no dabs
 * @property {(mesh: ClayMesh, dab: Dab, copies: readonly Copy[], sample: FullSample) => Hold} [hold]
 * @property {boolean} contracts pulls towards something, so it is to be limited; see contraction.js
 * @property {Readonly<Partial<StrokeSettings>>} defaults  what it starts with where that differs from all brushes' defaults
 * @property {Controls} controls
 * @property {number} areaShare over which share of the radius it wants the plane under it (see area.js); 0 if it needs none
 * @property {(mesh: ClayMesh, dab: Dab, selection: Selection) => void} [measure]
 *   replaces `selection.distances2` for a footprint that is not round; before the weights
 * @property {(mesh: ClayMesh, dabs: readonly Dab[], selections: readonly Selection[]) => void} [limit]
 *   changes the weights of all mirrored copies of a dab, together; after `weigh`
 * @property {boolean} [ignoresMask] works on what is masked as well
 * @property {(mesh: ClayMesh, dabs: readonly Dab[], selections: readonly Selection[]) => void} [apply]
 *   of a brush that changes something else than the shape: all mirrored copies of a dab, instead of `displace`
 * @property {(mesh: ClayMesh, dab: Dab, selection: Selection) => void} displace
 *   fills `selection.displacements` from `selection.weights`; does not change the mesh
 */

/**
 * @param {ClayMesh} mesh @param {Brush} brush @param {Dab} dab
 * @param {readonly Copy[]} [copies] see symmetry.js
 * @returns {boolean} whether anything was in reach
 */
export function applyDab(mesh, brush, dab, copies = [ORIGINAL]) {
  const strength = dab.strength * seamShare(dab, copies);
  const dabs = [], selections = [];
  for (const copy of copies) {
    const copied = carriedDab({ ...dab, strength }, copy);
    const selection = mesh.selection(selections.length);
    mesh.gather(copied.centre, copied.radius, selection);
    if (selection.count === 0) continue;
    if (dab.start !== null) {
      dab.start.touch(mesh, selection);
      dab.start.measure(selection, copied.centre);
    }
    brush.measure?.(mesh, copied, selection);
    weigh(mesh, copied, selection, brush.areaShare, brush.ignoresMask);
    dabs.push(copied);
    selections.push(selection);
  }
  if (selections.length === 0) return false;
  if (brush.contracts) limitContraction(mesh, selections);
  brush.limit?.(mesh, dabs, selections);
  if (brush.apply) {
    brush.apply(mesh, dabs, selections);
    return true;
  }
  for (const [i, selection] of selections.entries()) {
    brush.displace(mesh, dabs[i], selection);
    if (dab.settings.direction === 'normal') alongVertexNormals(mesh, selection, areaPlane(dabs[i], selection).normal);
  }
  for (const selection of selections) addDisplacements(mesh, selection);
  surfaceMoved(mesh, selections);
  return true;
}

/** What each copy of a dab gets of its strength. @param {Dab} dab @param {readonly Copy[]} copies */
export function seamShare({ centre, radius, settings }, copies) {
  return settings.feather ? feather(centre, radius, copies) : 1;
}

/**
 * Adds `selection.displacements` to `acc` and `pos`. Call `surfaceMoved` afterwards.
 * @param {ClayMesh} mesh @param {Selection} selection
 */
export function addDisplacements(mesh, selection) {
  const { blocks, runCount } = selection, { touched } = mesh;
  for (let r = 0; r < runCount; r++) touched[blocks[r]] |= TOUCHED_SINCE_FLUSH | TOUCHED_IN_STROKE;
  mesh.loops.add(mesh, selection);
}
