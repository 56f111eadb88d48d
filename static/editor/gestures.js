/**
 * From pointers to intents: what a hand does on the canvas becomes strokes and camera movements.
 *
 * The state machine knows no DOM: it is fed plain records (`Pointer`) and calls the `Intents`. `attachGestures` at the
 * end connects it to an element.
 *
 * | who                     | what it does                                                                          |
 * |-------------------------|---------------------------------------------------------------------------------------|
 * | mouse or pen, left      | on the clay: sculpts. Beside it: turns (Shift: moves, Ctrl: zooms)                     |
 * | pen with its button     | on the clay: sculpts the opposite, as with its other end. Beside it: as without        |
 * | mouse, right            | turns (Shift: moves, Ctrl: zooms)                                                      |
 * | middle                  | moves                                                                                  |
 * | one finger              | on the clay: sculpts. Beside it, or if a pen was seen lately: turns                    |
 * | two fingers             | parallel: turn. Apart or together: zoom and move. A tap: undo                          |
 * | three fingers           | move. A tap: redo                                                                      |
 */

/**
 * @typedef {object} Pointer
 * @property {number} id
 * @property {string} type 'mouse', 'touch' or 'pen'
 * @property {number} button as in PointerEvent
 * @property {number} buttons
 * @property {number} x CSS pixels in the element
 * @property {number} y
 * @property {number | null} pressure 0 … 1 of a pen; null from what feels none
 * @property {boolean} shift
 * @property {boolean} alt
 * @property {boolean} ctrl or Cmd
 * @property {number} time milliseconds
 */

/** @typedef {{x: number, y: number, pressure: number | null}} Sample `pressure`: of a pen; null from what feels none */

/**
 * @typedef {object} Intents
 * @property {(x: number, y: number) => boolean} canSculptAt
 * @property {(sample: Sample, how: {held: {shift: boolean, alt: boolean, ctrl: boolean}, erasing: boolean}) => boolean} strokeBegin `erasing`: with the pen's button held, or its other end
 * @property {(samples: Sample[]) => void} strokeMove
 * @property {() => void} strokeEnd
 * @property {() => void} strokeCancel takes back what the stroke has done so far
 * @property {(dx: number, dy: number) => void} orbit
 * @property {(dx: number, dy: number) => void} pan
 * @property {(factor: number, x: number, y: number) => void} zoom
 * @property {(x: number, y: number) => void} hover
 * @property {() => void} hoverEnd
 * @property {(dx: number, dy: number) => boolean} adjust true if a key makes the movement set a value
 * @property {(cancelled: boolean) => boolean} settle the press ends that; true if there was a value being set
 * @property {(fingers: number) => void} tap
 * @property {(doing: '' | 'sculpt' | 'camera') => void} doing
 */

/** A second finger within this time (ms) means: the first one was not meant to sculpt. */
export const EARLY_MS = 260;
/** … or before the first has moved this far (px). */
export const EARLY_TRAVEL = 14;
/** After a pen was seen, a finger or the ball of the hand does not sculpt for this long (ms). */
export const PEN_MEMORY_MS = 30_000;
/** Fingers that stay shorter (ms) and move less (px) than this have tapped. */
export const TAP_MS = 300;
export const TAP_TRAVEL = 12;
/** Two fingers must have moved this far (px) before it is decided whether they turn or pinch. */
export const DECIDE_TRAVEL = 8;
/** Exponent per wheel pixel; a notch of 100 px zooms by 16%. */
const WHEEL_ZOOM = 0.0015;
/** A pinch on a trackpad comes as a wheel with Ctrl, in steps ten times smaller. */
const PINCH_ZOOM = 0.01;
/** Exponent per pixel of a zooming drag. */
const DRAG_ZOOM = 0.006;
/** Pixels of a line and of a page, for wheels that count in those. */
const WHEEL_UNITS = [1, 30, 600];

/** PointerEvent.buttons of a pen that is turned round, and of one whose barrel button is held. */
const ERASER = 32, BARREL_HELD = 2;
/** PointerEvent.button of a pen that touches with its barrel button held. */
const BARREL = 2;

