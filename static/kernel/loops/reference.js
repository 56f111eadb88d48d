/** The loops in JavaScript: readable, and what the compiled ones are held to. */

import { addAll } from '../add.js';
import { applyAll } from '../apply.js';
import { smoothAll } from '../brushes/smooth.js';
import { limitWeights } from '../contraction.js';
import { digest } from '../digest.js';
import { pick } from '../pick.js';
import { renewSurface } from '../update.js';
import { weighAll } from '../weigh.js';

/** @import { Dab } from '../dab.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { Hit } from '../pick.js' */
/** @import { Displacement } from '../quantise.js' */
/** @import { Selection } from '../selection.js' */
/** @import { Ray, Vec3 } from '../units.js' */

/**
 * What there is in two forms. Both leave the same bits in the mesh and in the selections.
 * @typedef {Object} Loops
 * @property {string} name
 * @property {(mesh: ClayMesh, centre: Readonly<Vec3>, radius: number, selection: Selection) => void} gather see BlockTree.gather
 * @property {(mesh: ClayMesh, ray: Ray) => Hit | null} pick see pick.js
 * @property {(mesh: ClayMesh, dab: Dab, selection: Selection, reach: number, ignoresMask: boolean) => void} weigh see weigh.js
 * @property {(mesh: ClayMesh, selections: readonly Selection[], cap: number) => void} limit see contraction.js
 * @property {(mesh: ClayMesh, selection: Selection, tangential: boolean) => void} smooth see brushes/smooth.js
 * @property {(mesh: ClayMesh, selection: Selection) => void} add see add.js
 * @property {(mesh: ClayMesh, displacements: readonly Displacement[]) => void} apply see apply.js; of checked displacements
 * @property {(mesh: ClayMesh, selections: readonly Selection[]) => void} surfaceMoved see update.js
 * @property {(mesh: ClayMesh) => number} digest see digest.js
 */

/** @type {Loops} */
export const reference = Object.freeze({
  name: 'JavaScript',
  gather: (mesh, centre, radius, selection) => mesh.tree.gather(mesh.pos, centre, radius, selection),
  pick,
  add: addAll,
  apply: applyAll,
  weigh: weighAll,
  limit: ({ contracted }, selections, cap) => limitWeights(contracted, selections, cap),
  smooth: smoothAll,
  surfaceMoved: renewSurface,
  digest,
});
