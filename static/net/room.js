/**
 * The editor's one door to everybody else: the replica, the connection, what waits for it, and who is here.
 *
 *     const link = new RoomLink(facts);
 *     link.addEventListener('replaced', …);   // the geometry is there, before the room is joined
 *     await link.open();                      // joined and up to date
 *
 * Events (CustomEvent, `detail` as in types.d.ts): `status` Status · `people` {clients} · `cursor` {client, …} · `view` {client, …} · `meta`
 * {changes, name} · `references` {all} or {reference, place, name} · `saved` {name, at, by} · `saving` {ok, message} ·
 * `geometry` {piece}: remote strokes changed it · `replaced` {}: meshes were replaced · `recovered` {strokes}: a closed tab's strokes came back · `error` {code, message} ·
 * `removed` {message} · `progress` {loaded, total} bytes of the sculpture.
 *
 * @import { CursorFields, Facts, LinkState, Meta, PaintChange, Person, ReferencePlace, Role, Status, Surroundings, ViewFields } from '../types.js'
 * @import { Displacement } from '../kernel/quantise.js'
 */

import { toObj } from '../replica/obj.js';
import { Replica } from '../replica/replica.js';
import { encodeCursor, encodeView } from '../wire/frames.js';
import { waitBefore } from './backoff.js';
import { Connection, TokenError } from './connection.js';
import { Liveness } from './liveness.js';
import { LoadError, loadSculpture } from './loader.js';
import { adoptOrphans } from './orphans.js';
import { PendingStore } from './pending.js';
import { Roster, roleIn } from './roster.js';
import { RequestError, Session } from './session.js';
import { browserSurroundings } from './surroundings.js';

/** Milliseconds between two `status` events that only count strokes. */
const COUNT_EVERY = 250;
/** Bytes that a socket may have unsent before cursors are dropped: strokes first. */
const CURSOR_BACKLOG = 64 * 1024;
/** Milliseconds after the page was made that its connect token is trusted to be good; it lives for 60 s. */
const TOKEN_LIFE = 45_000;
/** Loads within this many milliseconds of each other wait for each other longer and longer. */
const QUIET_AFTER_LOAD = 30_000;

/** What a person reads when the room is closed for good; the server's own sentence comes first if it has one. */
const ENDINGS = /** @type {Record<string, string>} */ ({
  refused: 'You are not logged in any more, or this project is gone.',
  removed: 'You no longer have access to this project.',
  broken: 'The server does not understand this page. Download your work, then load the page again.',
  elsewhere: 'This page was opened again elsewhere.',
});

export class RoomLink extends EventTarget {
  /** @param {Facts} facts @param {Surroundings} [surroundings] */
  constructor(facts, surroundings = browserSurroundings()) {
    super();
    this.facts = facts;
    this.surroundings = surroundings;
    /** @type {Meta} */
    this.meta = {
      name: facts.name, description: facts.description, owner: facts.owner, collaborators: facts.collaborators,
    };
    /** @type {Role} */
    this.role = facts.role;
    this.saving = true;
    /** @type {PendingStore | null} */
    this.store = null;
    this.replica = new Replica({
      keeper: {
        keep: (client, clientSeq, bytes) => this.store?.keep(client, clientSeq, bytes),
        forget: (client, upTo) => this.store?.forget(client, upTo),
      },
    });
    this.session = new Session({ project: facts.project, replica: this.replica, clock: surroundings.clock });
    const { protocol, host } = surroundings.location;
    this.connection = new Connection({
      url: `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${facts.socket}`,
      session: this.session,
      fetchToken: () => this._fetchToken(),
      surroundings,
    });
    this.liveness = new Liveness(surroundings);
    this._roster = new Roster();
    /** @type {{state: LinkState, message: string}} */
    this._state = { state: 'loading', message: '' };
    /** @type {Status | null} */
    this._told = null;
    this._countIsDue = false;
    this._loading = false;
    this._loads = 0;
    this._loadedAt = -Infinity;
    this._orphansDone = false;
    this._ended = false;
    this._stopWaiting = () => {};
    /** @type {{resolve: () => void, reject: (error: Error) => void} | null} */
    this._opening = null;
    this._onHide = () => this.store?.flush();
    this._listen();
  }

  // ---- the room ----------------------------------------------------------------------------------------------------

  get client() {
    return this.replica.client;
  }

  /** @returns {Person[]} oneself first */
  get people() {
    return this._roster.list();
  }