/** @typedef {'' | 'sculpt' | 'orbit' | 'pan' | 'zoom' | 'fingers' | 'rest'} Mode */

export class Gestures {
  /** @param {Intents} intents */
  constructor(intents) {
    this.intents = intents;
    /** @type {Mode} */
    this.mode = '';
    /** The pointer that sculpts or drags. */
    this.owner = -1;
    this._ownerType = '';
    /** @type {Map<number, {x: number, y: number}>} fingers on the glass */
    this.fingers = new Map();
    this._penSeen = -Infinity;
    this._last = { x: 0, y: 0 };
    this._began = 0;
    this._travel = 0;
    this._most = 0;
    this._spread = 0;
    this._pinching = false;
    this._decided = false;
    this._drift = { x: 0, y: 0, spread: 0 };
  }

  /** @param {Pointer} p */
  down(p) {
    this._notePen(p);
    if (p.type === 'touch') {
      this.fingers.set(p.id, { x: p.x, y: p.y });
      if (this.mode === 'sculpt' && this._ownerType === 'pen') return;
      this._most = this.fingers.size === 1 ? 1 : Math.max(this._most, this.fingers.size);
      if (this.fingers.size > 1) {
        this._toFingers(p.time);
        return;
      }
    } else if (this.mode !== '' && !(p.type === 'pen' && this._ownerType === 'touch')) return;
    // A pen that arrives while the palm already lies there takes over.
    if (this.mode !== '') this._leaveTouch(p.time);

    this.owner = p.id;
    this._ownerType = p.type;
    this._last = { x: p.x, y: p.y };
    this._began = p.time;
    this._travel = 0;
    this.mode = p.type !== 'touch' && this.intents.settle(p.button === 2) ? 'rest' : this._modeOf(p);
    if (this.mode === 'rest') return;
    if (this.mode === 'sculpt') {
      const erasing = p.type === 'pen' && (p.button === BARREL || (p.buttons & (ERASER | BARREL_HELD)) !== 0);
      const { shift, alt, ctrl } = p;
      const begun = this.intents.strokeBegin(sampleOf(p), { held: { shift, alt, ctrl }, erasing });
      if (!begun) this.mode = 'orbit';
    }
    this.intents.doing(this.mode === 'sculpt' ? 'sculpt' : 'camera');
  }

  /** @param {Pointer} p the newest @param {Sample[]} [samples] all since the last event, the newest included */
  move(p, samples = [sampleOf(p)]) {
    this._notePen(p);
    if (p.type === 'touch' && this.fingers.has(p.id)) {
      if (this.mode === 'fingers') {
        this._moveFingers(p);
        return;
      }
      this.fingers.set(p.id, { x: p.x, y: p.y });
    }
    if (this.mode === '') {
      if (p.type === 'touch') return;
      const dx = p.x - this._last.x, dy = p.y - this._last.y;
      this._last = { x: p.x, y: p.y };
      if (!this.intents.adjust(dx, dy)) this.intents.hover(p.x, p.y);
      return;
    }
    if (p.id !== this.owner) return;
    const dx = p.x - this._last.x;
    const dy = p.y - this._last.y;
    this._last = { x: p.x, y: p.y };
    this._travel += Math.hypot(dx, dy);
    if (this.mode === 'sculpt') this.intents.strokeMove(samples);
    else if (this.mode === 'orbit') this.intents.orbit(dx, dy);
    else if (this.mode === 'pan') this.intents.pan(dx, dy);
    else if (this.mode === 'zoom') this.intents.zoom(Math.exp((dy - dx) * DRAG_ZOOM), p.x, p.y);
  }

  /** @param {Pointer} p */
  up(p) {
    this._finish(p, false);
  }

  /** The system took the pointer away (a palm, a gesture of its own). @param {Pointer} p */
  cancel(p) {
    this._finish(p, true);
  }

  /** The window lost the focus: nothing is held any more; a stroke ends where it is. */
  release() {
    if (this.mode === 'sculpt') this.intents.strokeEnd();
    this.fingers.clear();
    this._reset();
  }

