import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vector3 } from 'three';
import { TurntableCamera } from '../../../static/view/camera.js';
import { tangents } from '../../../static/view/ring.js';

/** @param {TurntableCamera} turntable @param {Vector3} point */
function pixelOf({ camera, width, height }, point) {
  const v = point.clone().project(camera);
  return [(v.x * 0.5 + 0.5) * width, (0.5 - v.y * 0.5) * height];
}

function made() {
  const turntable = new TurntableCamera({ damping: false });
  turntable.resize(800, 600);
  turntable.frame(new Vector3(), 1, true);
  turntable.jump();
  return turntable;
}

test('zooming keeps what is under the cursor there', () => {
  // A point of the target's plane under the cursor does not move in the picture.
  const turntable = made();
  const right = new Vector3().setFromMatrixColumn(turntable.camera.matrixWorld, 0);
  const up = new Vector3().setFromMatrixColumn(turntable.camera.matrixWorld, 1);
  const point = right.multiplyScalar(0.4).addScaledVector(up, 0.2);
  const [x, y] = pixelOf(turntable, point);
  turntable.zoom(0.5, x, y);
  turntable.update(1);
  const [x2, y2] = pixelOf(turntable, point);
  assert.ok(Math.hypot(x2 - x, y2 - y) < 0.01, `moved by ${x2 - x}, ${y2 - y}`);
});

test('panning follows the pointer pixel by pixel', () => {
  // The target moves as far as the pointer did.
  const turntable = made();
  turntable.pan(30, -20);
  turntable.update(1);
  const [x, y] = pixelOf(turntable, new Vector3());
  assert.ok(Math.hypot(x - 430, y - 280) < 0.01, `at ${x}, ${y}`);
});

test('the target stands in the middle of what the panels leave', () => {
  // With 200 px covered on the right the middle is at 300, and the whole sphere fits beside the panel.
  const turntable = made();
  turntable.setInsets({ top: 0, right: 200, bottom: 0, left: 0 });
  turntable.frame(new Vector3(), 1);
  turntable.jump();
  const [x, y] = pixelOf(turntable, new Vector3());
  assert.ok(Math.hypot(x - 300, y - 300) < 0.01, `at ${x}, ${y}`);
  const right = new Vector3().setFromMatrixColumn(turntable.camera.matrixWorld, 0);
  assert.ok(pixelOf(turntable, right)[0] < 600);
});

test('damped movement arrives and then rests', () => {
  // Rendering on demand depends on `update` saying when it is over.
  const turntable = new TurntableCamera();
  turntable.orbit(100, 50);
  let frames = 0;
  while (turntable.update(1 / 60)) assert.ok(++frames < 200, 'never comes to rest');
  assert.ok(frames > 3, `jumped after ${frames} frames`);
  assert.equal(turntable.shown.theta, turntable.goal.theta);
});

test('a ring lies in the plane of its normal', () => {
  // Both tangents are unit vectors, at right angles to each other and to the normal, for every direction.
  const out = new Float64Array(6);
  for (const raw of [[0, 0, 1], [0, 0, -1], [1, 0, 0], [0.3, -0.9, 0.2], [-0.1, 0.1, -0.99]]) {
    const n = new Vector3(...raw).normalize();
    tangents(n.toArray(), out);
    const a = new Vector3(out[0], out[1], out[2]), b = new Vector3(out[3], out[4], out[5]);
    for (const [value, wanted] of [[a.length(), 1], [b.length(), 1], [a.dot(b), 0], [a.dot(n), 0], [b.dot(n), 0]]) {
      assert.ok(Math.abs(value - wanted) < 1e-6, `${raw}: ${value} instead of ${wanted}`);
    }
  }
});

test('what fitted the window fits it when it is turned', () => {
  // A tablet held upright after it lay: the sculpture keeps its share of the smaller side, and comes back when it is turned back.
  const turntable = new TurntableCamera({ damping: false });
  turntable.resize(1024, 768);
  turntable.frame(new Vector3(), 1);
  const lying = turntable.goal.distance;
  turntable.resize(768, 1024);
  const shownShare = 1 / (turntable.worldPerPixel() * turntable.width);
  turntable.resize(1024, 768);
  assert.ok(Math.abs(turntable.goal.distance - lying) < 1e-9);
  const before = 1 / (turntable.worldPerPixel() * turntable.height);
  assert.ok(Math.abs(shownShare - before) < 1e-9, `${shownShare} of the width, ${before} of the height before`);
});