  /** @returns {Status} */
  get status() {
    const pending = this.replica.pendingStrokes;
    return { ...this._state, pending, journaled: pending === 0, kept: this.store?.lasting ?? false };
  }

  /**
   * Loads the sculpture (`replaced`), then joins the room.
   * @returns {Promise<void>} once joined and up to date; rejects when the server says no
   */
  async open() {
    this.surroundings.window.addEventListener('pagehide', this._onHide);
    const opened = new Promise((resolve, reject) => {
      this._opening = { resolve: () => resolve(undefined), reject };
    });
    // It may be rejected before the caller gets to see it.
    opened.catch(() => {});
    this._say('loading');
    const { indexedDB, clock } = this.surroundings;
    [this.store] = await Promise.all([
      PendingStore.open({
        indexedDB, clock, user: this.facts.user.name, project: this.facts.project,
        onTrouble: (error) => this._tell('error', {
          code: 'storage', message: `Strokes that wait for the server are not kept when this page closes: ${error}`,
        }),
      }),
      this._load(),
    ]);
    if (!this._ended) this.connection.start(clock.now() < TOKEN_LIFE ? this.facts.token : null);
    return opened;
  }

  /** Leaves the room for good. */
  close() {
    this._end('closed', '');
    this.connection.stop();
    this.liveness.close();
    return this.store?.close();
  }

  // ---- what a person does ------------------------------------------------------------------------------------------

  /** A number for a stroke that begins; the editor may count by itself instead. */
  newStroke() {
    return this.replica.newStroke();
  }

  /**
   * Sends what the kernel has just flushed, now or when the connection is back.
   * @param {Displacement} flush @param {{piece: number, stroke: number, flags?: number}} what
   */
  sendFlush(flush, what) {
    this.replica.addOwn(flush, what);
    this._sendOwn();
  }

  /**
   * Sends what has just been painted, now or when the connection is back.
   * @param {PaintChange} change @param {{piece: number, stroke: number, flags?: number}} what
   */
  sendPaint(change, what) {
    this.replica.addPaint(change, what);
    this._sendOwn();
  }

  /** Takes back the newest own stroke; also without a connection. Returns whether there was one. */
  undo() {
    return this._change(this.replica.undo());
  }

  /** Makes the last undone stroke again. Returns whether there was one. */
  redo() {
    return this._change(this.replica.redo());
  }

  /** Dropped if there is no connection, or a slow one. @param {CursorFields} cursor */
  sendCursor(cursor) {
    if (this.connection.buffered < CURSOR_BACKLOG) this.session.sendCursor(encodeCursor(cursor));
  }

  /** Dropped likewise. @param {ViewFields} view */
  sendView(view) {
    if (this.connection.buffered < CURSOR_BACKLOG) this.session.sendCursor(encodeView(view));
  }

  /**
   * Commits the project, with everything that was made here before.
   * @param {string} [message]
   * @returns {Promise<{at: string, seq: number, snapshot: string}>} rejects with `RequestError` (code, sentence)
   */
  async save(message = '') {
    await this._allSent();
    return this.session.request('save', { message });
  }

  /**
   * @param {Partial<Meta>} changes
   * @returns {Promise<Partial<Meta>>} as they were applied; rejects with `RequestError`
   */
  async changeMeta(changes) {
    this._needConnection('This can be changed');
    return (await this.session.request('meta_change', { changes })).changes;
  }

  /**
   * Hangs a reference image up, moves it, or (null) takes it down for everyone. Resolves when it is stored.
   * @param {string} reference @param {ReferencePlace | null} place @returns {Promise<unknown>} rejects with `RequestError`
   */
  async changeReference(reference, place) {
    this._needConnection('Reference images can be changed');
    return this.session.request('reference_change', { reference, place });
  }

  /** The sculpture as it stands here, as parts of an OBJ file: for "download your work" when nothing else helps. */
  workAsObj() {
    return toObj(this.replica.pieces.values());
  }

  // ---- what the room does ------------------------------------------------------------------------------------------

