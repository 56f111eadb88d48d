/**
 * What lies over the picture while a region is drawn, or a place on the clay is asked for: it takes the next press of mouse, pen or
 * finger and goes away again. Esc, the right button and a second finger give up.
 */

import { make } from './dom.js';
import { RegionGesture } from './region_gesture.js';
import { draw } from './widgets/svg.js';

/** @import { Point } from '../kernel/mask/region.js' */
/** @import { Shape } from './region_gesture.js' */

/** @typedef {{invert: boolean}} Held keys at the press */

export class RegionLayer {
  /** @param {HTMLElement} stage what it lies over */
  constructor(stage) {
    this._stage = stage;
    /** @type {(() => void) | null} */
    this._close = null;
    /** Told when it comes and goes. @type {(open: boolean) => void} */
    this.onOpen = () => {};
  }

  get open() {
    return this._close !== null;
  }

  /**
   * Lets somebody draw one region.
   * @param {Shape} shape @param {string} hint what to do, in words
   * @param {(corners: Point[], held: Held) => void} onRegion @param {() => void} onGone also when given up
   */
  region(shape, hint, onRegion, onGone) {
    const { clientWidth, clientHeight } = this._stage;
    const gesture = new RegionGesture(shape, 2 * Math.hypot(clientWidth, clientHeight));
    const area = draw('polygon', { class: 'region-area' }), line = draw('polyline', { class: 'region-line' });
    let held = { invert: false };
    const show = () => {
      const text = (/** @type {readonly Point[]} */ points) => points.map(({ x, y }) => `${x},${y}`).join(' ');
      area.setAttribute('points', text(gesture.corners()));
      line.setAttribute('points', text(gesture.line));
    };
    this._take(hint, draw('svg', { class: 'region-drawing', 'aria-hidden': 'true' }, area, line), onGone, {
      down: (id, at, keys) => {
        held = keys;
        if (!gesture.down(id, at)) this.cancel();
      },
      move: (id, points) => {
        gesture.move(id, points);
        show();
      },
      up: (id) => {
        const corners = gesture.up(id);
        if (corners === undefined) return;
        this.cancel();
        if (corners !== null) onRegion(corners, held);
      },
    });
  }

  /** Asks for one place. @param {string} hint @param {(at: Point, held: Held) => void} onPlace @param {() => void} onGone */
  place(hint, onPlace, onGone) {
    this._take(hint, null, onGone, {
      down: (_, at, keys) => {
        this.cancel();
        onPlace(at, keys);
      },
      move: () => {},
      up: () => {},
    });
  }

  /** Gives up what is asked for. True if there was something. */
  cancel() {
    if (this._close === null) return false;
    this._close();
    return true;
  }

  /**
   * @param {string} hint @param {SVGElement | null} drawing @param {() => void} onGone
   * @param {{down: (id: number, at: Point, keys: Held) => void, move: (id: number, points: Point[]) => void, up: (id: number) => void}} on
   */
  _take(hint, drawing, onGone, on) {
    this.cancel();
    const layer = make('div', { class: 'region-layer' }, make('p', { class: 'region-hint card', role: 'status' }, hint));
    if (drawing) layer.prepend(drawing);
    const off = new AbortController(), listen = { signal: off.signal };
    const at = (/** @type {PointerEvent} */ e) => {
      const { left, top } = layer.getBoundingClientRect();
      return { x: e.clientX - left, y: e.clientY - top };
    };
    layer.addEventListener('pointerdown', (e) => {
      e.preventDefault();
      if (e.button === 2) {
        this.cancel();
        return;
      }
      try {
        layer.setPointerCapture(e.pointerId);
      } catch {
        // A synthetic pointer can not be captured; it still draws.
      }
      on.down(e.pointerId, at(e), { invert: e.ctrlKey || e.metaKey || e.altKey });
    }, listen);
    layer.addEventListener('pointermove', (e) => {
      const coalesced = e.getCoalescedEvents?.() ?? [];
      on.move(e.pointerId, (coalesced.length > 1 ? coalesced : [e]).map(at));
    }, listen);
    layer.addEventListener('pointerup', (e) => on.up(e.pointerId), listen);
    layer.addEventListener('pointercancel', () => this.cancel(), listen);
    layer.addEventListener('contextmenu', (e) => e.preventDefault(), listen);
    window.addEventListener('blur', () => this.cancel(), listen);
    // Before the keys of the editor, which would take a stroke back.
    window.addEventListener('keydown', (e) => {
      if (e.key !== 'Escape') return;
      e.preventDefault();
      e.stopImmediatePropagation();
      this.cancel();
    }, { ...listen, capture: true });
    this._close = () => {
      this._close = null;
      off.abort();
      layer.remove();
      this.onOpen(false);
      onGone();
    };
    this._stage.append(layer);
    this.onOpen(true);
  }
}
