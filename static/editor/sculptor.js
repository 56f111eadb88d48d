/**
 * The hand on the clay: samples become dabs at once, and every 40 ms what they did goes to everyone.
 *
 * Order of calls: `begin`, then any number of `move`, then `end` or `cancel`. The surface on the screen follows each
 * call; the flush only decides when the others learn of it.
 */

import { maskChange, maskOf, setMask } from '../kernel/mask/index.js';
import { StrokeMaker, hasAlpha } from '../kernel/index.js';
import { pointAt } from '../kernel/sample.js';
import { unit } from '../kernel/vectors.js';

/** @import { Hit } from '../kernel/pick.js' */
/** @import { MaskChange } from '../kernel/mask/change.js' */
/** @import { Displacement } from '../kernel/quantise.js' */
/** @import { PaintChange, ReplicaPiece } from '../types.js' */
/** @import { Stage } from '../view/stage.js' */
/** @import { Sample } from './gestures.js' */
/** @import { BrushSettings } from './settings.js' */

/**
 * What the sculptor needs of the room.
 * @typedef {object} Outlet
 * @property {(flush: Displacement, of: {piece: number, stroke: number, end: boolean}) => void} send
 * @property {(change: PaintChange, of: {piece: number, stroke: number, end: boolean}) => void} paint
 * @property {(piece: number, change: MaskChange, stroke: number) => void} masked one's own mask was changed by a stroke
 * @property {() => number} nextStroke a number no stroke of this client has had
 * @property {() => void} undo takes the newest own stroke back
 */

/** Time (ms) between two flushes: the others see a stroke grow at 25 steps a second, and a frame is a few hundred bytes. */
export const FLUSH_MS = 40;

export class Sculptor {
  /**
   * @param {Stage} stage
   * @param {BrushSettings} settings
   * @param {() => Iterable<ReplicaPiece>} pieces that can be sculpted now
   * @param {Outlet} outlet
   */
  constructor(stage, settings, pieces, outlet) {
    this.stage = stage;
    this.settings = settings;
    this.pieces = pieces;
    this.outlet = outlet;
    /** Where the brush is on the surface. @type {{piece: number, hit: Hit, radius: number} | null} */
    this.cursor = null;
    /** What a straight stroke will be when it is released, CSS pixels in the picture. @type {{from: {x: number, y: number}, to: {x: number, y: number}} | null} */
    this.line = null;
    /** @type {{maker: StrokeMaker, piece: number, stroke: number, sent: boolean, inverted: boolean, mask: Uint8Array | null} | null} */
    this._stroke = null;
    this._lastFlush = 0;
    this._timer = 0;
  }

  get sculpting() {
    return this._stroke !== null;
  }

  get inverted() {
    return this._stroke?.inverted ?? this.settings.activeInvert;
  }

  /** The surface under a pixel. @param {number} x @param {number} y */
  pick(x, y) {
    const ray = this.stage.rayAt(x, y);
    /** @type {{piece: number, hit: Hit} | null} */
    let nearest = null;
    for (const { piece, mesh } of this.pieces()) {
      const hit = mesh.pick(ray);
      if (hit !== null && (nearest === null || hit.distance < nearest.hit.distance)) nearest = { piece, hit };
    }
    return nearest;
  }

  /** The brush hovers. True if it is over the clay. @param {number} x @param {number} y */
  hover(x, y) {
    if (this._stroke) return true;
    const under = this.pick(x, y);
    this.cursor = under && { ...under, radius: this._radiusAt(under.hit.distance) };
    return under !== null;
  }

  leave() {
    if (!this._stroke) this.cursor = null;
  }

  /**
   * Presses. False if there is nothing to sculpt under the pointer.
   * @param {Sample} sample @param {boolean} [erasing] with the pen's other end: the opposite of what the brush does
   */
  begin(sample, erasing = false) {
    if (this._stroke) this.end();
    const under = this.pick(sample.x, sample.y);
    if (under === null) return false;
    const piece = [...this.pieces()].find((one) => one.piece === under.piece);
    if (!piece) return false;
    this.settings.hold({ erasing });
    const { settings } = this;
    const inverted = settings.activeInvert;
    const wanted = settings.strokeSettings();
    // A texture that this browser has forgotten presses nothing; the brush still works.
    if (wanted.alpha !== null && !hasAlpha(wanted.alpha)) wanted.alpha = null;
    const maker = new StrokeMaker(piece.mesh, wanted);
    const mask = maker.brush.name === 'mask' ? maskOf(piece.mesh) : null;
    if (!maker.begin(this._sample(sample))) return false;
    this._stroke = { maker, piece: piece.piece, stroke: this.outlet.nextStroke(), sent: false, inverted, mask };
    this._lastFlush = performance.now();
    this._timer = window.setInterval(() => this._beat(), FLUSH_MS / 2);
    if (wanted.kind === 'line' && !maker.brush.holds) this.line = { from: sample, to: sample };
    this._show(sample);
    return true;
  }

