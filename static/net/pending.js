/**
 * Stroke frames that the database does not have yet, in IndexedDB: a tab that is closed or crashes loses nothing but the
 * last quarter of a second, and the next page of the same person and project sends the rest.
 *
 * One record per frame, key `[scope, client, clientSeq]`, where the scope names person and project.
 *
 * @import { Clock, Keeper } from '../types.js'
 */

const DATABASE = 'clayroom';
const STORE = 'frames';
/** Goes up when the shape of a record changes; `onupgradeneeded` brings old ones along. */
const VERSION = 1;
/**
 * Milliseconds that frames are gathered before they are written: below the 250 ms that a crash may cost. Online, most
 * frames are in the database before, and never touch the disk here.
 */
export const GATHER = 150;

/** @implements {Keeper} */
export class PendingStore {
  /**
   * Opens the store; when there is none (a private window), the same without a disk below it.
   * @param {{indexedDB: IDBFactory | undefined, clock: Clock, user: string, project: string, onTrouble?: (error: unknown) => void}} parts
   *   `onTrouble` hears of writes that failed, a full disk for example
   * @returns {Promise<PendingStore>}
   */
  static async open({ indexedDB, clock, user, project, onTrouble = () => {} }) {
    /** @type {IDBDatabase | null} */
    let database = null;
    try {
      if (indexedDB) database = await openDatabase(indexedDB);
    } catch (error) {
      onTrouble(error);
    }
    return new PendingStore(database, clock, `${project} ${user}`, onTrouble);
  }

  /**
   * @param {IDBDatabase | null} database @param {Clock} clock @param {string} scope
   * @param {(error: unknown) => void} onTrouble
   */
  constructor(database, clock, scope, onTrouble) {
    this._database = database;
    this._clock = clock;
    this._scope = scope;
    this._onTrouble = onTrouble;
    /** @type {Map<string, Map<number, Uint8Array>>} not written yet, by client */
    this._unwritten = new Map();
    /** @type {Map<string, number>} not deleted yet: client → up to which number */
    this._forgotten = new Map();
    /** @type {Map<string, number>} the highest number written of each client */
    this._written = new Map();
    /** @type {(() => void) | null} */
    this._stopTimer = null;
    this._lastWrite = Promise.resolve();
    if (database) {
      // Another page wants a newer version: this one goes on in memory rather than block it.
      database.onversionchange = () => this._giveUp(new Error('the store was opened by a newer version of the page'));
      database.onclose = () => this._giveUp(new Error('the browser has closed the store'));
    }
  }

  /** Whether frames outlive the page. */
  get lasting() {
    return this._database !== null;
  }

  /** @param {string} client @param {number} clientSeq @param {Uint8Array} bytes */
  keep(client, clientSeq, bytes) {
    if (!this._database) return;
    let frames = this._unwritten.get(client);
    if (!frames) this._unwritten.set(client, frames = new Map());
    frames.set(clientSeq, bytes);
    this._schedule();
  }

  /** @param {string} client @param {number} upTo */
  forget(client, upTo) {
    if (!this._database) return;
    const frames = this._unwritten.get(client);
    if (frames) for (const clientSeq of frames.keys()) if (clientSeq <= upTo) frames.delete(clientSeq);
    // Frames that never were on the disk need no write to leave it.
    if (!this._written.has(client)) return;
    this._forgotten.set(client, Math.max(upTo, this._forgotten.get(client) ?? 0));
    this._schedule();
  }

  /** Writes what is gathered, at once. @returns {Promise<void>} when it is on the disk */
  flush() {
    this._stopTimer?.();
    this._stopTimer = null;
    const database = this._database;
    const unwritten = [...this._unwritten].filter(([, frames]) => frames.size);
    const forgotten = [...this._forgotten];
    this._unwritten = new Map();
    this._forgotten = new Map();
    if (!database || (!unwritten.length && !forgotten.length)) return this._lastWrite;
    try {
      const transaction = database.transaction(STORE, 'readwrite', { durability: 'relaxed' });
      const store = transaction.objectStore(STORE);
      for (const [client, frames] of unwritten) {
        for (const [clientSeq, bytes] of frames) {
          store.put({ bytes }, [this._scope, client, clientSeq]);
          this._written.set(client, Math.max(clientSeq, this._written.get(client) ?? 0));
        }
      }
      for (const [client, upTo] of forgotten) {
        store.delete(IDBKeyRangeOf(this._scope, client, upTo));
        if (upTo >= (this._written.get(client) ?? 0)) this._written.delete(client);
      }
      this._lastWrite = finished(transaction).catch((error) => this._giveUp(error));
    } catch (error) {
      this._giveUp(error);
    }
    return this._lastWrite;
  }

  /** The clients of this person and project that have left frames here. @returns {Promise<string[]>} */
  async clients() {
    if (!this._database) return [];
    await this.flush();
    const store = this._database.transaction(STORE).objectStore(STORE);
    // An array sorts behind every string, so this is every key of the scope.
    const request = store.openKeyCursor(KeyRange().bound([this._scope], [this._scope, []]));
    /** @type {string[]} */
    const clients = [];
    return new Promise((resolve, reject) => {
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor) return resolve(clients);
        const client = /** @type {[string, string, number]} */ (cursor.key)[1];
        clients.push(client);
        this._written.set(client, Infinity);
        cursor.continue([this._scope, client, Infinity]);
      };
    });
  }

  /** @param {string} client @returns {Promise<Array<{clientSeq: number, bytes: Uint8Array}>>} ascending */
  async frames(client) {
    if (!this._database) return [];
    await this.flush();
    const store = this._database.transaction(STORE).objectStore(STORE);
    const range = IDBKeyRangeOf(this._scope, client, Infinity);
    const [keys, values] = await Promise.all([answer(store.getAllKeys(range)), answer(store.getAll(range))]);
    return keys.map((key, index) => ({
      clientSeq: /** @type {[string, string, number]} */ (/** @type {unknown} */ (key))[2], bytes: values[index].bytes,
    }));
  }

  /** Writes the rest and lets go of the database. */
  async close() {
    await this.flush();
    this._database?.close();
    this._database = null;
  }

  _schedule() {
    this._stopTimer ??= this._clock.after(GATHER, () => this.flush());
  }

  /** @param {unknown} error */
  _giveUp(error) {
    if (!this._database) return;
    this._database.close();
    this._database = null;
    this._onTrouble(error);
  }
}

/** @returns {typeof IDBKeyRange} */
const KeyRange = () => globalThis.IDBKeyRange;

/** @param {string} scope @param {string} client @param {number} upTo */
function IDBKeyRangeOf(scope, client, upTo) {
  return KeyRange().bound([scope, client, 0], [scope, client, upTo]);
}

/** @param {IDBFactory} indexedDB @returns {Promise<IDBDatabase>} */
function openDatabase(indexedDB) {
  const request = indexedDB.open(DATABASE, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE);
  };
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('another page holds an older version of the store'));
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('the browser has aborted the write'));
  });
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
