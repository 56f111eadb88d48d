import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedViews, VIEW_MS } from '../../../static/editor/shared_views.js';
import { OrbitCamera } from '../../../static/view/camera.js';
import { placesOf, viewOf } from '../../../static/view/shared_view.js';
import { decode, encodeView } from '../../../static/wire/frames.js';

function clock() {
  const time = { at: 0, due: /** @type {{at: number, run: () => void}[]} */ ([]), now: () => time.at, after: (ms, run) => void time.due.push({ at: time.at + ms, run }) };
  time.pass = (ms) => {
    time.at += ms;
    for (const { run } of time.due.splice(0).filter(({ at }) => at <= time.at)) run();
  };
  return time;
}

/** @param {number} x */
const view = (x) => ({ flags: 0, eye: [x, 0, 9], target: [0, 0, 0], up: [0, 32767, 0] });

test('a camera that turns is told four times a second, and where it comes to rest', () => {
  // Ten movements at once are two frames, and the second is the last movement; what did not change is not told again.
  const time = clock(), sent = [];
  const shared = new SharedViews((one) => sent.push(one.eye[0]), time);
  for (let x = 0; x < 10; x++) shared.show(view(x));
  time.pass(VIEW_MS);
  time.pass(VIEW_MS);
  shared.show(view(9));
  assert.deepEqual(sent, [0, 9]);
  shared.again(view(9));
  assert.deepEqual(sent, [0, 9, 9]);
});

test('of several tabs the one that moved last is followed', () => {
  // And whoever has gone is followed no more.
  const shared = new SharedViews(() => {}, clock());
  shared.heard({ client: 'a', ...view(1) });
  shared.heard({ client: 'b', ...view(2) });
  shared.heard({ client: 'a', ...view(3) });
  assert.equal(shared.newestOf(['a', 'b'])?.eye[0], 3);
  shared.keep(['b']);
  assert.equal(shared.newestOf(['a', 'b'])?.eye[0], 2);
  assert.equal(shared.newestOf(['a']), null);
});

test('a view comes over the wire as it was', () => {
  // Encoded, decoded and flown to, eye and up are the same to a hundredth of a degree and a millionth of the sculpture.
  const mine = new OrbitCamera({ damping: false }), theirs = new OrbitCamera({ damping: false });
  mine.setStyle('turntable', false);
  mine.view('right');
  mine.orbit(0.03, 0.02);
  mine.roll(0.2);
  mine.setProjection(true);
  const { orthographic, ...places } = placesOf(decode(encodeView(viewOf(mine))));
  theirs.flyTo({ ...places, orthographic });
  assert.ok(orthographic);
  assert.ok(theirs.goal.difference(mine.goal) < 2e-4, `${theirs.goal.difference(mine.goal)}`);
  assert.ok(theirs.goal.eye().distanceTo(mine.goal.eye()) < 1e-5);
});
