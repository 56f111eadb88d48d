/** The materials of the clay, one for each look, made when it is first asked for: compiling takes a slow machine its time. */

import { Color, DoubleSide, ShaderMaterial, SRGBColorSpace, TextureLoader, Vector3 } from 'three';
import { PHYSICAL } from './physical.js';
import { FLAT, MATCAP, NORMALS } from './plain.js';
import { KEY_DIRECTION, STUDIO } from './studio.js';
import { studioLight } from './studios.js';
import { TAPS, VERTEX } from './surface.js';

/** @import { IUniform, Texture, WebGLRenderer, WebGLRenderTarget } from 'three' */
/** @import { ViewValues } from '../settings.js' */
/** @import { StudioName } from './studios.js' */

/** @typedef {ViewValues['look']} Look */

/** @type {Record<Look, string>} */
const PROGRAMS = { clay: STUDIO, matcap: MATCAP, physical: PHYSICAL, flat: FLAT, normals: NORMALS };

export class Looks {
  /**
   * @param {WebGLRenderer} renderer @param {Record<string, IUniform>} shadow the uniforms of the key light's shadow
   * @param {() => void} onReady a picture that a look needs has arrived
   */
  constructor(renderer, shadow, onReady) {
    this._renderer = renderer;
    this._onReady = onReady;
    /** One object for all materials. */
    this.uniforms = {
      ...shadow,
      sight: { value: 1 },
      cavity: { value: 1 },
      facets: { value: false },
      inside: { value: new Color(0x6d5a52) },
      keyDirection: { value: new Vector3(...KEY_DIRECTION).normalize() },
      fillDirection: { value: new Vector3(0.85, 0.05, 0.5).normalize() },
      rimDirection: { value: new Vector3(0.55, 0.5, -0.66).normalize() },
      skyDirection: { value: new Vector3(0, 1, 0) },
      ground: { value: -1 },
      matcap: { value: /** @type {Texture | null} */ (null) },
      studio: { value: /** @type {Texture | null} */ (null) },
      /** The level of the studio's roughest picture. */
      roughest: { value: 0 },
    };
    /** @type {Map<Look, ShaderMaterial>} */
    this._materials = new Map();
    /** @type {Map<string, Texture>} */
    this._matcaps = new Map();
    /** @type {Map<string, WebGLRenderTarget>} */
    this._studios = new Map();
  }

  /** The material for these settings. @param {Pick<ViewValues, 'look' | 'matcap' | 'studio' | 'cavity' | 'facets'>} values */
  material({ look, matcap, studio, cavity, facets }) {
    this.uniforms.cavity.value = cavity ? 1 : 0;
    this.uniforms.facets.value = facets;
    if (look === 'matcap') this.uniforms.matcap.value = this._matcap(matcap);
    if (look === 'physical') {
      const { texture } = this._studio(studio);
      this.uniforms.studio.value = texture;
      this.uniforms.roughest.value = texture.mipmaps.length - 1;
    }
    return this._made(look);
  }

  dispose() {
    for (const one of [...this._materials.values(), ...this._matcaps.values(), ...this._studios.values()]) one.dispose();
  }

  /** The graphics device came back without the studios: they are drawn again when they are needed. */
  forget() {
    for (const target of this._studios.values()) target.dispose();
    this._studios.clear();
  }

  /** @param {Look} look */
  _made(look) {
    const known = this._materials.get(look);
    if (known) return known;
    const made = new ShaderMaterial({
      name: look, side: DoubleSide, vertexShader: VERTEX, fragmentShader: PROGRAMS[look], uniforms: this.uniforms, defines: { TAPS },
      toneMapped: look === 'clay' || look === 'physical',
    });
    this._materials.set(look, made);
    return made;
  }

  /** @param {string} name */
  _matcap(name) {
    const known = this._matcaps.get(name);
    if (known) return known;
    const texture = new TextureLoader().load(new URL(`../matcaps/${name}.webp`, import.meta.url).href, this._onReady);
    texture.colorSpace = SRGBColorSpace;
    texture.generateMipmaps = false;
    this._matcaps.set(name, texture);
    return texture;
  }

  /** @param {StudioName} name */
  _studio(name) {
    const known = this._studios.get(name);
    if (known) return known;
    const target = studioLight(this._renderer, name);
    this._studios.set(name, target);
    return target;
  }
}
