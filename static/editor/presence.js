/** Everybody's brush on the surface, one's own included, with the names of the others beside theirs. */

import { carried } from '../kernel/index.js';
import { CursorFlag } from '../wire/frames.js';
import { drawLine, drawRing } from '../view/ring.js';
import { make } from './dom.js';

/** @import { ClayMesh } from '../kernel/mesh.js' */
/** @import { Copy } from '../kernel/symmetry.js' */
/** @import { Vec3 } from '../kernel/units.js' */
/** @import { Line } from '../view/ring.js' */
/** @import { CursorFields, Person } from '../types.js' */
/** @import { Stage } from '../view/stage.js' */

/** A brush that has not moved for this long (ms) fades … */
export const IDLE_MS = 3000;
/** … within this (ms). */
export const FADE_MS = 700;
/** How much of a brush shows that is behind the clay. */
const BEHIND_OPACITY = 0.22;
/** A brush lies on the surface; this much nearer to the eye (in radii of the brush) something must be to hide it. */
const HIDING_DEPTH = 0.5;
/** Pixels between a ring and its name. */
const NAME_GAP = 8;

/**
 * @typedef {object} Other
 * @property {Person} person
 * @property {HTMLElement} tag
 * @property {{position: Vec3, normal: Vec3, radius: number, pressed: boolean, piece: number} | null} brush
 * @property {number} seen time of the last sign, ms
 */

/** @param {number} idle ms since the last sign */
export function opacityOf(idle) {
  return Math.min(1, Math.max(0, 1 - (idle - IDLE_MS) / FADE_MS));
}

export class Presence {
  /**
   * @param {Stage} stage
   * @param {HTMLElement} names where the name tags go
   * @param {(piece: number) => ClayMesh | undefined} meshOf
   */
  constructor(stage, names, meshOf) {
    this.stage = stage;
    this.names = names;
    this.meshOf = meshOf;
    /** @type {Map<string, Other>} by client */
    this.others = new Map();
    /** One's own brush. @type {{position: ArrayLike<number>, normal: ArrayLike<number>, radius: number, pressed: boolean, color: string, copies: readonly Copy[], line: Line | null} | null} `copies`: of the stroke, the original first */
    this.own = null;
    /** Called when somebody begins or stops sculpting. @type {(client: string, sculpting: boolean) => void} */
    this.onSculpting = () => {};
    this._spot = { x: 0, y: 0, behind: false };
    this._wake = 0;
    stage.onRings = (context) => this._draw(context);
  }

  /** @param {Person[]} people */
  people(people) {
    const here = new Set();
    for (const person of people) {
      if (person.you) continue;
      here.add(person.client);
      const known = this.others.get(person.client);
      if (known) {
        known.person = person;
        continue;
      }
      const tag = make('div', { class: 'name-tag' });
      tag.hidden = true;
      tag.textContent = person.name;
      tag.style.setProperty('--person', person.colour);
      this.names.append(tag);
      this.others.set(person.client, { person, tag, brush: null, seen: 0 });
    }
    for (const [client, other] of this.others) {
      if (here.has(client)) continue;
      other.tag.remove();
      this.others.delete(client);
    }
    this.stage.invalidateRings();
  }

  /** Somebody's brush has moved. @param {CursorFields & {client: string}} cursor */
  moved(cursor) {
    const other = this.others.get(cursor.client);
    if (!other) return;
    const pressed = (cursor.flags & CursorFlag.PRESSED) !== 0;
    const [x, y, z] = [cursor.normal[0], cursor.normal[1], cursor.normal[2]];
    const length = Math.hypot(x, y, z);
    const onSurface = (cursor.flags & CursorFlag.SURFACE) !== 0 && length > 0;
    if ((other.brush?.pressed ?? false) !== (pressed && onSurface)) this.onSculpting(cursor.client, pressed && onSurface);
    other.brush = onSurface ? {
      position: [cursor.position[0], cursor.position[1], cursor.position[2]],
      normal: [x / length, y / length, z / length],
      radius: cursor.radius, pressed, piece: cursor.piece,
    } : null;
    other.seen = performance.now();
    this.stage.invalidateRings();
    clearTimeout(this._wake);
    // When the last one has been still for long enough, the rings are drawn again to fade.
    this._wake = window.setTimeout(() => this.stage.invalidateRings(), IDLE_MS + 20);
  }

  /** @param {CanvasRenderingContext2D} context */
  _draw(context) {
    const project = (/** @type {ArrayLike<number>} */ point, /** @type {{x: number, y: number, behind: boolean}} */ out) => this.stage.project(point, out);
    const now = performance.now();
    let fading = false;
    for (const other of this.others.values()) {
      const { brush, tag, person } = other;
      const idle = now - other.seen;
      const opacity = brush ? opacityOf(idle) : 0;
      if (brush === null || opacity === 0) {
        tag.hidden = true;
        if (brush?.pressed) {
          brush.pressed = false;
          this.onSculpting(person.client, false);
        }
        continue;
      }
      if (idle > IDLE_MS) fading = true;
      const shown = opacity * (this._hidden(brush) ? BEHIND_OPACITY : 1);
      drawRing(context, { ...brush, color: person.colour, opacity: shown }, project);
      project(brush.position, this._spot);
      tag.hidden = this._spot.behind;
      tag.style.opacity = String(shown);
      const above = brush.radius / this.stage.quantaOf(1, brush.position);
      tag.style.transform = `translate(${Math.round(this._spot.x)}px, ${Math.round(this._spot.y - Math.min(above, 120) - NAME_GAP)}px) translate(-50%, -100%)`;
    }
    if (this.own) {
      const { copies, line, ...ring } = this.own;
      if (line) drawLine(context, line, ring.color);
      drawRing(context, { ...ring, opacity: 0.95 }, project);
      for (const copy of copies.slice(1)) {
        const position = carried(/** @type {Vec3} */ (ring.position), copy);
        const normal = carried(/** @type {Vec3} */ (ring.normal), copy);
        drawRing(context, { ...ring, position, normal, opacity: 0.95, quiet: true }, project);
      }
    }
    return fading;
  }

  /** Whether clay is between the eye and a brush. @param {{position: Vec3, radius: number, piece: number}} brush */
  _hidden({ position, radius, piece }) {
    const mesh = this.meshOf(piece);
    if (!mesh) return false;
    this.stage.project(position, this._spot);
    const ray = this.stage.rayAt(this._spot.x, this._spot.y);
    const hit = mesh.pick(ray);
    if (hit === null) return false;
    const away = Math.hypot(position[0] - ray.origin[0], position[1] - ray.origin[1], position[2] - ray.origin[2]);
    return hit.distance < away - radius * HIDING_DEPTH;
  }
}
