/** Which tabs are alive: with locks where a page may have them, by asking around where not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Liveness } from '../../../static/net/liveness.js';
import { FakeClock, settled } from './clock.js';

const A = '00000000000000aa';

/** navigator.locks as far as it is used: exclusive locks, only if available. */
class FakeLocks {
  held = new Set();

  async request(name, options, run) {
    assert.deepEqual(options, { ifAvailable: true });
    if (this.held.has(name)) return run(null);
    this.held.add(name);
    try {
      return await run({ name });
    } finally {
      this.held.delete(name);
    }
  }
}

/** BroadcastChannel within this test: everyone but the sender hears at once. */
function fakeChannels() {
  const all = new Set();
  return class {
    onmessage = () => {};

    constructor(name) {
      this.name = name;
      all.add(this);
    }

    postMessage(data) {
      for (const one of all) if (one !== this && one.name === this.name) one.onmessage({ data });
    }

    close() {
      all.delete(this);
    }
  };
}

test('a lock is held while the tab lives', async () => {
  // Another tab gets it only afterwards.
  const locks = new FakeLocks();
  const clock = new FakeClock();
  const first = new Liveness({ locks, clock });
  const second = new Liveness({ locks, clock });
  assert.equal(await first.take(A), true);
  assert.equal(await first.take(A), true, 'it is its own already');
  assert.equal(await second.take(A), false);
  first.close();
  await settled();
  assert.equal(await second.take(A), true);
});

test('without locks the tabs are asked', async () => {
  // A living one answers at once; silence for 200 ms is a dead one.
  const clock = new FakeClock();
  const BroadcastChannel = fakeChannels();
  const first = new Liveness({ BroadcastChannel, clock });
  const second = new Liveness({ BroadcastChannel, clock });
  const taken = first.take(A);
  await clock.advance(199);
  let answered = false;
  taken.then(() => { answered = true; });
  await settled();
  assert.equal(answered, false);
  await clock.advance(1);
  assert.equal(await taken, true);
  assert.equal(await second.take(A), false);
  first.close();
  const again = second.take(A);
  await clock.advance(200);
  assert.equal(await again, true);
});

test('with neither everything may be taken', async () => {
  // The server counts by client and number, so two takers do no harm.
  assert.equal(await new Liveness({ clock: new FakeClock() }).take(A), true);
});
