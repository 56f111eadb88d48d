/** From where everybody looks: one's own view told to the others, at most four times a second, and theirs kept to fly to. */

/** @import { ViewFields } from '../types.js' */

/** Time (ms) between two VIEW frames: one may fly to where somebody looks, and needs no film of it. */
export const VIEW_MS = 250;

export class SharedViews {
  /**
   * @param {(view: ViewFields) => void} send
   * @param {{now: () => number, after: (ms: number, run: () => void) => void}} [time]
   */
  constructor(send, time = { now: () => performance.now(), after: (ms, run) => void setTimeout(run, ms) }) {
    this._send = send;
    this._time = time;
    this._last = -Infinity;
    this._waiting = false;
    /** @type {ViewFields | null} */
    this._newest = null;
    this._sent = '';
    /** By client, the newest last. @type {Map<string, ViewFields>} */
    this._heard = new Map();
  }

  /** One looks from there now. @param {ViewFields} view */
  show(view) {
    this._newest = view;
    if (this._waiting || JSON.stringify(view) === this._sent) return;
    const wait = this._last + VIEW_MS - this._time.now();
    if (wait <= 0) this._now();
    else {
      this._waiting = true;
      this._time.after(wait, () => {
        this._waiting = false;
        this._now();
      });
    }
  }

  /** The room is new, or was away: it is told again. @param {ViewFields} view */
  again(view) {
    this._sent = '';
    this.show(view);
  }

  /** Somebody looks from there. @param {ViewFields & {client: string}} view */
  heard(view) {
    this._heard.delete(view.client);
    this._heard.set(view.client, view);
  }

  /** These are here; the views of others are forgotten. @param {string[]} clients */
  keep(clients) {
    for (const client of [...this._heard.keys()]) if (!clients.includes(client)) this._heard.delete(client);
  }

  /** The view that came last from one of these clients: the tab that a person uses. @param {string[]} clients */
  newestOf(clients) {
    return [...this._heard.entries()].filter(([client]) => clients.includes(client)).at(-1)?.[1] ?? null;
  }

  _now() {
    const view = /** @type {ViewFields} */ (this._newest);
    this._last = this._time.now();
    this._sent = JSON.stringify(view);
    this._send(view);
  }
}
