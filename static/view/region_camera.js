/** The camera as the kernel's masks by region want it: from quanta to the picture. */

import { Matrix4, Vector3 } from 'three';
import { QUANTA_PER_RADIUS, RADIUS_PER_QUANTUM } from '../kernel/units.js';

/** @import { Camera } from '../kernel/mask/region.js' */
/** @import { OrbitCamera } from './camera.js' */

/** @param {OrbitCamera} orbit @returns {Camera} as it stands at this moment */
export function regionCamera({ camera, orthographic, width, height }) {
  camera.updateMatrixWorld();
  const matrix = new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
  matrix.scale(new Vector3(RADIUS_PER_QUANTUM, RADIUS_PER_QUANTUM, RADIUS_PER_QUANTUM));
  const eye = new Vector3();
  if (orthographic) eye.setFromMatrixColumn(camera.matrixWorld, 2); // the way back to the eye
  else eye.setFromMatrixPosition(camera.matrixWorld).multiplyScalar(QUANTA_PER_RADIUS);
  return { matrix: matrix.elements, width, height, eye: [eye.x, eye.y, eye.z], parallel: orthographic };
}
