import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHOICES, ViewSettings } from '../../../static/view/settings.js';

function shelf() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test('the view is remembered', () => {
  // What was chosen is there again on the next page, and every change is told once.
  const storage = shelf();
  const settings = new ViewSettings(storage);
  let changes = 0;
  settings.addEventListener('change', () => changes++);
  settings.next('projection');
  settings.toggle('rollLock');
  settings.set('rollLock', settings.values.rollLock);
  assert.equal(changes, 2);
  assert.deepEqual(new ViewSettings(storage).values, settings.values);
  assert.equal(settings.values.projection, CHOICES.projection[1]);
});

test('what is not a view is not taken', () => {
  // Neither from a caller nor from a storage that an older version or somebody else wrote.
  const storage = shelf();
  assert.throws(() => new ViewSettings(storage).set('projection', 'fisheye'), /no projection “fisheye”/);
  new ViewSettings(storage).toggle('gizmo');
  storage.setItem('clayroom.view.1', JSON.stringify({ projection: 'fisheye', gizmo: 7, turning: 'trackball', more: 1 }));
  const { values } = new ViewSettings(storage);
  assert.deepEqual([values.projection, values.gizmo, values.turning, 'more' in values], ['perspective', true, 'trackball', false]);
  storage.setItem('clayroom.view.1', 'not json');
  assert.deepEqual(new ViewSettings(storage).values, new ViewSettings().values);
});
