import { addDisplacements, seamShare, toGrain } from '../dab.js';
import { Selection } from '../selection.js';
import { carried, carriedDab } from '../symmetry.js';
import { surfaceMoved } from '../update.js';
import { weigh } from '../weigh.js';
import { HOLD_CONTROLS } from './controls.js';

/** @import { Brush, Dab, Hold } from '../dab.js' */
/** @import { ClayMesh } from '../mesh.js' */
/** @import { FullSample } from '../sample.js' */
/** @import { Copy } from '../symmetry.js' */
/** @import { Ray, Vec3 } from '../units.js' */

/**
 * Grab: takes hold of what is in reach at the press, and moves it with the pointer. Δ = g · w · s from the press on, with
 * g = (point nearest to c₀ on the current ray) − c₀. No pressure, and no front-face factor: it takes a finger whole.
 * @type {Brush}
 */
export const grab = {
  name: 'grab',
  strength: 1,
  holds: true,
  contracts: false,
  defaults: {},
  controls: [...HOLD_CONTROLS, 'connected'],
  areaShare: 0,
  hold: (mesh, dab, copies) => new GrabHold(mesh, dab, copies),
  displace() {
    throw new Error('grab holds its vertices; use GrabHold');
  },
};

/**
 * What a grab holds: a fixed set of vertices per copy, their weights, and what was added to each since the press. A pull adds only the
 * difference to that, so strokes of others that arrive meanwhile, and flushes, are left in peace.
 * @implements {Hold}
 */
export class GrabHold {
  /** @param {ClayMesh} mesh @param {Dab} dab where it was pressed @param {readonly Copy[]} copies */
  constructor(mesh, dab, copies) {
    this.mesh = mesh;
    this.centre = dab.centre;
    const strength = dab.strength * seamShare(dab, copies);
    /** @type {{ copy: Copy, selection: Selection, applied: Float32Array }[]} */
    this._copies = [];
    for (const copy of copies) {
      const selection = new Selection();
      const copied = carriedDab({ ...dab, strength, frontFaces: false }, copy);
      mesh.gather(copied.centre, dab.radius, selection);
      if (selection.count === 0) continue;
      weigh(mesh, copied, selection, 0);
      this._copies.push({ copy, selection, applied: new Float32Array(3 * selection.count) });
    }
  }

  /** Moves what is held so that its centre is at the point of the ray nearest to where it was pressed. @param {FullSample} sample */
  pull({ ray }) {
    this.moveTo(grabOffset(this.centre, ray));
  }

  /** @param {Readonly<Vec3>} offset g, quanta: from the place of the press to where it should be now */
  moveTo(offset) {
    const selections = [];
    for (const { copy, selection, applied } of this._copies) {
      const g = carried(offset, copy);
      const { count, weights, displacements } = selection;
      for (let q = 0, j = 0; q < count; q++) {
        for (let axis = 0; axis < 3; axis++, j++) {
          const wanted = Math.fround(toGrain(g[axis] * weights[q]));
          displacements[j] = wanted - applied[j];
          applied[j] = wanted;
        }
      }
      selections.push(selection);
    }
    for (const selection of selections) addDisplacements(this.mesh, selection);
    surfaceMoved(this.mesh, selections);
  }
}

/**
 * g = (point of the ray nearest to `centre`) − centre, quanta.
 * @param {Readonly<Vec3>} centre @param {Ray} ray
 * @returns {Vec3}
 */
export function grabOffset(centre, { origin, direction }) {
  const [dx, dy, dz] = direction;
  const along = (centre[0] - origin[0]) * dx + (centre[1] - origin[1]) * dy + (centre[2] - origin[2]) * dz;
  const t = Math.max(0, along / (dx * dx + dy * dy + dz * dz));
  return [origin[0] + t * dx - centre[0], origin[1] + t * dy - centre[1], origin[2] + t * dz - centre[2]];
}
