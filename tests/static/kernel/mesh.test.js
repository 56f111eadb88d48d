import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { checkMesh } from '../../../static/kernel/check.js';
import { ClayMesh } from '../../../static/kernel/mesh.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { buildTopology } from '../../../static/kernel/topology.js';
import { meshOf, sheetMesh } from './helpers.js';
import { ordered, random, sheet, sphere } from './shapes.js';

test('a new mesh keeps its invariants', () => {
  // Rings, normals, boxes and slack are what one gets by working them out from the triangles, on closed and on open meshes.
  for (const shape of [sphere(1), sphere(7), sphere(24), sheet(2), sheet(30)]) assert.deepEqual(checkMesh(meshOf(shape)), []);
});

test('the checker sees what is wrong', () => {
  // A checker that never complains would make every other test here worthless.
  const broken = () => sheetMesh();
  const cases = [
    [/ints \+ acc/, (/** @type {ClayMesh} */ m) => (m.pos[4] += 1)],
    [/not marked as touched/, (/** @type {ClayMesh} */ m) => ((m.acc[4] = 8), (m.pos[4] = m.ints[4] + 8))],
    [/the ring of vertex/, (/** @type {ClayMesh} */ m) => (m.topology.ring[9] = m.topology.ring[8])],
    [/normal component/, (/** @type {ClayMesh} */ m) => (m.normals[5] = -1)],
    [/GPU normal component/, (/** @type {ClayMesh} */ m) => (m.gpuNormals[6] = 0)],
    [/the box of node 1 of level 0/, (/** @type {ClayMesh} */ m) => (m.tree.boxes[6] -= 1)],
    [/sticks out of node 2 of level 0/, (/** @type {ClayMesh} */ m) => (m.tree.slack[2] = 0)],
  ];
  for (const [complaint, damage] of /** @type {[RegExp, (m: ClayMesh) => unknown][]} */ (cases)) {
    const mesh = broken();
    damage(mesh);
    assert.match(checkMesh(mesh).join('\n'), complaint);
  }
});

test('the rings of an open mesh end at its boundary', () => {
  // A boundary vertex's first and last neighbours are the ones along the boundary, and only boundary vertices are marked.
  const mesh = sheetMesh(), { ringStart, ring, boundary } = mesh.topology, half = R / 2;
  const onEdge = (/** @type {number} */ v) => [0, 1].some((axis) => Math.abs(mesh.ints[3 * v + axis]) === half);
  let found = 0;
  for (let v = 0; v < mesh.vertexCount; v++) {
    assert.equal(boundary[v] === 1, onEdge(v));
    if (boundary[v] === 0) continue;
    assert.ok(onEdge(ring[ringStart[v]]) && onEdge(ring[ringStart[v + 1] - 1]));
    found++;
  }
  assert.equal(found, 160);
});

test('triangles out of order or out of range are refused with both numbers', () => {
  // The kernel relies on the server's order, so it checks it once, where it is cheap.
  const refused = (/** @type {number[]} */ ids, /** @type {RegExp} */ reason, n = 4) =>
    assert.throws(() => buildTopology(n, Uint32Array.from(ids)), (/** @type {Error} */ e) => e instanceof RangeError && reason.test(e.message));
  refused([0, 1, 9], /triangle 0 names vertex 9, but there are 4/);
  refused([1, 0, 2], /triangle 0 \(1, 0, 2\) does not begin with its smallest vertex/);
  refused([1, 2, 3, 0, 1, 2], /triangle 1 begins with vertex 0, after one that begins with 1/);
  refused([0, 1], /triangles need 3 ids each, got 2 ids/);
  refused([0, 1, 2, 0, 3, 4], /vertex 0 has more than one fan of triangles/, 5);
  refused([0, 1, 2, 0, 1, 3], /vertex [01] has more than one fan of triangles/);
  assert.throws(() => new ClayMesh(new Int32Array(6), buildTopology(3, Uint32Array.of(0, 1, 2))), /3 vertices need 9 coordinates, got 6/);
});

test('positions come back as they were given', () => {
  // Planar on the wire, interleaved in the kernel: nothing is lost between.
  const shape = sphere(5);
  assert.deepEqual(meshOf(shape).planarPositions(), shape.positions);
});

