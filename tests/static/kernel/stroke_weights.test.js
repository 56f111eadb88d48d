import { strict as assert } from 'node:assert';
import { test } from 'node:test';

import { MAX_ALPHA_SIZE, alphaNamed, forgetAlpha, registerAlpha } from '../../../static/kernel/alpha.js';
import { BUILT_IN_ALPHAS } from '../../../static/kernel/alphas.js';
import { MASK, PAINT_STRIDE } from '../../../static/kernel/channels.js';
import { normalised } from '../../../static/kernel/sample.js';
import { followed } from '../../../static/kernel/stabiliser.js';
import { StrokeMaker } from '../../../static/kernel/stroke.js';
import { MIRROR_X } from '../../../static/kernel/symmetry.js';
import { QUANTA_PER_RADIUS as R } from '../../../static/kernel/units.js';
import { above, meshOf, nearest, position, press, sheetMesh } from './helpers.js';
import { sphere } from './shapes.js';

/** @import { ClayMesh } from '../../../static/kernel/mesh.js' */
/** @import { SomeSettings } from '../../../static/kernel/stroke_settings.js' */

const RADIUS = 0.3 * R;
const FULL = 0.1 * RADIUS;
const near = (/** @type {number} */ actual, /** @type {number} */ expected, tolerance = 2) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);
const height = (/** @type {ClayMesh} */ mesh, /** @type {number} */ x, /** @type {number} */ y) => position(mesh, nearest(mesh, [x, y, 0]))[2];

/** The highest point of a stroke along the sheet. @param {Partial<SomeSettings>} settings */
function strokeHeight(settings) {
  const mesh = sheetMesh(), stroke = press(mesh, { brush: 'draw', strength: 0.05, ...settings }, -0.4, 0, 0.1 * R);
  stroke.moveTo({ ray: above(0.4, 0), radius: 0.1 * R });
  return height(mesh, 0, 0);
}

test('a stroke is as high however dense its dabs are, if it is to be even', () => {
  // From 0.03 to 0.3 radii within a tenth; without, five times as dense is five times as high.
  const usual = strokeHeight({});
  for (const spacing of [0.03, 0.08, 0.15, 0.3]) near(strokeHeight({ spacing }) / usual, 1, 0.1);
  near(strokeHeight({ spacing: 0.03, evenStrength: false }) / usual, 5, 0.5);
});

test('falloff and hardness weigh each vertex by its distance', () => {
  // Linear at hardness ½ on a sheet: full up to half the radius, then straight down.
  const mesh = sheetMesh();
  press(mesh, { brush: 'draw', strength: 1, falloff: 'linear', hardness: 0.5 }, 0, 0, RADIUS);
  for (let v = 0; v < mesh.vertexCount; v++) {
    const [x, y, z] = position(mesh, v), d = Math.hypot(x, y) / RADIUS;
    near(z, FULL * Math.min(1, Math.max(0, 2 * (1 - d))), 0.002 * FULL);
  }
});

test('a curve of one\'s own weighs like a preset', () => {
  // A ring: nothing at the centre, all half way.
  const mesh = sheetMesh();
  press(mesh, { brush: 'draw', strength: 1, falloff: 'custom', curve: [[0, 0], [0.5, 1], [1, 0]] }, 0, 0, RADIUS);
  near(height(mesh, 0, 0), 0);
  near(height(mesh, 0.15, 0), FULL, 0.01 * FULL);
});

test('the mask holds what it covers, in proportion', () => {
  // 255 does not move, 102 of 255 moves by three fifths; the same for what is held.
  for (const brush of /** @type {const} */ (['draw', 'grab'])) {
    const [free, masked] = [sheetMesh(), sheetMesh()], whole = nearest(masked, [0.05, 0, 0]), part = nearest(masked, [0.1, 0, 0]);
    masked.paint[PAINT_STRIDE * whole + MASK] = 255;
    masked.paint[PAINT_STRIDE * part + MASK] = 102;
    for (const mesh of [free, masked]) press(mesh, { brush, strength: 1 }, 0, 0, RADIUS).moveTo({ ray: above(0.0001, 0.04), radius: RADIUS });
    const axis = brush === 'draw' ? 2 : 1;
    assert.deepEqual(position(masked, whole), [...masked.ints.subarray(3 * whole, 3 * whole + 3)], brush);
    const was = masked.ints[3 * part + axis], ratio = (position(masked, part)[axis] - was) / (position(free, part)[axis] - was);
    near(ratio, 0.6, 0.03);
  }
});

test('without the front-face factor a slope moves by the whole amount, and the back does too', () => {
  // At 45° the factor would be cos 45°; a thin slab's lower side is within reach.
  const mesh = sheetMesh((x) => x), centre = nearest(mesh, [0, 0, 0]);
  press(mesh, { brush: 'draw', strength: 0.5, frontFaces: false }, 0, 0, RADIUS);
  near(Math.hypot(...position(mesh, centre)), 0.5 * FULL, 20);
  const { positions, triangles } = sphere(24), n = positions.length / 3;
  for (let v = 0; v < n; v++) positions[2 * n + v] = Math.round(positions[2 * n + v] * 0.05);
  const slab = meshOf({ positions, triangles }), below = nearest(slab, [0, 0, -0.05]), before = position(slab, below)[2];
  press(slab, { brush: 'draw', strength: 0.5, frontFaces: false }, 0, 0, RADIUS);
  assert.notEqual(position(slab, below)[2], before);
});

