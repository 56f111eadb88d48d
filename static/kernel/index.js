/**
 * The sculpting kernel: what the rest of the browser's code may use of it. Knows neither the DOM nor three.js, imports by relative
 * path only, and so runs in the page, in a worker and under node.
 *
 *     const mesh = ClayMesh.build(positions, triangles);
 *     const stroke = new StrokeMaker(mesh, { brush: 'clay', strength: 0.5, mirror: MIRROR_X });
 *     if (stroke.begin({ ray, radius })) { stroke.moveTo({ ray, radius }); send(stroke.flush()); stroke.end().forEach(send); }
 *     applyDisplacements(mesh, arrived);
 *     for (const { start, count } of mesh.takeDirty()) upload(mesh.pos, mesh.gpuNormals, start, count);
 */

export { QUANTA_PER_RADIUS, RADIUS_PER_QUANTUM } from './units.js';
export { ClayMesh } from './mesh.js';
export { buildTopology } from './topology.js';
export { BRUSHES } from './brushes/index.js';
export { StrokeMaker } from './stroke.js';
export { MAX_ALPHA_SIZE, alphaNamed, forgetAlpha, hasAlpha, registerAlpha } from './alpha.js';
export { BUILT_IN_ALPHAS } from './alphas.js';
export { completed, defaultsOf } from './stroke_settings.js';
export { fillPiece, paintAt } from './painting.js';
export { applyDisplacements, negated } from './apply.js';
export { MIRROR_X, MIRROR_Y, MIRROR_Z, carried, copiesOf } from './symmetry.js';
export { addDigests, contribution, digest } from './digest.js';
export { checkMesh } from './check.js';
