import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROLS, SHARED, isAllowed, isCurve } from '../../../static/editor/controls.js';
import { BrushSettings, TOOLS } from '../../../static/editor/settings.js';
import { QUANTA_PER_RADIUS } from '../../../static/kernel/index.js';
import { defaultsOf } from '../../../static/kernel/stroke_settings.js';

/** A browser's memory. @param {Record<string, string>} [entries] */
function memory(entries = {}) {
  const map = new Map(Object.entries(entries));
  return { map, getItem: (/** @type {string} */ k) => map.get(k) ?? null, setItem: (/** @type {string} */ k, /** @type {string} */ v) => void map.set(k, v) };
}

test('each brush has settings of its own, and they survive a reload', () => {
  // What somebody set up for Clay is there again with Clay, and Draw knows nothing of it.
  const storage = memory();
  const first = new BrushSettings(storage);
  first.choose('clay');
  first.setRadius(99);
  first.setStrength(12);
  first.set('falloff', 'custom');
  first.set('curve', [[0, 1], [0.5, 0.25], [1, 0]]);
  first.setRadiusUnit('scene');
  const second = new BrushSettings(storage);
  assert.deepEqual(second.strokeSettings(), first.strokeSettings());
  assert.deepEqual([second.tool, second.radius, second.radiusUnit, second.strength], ['clay', 99, 'scene', 12]);
  second.choose('draw');
  assert.deepEqual([second.radius, second.radiusUnit, second.get('falloff')], [60, 'screen', 'quartic']);
});

test('inverting is for a while', () => {
  // Nobody expects a brush to dig on the next day.
  const storage = memory();
  new BrushSettings(storage).toggle('invert');
  assert.equal(new BrushSettings(storage).invert, false);
});

test('symmetry is the hand\'s, not the brush\'s', () => {
  // One mirrors a model, not a brush; the axes are bits.
  const settings = new BrushSettings();
  settings.toggleMirror('x');
  settings.toggleMirror('z');
  settings.choose('smooth');
  assert.equal(settings.strokeSettings().mirror, 5);
  settings.toggleMirror('x');
  settings.set('radial', { axis: 'z', count: 7 });
  settings.choose('draw');
  assert.deepEqual([settings.strokeSettings().mirror, settings.strokeSettings().radial], [4, { axis: 'z', count: 7 }]);
});

test('Shift borrows Smooth with the radius of the brush in the hand; Ctrl turns the inversion round', () => {
  // Held keys change the next stroke and nothing that is remembered; the ring on the clay does not jump.
  const settings = new BrushSettings();
  settings.setRadius(99);
  settings.toggle('invert');
  settings.hold({ smooth: true, invert: true });
  assert.deepEqual([settings.activeTool, settings.tool, settings.activeInvert, settings.radius], ['smooth', 'draw', false, 99]);
  assert.equal(settings.strokeSettings().brush, 'smooth');
});

test('a radius is pixels of the screen or a share of the sculpture', () => {
  // On the screen the camera says what that is; on the sculpture it is the same from any distance.
  const settings = new BrushSettings();
  settings.setRadius(50);
  const camera = (/** @type {number} */ pixels) => ({ radius: 0, spread: pixels / 500 });
  assert.deepEqual(settings.sizeOf(camera), { radius: 0, spread: 0.1 });
  settings.setRadiusUnit('scene');
  settings.setSceneRadius(25);
  assert.deepEqual(settings.sizeOf(camera), { radius: QUANTA_PER_RADIUS / 4, spread: 0 });
});

test('the bracket keys move the smallest radius of either unit', () => {
  // Ten percent of little would round to nothing.
  const settings = new BrushSettings();
  for (const unit of /** @type {const} */ (['screen', 'scene'])) {
    settings.setRadiusUnit(unit);
    settings.setRadius(4);
    settings.setSceneRadius(0.5);
    const before = unit === 'screen' ? settings.radius : settings.sceneRadius;
    settings.scaleRadius(1.1);
    assert.ok((unit === 'screen' ? settings.radius : settings.sceneRadius) > before, unit);
  }
});