  /** @param {Sample[]} samples */
  move(samples) {
    if (!this._stroke || samples.length === 0) return;
    const { maker } = this._stroke;
    const last = samples[samples.length - 1];
    for (const sample of maker.newestOnly ? [last] : samples) maker.moveTo(this._sample(sample));
    if (this.line) this.line.to = last;
    this._show(last);
    this._flushIfDue();
  }

  end() {
    const stroke = this._finish();
    if (!stroke) return;
    const rest = stroke.maker.end();
    rest.forEach((flush, i) => {
      this.outlet.send(flush, { piece: stroke.piece, stroke: stroke.stroke, end: i === rest.length - 1 });
    });
    this._flushPaint(stroke, true);
    const masked = stroke.mask && maskChange(stroke.maker.mesh, stroke.mask);
    if (masked) this.outlet.masked(stroke.piece, masked, stroke.stroke);
    this.stage.invalidate();
  }

  /** Takes the running stroke back, here and, as far as it was sent, for everyone. True if there was one. */
  cancel() {
    const stroke = this._finish();
    if (!stroke) return false;
    stroke.maker.cancel();
    // Undo knows what was there before; so what is not sent yet goes the same way.
    this._flushPaint(stroke, true);
    if (stroke.mask) setMask(stroke.maker.mesh, stroke.mask);
    if (stroke.sent) this.outlet.undo();
    this.stage.invalidate();
    return true;
  }

  /** The meshes were replaced: what is in the hand belongs to clay that is no more. */
  drop() {
    this._finish();
    this.cursor = null;
  }

  // — private —

  _finish() {
    const stroke = this._stroke;
    this._stroke = null;
    this.line = null;
    window.clearInterval(this._timer);
    return stroke;
  }

  /** The clock goes on, whether the pointer moves or not. */
  _beat() {
    if (this._stroke?.maker.tick(performance.now())) this.stage.invalidate();
    this._flushIfDue();
  }

  _flushIfDue() {
    const now = performance.now();
    if (!this._stroke || now - this._lastFlush < FLUSH_MS) return;
    this._lastFlush = now;
    const { maker, piece, stroke } = this._stroke;
    this._flushPaint(this._stroke, false);
    const flush = maker.flush();
    if (flush === null) return;
    this._stroke.sent = true;
    this.outlet.send(flush, { piece, stroke, end: false });
  }

  /** @param {NonNullable<typeof this._stroke>} stroke @param {boolean} end */
  _flushPaint(stroke, end) {
    const change = stroke.maker.flushPaint();
    if (change === null) return;
    stroke.sent = true;
    this.outlet.paint(change, { piece: stroke.piece, stroke: stroke.stroke, end });
  }

  /** Quanta. @param {number} distance of a hit from its ray's origin, quanta */
  _radiusAt(distance) {
    const { radius, spread } = this._size();
    return radius + spread * distance;
  }

  _size() {
    return this.settings.sizeOf((pixels) => this.stage.brushSize(pixels));
  }

  /** @param {Sample} sample */
  _sample({ x, y, pressure }) {
    return { ray: this.stage.rayAt(x, y), ...this._size(), pressure, right: this._rightOf(x, y) };
  }

  /** Where the right side of the screen is at a pixel, in the space of the clay. @param {number} x @param {number} y */
  _rightOf(x, y) {
    const here = pointAt(this.stage.rayAt(x, y), 1), beside = pointAt(this.stage.rayAt(x + 1, y), 1);
    return unit([beside[0] - here[0], beside[1] - here[1], beside[2] - here[2]]);
  }

  /** @param {Sample} sample */
  _show(sample) {
    const { maker, piece } = /** @type {NonNullable<typeof this._stroke>} */ (this._stroke);
    const { hit } = maker;
    if (hit) this.cursor = { piece, hit, radius: maker.radius || this._radiusAt(hit.distance) * maker.pressure.radius(sample.pressure) };
    this.stage.invalidate();
  }
}
