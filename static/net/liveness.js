/**
 * Which tabs are alive: a dead tab's strokes are taken over by another of the same person.
 *
 * A tab holds a lock named after its client id for as long as it lives. `navigator.locks` is there on https and on
 * localhost only; on a plain http address of the local network the tabs ask each other over a BroadcastChannel instead.
 * Two tabs may then take over the same one; the server and the replicas count by client id and number, so that is harmless.
 *
 * @import { Clock, Surroundings } from '../types.js'
 */

/** Milliseconds in which a living tab answers. */
export const ANSWER_WAIT = 200;
const NAME = 'clayroom-client-';

export class Liveness {
  /** @param {Pick<Surroundings, 'locks' | 'BroadcastChannel' | 'clock'>} surroundings */
  constructor({ locks, BroadcastChannel, clock }) {
    this.clock = clock;
    this._locks = locks;
    /** @type {Set<string>} clients that this tab is or has taken over */
    this._held = new Set();
    /** @type {Map<string, () => void>} */
    this._asking = new Map();
    /** @type {Array<() => void>} */
    this._release = [];
    this._channel = !locks && BroadcastChannel ? new BroadcastChannel('clayroom-clients') : null;
    if (this._channel) this._channel.onmessage = (event) => this._hear(event.data);
  }

  /**
   * Takes this client's lock, and holds it while the page lives.
   * @param {string} client
   * @returns {Promise<boolean>} false if another living tab has it
   */
  async take(client) {
    if (this._held.has(client)) return true;
    const free = this._locks ? await this._takeLock(client) : await this._ask(client);
    if (free) this._held.add(client);
    return free;
  }

  close() {
    this._channel?.close();
    for (const release of this._release.splice(0)) release();
    this._held.clear();
  }

  /** @param {string} client @returns {Promise<boolean>} */
  _takeLock(client) {
    return new Promise((answer) => {
      const locks = /** @type {LockManager} */ (this._locks);
      locks.request(NAME + client, { ifAvailable: true }, (lock) => {
        answer(lock !== null);
        return lock && new Promise((release) => this._release.push(() => release(undefined)));
      }).catch(() => answer(false));
    });
  }

  /** @param {string} client @returns {Promise<boolean>} */
  _ask(client) {
    const channel = this._channel;
    if (!channel) return Promise.resolve(true);
    return new Promise((answer) => {
      const cancel = this.clock.after(ANSWER_WAIT, () => {
        this._asking.delete(client);
        answer(true);
      });
      this._asking.set(client, () => {
        cancel();
        this._asking.delete(client);
        answer(false);
      });
      channel.postMessage({ ask: client });
    });
  }

  /** @param {{ask?: string, alive?: string}} said by another tab of this site */
  _hear(said) {
    if (said.ask && this._held.has(said.ask)) this._channel?.postMessage({ alive: said.ask });
    else if (said.alive) this._asking.get(said.alive)?.();
  }
}
