// Untrusted input: what arrives here is parsed JSON and checked frames; anything unexpected ends the connection.

/**
 * The protocol of docs/protocol.md as a state machine, without a socket inside: feed it what arrives, and it hands what
 * is to leave to `send`.
 *
 *     closed ─opened→ greeting ─connect→ joining ─reply→ catching ─CAUGHT_UP→ online
 *                                          │ fresh                              │ resync, digest
 *                                          └────────→ loading ←─────────────────┘
 *                                                        └─rejoin→ joining
 *
 * Order of calls: `opened(send, token)` → `receive(data)` … → `closed()`, as often as there are connections. On the event
 * `stale` load the replica anew and call `rejoin`. After every own stroke call `pump`.
 *
 * Events (CustomEvent): `joined` {reply}, `online` {strokes: strokes sent again}, `stale` {message}, `geometry`
 * {pieces}, `cursor` {frame}, `view` {frame}, `news` {message: a server → room message}, `refused` {code, message}, `progress`,
 * `problem` {code, message}, `closing` {message, retryMs}, `broken` {message}.
 *
 * @import { Author } from '../replica/author.js'
 * @import { Replica } from '../replica/replica.js'
 * @import { Clock, DecodedFrame } from '../types.js'
 */

import { Kind, WireError, decode, split } from '../wire/frames.js';
import { Pace, WINDOW_BYTES, WINDOW_FRAMES } from './pace.js';

/** What the server answered to a request: its code and sentence, or `lost` when the connection broke before it did. */
export class RequestError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
  }
}

/** @typedef {'closed' | 'greeting' | 'joining' | 'loading' | 'catching' | 'online'} Phase */

export class Session extends EventTarget {
  /** @param {{project: string, replica: Replica, clock: Clock}} parts */
  constructor({ project, replica, clock }) {
    super();
    this.project = project;
    this.replica = replica;
    this.clock = clock;
    /** @type {Phase} */
    this.phase = 'closed';
    /** The room's colour for us, and our role there. */
    this.colour = '';
    /** @type {(data: string | Uint8Array) => void} */
    this._send = () => {};
    this._token = '';
    this._ref = 0;
    /** @type {Map<number, {resolve: (reply: any) => void, reject: (error: Error) => void}>} */
    this._requests = new Map();
    /** The join whose reply counts: what comes before it belongs to an earlier one. */
    this._joinRef = 0;
    this._accepted = { accepted: 0, journaled: 0 };
    /** @type {Map<Author, number>} the highest client_seq of each author that went out on this connection */
    this._sent = new Map();
    this._pace = new Pace(clock.now());
    this._stopWaiting = () => {};
  }

  // ---- the connection ----------------------------------------------------------------------------------------------

  /** A socket is open. @param {(data: string | Uint8Array) => void} send @param {string} token a fresh connect token */
  opened(send, token) {
    this._send = send;
    this._token = token;
    this._pace = new Pace(this.clock.now());
    this.phase = 'greeting';
  }

  /** The socket is gone: requests fail, frames wait for the next one. */
  closed() {
    if (this.phase === 'closed') return;
    this.phase = 'closed';
    this._send = () => {};
    this._stopWaiting();
    this._sent.clear();
    this.replica.disconnected();
    for (const { reject } of this._requests.values()) {
      reject(new RequestError('lost', 'The connection was lost before the answer came.'));
    }
    this._requests.clear();
  }

  /** Something arrived. @param {string | ArrayBuffer} data */
  receive(data) {
    if (this.phase === 'closed') return;
    try {
      if (typeof data === 'string') this._receiveText(data);
      else this._receiveFrames(split(data).map(decode));
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // Half of a message may have been applied: only a fresh load is certain.
      this.replica.torn = true;
      this._tell('broken', { message: error.message });
    }
  }

  /** The replica has been loaded anew: joins again. */
  rejoin() {
    if (this.phase === 'loading') this._join();
  }

  // ---- requests ----------------------------------------------------------------------------------------------------

  /** Whether the server has let us in, so that it answers requests. */
  get joined() {
    return this.phase === 'catching' || this.phase === 'online';
  }

