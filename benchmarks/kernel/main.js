/**
 * One dab on a sphere of 1.5 million triangles, from the ray to the GPU's buffers, by the kernel and by three.js's Sculptor
 * with its detail off: the same mesh, the same rays, radii and strength, in the same page, in turn.
 *
 * Grab is compared with the Sculptor's drag, which takes pointer events only: both get a press, and then moves by 0.15 of the radius,
 * out and back again, so that stroke after stroke finds the same clay.
 *
 * Both upload in the same way: BufferAttribute.addUpdateRange, then a render that draws one triangle, which makes three.js send the
 * ranges with bufferSubData. Timed is a stroke of eight dabs, each uploaded on its own, until the GPU has taken all of it (gl.finish),
 * divided by eight. To wait after every dab would mostly measure the way to the GPU's process and back, which no editor waits for.
 */

import * as THREE from 'three';
import { Sculptor } from 'three/addons/misc/Sculptor.js';
import { openPiece, remote, tenSculptors } from './others.js';
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

  /** @param {Tools} tools */
  take({ brush }) {
    this.brush = brush;
  }

  /** @param {WorldRay} ray @param {number} radius */
  dab({ origin, direction }, radius) {
    const [x, y, z] = origin.toArray();
    const sample = {
      ray: { origin: [x * QUANTA_PER_RADIUS, y * QUANTA_PER_RADIUS, z * QUANTA_PER_RADIUS], direction: direction.toArray() },
      radius: radius * QUANTA_PER_RADIUS,
    };
    if (this.stroke) this.stroke.moveTo(sample);
    else {
      this.stroke = new StrokeMaker(this.clay, { brush: this.brush, kind: 'dots', strength: this.brush === 'grab' ? 1 : STRENGTH });
      this.stroke.begin(sample);
    }
    for (const { start, count } of this.clay.takeDirty()) {
      this.position.addUpdateRange(3 * start, 3 * count);
      this.normal.addUpdateRange(4 * start, 4 * count);
    }
    this.position.needsUpdate = this.normal.needsUpdate = true;
    this.render();
  }

  endStroke() {
    this.stroke.flush();
    this.stroke.end();
    this.stroke = null;
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
    this.sculptor = new Sculptor(this.mesh, camera).setStrength(STRENGTH).setDetail(0);
    this.sculptor.connect(renderer.domElement);
    this.canvas = renderer.domElement;
    this.camera = camera;
    this.mesh.geometry.setDrawRange(0, 3);
    this.scene = new THREE.Scene().add(this.mesh);
    this.render = () => renderer.render(this.scene, camera);
    this.render();
  }

  /** @param {Tools} tools */
  take({ tool }) {
    this.drags = tool === 'drag';
    this.sculptor.setTool(tool);
  }

  /** @param {WorldRay} ray @param {number} radius */
  dab({ origin, direction }, radius) {
    if (this.drags) {
      this.camera.position.copy(origin);
      this.camera.lookAt(0, 0, 0);
      this.camera.updateMatrixWorld();
      this.drag(origin.clone().add(direction), radius);
    }
    else this.sculptor.strokeFromRay(new THREE.Ray(origin, direction), radius);
    // The addon sets the draw range to everything; what is drawn is not what is measured.
    this.mesh.geometry.setDrawRange(0, 3);
    this.render();
  }

  /** The pointer goes to where a point is seen. @param {THREE.Vector3} point @param {number} radius */
  drag(point, radius) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect(), seen = point.clone().project(this.camera);
    // As many pixels as the radius has at the distance of the surface.
    this.sculptor.setSize((radius * height) / 2 / (Math.tan(THREE.MathUtils.degToRad(this.camera.fov / 2)) * 2));
    this.canvas.dispatchEvent(new PointerEvent(this.dragging ? 'pointermove' : 'pointerdown', {
      pointerId: 1, isPrimary: true, button: 0, clientX: left + ((seen.x + 1) / 2) * width, clientY: top + ((1 - seen.y) / 2) * height,
    }));
    this.dragging = true;
  }

  endStroke() {
    this.sculptor.endStroke();
    this.dragging = false;
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

/** For those that drag: the eye anywhere over the sphere, and from what is under it to a side and back. @param {() => number} next @param {number} radius */
function dragRays(next, radius) {
  const out = new THREE.Vector3(next() - 0.5, next() - 0.5, next() - 0.5).normalize();
  const side = new THREE.Vector3(next() - 0.5, next() - 0.5, next() - 0.5).cross(out).normalize(), origin = out.clone().multiplyScalar(3);
  return Array.from({ length: DABS_PER_STROKE }, (_, k) => {
    const way = 0.15 * radius * Math.min(k, DABS_PER_STROKE - k);
    return { origin, direction: out.clone().addScaledVector(side, way).sub(origin) };
  });
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** @typedef {{ brush: string, tool: string }} Tools what a brush of ours is called by the Sculptor */

/**
 * @param {Tools} tools
 * @param {number} share of the vertices under the brush
 * @param {{ ours: OurSide, theirs: TheirSide }} sides @param {WebGL2RenderingContext} gl
 */
function compare(tools, share, sides, gl) {
  const next = random(1 + Math.round(share * 1000));
  const radius = 2 * Math.sqrt(share); // a cap with this chord has this share of the sphere's area
  /** @type {Record<'ours' | 'theirs', number[]>} milliseconds per dab, one entry per stroke */
  const times = { ours: [], theirs: [] };
  for (let s = 0; s < STROKES; s++) {
    const rays = tools.tool === 'drag' ? dragRays(next, radius) : strokeRays(next, radius);
    sides.ours.take(tools);
    sides.theirs.take(tools);
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
  return { vertices: Math.round(share * sides.ours.clay.vertexCount), ours: median(times.ours), theirs: median(times.theirs), slowest: Math.max(...times.ours) };
}

/** @param {number[]} shares @param {Tools[]} all */
function runBenchmark(shares, all) {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('canvas'));
  const renderer = new THREE.WebGLRenderer({ canvas, antialias: false });
  const camera = new THREE.PerspectiveCamera(45, 1, 0.1, 10);
  camera.position.z = 3;
  const shape = sphere(FREQUENCY);
  const sides = { ours: new OurSide(shape, renderer, camera), theirs: new TheirSide(shape, renderer, camera) };
  const gl = /** @type {WebGL2RenderingContext} */ (renderer.getContext());
  return all.map((tools) => shares.map((share) => compare(tools, share, sides, gl)));
}

Object.assign(window, { runBenchmark, openPiece, remote, tenSculptors });
