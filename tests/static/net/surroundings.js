/** Hand-written stand-ins for what of the browser the link uses; they record. */

import { FakeClock } from './clock.js';

export class FakeSocket {
  static all = [];

  constructor(url) {
    this.url = url;
    this.readyState = 0;
    this.bufferedAmount = 0;
    /** @type {Array<string | Uint8Array>} */
    this.sent = [];
    this.closed = null;
    FakeSocket.all.push(this);
  }

  send(data) {
    this.sent.push(typeof data === 'string' ? data : data.slice());
    this.onsend?.(data);
  }

  close(code = 1000) {
    this.closed = code;
    this.readyState = 3;
  }

  // ---- the server's side ----

  open() {
    this.readyState = 1;
    this.onopen?.({});
  }

  say(message) {
    this.onmessage?.({ data: typeof message === 'string' || message instanceof ArrayBuffer ? message : JSON.stringify(message) });
  }

  end(code, reason = '') {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  /** The requests that were sent, parsed. */
  get requests() {
    return this.sent.filter((one) => typeof one === 'string').map((one) => JSON.parse(one));
  }

  get frames() {
    return this.sent.filter((one) => typeof one !== 'string');
  }
}

/** @returns {any} */
export function fakeSurroundings(changes = {}) {
  FakeSocket.all = [];
  return {
    fetch: () => Promise.reject(new TypeError('no network in this test')),
    WebSocket: FakeSocket,
    indexedDB: undefined,
    locks: undefined,
    BroadcastChannel: undefined,
    clock: new FakeClock(),
    random: () => 1,
    window: new EventTarget(),
    document: Object.assign(new EventTarget(), { visibilityState: 'visible' }),
    location: { protocol: 'http:', host: 'clay.test:8000' },
    ...changes,
  };
}