  /** Whether a `ping` would be answered. */
  get greeted() {
    return this.joined || this.phase === 'loading';
  }

  /**
   * Sends a request. Everything that `pump` has sent before it reaches the room before it.
   * @param {string} event @param {Record<string, unknown>} [fields]
   * @returns {Promise<any>} the reply; rejects with `RequestError`
   */
  request(event, fields = {}) {
    if (this.phase === 'closed') return Promise.reject(new RequestError('lost', 'There is no connection at the moment.'));
    this._ref += 1;
    const ref = this._ref;
    const answer = new Promise((resolve, reject) => this._requests.set(ref, { resolve, reject }));
    this._send(JSON.stringify({ event, ref, ...fields }));
    return answer;
  }

  /** A frame that nobody waits for: dropped unless we are in the room. @param {Uint8Array} frame */
  sendCursor(frame) {
    if (this.phase === 'online' && this._pace.take(frame.length, this.clock.now()) === 0) this._send(frame);
  }

  /** Sends what waits, as far as the window and the pace allow; goes on by itself when they allow more. */
  pump() {
    this._stopWaiting();
    if (this.phase !== 'online') return;
    let frames = 0;
    let bytes = 0;
    for (const [author, sent] of this._sent) {
      for (let i = author.indexAfter(author.accepted); i < author.indexAfter(sent); i++) {
        frames += 1;
        bytes += author.frames[i].bytes.length;
      }
    }
    for (const [author, sent] of this._sent) {
      for (let i = author.indexAfter(Math.max(sent, author.accepted)); i < author.frames.length; i++) {
        const frame = author.frames[i];
        const size = frame.bytes.length;
        if (frames >= WINDOW_FRAMES || (frames && bytes + size > WINDOW_BYTES)) return;
        const wait = this._pace.take(size, this.clock.now());
        if (wait) {
          this._stopWaiting = this.clock.after(wait, () => this.pump());
          return;
        }
        frames += 1;
        bytes += size;
        this._sent.set(author, frame.clientSeq);
        this._send(frame.bytes);
      }
    }
  }

  /** Whether everything that was made up to now has gone out on this connection. */
  get sentAll() {
    return this.phase === 'online' &&
      [...this._sent].every(([author, sent]) => author.indexAfter(Math.max(sent, author.accepted)) === author.frames.length);
  }

  /**
   * Asks to send what a dead tab left behind (`replica.adopt` first).
   * @param {Author} author
   * @returns {Promise<number>} how many strokes of it the room did not have; rejects with `RequestError`
   */
  async adopt(author) {
    const reply = await this.request('adopt', { client: author.client });
    if (!this.joined) throw new RequestError('lost', 'The connection was lost before the answer came.');
    const { accepted, journaled } = reply;
    const changed = this.replica.settle(author, accepted, journaled);
    const strokes = author.strokesAfter(accepted);
    this._sent.set(author, accepted);
    if (changed.size) this._tell('geometry', { pieces: [...changed] });
    this.pump();
    this._tell('progress');
    return strokes;
  }

  // ---- control messages --------------------------------------------------------------------------------------------

  /** @param {string} text */
  _receiveText(text) {
    const message = parse(text);
    switch (message.event) {
      case 'connect':
        if (this.phase === 'greeting') this._join();
        break;
      case 'reply': {
        const request = this._requests.get(message.ref);
        this._requests.delete(message.ref);
        // The join is answered at once: the frames behind it may come before a promise would go on.
        if (message.ref === this._joinRef && this.phase === 'joining') this._onJoined(message);
        else request?.resolve(message);
        break;
      }
      case 'error':
        this._onError(message);
        break;
      case 'refused': {
        const changed = this.replica.refused(message.client_seq, message.client ?? this.replica.client);
        if (changed.size) this._tell('geometry', { pieces: [...changed] });
        this._tell('refused', { code: message.code, message: message.message });
        this._tell('progress');
        break;
      }
      case 'resync':
        this._stale(String(message.message));
        break;
      case 'closing':
        this._tell('closing', { message: message.message, retryMs: Number(message.retry_ms) || 0 });
        break;
      default:
        // join, leave, meta_change, save, saving; a newer server may say more, and that is no reason to stop.
        this._tell('news', { message });
    }
  }

