import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blurred, combined, grown, inverted, sharpened, shrunk } from '../../../static/kernel/mask/index.js';
import { nearest, sheetMesh } from './helpers.js';

/** @param {import('../../../static/kernel/mesh.js').ClayMesh} mesh @param {...number} vertices */
function maskOf(mesh, ...vertices) {
  const mask = new Uint8Array(mesh.vertexCount);
  for (const v of vertices) mask[v] = 255;
  return mask;
}

/** @param {Uint8Array} mask @returns {Set<number>} */
const protectedIn = (mask) => new Set([...mask.keys()].filter((v) => mask[v] > 0));

test('growing adds the ring, and shrinking takes it away again', () => {
  const mesh = sheetMesh(), middle = nearest(mesh, [0.1, 0.1, 0]);
  const { ring, ringStart } = mesh.topology;
  const neighbours = ring.slice(ringStart[middle], ringStart[middle + 1]);
  const mask = maskOf(mesh, middle), wider = grown(mask, mesh.topology);
  assert.deepEqual(protectedIn(wider), new Set([middle, ...neighbours]));
  assert.deepEqual(shrunk(wider, mesh.topology), mask);
  assert.deepEqual(protectedIn(shrunk(mask, mesh.topology)), new Set());
});

test('growing works at the rim of an open surface, where the ring is not closed', () => {
  const mesh = sheetMesh(), corner = nearest(mesh, [-0.5, -0.5, 0]);
  const { ring, ringStart, boundary } = mesh.topology;
  assert.equal(boundary[corner], 1);
  const neighbours = ring.slice(ringStart[corner], ringStart[corner + 1]);
  assert.deepEqual(protectedIn(grown(maskOf(mesh, corner), mesh.topology)), new Set([corner, ...neighbours]));
});

test('inverting twice gives the mask back, and once turns each value round', () => {
  const mask = Uint8Array.of(0, 1, 100, 254, 255);
  assert.deepEqual(inverted(mask), Uint8Array.of(255, 254, 155, 1, 0));
  assert.deepEqual(inverted(inverted(mask)), mask);
});

test('a selection is added as the greater value, and removed as the lesser of what is left', () => {
  const mask = Uint8Array.of(0, 200, 255, 50), selected = Uint8Array.of(255, 100, 100, 0);
  assert.deepEqual(combined(mask, selected, false), Uint8Array.of(255, 200, 255, 50));
  assert.deepEqual(combined(mask, selected, true), Uint8Array.of(0, 155, 155, 50));
  assert.throws(() => combined(mask, Uint8Array.of(1), false), /4 vertices and a selection of 1/);
});

test('blurring gives the mean of a vertex and its ring', () => {
  const mesh = sheetMesh(), middle = nearest(mesh, [0.1, 0.1, 0]), soft = blurred(maskOf(mesh, middle), mesh.topology);
  const { ring, ringStart } = mesh.topology, valence = ringStart[middle + 1] - ringStart[middle];
  assert.equal(soft[middle], Math.round(255 / (valence + 1)));
  const next = ring[ringStart[middle]];
  assert.equal(soft[next], Math.round(255 / (ringStart[next + 1] - ringStart[next] + 1)));
  assert.equal(blurred(new Uint8Array(mesh.vertexCount).fill(255), mesh.topology).every((m) => m === 255), true);
});

test('sharpening halves what is soft, around the same line, until the edge is hard', () => {
  const slope = Uint8Array.from({ length: 256 }, (_, i) => i), once = sharpened(slope);
  assert.deepEqual([once[0], once[64], once[100], once[127], once[128], once[200]], [0, 0, 72, 126, 129, 255]);
  const soft = (/** @type {Uint8Array} */ mask) => mask.filter((m) => m > 0 && m < 255).length;
  assert.ok(Math.abs(soft(once) - 128) <= 2, `${soft(once)} of 256 are soft`);
  let mask = slope;
  for (let times = 0; times < 9; times++) mask = sharpened(mask);
  assert.deepEqual(mask, slope.map((i) => (i < 127.5 ? 0 : 255)));
});
