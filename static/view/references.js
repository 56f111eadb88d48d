/** Reference images on planes in the scene. Those that are pinned to the view are not here: they lie over the canvas. */

import { DoubleSide, Group, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace, TextureLoader } from 'three';

/** @import { Texture } from 'three' */
/** @import { Reference } from '../types.js' */

const QUARTER = Math.PI / 2;

/**
 * Where a plane's picture hangs, in radii of the sculpture, for what is right, up and near to somebody who looks at it.
 * @param {Pick<Reference, 'pin' | 'x' | 'y' | 'depth'>} reference
 * @returns {{position: [number, number, number], turn: [number, number]}} `turn`: about x, then about y
 */
export function placing({ pin, x, y, depth }) {
  switch (pin) {
    case 'side': return { position: [depth, y, -x], turn: [0, QUARTER] };
    case 'top': return { position: [x, depth, -y], turn: [-QUARTER, 0] };
    default: return { position: [x, y, depth], turn: [0, 0] };
  }
}

export class ReferencePlanes {
  /** @param {(reference: string) => string} urlOf @param {() => void} invalidate asks for a picture */
  constructor(urlOf, invalidate) {
    this.object = new Group();
    this._urlOf = urlOf;
    this._invalidate = invalidate;
    this._loader = new TextureLoader();
    this._shape = new PlaneGeometry(1, 1);
    /** @type {Map<string, Mesh<PlaneGeometry, MeshBasicMaterial>>} */
    this._planes = new Map();
  }

  /** Shows these, and no others. @param {readonly Reference[]} references */
  show(references) {
    const hung = references.filter(({ pin }) => pin !== 'view');
    for (const [id, plane] of this._planes) if (!hung.some(({ reference }) => reference === id)) this._drop(id, plane);
    for (const one of hung) {
      const plane = this._planes.get(one.reference) ?? this._make(one.reference);
      const { position, turn } = placing(one);
      plane.position.set(...position);
      plane.rotation.set(turn[0], turn[1], 0);
      plane.scale.set((one.scale * one.width) / one.height, one.scale, 1);
      plane.material.opacity = one.opacity;
    }
    this._invalidate();
  }

  /** @param {string} id */
  _make(id) {
    const material = new MeshBasicMaterial({ transparent: true, depthWrite: false, side: DoubleSide, toneMapped: false });
    const plane = new Mesh(this._shape, material);
    // Nothing, rather than white, until the picture is there; for good if it can not be had.
    plane.visible = false;
    this._loader.load(this._urlOf(id), (/** @type {Texture} */ texture) => {
      if (this._planes.get(id) !== plane) {
        texture.dispose();
        return;
      }
      texture.colorSpace = SRGBColorSpace;
      material.map = texture;
      material.needsUpdate = true;
      plane.visible = true;
      this._invalidate();
    });
    this._planes.set(id, plane);
    this.object.add(plane);
    return plane;
  }

  /** @param {string} id @param {Mesh<PlaneGeometry, MeshBasicMaterial>} plane */
  _drop(id, plane) {
    this.object.remove(plane);
    plane.material.map?.dispose();
    plane.material.dispose();
    this._planes.delete(id);
  }
}
