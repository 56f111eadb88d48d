import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byCavity, byColour, curvature } from '../../../static/kernel/mask/index.js';
import { meshOf, nearest, sheetMesh } from './helpers.js';
import { sphere } from './shapes.js';

test('the curvature of a sphere is one over its radius at every vertex', () => {
  const curved = curvature(meshOf(sphere(12)));
  // Vertex normals of a triangulated sphere lean off its own by a little.
  for (const h of curved) assert.ok(Math.abs(h - 1) < 0.01, `${h}`);
});

test('a flat sheet has no curvature, its rim included', () => {
  for (const h of curvature(sheetMesh())) assert.ok(Math.abs(h) < 1e-6, `${h}`);
});

test('a hollow bowl is negative, with the curvature of its sphere', () => {
  const mesh = sheetMesh((x, y) => 2 - Math.sqrt(4 - x * x - y * y)), middle = nearest(mesh, [0.2, 0.1, 0.025]);
  assert.ok(Math.abs(curvature(mesh)[middle] + 0.5) < 0.01, `${curvature(mesh)[middle]}`);
});

test('hollows are protected by how hollow they are, ridges by their own switch', () => {
  const groove = sheetMesh((x) => -0.05 * Math.exp(-((x / 0.06) ** 2)));
  const bottom = nearest(groove, [0, 0, -0.05]), rim = nearest(groove, [0.075, 0, 0]), far = nearest(groove, [0.4, 0, 0]);
  const range = { from: 0.5, full: 3 };
  const hollows = byCavity(groove, range), ridges = byCavity(groove, { ...range, ridges: true });
  assert.equal(hollows[bottom], 255);
  assert.equal(hollows[rim], 0);
  assert.equal(ridges[bottom], 0);
  assert.ok(ridges[rim] > 128, `${ridges[rim]}`);
  assert.equal(hollows[far] + ridges[far], 0);
});

test('between the ends of the range a mask by curvature is linear', () => {
  const ball = meshOf(sphere(8));
  const half = byCavity(ball, { from: 0.5, full: 1.5, ridges: true });
  for (const m of half) assert.ok(Math.abs(m - 127.5) < 5, `${m}`);
  assert.throws(() => byCavity(ball, { from: 2, full: 1 }), /begins at 2, so it can not be full at 1/);
});

test('a colour is protected within the tolerance, half as far again by half, and not at twice that', () => {
  const farthest = Math.sqrt(3) * 255, tolerance = 100 / farthest;
  const paint = Uint8Array.from([[10, 20, 30], [110, 20, 30], [160, 20, 30], [210, 20, 30], [255, 255, 255]].flatMap((c) => [...c, 9, 9, 9, 0, 0]));
  assert.deepEqual(byColour(paint, 8, [10, 20, 30], tolerance), Uint8Array.of(255, 255, 128, 0, 0));
});

test('with no tolerance only the very colour is protected', () => {
  const paint = Uint8Array.of(1, 2, 3, 0, 0, 0, 0, 0, 1, 2, 6, 0, 0, 0, 0, 0);
  assert.deepEqual(byColour(paint, 8, [1, 2, 3], 0), Uint8Array.of(255, 0));
});
