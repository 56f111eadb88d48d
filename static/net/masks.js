/**
 * Masks, which nobody else has, in this browser: so that a page that is loaded again has them again.
 *
 * One record per person, project and piece, in a database of its own; it fits only the epoch and the number of vertices it was made
 * for. A mask that protects nothing has no record. Together they stay under a limit: the oldest go first.
 *
 * @import { Clock } from '../types.js'
 */

const DATABASE = 'clayroom-masks';
const STORE = 'masks';
const VERSION = 1;

/** Bytes of all masks that a browser keeps: those of ten pieces of the largest kind, or of some hundred usual ones. */
export const MAX_BYTES = 24 * 1024 * 1024;
/** Milliseconds after the last change until a mask is written. */
export const SETTLE = 600;

/** @typedef {{epoch: number, mask: Uint8Array, at: number}} MaskRecord */

export class MaskStore {
  /**
   * @param {{indexedDB: IDBFactory | undefined, clock: Clock, user: string, project: string, limit?: number, today?: () => number}} parts
   *   `today`: milliseconds since 1970, to tell the oldest
   */
  constructor({ indexedDB, clock, user, project, limit = MAX_BYTES, today = Date.now }) {
    this._clock = clock;
    this._scope = `${project} ${user}`;
    this._limit = limit;
    this._today = today;
    /** @type {Map<number, {epoch: number, read: () => Uint8Array}>} changed and not written */
    this._waiting = new Map();
    /** @type {(() => void) | null} */
    this._stopTimer = null;
    /** A browser that forbids it, a private window, a full disk: masks then live as long as the page. @type {Promise<IDBDatabase | null>} */
    this._database = indexedDB ? opened(indexedDB).catch(() => null) : Promise.resolve(null);
    this._last = Promise.resolve();
  }

  /**
   * The mask of a piece has changed; it is read and written a little later, once for many changes.
   * @param {number} piece @param {number} epoch @param {() => Uint8Array} read
   */
  keep(piece, epoch, read) {
    this._waiting.set(piece, { epoch, read });
    this._stopTimer?.();
    this._stopTimer = this._clock.after(SETTLE, () => void this.flush());
  }

  /** Writes what waits, at once. @returns {Promise<void>} when it is on the disk, or can not get there */
  flush() {
    this._stopTimer?.();
    this._stopTimer = null;
    const waiting = [...this._waiting].map(([piece, { epoch, read }]) => ({ piece, epoch, mask: read() }));
    this._waiting.clear();
    if (waiting.length > 0) this._last = this._last.then(() => this._write(waiting)).catch(() => {});
    return this._last;
  }

  /**
   * The mask that was kept for a piece as it is now, or null.
   * @param {number} piece @param {number} epoch @param {number} vertices
   * @returns {Promise<Uint8Array | null>}
   */
  async load(piece, epoch, vertices) {
    try {
      const database = await this._database;
      if (!database) return null;
      const found = await answer(database.transaction(STORE).objectStore(STORE).get([this._scope, piece]));
      return found?.epoch === epoch && found.mask.length === vertices ? found.mask : null;
    } catch {
      return null;
    }
  }

  /** Writes the rest and lets go of the database. */
  async close() {
    await this.flush();
    (await this._database)?.close();
  }

  /** @param {{piece: number, epoch: number, mask: Uint8Array}[]} masks */
  async _write(masks) {
    const database = await this._database;
    if (!database) return;
    const transaction = database.transaction(STORE, 'readwrite'), store = transaction.objectStore(STORE);
    for (const { piece, epoch, mask } of masks) {
      const key = [this._scope, piece];
      if (mask.some((value) => value !== 0)) store.put({ epoch, mask, at: this._today() }, key);
      else store.delete(key);
    }
    const [keys, records] = await Promise.all([answer(store.getAllKeys()), answer(/** @type {IDBRequest<MaskRecord[]>} */ (store.getAll()))]);
    let bytes = 0;
    const newest = records.map((record, i) => ({ key: keys[i], at: record.at, size: record.mask.length })).sort((a, b) => b.at - a.at);
    for (const { key, size } of newest) {
      bytes += size;
      if (bytes > this._limit) store.delete(key);
    }
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  }
}

/** @param {IDBFactory} indexedDB @returns {Promise<IDBDatabase>} */
async function opened(indexedDB) {
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE);
  };
  return answer(request);
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
