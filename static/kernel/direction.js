/** Which way a brush pushes, where that is not its own. */

/** @import { ClayMesh } from './mesh.js' */
/** @import { Selection } from './selection.js' */
/** @import { Direction } from './stroke_settings.js' */
/** @import { Vec3 } from './units.js' */

/**
 * The direction that stands in for the area normal, or null if that one stays.
 * @param {Direction | null} direction @param {Readonly<Vec3>} view unit, from the eye into the scene
 * @returns {Vec3 | null}
 */
export function fixedDirection(direction, [x, y, z]) {
  switch (direction) {
    case 'view': return [-x, -y, -z];
    case 'x': return [1, 0, 0];
    case 'y': return [0, 1, 0];
    case 'z': return [0, 0, 1];
    default: return null;
  }
}

/**
 * Turns displacements along the area normal into as long ones along each vertex's own normal: Δ' = n · (Δ · N). What goes across N
 * is dropped.
 * @param {ClayMesh} mesh @param {Selection} selection @param {Readonly<Vec3>} normal N, unit
 */
export function alongVertexNormals({ normals }, { ids, count, displacements }, [nx, ny, nz]) {
  for (let q = 0, j = 0; q < count; q++, j += 3) {
    const i = 3 * ids[q], amount = displacements[j] * nx + displacements[j + 1] * ny + displacements[j + 2] * nz;
    displacements[j] = normals[i] * amount;
    displacements[j + 1] = normals[i + 1] * amount;
    displacements[j + 2] = normals[i + 2] * amount;
  }
}