test('without accumulate a stroke to and fro does not rise over its radius', () => {
  // Distances are taken from where the stroke began: what has risen by a radius is out of reach. With it, there is no end.
  const rise = (/** @type {boolean} */ accumulate) => {
    const mesh = sheetMesh(), centre = nearest(mesh, [0, 0, 0]), stroke = press(mesh, { brush: 'draw', strength: 1, accumulate }, 0, 0, 0.1 * R);
    for (let k = 0; k < 60; k++) {
      stroke.moveTo({ ray: above(k % 2 ? 0 : 0.03, 0), radius: 0.1 * R });
      if (k % 5 === 0) stroke.flush();
    }
    return position(mesh, centre)[2] / (0.1 * R);
  };
  assert.ok(rise(false) > 0.5 && rise(false) <= 1, `${rise(false)}`);
  assert.ok(rise(true) > 1.5, `${rise(true)}`);
});

test('a pen is heard through its curve, a mouse is not', () => {
  // Half the pressure bent to none: a quarter of the radius, and no strength at all; without a pen nothing changes.
  /** @type {SomeSettings} */
  const settings = { brush: 'draw', strength: 0.5, pressureRadius: 0.75, pressureRadiusCurve: [[0, 0], [0.5, 0], [1, 1]] };
  const reach = (/** @type {number | null} */ pressure) => {
    const mesh = sheetMesh(), stroke = new StrokeMaker(mesh, settings);
    stroke.begin({ ray: above(0, 0), radius: RADIUS, pressure });
    let widest = 0;
    for (let v = 0; v < mesh.vertexCount; v++) {
      const [x, y, z] = position(mesh, v);
      if (z > 1) widest = Math.max(widest, Math.hypot(x, y) / RADIUS);
    }
    return widest;
  };
  near(reach(null), 1, 0.1);
  near(reach(0.5), 0.25, 0.1);
  near(reach(1), 1.75, 0.1);
  const mesh = sheetMesh(), stroke = new StrokeMaker(mesh, { brush: 'draw', strength: 1, pressureRadius: 0, pressureStrength: 1, pressureStrengthCurve: [[0, 0], [0.5, 0.25], [1, 1]] });
  stroke.begin({ ray: above(0, 0), radius: RADIUS, pressure: 0.5 });
  near(height(mesh, 0, 0), 0.5 * FULL, 0.01 * FULL);
});

test('the stabiliser keeps the brush on its string', () => {
  // Nothing within the string's length; beyond it a part of the way, and the pressure with it.
  const at = (/** @type {number} */ x, /** @type {number} */ pressure) => normalised({ ray: above(x, 0), radius: RADIUS, pressure });
  assert.equal(followed(at(0, 0), at(0.14, 1), 3 * R, RADIUS, 0.5), null);
  const next = followed(at(0, 0), at(0.2, 1), 3 * R, RADIUS, 0.5);
  near(/** @type {any} */ (next).ray.origin[0], 0.55 * 0.2 * R, 1);
  near(/** @type {any} */ (next).pressure, 0.55, 1e-9);
  assert.equal(followed(at(0, 0), at(0.01, 1), 3 * R, RADIUS, 0)?.pressure, 1);
  const mesh = sheetMesh(), held = press(mesh, { brush: 'grab', strength: 1, stabiliser: 1 }, 0, 0, RADIUS);
  held.moveTo({ ray: above(0.05, 0), radius: RADIUS });
  near(position(mesh, nearest(mesh, [0.05, 0, 0]))[0] / R, 0.05, 0.005);
});

test('auto-smooth takes the roughness with it', () => {
  // A rough sheet under a faint stroke: with it the height differences under the stroke shrink.
  const rough = (/** @type {number} */ x, /** @type {number} */ y) => 0.002 * Math.sign(Math.sin(157 * x + 1) * Math.sin(157 * y + 1));
  const roughness = (/** @type {number} */ autoSmooth) => {
    const mesh = sheetMesh(rough), stroke = press(mesh, { brush: 'draw', strength: 0.01, autoSmooth }, -0.1, 0, RADIUS);
    stroke.moveTo({ ray: above(0.1, 0), radius: RADIUS });
    const heights = [];
    for (let v = 0; v < mesh.vertexCount; v++) {
      const [x, y, z] = position(mesh, v);
      if (Math.hypot(x, y) < 0.1 * R) heights.push(z);
    }
    return Math.max(...heights) - Math.min(...heights);
  };
  assert.ok(roughness(0.5) < 0.7 * roughness(0), `${roughness(0.5)} of ${roughness(0)}`);
});