  _listen() {
    const { session, connection } = this;
    on(session, 'joined', ({ reply }) => this._onJoined(reply));
    on(session, 'online', () => this._onOnline());
    on(session, 'stale', ({ message }) => {
      console.warn(`clayroom: loading the sculpture anew: ${message}`);
      void this._load();
    });
    on(session, 'geometry', ({ pieces }) => this._changed(pieces));
    on(session, 'cursor', ({ frame }) => {
      const { name, colour } = this._roster.get(frame.client) ?? { name: '', colour: '' };
      this._tell('cursor', { ...frame, name, colour });
    });
    on(session, 'view', ({ frame }) => this._tell('view', frame));
    on(session, 'news', ({ message }) => this._onNews(message));
    on(session, 'refused', (detail) => this._tell('error', detail));
    on(session, 'problem', (detail) => this._tell('error', detail));
    on(session, 'broken', ({ message }) => console.warn(`clayroom: the server said what is not understood: ${message}`));
    on(session, 'closing', ({ message }) => {
      this._state.message = message;
    });
    on(session, 'progress', () => this._count());
    on(connection, 'state', ({ state, tries, message }) => this._onState(state, tries, message));
    on(connection, 'stopped', ({ verdict, message }) => {
      if (verdict === 'stopped') return;
      const words = message || ENDINGS[verdict];
      this._end(verdict === 'broken' || verdict === 'elsewhere' ? 'closed' : 'refused', words);
      if (verdict === 'removed') this._tell('removed', { message: words });
    });
  }

  /** @param {any} reply to join_proj */
  _onJoined(reply) {
    const you = /** @type {string} */ (this.client);
    this.role = reply.role;
    this._roster.reset(reply.clients, you);
    this._roster.add({ client: you, name: this.facts.user.name, colour: reply.colour, role: reply.role }, you);
    const { name, description, owner, collaborators, saved_at: at } = reply.project;
    const now = { name, description, owner, collaborators };
    const changes = Object.fromEntries(Object.entries(now).filter(([key, value]) =>
      JSON.stringify(value) !== JSON.stringify(this.meta[/** @type {keyof Meta} */ (key)])));
    this.meta = now;
    if (Object.keys(changes).length) this._tell('meta', { changes, name: 'Somebody' });
    this._tell('references', { all: reply.project.references ?? [] });
    this._people();
    if (at) this._tell('saved', { name: null, at, by: 'load' });
    if (reply.saving !== this.saving) {
      this.saving = reply.saving;
      this._tell('saving', { ok: this.saving, message: this.saving ? '' : 'The database is away.' });
    }
  }

  _onOnline() {
    this._say('online');
    this._opening?.resolve();
    this._opening = null;
    void this.liveness.take(/** @type {string} */ (this.client));
    if (!this._orphansDone && this.role !== 'viewer') void this._adoptOrphans();
  }

  async _adoptOrphans() {
    const { replica, session, liveness, store } = this;
    if (!store) return;
    this._orphansDone = true;
    try {
      const strokes = await adoptOrphans({ replica, session, liveness, store });
      if (strokes) this._tell('recovered', { strokes });
    } catch (error) {
      // Lost in the middle: the session asks again for those it has begun, and this goes on with the rest.
      if (error instanceof RequestError && error.code === 'lost') this._orphansDone = false;
      else this._tell('error', { code: 'storage', message: `Strokes of a closed page could not be read: ${error}` });
    }
  }

  /** @param {any} message a server → room message */
  _onNews(message) {
    switch (message.event) {
      case 'join':
        this._roster.add(message, this.client);
        this._people();
        break;
      case 'leave':
        if (message.client !== this.client) this._roster.remove(message.client);
        this._people();
        break;
      case 'meta_change':
        Object.assign(this.meta, message.changes);
        this._roster.followMeta(this.meta);
        this.role = roleIn(this.meta, this.facts.user.name) ?? this.role;
        this._tell('meta', { changes: message.changes, name: message.name });
        this._people();
        break;
      case 'reference_change':
        this._tell('references', { reference: message.reference, place: message.place, name: message.name });
        break;
      case 'save':
        this._tell('saved', { name: message.name, at: message.at, by: message.by });
        break;
      case 'saving':
        this.saving = message.ok;
        this._tell('saving', { ok: message.ok, message: message.message });
        break;
    }
  }

  /** @param {string} state @param {number} tries @param {string} message */
  _onState(state, tries, message) {
    if (this._ended || state === 'stopped' || state === 'open') return;
    this._roster.alone();
    if (this._opening) {
      // Nothing was joined yet: the geometry may be on the screen already, but this is still the beginning.
      this._say('loading', tries > 1 ? message || this._state.message : '');
    } else {
      this._people();
      this._say(tries > 1 ? 'offline' : 'reconnecting', message || this._state.message);
    }
  }