  _join() {
    const { replica } = this;
    this.phase = 'joining';
    this._ref += 1;
    this._joinRef = this._ref;
    this._send(JSON.stringify({
      event: 'join_proj',
      ref: this._ref,
      project: this.project,
      token: this._token,
      since: replica.torn || !replica.loaded ? null : replica.seq,
      client: replica.client,
      mine: replica.mine(),
    }));
  }

  /** @param {any} reply */
  _onJoined(reply) {
    const { replica } = this;
    if (typeof reply.client !== 'string' || !Number.isSafeInteger(reply.accepted)) {
      throw new WireError(`a join_proj reply without client and accepted: ${JSON.stringify(reply).slice(0, 200)}`);
    }
    if (!reply.fresh) replica.identify(reply.client);
    this.colour = reply.colour;
    if (reply.fresh) {
      this._stale('too much has happened since', false);
      return;
    }
    this._accepted = { accepted: reply.accepted, journaled: reply.journaled };
    // Digests that follow count what the room has, not what we had heard of it.
    replica.own.accepted = reply.accepted;
    replica.own.certain = true;
    this.phase = 'catching';
    this._tell('joined', { reply });
  }

  /** @param {any} message */
  _onError(message) {
    const request = this._requests.get(message.ref);
    this._requests.delete(message.ref);
    if (request) request.reject(new RequestError(message.code, message.message));
    else this._tell('problem', { code: message.code, message: message.message });
  }

  /** @param {string} message @param {boolean} [leave] whether the server thinks that we are in the room */
  _stale(message, leave = this.joined) {
    if (leave) {
      this._ref += 1;
      this._send(JSON.stringify({ event: 'leave', ref: this._ref }));
    }
    this.phase = 'loading';
    this.replica.torn = true;
    this._sent.clear();
    this._stopWaiting();
    this.replica.disconnected();
    this._tell('stale', { message });
  }

  // ---- frames ------------------------------------------------------------------------------------------------------

  /** @param {DecodedFrame[]} frames */
  _receiveFrames(frames) {
    // What is still on its way from before a resync is in the snapshot that is being loaded.
    if (!this.joined) return;
    const received = this.replica.receive(frames.filter((frame) => frame.kind !== Kind.CURSOR && frame.kind !== Kind.VIEW));
    if (received.changed.size) this._tell('geometry', { pieces: [...received.changed] });
    for (const frame of frames) {
      if (frame.kind === Kind.CURSOR) this._tell('cursor', { frame });
      else if (frame.kind === Kind.VIEW) this._tell('view', { frame });
    }
    if (received.mismatch) {
      this._stale(received.mismatch);
      return;
    }
    if (received.caughtUp && this.phase === 'catching') this._onCaughtUp();
    this.pump();
    this._tell('progress');
  }

  _onCaughtUp() {
    const { replica } = this;
    const { accepted, journaled } = this._accepted;
    const changed = replica.settle(replica.own, Math.max(accepted, replica.own.accepted), journaled);
    if (changed.size) this._tell('geometry', { pieces: [...changed] });
    this._sent.clear();
    this._sent.set(replica.own, replica.own.accepted);
    this.phase = 'online';
    this._tell('online', { strokes: replica.own.strokesAfter(replica.own.accepted) });
    for (const author of replica.authors.values()) {
      if (author === replica.own || !author.frames.length) continue;
      this.adopt(author).catch((error) => {
        if (error.code === 'lost') return;
        this.replica.disown(/** @type {string} */ (author.client));
        this._tell('problem', { code: error.code, message: error.message });
      });
    }
  }

  /** @param {string} name @param {Record<string, unknown>} [detail] */
  _tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {string} text @returns {any} throws `WireError` */
function parse(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    throw new WireError(`a control message of ${text.length} characters is not JSON`);
  }
  if (typeof message?.event !== 'string') throw new WireError('a control message without an event');
  return message;
}
