import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Euler, Vector3 } from 'three';
import { placing } from '../../../static/view/references.js';
import { OrbitCamera } from '../../../static/view/camera.js';
import { regionCamera } from '../../../static/view/region_camera.js';
import { QUANTA_PER_RADIUS } from '../../../static/kernel/units.js';

/** Where the picture's own right, up and facing directions end in the scene. @param {'front' | 'side' | 'top'} pin */
function axes(pin) {
  const { turn } = placing({ pin, x: 0, y: 0, depth: 0 }), euler = new Euler(turn[0], turn[1], 0);
  return [[1, 0, 0], [0, 1, 0], [0, 0, 1]].map((axis) => new Vector3(...axis).applyEuler(euler).toArray().map((c) => Math.round(c) + 0));
}

test('each plane faces its side, upright, and is not seen in a mirror by who looks at it', () => {
  assert.deepEqual(axes('front'), [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
  assert.deepEqual(axes('side'), [[0, 0, -1], [0, 1, 0], [1, 0, 0]]);
  assert.deepEqual(axes('top'), [[1, 0, 0], [0, 0, -1], [0, 1, 0]]);
});

test('a picture moves right, up and nearer as its plane is looked at', () => {
  for (const pin of /** @type {const} */ (['front', 'side', 'top'])) {
    const [right, up, facing] = axes(pin);
    assert.deepEqual(placing({ pin, x: 1, y: 0, depth: 0 }).position.map((c) => c + 0), right);
    assert.deepEqual(placing({ pin, x: 0, y: 1, depth: 0 }).position.map((c) => c + 0), up);
    assert.deepEqual(placing({ pin, x: 0, y: 0, depth: 1 }).position.map((c) => c + 0), facing);
  }
});

test('a region is asked in the pixels in which the picture is drawn, with either projection', () => {
  const orbit = new OrbitCamera({ damping: false }), point = new Vector3(0.3, -0.2, 0.4);
  orbit.resize(800, 600);
  for (const parallel of [false, true]) {
    orbit.setProjection(parallel);
    orbit.jump();
    const { matrix: m, width, height, eye, parallel: said } = regionCamera(orbit);
    const [x, y, z] = point.toArray().map((c) => c * QUANTA_PER_RADIUS);
    const w = m[3] * x + m[7] * y + m[11] * z + m[15];
    const px = ((m[0] * x + m[4] * y + m[8] * z + m[12]) / w * 0.5 + 0.5) * width, py = (0.5 - (m[1] * x + m[5] * y + m[9] * z + m[13]) / w * 0.5) * height;
    const seen = point.clone().project(orbit.camera);
    assert.ok(Math.abs(px - (seen.x * 0.5 + 0.5) * 800) < 1e-6 && Math.abs(py - (0.5 - seen.y * 0.5) * 600) < 1e-6, `${px}, ${py}`);
    assert.equal(said, parallel);
    const away = new Vector3(...eye).normalize(), back = orbit.camera.position.clone().sub(orbit.shown.target).normalize();
    if (parallel) assert.ok(away.dot(back) > 0.999);
    else assert.ok(new Vector3(...eye).multiplyScalar(1 / QUANTA_PER_RADIUS).distanceTo(orbit.camera.position) < 1e-9);
  }
});