  /** The running stroke was taken back from elsewhere (Esc): the pointer does nothing until it is lifted. */
  abandon() {
    if (this.mode === 'sculpt') this.mode = 'rest';
  }

  /**
   * @param {number} x @param {number} y
   * @param {{deltaX: number, deltaY: number, deltaMode: number, ctrlKey: boolean, shiftKey: boolean}} wheel
   */
  wheel(x, y, { deltaX, deltaY, deltaMode, ctrlKey, shiftKey }) {
    const unit = WHEEL_UNITS[deltaMode] ?? 1;
    if (ctrlKey) this.intents.zoom(Math.exp(clampStep(deltaY * unit * PINCH_ZOOM)), x, y);
    // Some systems turn a wheel with Shift into a horizontal one themselves.
    else if (shiftKey) this.intents.pan(deltaX === 0 ? -deltaY * unit : -deltaX * unit, deltaX === 0 ? 0 : -deltaY * unit);
    else this.intents.zoom(Math.exp(clampStep(deltaY * unit * WHEEL_ZOOM)), x, y);
  }

  leave() {
    if (this.mode === '') this.intents.hoverEnd();
  }

  // — private —

  /** @param {Pointer} p @returns {Mode} */
  _modeOf(p) {
    const camera = p.shift ? 'pan' : p.ctrl ? 'zoom' : 'orbit';
    if (p.type === 'touch') {
      return p.time - this._penSeen > PEN_MEMORY_MS && this.intents.canSculptAt(p.x, p.y) ? 'sculpt' : 'orbit';
    }
    if (p.button === 1) return 'pan';
    if (p.button === 2 && p.type !== 'pen') return camera;
    return this.intents.canSculptAt(p.x, p.y) ? 'sculpt' : camera;
  }

  /** @param {Pointer} p */
  _notePen(p) {
    if (p.type === 'pen') this._penSeen = p.time;
  }

  /** @param {number} time */
  _early(time) {
    return time - this._began < EARLY_MS || this._travel < EARLY_TRAVEL;
  }

  /** Ends what a finger had begun. @param {number} time */
  _leaveTouch(time) {
    if (this.mode !== 'sculpt') return;
    if (this._early(time)) this.intents.strokeCancel();
    else this.intents.strokeEnd();
  }

  /** @param {number} time */
  _toFingers(time) {
    if (this.mode !== 'fingers') {
      this._leaveTouch(time);
      if (this.mode === '') this._began = time;
      this.mode = 'fingers';
      this.intents.doing('camera');
      this._pinching = false;
      this._decided = false;
      this._drift = { x: 0, y: 0, spread: 0 };
    }
    const { x, y, spread } = this._hand();
    this._last = { x, y };
    this._spread = spread;
  }

  /** Middle of the fingers and their mean distance from it. */
  _hand() {
    let x = 0, y = 0, spread = 0;
    for (const finger of this.fingers.values()) {
      x += finger.x / this.fingers.size;
      y += finger.y / this.fingers.size;
    }
    for (const finger of this.fingers.values()) spread += Math.hypot(finger.x - x, finger.y - y) / this.fingers.size;
    return { x, y, spread };
  }

  /** @param {Pointer} p */
  _moveFingers(p) {
    const finger = /** @type {{x: number, y: number}} */ (this.fingers.get(p.id));
    this._travel += Math.hypot(p.x - finger.x, p.y - finger.y);
    this.fingers.set(p.id, { x: p.x, y: p.y });
    const { x, y, spread } = this._hand();
    const dx = x - this._last.x, dy = y - this._last.y, grown = spread / (this._spread || 1);
    this._last = { x, y };
    const opened = spread - this._spread;
    this._spread = spread;
    if (this.fingers.size < 2) return;
    if (!this._decided) {
      this._drift.x += dx;
      this._drift.y += dy;
      this._drift.spread += opened;
      const along = Math.hypot(this._drift.x, this._drift.y), apart = Math.abs(this._drift.spread);
      if (Math.max(along, apart) < DECIDE_TRAVEL) return;
      this._decided = true;
      this._pinching = apart > along * 0.7;
      return;
    }
    if (this.fingers.size >= 3) this.intents.pan(dx, dy);
    else if (this._pinching) {
      if (grown > 0) this.intents.zoom(1 / grown, x, y);
      this.intents.pan(dx, dy);
    } else this.intents.orbit(dx, dy);
  }