test('a pick finds what trying all triangles finds', () => {
  // Many random rays, some of them along an axis, some of them from inside, on a bumpy sphere and on a sheet.
  const next = random(7), bumpy = sphere(20);
  for (let c = 0; c < bumpy.positions.length; c++) bumpy.positions[c] *= 0.9 + 0.1 * next();
  let hits = 0;
  for (const mesh of [meshOf(bumpy), sheetMesh((x, y) => Math.sin(9 * x) * y)]) {
    for (let i = 0; i < 400; i++) {
      const scale = i % 5 === 0 ? 0.4 : 2;
      /** @type {[number, number, number]} */
      const origin = [(next() - 0.5) * scale * R, (next() - 0.5) * scale * R, (next() - 0.5) * scale * R];
      /** @type {[number, number, number]} */
      const direction = i % 4 === 0 ? [0, 0, -1] : [next() - 0.5, next() - 0.5, next() - 0.5];
      const hit = mesh.pick({ origin, direction }), distance = bruteForcePick(mesh, origin, direction);
      assert.equal(hit === null ? Infinity : hit.distance, distance);
      if (hit === null) continue;
      hits++;
      for (let axis = 0; axis < 3; axis++) assert.ok(Math.abs(hit.point[axis] - origin[axis] - distance * direction[axis]) < 1e-6 * R);
      assert.ok(Math.abs(Math.hypot(...hit.normal) - 1) < 1e-9);
    }
  }
  assert.ok(hits > 100, `only ${hits} hits`);
});

/** @param {ClayMesh} mesh @param {[number, number, number]} o @param {[number, number, number]} d */
function bruteForcePick({ pos, topology }, o, d) {
  let nearest = Infinity;
  for (let f = 0; f < topology.triangles.length; f += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => 3 * topology.triangles[f + k]);
    const e1 = [0, 1, 2].map((k) => pos[b + k] - pos[a + k]), e2 = [0, 1, 2].map((k) => pos[c + k] - pos[a + k]);
    const p = cross(d, e2), det = e1[0] * p[0] + e1[1] * p[1] + e1[2] * p[2];
    if (det === 0) continue;
    const t = [0, 1, 2].map((k) => o[k] - pos[a + k]), u = (t[0] * p[0] + t[1] * p[1] + t[2] * p[2]) / det;
    const q = cross(t, e1), v = (d[0] * q[0] + d[1] * q[1] + d[2] * q[2]) / det;
    const at = (e2[0] * q[0] + e2[1] * q[1] + e2[2] * q[2]) / det;
    if (u >= -1e-9 && v >= -1e-9 && u + v <= 1 + 1e-9 && at >= 0) nearest = Math.min(nearest, at);
  }
  return nearest;
}

/** @param {number[]} a @param {number[]} b */
function cross(a, b) {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

test('a pick meets a triangle at the far end of its longest edge, from near and from far', () => {
  // A triangle is passed over when the ray is farther from its first vertex than its longest edge: at that corner it is a close
  // call, and from a thousand radii away the distance is a small difference of large numbers.
  for (const size of [0.5, 40 / R]) {
    const mesh = meshOf(ordered([0, 0, 0, size, size, 0, 0.2 * size, 0.6 * size, 0].map((x) => x - 0.1 * size), [0, 1, 2]));
    const far = 3 * mesh.topology.triangles.findIndex((_, v) => mesh.ints[3 * v] > 0.8 * size * R);
    for (const height of [R, 1000 * R]) {
      const hit = mesh.pick({ origin: [mesh.pos[far], mesh.pos[far + 1], mesh.pos[far + 2] + height], direction: [0, 0, -0.5] });
      assert.equal(hit?.distance, 2 * height, `size ${size}, from ${height}`);
    }
  }
});

test('rings of any number of triangles give the normals of the triangles', () => {
  // Rings of six are worked out apart from the others: fans round one vertex, closed and open, of three to nine triangles.
  for (let sides = 3; sides <= 9; sides++) {
    for (const closed of [true, false]) {
      const rim = closed ? sides : sides + 1, xyz = [0, 0, 0.3], faces = [];
      for (let k = 0; k < rim; k++) {
        const angle = 0.2 + (2 * Math.PI * k) / (sides + (closed ? 0 : 2));
        xyz.push(0.5 * Math.cos(angle), 0.4 * Math.sin(angle), 0.05 * ((k * k) % 5)); // no symmetry
      }
      for (let k = 0; k < sides; k++) faces.push(0, 1 + k, 1 + ((k + 1) % rim));
      assert.deepEqual(checkMesh(meshOf(ordered(xyz, faces))), [], `${sides} sides, closed: ${closed}`);
    }
  }
});
