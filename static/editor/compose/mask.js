/** One's own mask: what changes it, that it can be undone, and that a page which is loaded again has it again. */

import { GREEN, PAINT_STRIDE, RED, BLUE } from '../../kernel/channels.js';
import { CAVITY_RANGE, Region, blurred, byCavity, byColour, byRegion, combined, grown, inverted, maskOf, setMask, sharpened, shrunk } from '../../kernel/mask/index.js';
import { MaskStore } from '../../net/masks.js';
import { regionCamera } from '../../view/region_camera.js';
import { find } from '../dom.js';
import { RegionLayer } from '../region_layer.js';
import { t } from '../words.js';
import { on } from './editor.js';

/** @import { MaskChange } from '../../kernel/mask/change.js' */
/** @import { ClayMesh } from '../../kernel/mesh.js' */
/** @import { Point } from '../../kernel/mask/region.js' */
/** @import { Shape } from '../region_gesture.js' */
/** @import { Editor } from './editor.js' */

/** How a selection goes into the mask. @typedef {{through: boolean, remove: boolean, tolerance: number}} Choices */

/** @typedef {ReturnType<typeof attachMask>} MaskWork */

/** @param {Editor} editor @param {() => void} historyChanged */
export function attachMask({ facts, link, stage, settings, mayEdit }, historyChanged) {
  const { replica, surroundings } = link;
  const store = new MaskStore({ indexedDB: surroundings.indexedDB, clock: surroundings.clock, user: facts.user.name, project: facts.project });
  const layer = new RegionLayer(find('[data-stage]'));
  /** @type {Choices} */
  const choices = { through: false, remove: false, tolerance: 0.1 };
  /** Told when the tool that is being used changes, '' for none. */
  const shown = { onTool: (/** @type {string} */ _) => {} };

  replica.onMask = (piece) => {
    const found = replica.pieces.get(piece);
    if (found) store.keep(piece, found.epoch, () => maskOf(found.mesh));
    stage.invalidate();
  };

  /** One step of the history that changes all pieces. @param {(mask: Uint8Array, mesh: ClayMesh) => Uint8Array} next */
  const change = (next) => {
    if (!mayEdit()) return;
    /** @type {Map<number, MaskChange>} */
    const changes = new Map();
    for (const { piece, mesh } of replica.pieces.values()) {
      const changed = setMask(mesh, next(maskOf(mesh), mesh));
      if (changed !== null) changes.set(piece, changed);
    }
    replica.addMask(changes);
    historyChanged();
  };
  /** @param {(mesh: ClayMesh) => Uint8Array} selection @param {boolean} [turned] a key turns adding and removing round */
  const select = (selection, turned = false) => change((mask, mesh) => combined(mask, selection(mesh), choices.remove !== turned));

  /** @param {Shape} shape */
  const region = (shape) => {
    if (!mayEdit()) return;
    layer.region(shape, t(`mask.${shape}.how`), (corners, { invert }) => {
      const camera = regionCamera(stage.turntable), drawn = new Region(corners), { mirror } = settings.strokeSettings();
      select((mesh) => byRegion(mesh, camera, drawn, { through: choices.through, mirror }), invert);
    }, () => shown.onTool(''));
    shown.onTool(shape);
  };
  const colour = () => {
    if (!mayEdit()) return;
    layer.place(t('mask.colour.how'), ({ x, y }, { invert }) => {
      const picked = colourAt(stage.rayAt(x, y), [...replica.pieces.values()].map(({ mesh }) => mesh));
      if (picked !== null) select((mesh) => byColour(mesh.paint, PAINT_STRIDE, picked, choices.tolerance), invert);
    }, () => shown.onTool(''));
    shown.onTool('colour');
  };

  /** Gives pieces that came anew the masks that they had on this browser. */
  const restore = () => {
    for (const { piece, epoch, mesh } of replica.pieces.values()) {
      if (restored.has(mesh)) continue;
      restored.add(mesh);
      void store.load(piece, epoch, mesh.vertexCount).then((mask) => {
        // Whoever was quicker than the disk keeps what they have made.
        if (mask === null || replica.pieces.get(piece)?.mesh !== mesh || maskOf(mesh).some((value) => value !== 0)) return;
        setMask(mesh, mask);
        stage.invalidate();
      });
    }
  };
  /** @type {WeakSet<ClayMesh>} */
  const restored = new WeakSet();
  on(link, 'replaced', restore);
  restore();
  window.addEventListener('pagehide', () => void store.flush());

  return {
    choices, shown, layer,
    actions: {
      invert: () => change((mask) => inverted(mask)),
      clear: () => change((mask) => new Uint8Array(mask.length)),
      grow: () => change((mask, { topology }) => grown(mask, topology)),
      shrink: () => change((mask, { topology }) => shrunk(mask, topology)),
      blur: () => change((mask, { topology }) => blurred(mask, topology)),
      sharpen: () => change((mask) => sharpened(mask)),
      hollows: () => select((mesh) => byCavity(mesh, CAVITY_RANGE)),
      ridges: () => select((mesh) => byCavity(mesh, { ...CAVITY_RANGE, ridges: true })),
      box: () => region('box'),
      lasso: () => region('lasso'),
      line: () => region('line'),
      colour,
    },
  };
}

/**
 * The colour of the surface's nearest vertex under a ray.
 * @param {import('../../kernel/units.js').Ray} ray @param {readonly ClayMesh[]} meshes
 * @returns {[number, number, number] | null} red, green, blue; null beside the clay
 */
function colourAt(ray, meshes) {
  /** @type {{mesh: ClayMesh, face: number, point: Readonly<[number, number, number]>, distance: number} | null} */
  let nearest = null;
  for (const mesh of meshes) {
    const hit = mesh.pick(ray);
    if (hit !== null && (nearest === null || hit.distance < nearest.distance)) nearest = { mesh, ...hit };
  }
  if (nearest === null) return null;
  const { mesh: { pos, paint, topology }, face, point } = nearest;
  const far = (/** @type {number} */ v) => Math.hypot(pos[3 * v] - point[0], pos[3 * v + 1] - point[1], pos[3 * v + 2] - point[2]);
  const [v] = [...topology.triangles.subarray(3 * face, 3 * face + 3)].sort((a, b) => far(a) - far(b));
  const i = PAINT_STRIDE * v;
  return [paint[i + RED], paint[i + GREEN], paint[i + BLUE]];
}
