/**
 * The reference images of the project as this page shows them: as the room has them, but with one's own latest move on top until the
 * room has said what has become of it. The last one in the room's order wins.
 *
 * @import { Clock, Reference, ReferencePlace } from '../types.js'
 */

/** Milliseconds between two moves of one picture that are sent: a slider makes sixty a second, a room takes ten for long. */
export const MOVE_EVERY = 180;

/** Bytes and names as the server takes them (rooms/pictures.py, rooms/records.py). */
export const MAX_PICTURE_BYTES = 8 * 1024 * 1024;
export const MAX_REFERENCES = 12;

/** Tells of every change with a `change` event. */
export class ReferenceBoard extends EventTarget {
  /**
   * @param {(reference: string, place: ReferencePlace | null) => Promise<unknown>} send resolves when the room has done it
   * @param {Clock} clock
   */
  constructor(send, clock) {
    super();
    this._send = send;
    this._clock = clock;
    /** As the room has them, in its order. @type {Map<string, Reference>} */
    this._room = new Map();
    /** One's own, on their way. @type {Map<string, {place: ReferencePlace, sending: boolean, stale: boolean}>} */
    this._own = new Map();
    /** Told when the room refused a change. @type {(problem: unknown) => void} */
    this.onRefused = () => {};
  }

  /** What is to be seen. @returns {Reference[]} */
  list() {
    return Array.from(this._room.values(), (one) => ({ ...one, ...this._own.get(one.reference)?.place }));
  }

  /** All anew, as the reply to a join has them. @param {Reference[]} references */
  reset(references) {
    this._room = new Map(references.map((one) => [one.reference, one]));
    this._tell();
  }

  /** One change, in the room's order. @param {string} reference @param {Reference | null} place null: taken down */
  applied(reference, place) {
    if (place) this._room.set(reference, place);
    else {
      this._room.delete(reference);
      this._own.delete(reference);
    }
    this._tell();
  }

  /** Hangs an uploaded picture up. @param {string} reference @param {ReferencePlace} place @returns {Promise<unknown>} */
  hang(reference, place) {
    return this._send(reference, place);
  }

  /** Moves one, seen here at once and by the others a little later. @param {string} reference @param {Partial<ReferencePlace>} change */
  move(reference, change) {
    const shown = this.list().find((one) => one.reference === reference);
    if (!shown) return;
    const place = { ...placeOf(shown), ...change }, own = this._own.get(reference);
    if (own) {
      own.place = place;
      own.stale = true;
    } else {
      this._own.set(reference, { place, sending: false, stale: true });
    }
    if (!own?.sending) void this._push(reference);
    this._tell();
  }

  /** @param {string} reference */
  remove(reference) {
    this._send(reference, null).catch((problem) => this.onRefused(problem));
  }

  /** @param {string} reference */
  async _push(reference) {
    const own = this._own.get(reference);
    if (!own) return;
    own.sending = true;
    try {
      while (own.stale && this._own.get(reference) === own) {
        own.stale = false;
        await Promise.all([this._send(reference, own.place), new Promise((resolve) => void this._clock.after(MOVE_EVERY, () => resolve(null)))]);
      }
    } catch (problem) {
      this.onRefused(problem);
    }
    if (this._own.get(reference) === own) this._own.delete(reference);
    this._tell();
  }

  _tell() {
    this.dispatchEvent(new Event('change'));
  }
}

/** The part of a reference that its people change. @param {Reference} reference @returns {ReferencePlace} */
export function placeOf({ name, pin, x, y, depth, scale, opacity }) {
  return { name, pin, x, y, depth, scale, opacity };
}

/**
 * Sends a picture to the server; it hangs nowhere yet.
 * @param {{fetch: typeof fetch, url: string, xsrf: string, file: Blob}} what
 * @returns {Promise<{reference: string, width: number, height: number}>} rejects with an Error whose message is for the person, '' if there is none
 */
export async function uploadReference({ fetch, url, xsrf, file }) {
  const response = await fetch(url, { method: 'POST', body: file, headers: { 'X-XSRFToken': xsrf, 'Content-Type': 'application/octet-stream' } });
  const said = await response.json().catch(() => null);
  if (response.status !== 201) throw new Error(said?.message ?? '');
  return said;
}
