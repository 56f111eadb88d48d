/**
 * The socket's life: connects, listens for silence, and comes back after every loss that is not final.
 *
 * Events (CustomEvent): `state` {state: 'connecting' | 'open' | 'waiting' | 'stopped', tries, message, waitMs}, and
 * `stopped` {verdict, code, message} once it is over for good.
 *
 * @import { Clock, Surroundings } from '../types.js'
 * @import { Session } from './session.js'
 */

import { FIRST_WAIT, GOOD_CONNECTION, isFault, verdict, waitBefore } from './backoff.js';

/** Milliseconds of silence after which the server is asked whether it is there. */
export const QUIET = 5_000;
/** Milliseconds that it may take to answer. */
export const ANSWER = 5_000;
/** Milliseconds from the try to the server's first word. */
export const GREETING = 10_000;
/** A close code of our own: no answer. As a browser would say of a line that was cut. */
const LOST = 1006;

/** Why no connect token was given; `status` is HTTP's. */
export class TokenError extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.name = 'TokenError';
    this.status = status;
  }
}

export class Connection extends EventTarget {
  /**
   * @param {{url: string, session: Session, fetchToken: () => Promise<string>,
   *   surroundings: Pick<Surroundings, 'WebSocket' | 'clock' | 'random' | 'window' | 'document'>}} parts
   *   `fetchToken` rejects with `TokenError` when the server says no
   */
  constructor({ url, session, fetchToken, surroundings }) {
    super();
    this.url = url;
    this.session = session;
    this.fetchToken = fetchToken;
    this.surroundings = surroundings;
    this.clock = surroundings.clock;
    /** @type {'idle' | 'connecting' | 'open' | 'waiting' | 'stopped'} */
    this.state = 'idle';
    this.tries = 0;
    this._faults = 0;
    /** The token of this try came with the page, which may be an old one out of the browser's history. */
    this._pageToken = false;
    /** @type {WebSocket | null} */
    this._socket = null;
    /** Goes up with every try, so that what an earlier one still does is ignored. */
    this._attempt = 0;
    this._heard = 0;
    this._openedAt = 0;
    this._retryMs = 0;
    this._stopTimer = () => {};
    this._onWake = () => this.wake();
    this._onVisible = () => {
      if (surroundings.document.visibilityState !== 'hidden') this.wake();
    };
    session.addEventListener('closing', (event) => {
      this._retryMs = /** @type {CustomEvent} */ (event).detail.retryMs;
    });
    session.addEventListener('broken', (event) => {
      this._lost(4400, /** @type {CustomEvent} */ (event).detail.message);
    });
  }

  /** Connects. @param {string | null} [token] a connect token that is good now */
  start(token = null) {
    this.surroundings.window.addEventListener('online', this._onWake);
    this.surroundings.document.addEventListener('visibilitychange', this._onVisible);
    this._connect(token);
  }

  /** Ends it for good, with a goodbye. */
  stop() {
    this._end('stopped');
  }

  /** The machine woke up, the page is seen again or the network is back: tries at once, or asks whether the line holds. */
  wake() {
    if (this.state === 'waiting') {
      this.tries = 0;
      this._connect(null);
    } else if (this.state === 'open' && this.session.greeted) {
      this._ask();
    }
  }

  /** Bytes that the socket has not sent yet. */
  get buffered() {
    return this._socket?.bufferedAmount ?? 0;
  }

  // ---- one try -----------------------------------------------------------------------------------------------------

