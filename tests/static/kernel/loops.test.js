/** The compiled loops against the reference: the same bits from the same strokes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BRUSHES } from '../../../static/kernel/brushes/index.js';
import { MASK, PAINT_STRIDE } from '../../../static/kernel/channels.js';
import { ClayMesh, StrokeMaker, applyDisplacements, buildTopology, checkMesh, negated } from '../../../static/kernel/index.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { seededRandom } from '../random.js';
import { above } from './helpers.js';
import { mirroredInX, sheet, sphere } from './shapes.js';

/** @import { Shape } from './shapes.js' */

/** Every array that the loops write. */
const ARRAYS = /** @type {const} */ (['ints', 'acc', 'pos', 'normals', 'gpuNormals', 'touched', 'contracted']);

/** Open and closed, all valences there are, flat and rough, and with fewer vertices than a block. @type {Record<string, Shape>} */
const SHAPES = {
  sphere: sphere(18),
  turned: mirroredInX(sphere(14)),
  sheet: sheet(24, (x, y) => 0.05 * Math.sin(12 * x) * y + 0.3),
  icosahedron: sphere(1),
};

/** The same mesh twice: compiled, and by the reference. @param {Shape} shape */
function both({ positions, triangles }) {
  const meshes = [true, false].map((compiled) => ClayMesh.build(positions, triangles, { compiled }));
  assert.deepEqual(meshes.map((mesh) => mesh.loops.name), ['WebAssembly', 'JavaScript']);
  return meshes;
}

/** @param {ClayMesh[]} meshes @param {string} when */
function assertSame([compiled, reference], when) {
  for (const name of ARRAYS) assertEqual(compiled[name], reference[name], `${name} ${when}`);
  assertEqual(compiled.tree.boxes, reference.tree.boxes, `boxes ${when}`);
  assertEqual(compiled.tree.slack, reference.tree.slack, `slack ${when}`);
  assert.deepEqual(compiled.takeDirty(), reference.takeDirty(), `dirty ranges ${when}`);
  assert.equal(compiled.digest(), reference.digest(), `digest ${when}`);
}

/** Faster than deepEqual, and as strict but for −0. @param {ArrayLike<number>} a @param {ArrayLike<number>} b @param {string} what */
function assertEqual(a, b, what) {
  assert.equal(a.length, b.length, what);
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) assert.fail(`${what}: entry ${i} is ${a[i]}, and ${b[i]} by the reference`);
}

for (const [name, shape] of Object.entries(SHAPES)) {
  test(`${name}: built alike`, () => {
    // Rings in the same order, so that sums over them have the same bits.
    const meshes = both(shape), [compiled, reference] = meshes.map((mesh) => mesh.topology);
    for (const part of /** @type {const} */ (['triangles', 'ringStart', 'ring', 'boundary', 'blockFaces'])) {
      assertEqual(compiled[part], reference[part], part);
    }
    assertSame(meshes, 'after the build');
    // A topology from elsewhere is copied into the memory, and is the same.
    const copied = new ClayMesh(shape.positions, buildTopology(shape.positions.length / 3, shape.triangles));
    assert.equal(copied.loops.name, 'WebAssembly');
    assertSame([copied, ClayMesh.build(shape.positions, shape.triangles, { compiled: false })], 'after a copy');
  });

  test(`${name}: strokes leave the same bits`, () => {
    // Every brush, mirrored and not, small and large, with others' strokes in between; after each flush and at the end.
    const random = seededRandom(7);
    for (const brush of /** @type {import('../../../static/kernel/brushes/index.js').BrushName[]} */ (Object.keys(BRUSHES))) {
      const meshes = both(shape);
      for (let v = 0; v < meshes[0].vertexCount; v++) {
        const mask = random() < 0.5 ? 0 : random.below(256);
        for (const mesh of meshes) mesh.paint[PAINT_STRIDE * v + MASK] = mask;
      }
      for (const mirror of [0, 1, 7]) {
        const radius = R * (0.05 + 0.4 * random()), rays = Array.from({ length: 3 }, () => above(0.8 * random() - 0.4, 0.8 * random() - 0.4));
        const invert = random() < 0.3, frontFaces = random() < 0.5, tangential = random() < 0.5, hardness = random() / 2;
        const strokes = meshes.map((mesh) => new StrokeMaker(mesh, { brush, strength: 0.7, mirror, invert, frontFaces, tangential, hardness }));
        assert.equal(...pair(strokes.map((stroke) => stroke.begin({ ray: rays[0], radius }))));
        for (const ray of rays) {
          for (const stroke of strokes) stroke.moveTo({ ray, radius });
          assertSame(meshes, `while ${brush} dabs`);
          const [sent, expected] = strokes.map((stroke) => stroke.flush());
          assert.deepEqual(sent, expected, `what ${brush} sends`);
          if (sent === null) continue;
          for (const mesh of meshes) applyDisplacements(mesh, [negated(sent), sent, sent]);
          assertSame(meshes, `after others' ${brush}`);
        }
        assert.deepEqual(...pair(strokes.map((stroke) => stroke.end())));
        assertSame(meshes, `after ${brush}`);
      }
      assert.deepEqual(checkMesh(meshes[0]), []);
    }
  });
}

test('rays hit the same point, from everywhere', () => {
  // Also where they miss, and through edges and corners.
  const meshes = both(SHAPES.sphere), random = seededRandom(3);
  let hits = 0;
  for (let k = 0; k < 400; k++) {
    const at = () => /** @type {[number, number, number]} */ ([0, 1, 2].map(() => 4 * R * (random() - 0.5)));
    const origin = at(), to = k % 3 === 0 ? vertexOf(meshes[0], random.below(meshes[0].vertexCount)) : at();
    const ray = { origin, direction: /** @type {[number, number, number]} */ (to.map((c, axis) => c - origin[axis])) };
    const [hit, expected] = meshes.map((mesh) => mesh.pick(ray));
    assert.deepEqual(hit, expected);
    if (hit) hits++;
  }
  assert.ok(hits > 100 && hits < 400, `${hits} of 400 hit`);
});

test('where the scratch has no room the reference does the work, on the same memory', () => {
  // Eight copies that each hold everything are eight times what is reserved.
  const meshes = both(SHAPES.sphere), radius = 4 * R;
  for (const mesh of meshes) {
    const stroke = new StrokeMaker(mesh, { brush: 'inflate', strength: 0.5, mirror: 7 });
    assert.ok(stroke.begin({ ray: above(0.1, 0.2), radius }));
    assert.ok(stroke.flush());
    assert.ok(!mesh.memory.holds(mesh.selection(7).ids));
    stroke.end();
  }
  assertSame(meshes, 'after eight copies of everything');
});

test('triangles that are not as they should be are refused in the same words', () => {
  // The compiled loops only notice; the reference says what it is.
  const positions = new Int32Array(12);
  for (const wrong of [[0, 1, 4], [1, 0, 2], [0, 1, 2, 0, 2, 1, 0, 1, 3], [0, 1]]) {
    const triangles = Uint32Array.from(wrong);
    assert.throws(() => ClayMesh.build(positions, triangles), (/** @type {Error} */ error) => {
      assert.throws(() => ClayMesh.build(positions, triangles, { compiled: false }), { name: 'RangeError', message: error.message });
      return true;
    });
  }
});

/** @template T @param {T[]} list @returns {[T, T]} */
function pair([a, b]) {
  return [a, b];
}

/** @param {ClayMesh} mesh @param {number} v */
function vertexOf(mesh, v) {
  return [...mesh.pos.subarray(3 * v, 3 * v + 3)];
}
