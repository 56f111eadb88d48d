/** How many pixels are drawn: fewer while a slow machine moves the picture, all of them when it rests. */

/** Beyond 2 device pixels per CSS pixel nobody sees a difference in smooth shading, and the work doubles. */
const MAX_RATIO = 2;
/** Steps of reduction, as factors of the full ratio. */
const STEPS = [1, 0.75, 0.5];
/** Frames slower than this (ms) are felt as lag under the hand; faster than the second, there is room. */
const SLOW = 42;
const FAST = 15;
/** So many frames on one side before a step is taken: one slow frame is an accident. */
const PATIENCE = 4;
/** A gap longer than this (ms) between frames is a pause, not a slow frame. */
export const PAUSE = 400;

export class Resolution {
  constructor() {
    this._step = 0;
    this._learned = 0;
    this._slow = 0;
    this._fast = 0;
    this._resting = 0;
  }

  get reduced() {
    return this._step > 0;
  }

  /** Device pixels per CSS pixel to draw with. @param {number} devicePixelRatio */
  ratio(devicePixelRatio) {
    return Math.min(devicePixelRatio, MAX_RATIO) * STEPS[this._step];
  }

  /** The first picture of a large sculpture comes with the fewest pixels; `rest` brings the others. True when the ratio changed. */
  begin() {
    const before = this._step;
    this._step = STEPS.length - 1;
    this._resting = 0;
    return this._step !== before;
  }

  /**
   * Takes note of a frame while something moves. True when the ratio changed.
   * @param {number} ms since the last one; 0 for the first of a movement
   */
  measure(ms) {
    this._resting = 0;
    const before = this._step;
    if (ms === 0) this._step = this._learned;
    else if (ms < PAUSE) {
      this._slow = ms > SLOW ? this._slow + 1 : 0;
      this._fast = ms < FAST ? this._fast + 1 : 0;
      if (this._slow >= PATIENCE && this._step < STEPS.length - 1) {
        this._step++;
        this._slow = 0;
      } else if (this._fast >= 30 && this._step > 0) {
        this._step--;
        this._fast = 0;
      }
      this._learned = this._step;
    }
    return this._step !== before;
  }

  /** Takes note of a frame in which nothing moved. True when the ratio went back to the full one. */
  rest() {
    if (this._step === 0 || ++this._resting < 6) return false;
    this._step = 0;
    return true;
  }
}
