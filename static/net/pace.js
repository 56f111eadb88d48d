/** How fast stroke frames may leave, so that what was made offline does not trip the server's own limits. */

/** Frames that may be on their way without the room's receipt. */
export const WINDOW_FRAMES = 64;
/** Bytes likewise: what a slow line carries in a second or two. */
export const WINDOW_BYTES = 1024 * 1024;
/** Frames a second for long; the server takes 240 (rooms/presence.py), and cursors need some of them. */
export const FRAMES_PER_SECOND = 200;
/** Frames at once after a pause; the server takes 480. */
export const FRAMES_AT_ONCE = 320;
/** Bytes a second for long; the server takes 4 MiB. */
export const BYTES_PER_SECOND = 3.5 * 1024 * 1024;
/** Bytes at once after a pause; the server takes 16 MiB. */
export const BYTES_AT_ONCE = 12 * 1024 * 1024;

/** A token bucket: `rate` a second for long, `burst` at once. */
export class Bucket {
  /** @param {number} rate @param {number} burst @param {number} now milliseconds */
  constructor(rate, burst, now) {
    this.rate = rate;
    this.burst = burst;
    this.left = burst;
    this.seen = now;
  }

  /**
   * Milliseconds until `amount` may be taken; 0 for at once. Takes nothing.
   * @param {number} amount @param {number} now
   */
  wait(amount, now) {
    this.left = Math.min(this.burst, this.left + (now - this.seen) / 1000 * this.rate);
    this.seen = now;
    return amount <= this.left ? 0 : Math.ceil((amount - this.left) / this.rate * 1000);
  }

  /** @param {number} amount */
  take(amount) {
    this.left -= amount;
  }
}

/** Frames and bytes together. */
export class Pace {
  /** @param {number} now milliseconds */
  constructor(now) {
    this._frames = new Bucket(FRAMES_PER_SECOND, FRAMES_AT_ONCE, now);
    this._bytes = new Bucket(BYTES_PER_SECOND, BYTES_AT_ONCE, now);
  }

  /**
   * Takes a frame of `size` bytes if it may leave now.
   * @param {number} size @param {number} now
   * @returns {number} 0 if it was taken, else the milliseconds to wait
   */
  take(size, now) {
    const wait = Math.max(this._frames.wait(1, now), this._bytes.wait(size, now));
    if (wait) return wait;
    this._frames.take(1);
    this._bytes.take(size);
    return 0;
  }
}