  /** @param {string | null} token */
  async _connect(token) {
    this._attempt += 1;
    const attempt = this._attempt;
    this._stopTimer();
    this._set('connecting', '');
    this._stopTimer = this.clock.after(GREETING, () => this._lost(LOST, 'The server does not answer.'));
    this._pageToken = token !== null;
    try {
      token ??= await this.fetchToken();
    } catch (error) {
      if (attempt !== this._attempt) return;
      const status = error instanceof TokenError ? error.status : 0;
      const code = { 401: 4401, 403: 4403, 404: 4404 }[status] ?? LOST;
      this._lost(code, error instanceof TokenError ? error.message : 'The server cannot be reached.');
      return;
    }
    if (attempt !== this._attempt) return;
    const socket = new this.surroundings.WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    this._socket = socket;
    this._retryMs = 0;
    const good = token;
    const mine = () => socket === this._socket;
    socket.onopen = () => {
      if (!mine()) return;
      this.session.opened((data) => socket.send(/** @type {any} */ (data)), good);
    };
    socket.onmessage = (event) => {
      if (!mine()) return;
      this._heard = this.clock.now();
      if (this.state === 'connecting') {
        this._openedAt = this._heard;
        this._set('open', '');
        this._listen();
      }
      this.session.receive(event.data);
    };
    socket.onclose = (event) => {
      if (mine()) this._lost(event.code, event.reason);
    };
  }

  // ---- silence -----------------------------------------------------------------------------------------------------

  /** Waits until the server has been quiet for long, then asks. */
  _listen() {
    this._stopTimer();
    const quiet = this.clock.now() - this._heard;
    this._stopTimer = this.clock.after(Math.max(0, QUIET - quiet), () => {
      if (this.clock.now() - this._heard < QUIET) this._listen();
      else if (this.session.greeted) this._ask();
      else this._lost(LOST, 'The server does not answer.');
    });
  }

  _ask() {
    this._stopTimer();
    const asked = this.clock.now();
    this.session.request('ping').catch(() => {});
    this._stopTimer = this.clock.after(ANSWER, () => {
      if (this._heard >= asked) this._listen();
      else this._lost(LOST, 'The server does not answer.');
    });
  }

  // ---- loss --------------------------------------------------------------------------------------------------------

  /** @param {number} code @param {string} reason */
  _lost(code, reason) {
    if (this.state === 'stopped') return;
    this._drop(code);
    if (this._openedAt && this.clock.now() - this._openedAt > GOOD_CONNECTION) {
      this.tries = 0;
      this._faults = 0;
    }
    this._openedAt = 0;
    if (isFault(code)) this._faults += 1;
    // A used-up token of the page says nothing about the person: ask for a new one, and believe that answer.
    const decision = code === 4401 && this._pageToken ? 'again' : verdict(code, this._faults);
    this._pageToken = false;
    if (decision !== 'again') {
      this._end(decision, code, reason);
      return;
    }
    // 4429: a moment more than the jitter might give, since the server has just asked for it.
    const least = code === 4429 ? 2 * FIRST_WAIT : 0;
    const wait = this._retryMs || Math.max(least, waitBefore(this.tries, this.surroundings.random()));
    this._retryMs = 0;
    this.tries += 1;
    this._set('waiting', reason, wait);
    this._stopTimer = this.clock.after(wait, () => this._connect(null));
  }

  /** Lets go of the socket without waiting for its goodbye. @param {number} code */
  _drop(code) {
    this._attempt += 1;
    this._stopTimer();
    const socket = this._socket;
    this._socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      // Pages may say 1000 or 3000–4999; the server reads 1000 as "left".
      if (socket.readyState <= 1) socket.close(code === 1000 ? 1000 : 4400);
    }
    this.session.closed();
  }

  /** @param {string} decision @param {number} [code] @param {string} [message] */
  _end(decision, code = 1000, message = '') {
    if (this.state === 'stopped') return;
    this._drop(1000);
    this.surroundings.window.removeEventListener('online', this._onWake);
    this.surroundings.document.removeEventListener('visibilitychange', this._onVisible);
    this._set('stopped', message);
    this.dispatchEvent(new CustomEvent('stopped', { detail: { verdict: decision, code, message } }));
  }

  /** @param {'connecting' | 'open' | 'waiting' | 'stopped'} state @param {string} message @param {number} [waitMs] */
  _set(state, message, waitMs = 0) {
    this.state = state;
    this.dispatchEvent(new CustomEvent('state', { detail: { state, tries: this.tries, message, waitMs } }));
  }
}
