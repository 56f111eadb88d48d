/** Tells the others where one's own brush is: at most twenty times a second, and always where it came to rest. */

/** @import { CursorFields } from '../types.js' */

/** Time (ms) between two CURSOR frames: 20 a second look continuous, and cost a room of ten 200 small frames a second. */
export const CURSOR_MS = 50;

export class CursorSender {
  /**
   * @param {(cursor: CursorFields) => void} send
   * @param {{now: () => number, after: (ms: number, run: () => void) => void}} [time]
   */
  constructor(send, time = { now: () => performance.now(), after: (ms, run) => void setTimeout(run, ms) }) {
    this._send = send;
    this._time = time;
    this._last = -Infinity;
    this._waiting = false;
    /** @type {CursorFields | null} */
    this._newest = null;
    /** Where the brush was before it left the clay. @type {CursorFields | null} */
    this._sent = null;
  }

  /** @param {CursorFields | null} cursor null: not on the clay */
  show(cursor) {
    if (cursor === null && (this._sent === null || this._sent.flags === 0) && !this._waiting) return;
    this._newest = cursor;
    if (this._waiting) return;
    const wait = this._last + CURSOR_MS - this._time.now();
    if (wait <= 0) this._now();
    else {
      this._waiting = true;
      this._time.after(wait, () => {
        this._waiting = false;
        this._now();
      });
    }
  }

  _now() {
    this._last = this._time.now();
    const cursor = this._newest ?? (this._sent && { ...this._sent, flags: 0 });
    if (cursor === null) return;
    this._sent = cursor;
    this._send({
      ...cursor,
      radius: Math.min(0xffffffff, Math.round(cursor.radius)),
      position: Array.from(cursor.position, (q) => Math.max(-0x80000000, Math.min(0x7fffffff, Math.round(q)))),
      normal: Array.from(cursor.normal, (n) => Math.round(n * 32767)),
    });
  }
}