test('a direction of its own stands in for the area normal', () => {
  // On a slope of 45°: along x, along z, towards the eye; and each vertex its own way on a sphere.
  for (const [direction, axis] of /** @type {const} */ ([['x', 0], ['z', 2], ['view', 2]])) {
    const mesh = sheetMesh((x) => x), centre = nearest(mesh, [0, 0, 0]);
    press(mesh, { brush: 'draw', strength: 1, direction, frontFaces: false }, 0, 0, RADIUS);
    const moved = position(mesh, centre);
    near(moved[axis], FULL, 0.01 * FULL);
    near(Math.hypot(...moved), FULL, 0.01 * FULL);
  }
  const ball = meshOf(sphere(30)), off = nearest(ball, [0.2, 0, 0.98]), [x, , z] = position(ball, off);
  press(ball, { brush: 'draw', strength: 1, direction: 'normal' }, 0, 0, RADIUS);
  const [nx, , nz] = position(ball, off);
  near((nx - x) / (nz - z), x / z, 0.01);
});

test('an alpha presses its picture through, upright, and its copy is the mirror image', () => {
  // White to the right of the texture and above: only that quarter rises; mirrored, it is to the left.
  const size = 8, grey = new Uint8Array(size * size).map((_, i) => (i % size >= size / 2 && i < (size * size) / 2 ? 255 : 0));
  registerAlpha('quarter', { size, grey });
  const mesh = sheetMesh();
  press(mesh, { brush: 'draw', strength: 1, alpha: 'quarter', alphaRotates: false, falloff: 'constant' }, 0, 0, RADIUS);
  near(height(mesh, 0.1, 0.1), FULL, 1);
  for (const [x, y] of [[-0.1, 0.1], [-0.1, -0.1], [0.1, -0.1], [0.28, 0]]) assert.equal(height(mesh, x, y), 0, `${x}, ${y}`);
  const mirrored = sheetMesh();
  press(mirrored, { brush: 'draw', strength: 1, alpha: 'quarter', alphaRotates: false, mirror: MIRROR_X }, 0.25, 0, 0.2 * R);
  for (const y of [0.05, -0.05]) assert.equal(height(mirrored, 0.3, y), height(mirrored, -0.3, y));
  assert.ok(height(mirrored, -0.3, 0.05) > 0 && height(mirrored, -0.2, 0.05) === 0);
  forgetAlpha('quarter');
});

test('an alpha turns with the stroke', () => {
  // Its upper side goes ahead: a stroke to the right leaves the white upper half on the side where it goes.
  const size = 8, grey = new Uint8Array(size * size).map((_, i) => (i < (size * size) / 2 ? 255 : 0));
  registerAlpha('ahead', { size, grey });
  for (const alphaRotates of [true, false]) {
    const mesh = sheetMesh();
    const stroke = press(mesh, { brush: 'draw', strength: 1, alpha: 'ahead', alphaRotates, kind: 'dots', falloff: 'constant' }, -0.4, 0, 0.05 * R);
    stroke.moveTo({ ray: above(0.1, 0), radius: RADIUS });
    assert.equal(height(mesh, 0.2, -0.1) > 0, alphaRotates);
    assert.equal(height(mesh, 0, 0.1) > 0, !alphaRotates);
  }
  forgetAlpha('ahead');
});

test('the built-in alphas are pictures, always the same', () => {
  // Each has light and dark, and drawing it again gives the same bytes; an unknown name is told so.
  for (const name of BUILT_IN_ALPHAS) {
    const { size, grey } = alphaNamed(name);
    assert.equal(grey.length, size * size);
    assert.ok(grey.filter((g) => g > 170).length > 100 && grey.filter((g) => g < 85).length > 100, name);
    forgetAlpha(name);
    assert.deepEqual(alphaNamed(name).grey, grey, name);
  }
  assert.throws(() => alphaNamed('lace'), /there is no alpha lace; there are noise/);
  assert.throws(() => registerAlpha('big', { size: MAX_ALPHA_SIZE + 1, grey: new Uint8Array(1) }), /2 to 256 pixels wide, got 257/);
  assert.throws(() => registerAlpha('short', { size: 4, grey: new Uint8Array(15) }), /needs 16 values, got 15/);
});

test('what is held weighs by the falloff of the settings', () => {
  // A grab with a constant falloff takes a disc along whole.
  const mesh = sheetMesh(), before = mesh.pos.slice();
  press(mesh, { brush: 'grab', strength: 1, falloff: 'constant' }, 0, 0, RADIUS).moveTo({ ray: above(0.1, 0), radius: RADIUS });
  for (let v = 0; v < mesh.vertexCount; v++) {
    const d = Math.hypot(before[3 * v], before[3 * v + 1]) / RADIUS;
    if (Math.abs(d - 1) > 1e-6) near(mesh.pos[3 * v] - before[3 * v], d < 1 ? 0.1 * R : 0, 1);
  }
});

test('without the feather the seam is doubled', () => {
  // Two copies on the mirror plane: each whole, or each half.
  const at = (/** @type {boolean} */ feather) => {
    const mesh = sheetMesh();
    press(mesh, { brush: 'draw', strength: 0.5, mirror: MIRROR_X, feather }, 0, 0, RADIUS);
    return height(mesh, 0, 0);
  };
  near(at(true), 0.5 * FULL, 2);
  near(at(false), FULL, 2);
});