  /** @param {Pointer} p @param {boolean} taken */
  _finish(p, taken) {
    const wasFinger = this.fingers.delete(p.id);
    if (this.mode === 'fingers') {
      if (!wasFinger) return;
      if (this.fingers.size >= 2) {
        this._toFingers(p.time);
        return;
      }
      if (this.fingers.size === 1) return;
      const tapped = !taken && p.time - this._began < TAP_MS && this._travel < TAP_TRAVEL;
      const fingers = this._most;
      this._reset();
      if (tapped && fingers >= 2) this.intents.tap(fingers);
      return;
    }
    if (p.id !== this.owner || this.mode === '') return;
    if (this.mode === 'sculpt') {
      if (taken && p.type === 'touch' && this._early(p.time)) this.intents.strokeCancel();
      else this.intents.strokeEnd();
    }
    this._reset();
    if (p.type !== 'touch' && !taken) this.intents.hover(p.x, p.y);
    else this.intents.hoverEnd();
  }

  _reset() {
    this.mode = '';
    this.owner = -1;
    this._ownerType = '';
    this._travel = 0;
    this.intents.doing('');
  }
}

/** @param {Pointer} p @returns {Sample} */
function sampleOf({ x, y, pressure }) {
  return { x, y, pressure };
}

/** One event zooms by no more than a third, however fast the wheel. @param {number} exponent */
function clampStep(exponent) {
  return Math.min(0.3, Math.max(-0.3, exponent));
}

/**
 * Feeds `gestures` with the events of an element. Returns what takes the listeners off again.
 * @param {HTMLElement} element
 * @param {Gestures} gestures
 */
export function attachGestures(element, gestures) {
  const off = new AbortController();
  const listen = { signal: off.signal };
  let left = 0, top = 0;
  const measure = () => ({ left, top } = element.getBoundingClientRect());
  /** @param {PointerEvent} e @returns {Pointer} */
  const record = (e) => ({
    id: e.pointerId, type: e.pointerType, button: e.button, buttons: e.buttons, x: e.clientX - left, y: e.clientY - top,
    // A mouse says 0.5 while a button is down, which is nobody's pressure.
    pressure: e.pointerType === 'pen' ? e.pressure : null,
    shift: e.shiftKey, alt: e.altKey, ctrl: e.ctrlKey || e.metaKey, time: e.timeStamp,
  });
  element.addEventListener('pointerdown', (e) => {
    measure();
    element.dataset.pointed = '';
    element.focus({ preventScroll: true });
    try {
      element.setPointerCapture(e.pointerId);
    } catch {
      // A synthetic pointer can not be captured; it still sculpts.
    }
    // Middle button: no autoscroll. Left: no selection, no emulated mouse events.
    e.preventDefault();
    gestures.down(record(e));
  }, listen);
  element.addEventListener('pointermove', (e) => {
    const p = record(e);
    const coalesced = e.getCoalescedEvents?.() ?? [];
    gestures.move(p, coalesced.length > 1 ? coalesced.map((c) => sampleOf(record(c))) : undefined);
  }, listen);
  element.addEventListener('blur', () => delete element.dataset.pointed, listen);
  element.addEventListener('pointerup', (e) => gestures.up(record(e)), listen);
  element.addEventListener('pointercancel', (e) => gestures.cancel(record(e)), listen);
  element.addEventListener('pointerenter', measure, listen);
  element.addEventListener('pointerleave', () => gestures.leave(), listen);
  element.addEventListener('contextmenu', (e) => e.preventDefault(), listen);
  element.addEventListener('wheel', (e) => {
    e.preventDefault();
    gestures.wheel(e.clientX - left, e.clientY - top, e);
  }, { signal: off.signal, passive: false });
  window.addEventListener('blur', () => gestures.release(), listen);
  window.addEventListener('resize', measure, listen);
  measure();
  return () => off.abort();
}
