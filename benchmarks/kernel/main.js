/**
 * One dab of Clay on a sphere of 1.5 million triangles, from the ray to the GPU's buffers, by the kernel and by three.js's Sculptor
 * with its detail off: the same mesh, the same rays, radii and strength, in the same page, in turn.
 *
 * Both upload in the same way: BufferAttribute.addUpdateRange, then a render that draws one triangle, which makes three.js send the
 * ranges with bufferSubData. Timed is a stroke of eight dabs, each uploaded on its own, until the GPU has taken all of it (gl.finish),
 * divided by eight. To wait after every dab would mostly measure the way to the GPU's process and back, which no editor waits for.
 */

import * as THREE from 'three';
import { Sculptor } from 'three/addons/misc/Sculptor.js';
import { ClayMesh, QUANTA_PER_RADIUS, RADIUS_PER_QUANTUM, StrokeMaker } from '../../static/kernel/index.js';
import { random, sphere } from '../../tests/static/kernel/shapes.js';

const FREQUENCY = 274; // 20 · 274² = 1,501,520 triangles
const STRENGTH = 0.1;
const DABS_PER_STROKE = 8;
const STROKES = 32; // per side and share
const WARM_UP = 8; // of these, not counted: until the browser has compiled both sides and filled its caches

/** @typedef {{ origin: THREE.Vector3, direction: THREE.Vector3 }} WorldRay */

class OurSide {
  /** @param {import('../../tests/static/kernel/shapes.js').Shape} shape @param {THREE.WebGLRenderer} renderer @param {THREE.Camera} camera */
  constructor(shape, renderer, camera) {
    this.clay = ClayMesh.build(shape.positions, shape.triangles);
    this.position = new THREE.BufferAttribute(this.clay.pos, 3);
    this.normal = new THREE.BufferAttribute(this.clay.gpuNormals, 4, true);
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute('position', this.position);
    geometry.setAttribute('normal', this.normal);
    geometry.setIndex(new THREE.BufferAttribute(this.clay.topology.triangles, 1));
    geometry.setDrawRange(0, 3);
    const mesh = new THREE.Mesh(geometry, new THREE.MeshNormalMaterial());
    mesh.frustumCulled = false;
    mesh.scale.setScalar(RADIUS_PER_QUANTUM);
    this.scene = new THREE.Scene().add(mesh);
    this.render = () => renderer.render(this.scene, camera);
    this.render();
  }

  /** @param {WorldRay} ray @param {number} radius */
  dab({ origin, direction }, radius) {
    const stroke = new StrokeMaker(this.clay, { brush: 'clay', strength: STRENGTH });
    const [x, y, z] = origin.toArray();
    stroke.begin({
      ray: { origin: [x * QUANTA_PER_RADIUS, y * QUANTA_PER_RADIUS, z * QUANTA_PER_RADIUS], direction: direction.toArray() },
      radius: radius * QUANTA_PER_RADIUS,
    });
    for (const { start, count } of this.clay.takeDirty()) {
      this.position.addUpdateRange(3 * start, 3 * count);
      this.normal.addUpdateRange(4 * start, 4 * count);
    }
    this.position.needsUpdate = this.normal.needsUpdate = true;
    this.render();
  }

  endStroke() {}

  /** Vertices in the sphere of the last dab. */
  get selected() {
    return this.clay.selection(0).count;
  }
}

class TheirSide {
  /** @param {import('../../tests/static/kernel/shapes.js').Shape} shape @param {THREE.WebGLRenderer} renderer @param {THREE.Camera} camera */
  constructor(shape, renderer, camera) {
    const n = shape.positions.length / 3, positions = new Float32Array(3 * n);
    for (let v = 0; v < n; v++) {
      for (let axis = 0; axis < 3; axis++) positions[3 * v + axis] = shape.positions[axis * n + v] * RADIUS_PER_QUANTUM;
    }
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute('position', new THREE.BufferAttribute(positions, 3));
    geometry.setIndex(new THREE.BufferAttribute(shape.triangles.slice(), 1));
    geometry.computeVertexNormals();
    this.mesh = new THREE.Mesh(geometry, new THREE.MeshNormalMaterial());
    this.mesh.frustumCulled = false;
    this.sculptor = new Sculptor(this.mesh, camera).setTool('clay').setStrength(STRENGTH).setDetail(0);
    this.mesh.geometry.setDrawRange(0, 3);
    this.scene = new THREE.Scene().add(this.mesh);
    this.render = () => renderer.render(this.scene, camera);
    this.render();
  }

  /** @param {WorldRay} ray @param {number} radius */
  dab({ origin, direction }, radius) {
    this.sculptor.strokeFromRay(new THREE.Ray(origin, direction), radius);
    // The addon sets the draw range to everything; what is drawn is not what is measured.
    this.mesh.geometry.setDrawRange(0, 3);
    this.render();
  }

  endStroke() {
    this.sculptor.endStroke();
  }
}

/** Rays towards the centre, one radius's 0.15 apart, along a great circle that begins anywhere. @param {() => number} next @param {number} radius */
function strokeRays(next, radius) {
  const from = new THREE.Vector3(next() - 0.5, next() - 0.5, next() - 0.5).normalize();
  const axis = new THREE.Vector3(next() - 0.5, next() - 0.5, next() - 0.5).cross(from).normalize();
  return Array.from({ length: DABS_PER_STROKE }, (_, k) => {
    const out = from.clone().applyAxisAngle(axis, k * 0.15 * radius);
    return { origin: out.clone().multiplyScalar(3), direction: out.negate() };
  });
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/**
 * @param {number} share of the vertices under the brush
 * @param {{ ours: OurSide, theirs: TheirSide }} sides @param {WebGL2RenderingContext} gl
 */
function compare(share, sides, gl) {
  const next = random(1 + Math.round(share * 1000));
  const radius = 2 * Math.sqrt(share); // a cap with this chord has this share of the sphere's area
  /** @type {Record<'ours' | 'theirs', number[]>} milliseconds per dab, one entry per stroke */
  const times = { ours: [], theirs: [] };
  for (let s = 0; s < STROKES; s++) {
    const rays = strokeRays(next, radius);
    /** @type {('ours' | 'theirs')[]} */
    const turns = s % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours'];
    for (const who of turns) {
      gl.finish();
      const start = performance.now();
      for (const ray of rays) sides[who].dab(ray, radius);
      gl.finish();
      if (s >= WARM_UP) times[who].push((performance.now() - start) / DABS_PER_STROKE);
      sides[who].endStroke();
    }
  }
  return { vertices: sides.ours.selected, ours: median(times.ours), theirs: median(times.theirs) };
}

/** @param {number[]} shares */
function runBenchmark(shares) {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('canvas'));
  const renderer = new THREE.WebGLRenderer({ canvas, antialias: false });
  const camera = new THREE.PerspectiveCamera(45, 1, 0.1, 10);
  camera.position.z = 3;
  const shape = sphere(FREQUENCY);
  const sides = { ours: new OurSide(shape, renderer, camera), theirs: new TheirSide(shape, renderer, camera) };
  const gl = /** @type {WebGL2RenderingContext} */ (renderer.getContext());
  return shares.map((share) => compare(share, sides, gl));
}

Object.assign(window, { runBenchmark });
