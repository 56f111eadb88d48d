/** What a page pays for its clay beside its own dabs: opening, memory, and the strokes of others. Nothing is drawn but once. */

import * as THREE from 'three';
import { ClayMesh, QUANTA_PER_RADIUS as R, StrokeMaker, applyDisplacements } from '../../static/kernel/index.js';
import { random, sphere } from '../../tests/static/kernel/shapes.js';

const MILLIONS = 274; // 20 · 274² = 1,501,520 triangles
const HALF_A_MILLION = 158; // 20 · 158² = 499,280
const OTHERS = 9;
const FRAMES = 240; // of 60 Hz: four seconds
const FRAMES_PER_FLUSH = 2;
const REMOTE_SHARE = 0.02;
const SCULPTOR_SHARE = 0.005;
const WARM_UP = 20;

/**
 * Builds the piece as after a download (made elsewhere, handed over), draws it whole, makes a large dab, and lets go of all that is
 * not needed. The page is to be measured then.
 */
export async function openPiece() {
  let shape = /** @type {import('../../tests/static/kernel/shapes.js').Shape | null} */ (await downloaded(MILLIONS));
  const start = performance.now(), clay = ClayMesh.build(shape.positions, shape.triangles), seconds = (performance.now() - start) / 1000;
  shape = null;
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('canvas'));
  const renderer = new THREE.WebGLRenderer({ canvas, antialias: false });
  const geometry = new THREE.BufferGeometry();
  geometry.setAttribute('position', new THREE.BufferAttribute(clay.pos, 3));
  geometry.setAttribute('normal', new THREE.BufferAttribute(clay.gpuNormals, 4, true));
  geometry.setIndex(new THREE.BufferAttribute(clay.topology.triangles, 1));
  const mesh = new THREE.Mesh(geometry, new THREE.MeshNormalMaterial());
  mesh.frustumCulled = false;
  renderer.render(mesh, new THREE.PerspectiveCamera());
  renderer.getContext().finish();
  const stroke = new StrokeMaker(clay, { brush: 'draw', strength: 0.5 });
  stroke.begin(sampleAt([0, 0, 1], 2 * Math.sqrt(0.1)));
  stroke.end();
  Object.assign(window, { kept: { clay, renderer, mesh } });
  return seconds;
}

/** The arrays of a sphere, with the garbage of its making in a worker that is no more. @param {number} frequency */
function downloaded(frequency) {
  const code = `import { sphere } from '${new URL('../../tests/static/kernel/shapes.js', import.meta.url)}';
    const shape = sphere(${frequency});
    postMessage(shape, [shape.positions.buffer, shape.triangles.buffer]);`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
  });
}

/** One dab of Draw made here, and the same flush added as if another had made it; medians, milliseconds. */
export function remote() {
  const shape = sphere(MILLIONS), clay = ClayMesh.build(shape.positions, shape.triangles), next = random(5);
  /** @type {number[]} */
  const local = [], others = [];
  for (let k = 0; k < 100; k++) {
    const stroke = new StrokeMaker(clay, { brush: 'draw', strength: 0.1 }), sample = sampleAt(direction(next), 2 * Math.sqrt(REMOTE_SHARE));
    const start = performance.now();
    stroke.begin(sample);
    const made = performance.now(), flush = stroke.flush();
    if (flush === null) throw new Error('a dab that does nothing');
    stroke.end();
    const before = performance.now();
    applyDisplacements(clay, [flush]);
    const end = performance.now();
    if (k < WARM_UP) continue;
    local.push(made - start);
    others.push(end - before);
  }
  return { local: quantile(local, 0.5), remote: quantile(others, 0.5) };
}

/**
 * Ten people at once, nine of them elsewhere: their flushes of 30 Hz (made beforehand, two dabs each) arrive together every other frame,
 * and in each frame the own hand makes two dabs, and a flush every other frame. What of a frame that takes, milliseconds.
 */
export function tenSculptors() {
  const shape = sphere(HALF_A_MILLION), next = random(9), radius = 2 * Math.sqrt(SCULPTOR_SHARE);
  const [clay, elsewhere] = [0, 1].map(() => ClayMesh.build(shape.positions, shape.triangles));
  const hands = Array.from({ length: OTHERS + 1 }, () => ({ from: direction(next), axis: direction(next) }));
  const place = (/** @type {number} */ hand, /** @type {number} */ dab) => {
    const { from, axis } = hands[hand];
    const at = new THREE.Vector3(...from).applyAxisAngle(new THREE.Vector3(...axis), dab * 0.15 * radius);
    return sampleAt([at.x, at.y, at.z], radius);
  };
  const flushes = Array.from({ length: FRAMES / FRAMES_PER_FLUSH }, (_, k) => Array.from({ length: OTHERS }, (_, hand) => {
    const stroke = new StrokeMaker(elsewhere, { brush: 'draw', kind: 'dots', strength: 0.05 });
    stroke.begin(place(hand, 2 * k));
    stroke.moveTo(place(hand, 2 * k + 1));
    const flush = stroke.flush();
    stroke.cancel();
    if (flush === null) throw new Error('a flush of nothing');
    return flush;
  }));
  const own = new StrokeMaker(clay, { brush: 'draw', kind: 'dots', strength: 0.05 });
  own.begin(place(OTHERS, 0));
  const times = [];
  for (let frame = 0; frame < FRAMES; frame++) {
    const start = performance.now();
    own.moveTo(place(OTHERS, 2 * frame + 1));
    own.moveTo(place(OTHERS, 2 * frame + 2));
    if (frame % FRAMES_PER_FLUSH === 0) {
      applyDisplacements(clay, flushes[frame / FRAMES_PER_FLUSH]);
      own.flush();
    }
    clay.takeDirty();
    if (frame >= WARM_UP) times.push(performance.now() - start);
  }
  // Only the frames in which strokes arrive: the other half is lighter.
  const heavy = times.filter((_, i) => (i + WARM_UP) % FRAMES_PER_FLUSH === 0);
  return { median: quantile(heavy, 0.5), p95: quantile(heavy, 0.95) };
}

/** A ray from outside to the centre. @param {number[]} out unit @param {number} radius in radii of the sphere */
function sampleAt([x, y, z], radius) {
  const origin = /** @type {[number, number, number]} */ ([3 * R * x, 3 * R * y, 3 * R * z]);
  return { ray: { origin, direction: /** @type {[number, number, number]} */ ([-x, -y, -z]) }, radius: radius * R };
}

/** @param {() => number} next @returns {[number, number, number]} unit */
function direction(next) {
  const { x, y, z } = new THREE.Vector3(next() - 0.5, next() - 0.5, next() - 0.5).normalize();
  return [x, y, z];
}

/** @param {number[]} values @param {number} share */
function quantile(values, share) {
  return [...values].sort((a, b) => a - b)[Math.floor(share * values.length)];
}