test('what the first editor had remembered is taken over', () => {
  // Nobody's sliders jump because the editor was improved.
  const kept = { tool: 'grab', radius: 120, strengths: { draw: 33, grab: 80 }, switches: { mirror: true, pressureRadius: false, pressureStrength: true } };
  const settings = new BrushSettings(memory({ 'clayroom.brush.1': JSON.stringify(kept) }));
  assert.deepEqual([settings.tool, settings.radius, settings.strength, settings.mirrors('x')], ['grab', 120, 80, true]);
  settings.choose('draw');
  const { strength, pressureRadius, pressureStrength } = settings.strokeSettings();
  assert.deepEqual([strength, pressureRadius, pressureStrength], [0.33, 0, 1]);
});

for (const broken of ['{', 'null', '3', '{"tool": "__proto__", "brushes": 3, "shared": []}', '{"brushes": {"draw": {"radius": 1e9, "unit": "mile", "stroke": {"strength": 7, "curve": [[0]], "falloff": "no", "radial": {"axis": "w", "count": 0}}}}}']) {
  test(`a broken memory does not hurt: ${broken.slice(0, 40)}`, () => {
    // The storage belongs to the browser, not to us.
    const settings = new BrushSettings(memory({ 'clayroom.brushes.2': broken }));
    assert.deepEqual(settings.strokeSettings(), { ...defaultsOf('draw'), invert: false });
    assert.equal(settings.radius, 60);
  });
}

test('only what differs from the defaults is kept', () => {
  // A default that we improve reaches everyone who has left it alone.
  const storage = memory();
  const settings = new BrushSettings(storage);
  settings.set('hardness', 0.5);
  settings.set('hardness', 0);
  assert.deepEqual(JSON.parse(/** @type {string} */ (storage.map.get('clayroom.brushes.2'))).brushes.draw.stroke, {});
});

test('every setting of a stroke has a control, and every brush starts with allowed values', () => {
  // The table of controls and the kernel's record do not drift apart.
  const { brush: _, invert: __, ...rest } = defaultsOf('draw');
  assert.deepEqual(new Set(Object.keys(CONTROLS)), new Set(Object.keys(rest)));
  for (const tool of TOOLS) {
    const values = /** @type {Record<string, any>} */ (defaultsOf(tool));
    for (const name of /** @type {(keyof typeof CONTROLS)[]} */ (Object.keys(CONTROLS))) assert.ok(isAllowed(name, values[name]), `${tool} ${name} ${values[name]}`);
  }
  for (const name of SHARED) assert.ok(name in CONTROLS);
});

test('a value that can not be is refused by name', () => {
  // A panel that is wrong fails in its test and not in somebody's stroke.
  const settings = new BrushSettings();
  assert.throws(() => settings.set('strength', 1.5), /strength can not be 1.5/);
  assert.throws(() => settings.set('curve', [[0, 1], [0, 0]]), /curve can not be/);
});

for (const [curve, allowed] of /** @type {[any, boolean][]} */ ([
  [[[0, 0], [1, 1]], true], [[[0, 1], [0.3, 0.2], [1, 0]], true], [[[0, 1]], false], [[[0, 1], [0.5, 2], [1, 0]], false],
  [[[0.1, 1], [1, 0]], false], [[[0, 1], [0.6, 0], [0.5, 0], [1, 0]], false], ['no', false], [Array.from({ length: 13 }, (_, i) => [i / 12, 0]), false],
])) {
  test(`a curve: ${JSON.stringify(curve).slice(0, 50)} ${allowed ? 'is one' : 'is none'}`, () => {
    // From 0 to 1, ascending, inside the square, twelve points at most.
    assert.equal(isCurve(curve), allowed);
  });
}

test('reset brings one brush back to its defaults', () => {
  // And leaves the others as they are.
  const settings = new BrushSettings();
  settings.setStrength(3);
  settings.choose('clay');
  settings.setStrength(3);
  settings.reset();
  assert.equal(settings.strength, Math.round(100 * defaultsOf('clay').strength));
  settings.choose('draw');
  assert.equal(settings.strength, 3);
});
