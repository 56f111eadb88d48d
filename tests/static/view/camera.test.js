import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vector3 } from 'three';
import { OrbitCamera } from '../../../static/view/camera.js';
import { tangents } from '../../../static/view/ring.js';

/** @param {OrbitCamera} turntable @param {Vector3} point */
function pixelOf({ camera, width, height }, point) {
  const v = point.clone().project(camera);
  return [(v.x * 0.5 + 0.5) * width, (0.5 - v.y * 0.5) * height];
}

function made() {
  const turntable = new OrbitCamera({ damping: false });
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
  const turntable = new OrbitCamera();
  turntable.orbit(100, 50);
  let frames = 0;
  while (turntable.update(1 / 60)) assert.ok(++frames < 200, 'never comes to rest');
  assert.ok(frames > 3, `jumped after ${frames} frames`);
  assert.deepEqual(turntable.shown.orientation.toArray(), turntable.goal.orientation.toArray());
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
  const turntable = new OrbitCamera({ damping: false });
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

test('each side is seen with the horizon level', () => {
  // Front looks along −Z with X to the right; from above Z comes towards the lower edge: as on a drawing in three views.
  const turntable = made();
  const axes = { front: [1, 0, 0, 0, 1, 0], right: [0, 0, -1, 0, 1, 0], back: [-1, 0, 0, 0, 1, 0], left: [0, 0, 1, 0, 1, 0], top: [1, 0, 0, 0, 0, -1], bottom: [1, 0, 0, 0, 0, 1] };
  for (const [side, expected] of Object.entries(axes)) {
    turntable.view(side);
    turntable.update(1);
    const { shown } = turntable;
    const seen = [...shown.right().toArray(), ...shown.up().toArray()];
    seen.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-9, `${side}: ${seen}`));
  }
});

test('a turntable stops at the poles, a trackball goes over them', () => {
  // A drag of one and a half heights is three quarters of a turn: one looks straight down, the other up from behind.
  const turntable = made();
  turntable.view('front');
  turntable.orbit(0, 300 * 3);
  assert.ok(turntable.goal.phi < 1e-6, `phi ${turntable.goal.phi}`);
  turntable.view('front');
  turntable.setStyle('trackball', true);
  turntable.orbit(0, 300 * 3);
  const eye = turntable.goal.eye().sub(turntable.goal.target).divideScalar(turntable.goal.distance);
  assert.ok(eye.distanceTo(new Vector3(0, -1, 0)) < 1e-9, `eye at ${eye.toArray()}`);
});

test('a turntable turned on a pole turns the picture and stays there', () => {
  // The right of the picture follows the drag by its angle: the pole has no direction of its own to lose.
  const turntable = made();
  turntable.view('top');
  turntable.orbit(60, 0);
  const { goal } = turntable;
  assert.ok(goal.phi < 1e-6);
  assert.ok(Math.abs(goal.theta + (Math.PI * 60) / 600) < 1e-6, `theta ${goal.theta}`);
});

test('parallel projection keeps the size of what is at the target', () => {
  // A point of the target's plane stays where it is when the projection changes; one behind it comes apart from it no longer.
  const turntable = made();
  turntable.view('front');
  turntable.update(1);
  const near = new Vector3(0.5, 0.3, 0), far = new Vector3(0.5, 0.3, -0.9);
  const before = pixelOf(turntable, near);
  assert.ok(Math.abs(pixelOf(turntable, far)[0] - before[0]) > 5);
  turntable.setProjection(true);
  const after = pixelOf(turntable, near);
  assert.ok(Math.hypot(after[0] - before[0], after[1] - before[1]) < 1e-6, `${before} then ${after}`);
  assert.ok(Math.hypot(pixelOf(turntable, far)[0] - after[0], pixelOf(turntable, far)[1] - after[1]) < 1e-6);
});

test('zooming keeps what is under the cursor there in parallel projection too', () => {
  // The same as in perspective, at every depth.
  const turntable = made();
  turntable.setProjection(true);
  const point = new Vector3(0.4, 0.2, 0.7);
  const [x, y] = pixelOf(turntable, point);
  turntable.zoom(0.5, x, y);
  turntable.update(1);
  const [x2, y2] = pixelOf(turntable, point);
  assert.ok(Math.hypot(x2 - x, y2 - y) < 1e-6, `moved by ${x2 - x}, ${y2 - y}`);
});

test('a flight takes its time with a level horizon, and a hand ends it where it is', () => {
  // From front to back it passes a side, eased; a drag in between continues from what is shown.
  const turntable = new OrbitCamera();
  turntable.resize(800, 600);
  turntable.view('front');
  turntable.jump();
  turntable.view('back');
  let frames = 0;
  while (turntable.update(1 / 60)) {
    assert.ok(Math.abs(turntable.shown.roll) < 1e-6);
    if (++frames === 13) assert.ok(Math.abs(Math.abs(turntable.shown.theta) - Math.PI / 2) < 0.4, `theta ${turntable.shown.theta}`);
  }
  assert.ok(frames > 20 && frames < 40, `${frames} frames`);
  turntable.view('front');
  turntable.update(0.1);
  const caught = turntable.shown.clone();
  turntable.pan(0, 0);
  assert.ok(turntable.goal.difference(caught) < 1e-12);
});

test('with reduced motion a view is there at once', () => {
  // One update, however short, and nothing moves any more.
  const turntable = made();
  turntable.view('left');
  assert.equal(turntable.update(1 / 60), false);
  assert.ok(turntable.shown.difference(turntable.goal) < 1e-12);
});

test('the roll is locked until it is not, and locking it levels the horizon', () => {
  // A locked turntable does not roll; a free one does, by the angle; locking takes it out.
  const turntable = made();
  turntable.roll(0.3);
  assert.ok(Math.abs(turntable.goal.roll) < 1e-9);
  turntable.setStyle('turntable', false);
  turntable.roll(0.3);
  assert.ok(Math.abs(turntable.goal.roll - 0.3) < 1e-9);
  turntable.setStyle('turntable', true);
  assert.ok(Math.abs(turntable.goal.roll) < 1e-9);
});

test('a rolled turntable follows the drag of the picture', () => {
  // With a quarter of roll a drag across is a pitch: the theta does not change, the phi does.
  const turntable = made();
  turntable.view('front');
  turntable.setStyle('turntable', false);
  turntable.roll(Math.PI / 2);
  turntable.orbit(50, 0);
  assert.ok(Math.abs(turntable.goal.theta) < 1e-9, `theta ${turntable.goal.theta}`);
  assert.ok(Math.abs(Math.abs(turntable.goal.phi - Math.PI / 2) - (Math.PI * 50) / 600) < 1e-9);
});

test('flying to a view shows what its owner sees', () => {
  // Eye, target and up are theirs; a view without a direction is not followed.
  const turntable = made();
  const eye = new Vector3(1, 2, 3), target = new Vector3(0.1, 0, 0), up = new Vector3(0.2, 1, 0);
  turntable.flyTo({ eye, target, up, orthographic: true });
  turntable.update(1);
  assert.ok(turntable.shown.eye().distanceTo(eye) < 1e-9);
  assert.ok(turntable.orthographic);
  assert.ok(turntable.shown.up().dot(up) > 0 && Math.abs(turntable.shown.right().dot(up)) < 1e-9);
  const before = turntable.goal.clone();
  turntable.flyTo({ eye: target, target, up, orthographic: false });
  assert.ok(turntable.goal.difference(before) < 1e-12);
});