  // ---- loading -----------------------------------------------------------------------------------------------------

  /** Loads the newest snapshot until it is there, or the server says that there is none for us. */
  async _load() {
    if (this._loading) return;
    this._loading = true;
    const { clock, random, fetch } = this.surroundings;
    if (clock.now() - this._loadedAt > QUIET_AFTER_LOAD) this._loads = 0;
    else await this._sleep(waitBefore(this._loads, random()));
    this._loads += 1;
    for (let tries = 0; !this._ended; tries++) {
      try {
        const { seq, pieces } = await loadSculpture({
          fetch,
          snapshotUrl: this.facts.snapshot,
          blobsUrl: this.facts.blobs,
          manifest: this.replica.loaded ? null : this.facts.manifest,
          have: this.replica.pieces,
          onProgress: (loaded, total) => this._tell('progress', { loaded, total }),
        });
        const replaced = this.replica.load(seq, pieces);
        if (replaced) this._tell('replaced', {});
        else this._changed(this.replica.pieces.keys());
        break;
      } catch (error) {
        const status = error instanceof LoadError ? error.status : -1;
        if (status < 0 || status === 401 || status === 403 || status === 404) {
          this._loading = false;
          this.connection.stop();
          this._end('refused', error instanceof Error ? error.message : String(error));
          return;
        }
        this._say(this._state.state, /** @type {LoadError} */ (error).message);
        await this._sleep(waitBefore(tries, random()));
      }
    }
    this._loading = false;
    this._loadedAt = clock.now();
    this.session.rejoin();
  }

  async _fetchToken() {
    const response = await this.surroundings.fetch(this.facts.tokenUrl, { credentials: 'same-origin', cache: 'no-store' });
    const body = await response.json().catch(() => null);
    // A redirect to the page for logging in is not JSON.
    if (!response.ok || !body) throw new TokenError(response.ok ? 401 : response.status, body?.message ?? '');
    return body.token;
  }

  // ---- private -----------------------------------------------------------------------------------------------------

  /** @param {Set<number> | null} changed */
  _change(changed) {
    if (!changed) return false;
    this._changed(changed);
    this._sendOwn();
    return true;
  }

  _sendOwn() {
    this.session.pump();
    this._count();
  }

  /** @param {Iterable<number>} pieces */
  _changed(pieces) {
    for (const piece of pieces) this._tell('geometry', { piece });
  }

  /** Resolves when everything made so far has gone out on this connection. */
  async _allSent() {
    this._needConnection('Saving is possible');
    while (!this.session.sentAll) {
      await new Promise((resolve) => {
        this.session.addEventListener('progress', resolve, { once: true });
        this.connection.addEventListener('state', resolve, { once: true });
      });
      this._needConnection('Saving is possible');
    }
  }

  /** @param {string} what */
  _needConnection(what) {
    if (this._state.state === 'online') return;
    throw new RequestError('offline', `${what} when the connection is back; your strokes wait here until then.`);
  }

  /** @param {LinkState} state @param {string} [message] */
  _say(state, message = '') {
    this._state = { state, message };
    this._told = this.status;
    this._tell('status', this._told);
  }

  /** Tells, now and then, how many strokes wait. */
  _count() {
    if (this._countIsDue) return;
    this._countIsDue = true;
    this.surroundings.clock.after(COUNT_EVERY, () => {
      this._countIsDue = false;
      const { pending } = this.status;
      if (!this._ended && pending !== this._told?.pending) this._say(this._state.state, this._state.message);
    });
  }

  _people() {
    this._tell('people', { clients: this.people });
  }

  /** @param {'refused' | 'closed'} state @param {string} message */
  _end(state, message) {
    if (this._ended) return;
    this._ended = true;
    this._stopWaiting();
    this.surroundings.window.removeEventListener('pagehide', this._onHide);
    this._say(state, message);
    this._opening?.reject(new Error(message || 'The page was closed.'));
    this._opening = null;
  }

  /** @param {number} ms @returns {Promise<void>} also ends when the link does */
  _sleep(ms) {
    return new Promise((resolve) => {
      const cancel = this.surroundings.clock.after(ms, resolve);
      this._stopWaiting = () => {
        cancel();
        resolve();
      };
    });
  }

  /** @param {string} name @param {object} detail */
  _tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {EventTarget} target @param {string} name @param {(detail: any) => void} listener */
function on(target, name, listener) {
  target.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
}
