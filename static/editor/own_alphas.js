/** Somebody's own alphas: kept in this browser, known to the kernel from the moment that the editor starts, shared with nobody. */

import { forgetAlpha, registerAlpha } from '../kernel/index.js';

/** @import { AlphaTexture } from '../kernel/alpha.js' */

/** Images that are kept, at most: 24 of 256² bytes are 2.1 million letters, and a browser keeps about five. */
export const MAX_OWN_ALPHAS = 24;
/** Letters of a file's name that are kept. */
const MAX_LABEL = 80;
const STORAGE_KEY = 'clayroom.alphas.1';

/** `name` is what settings call it, `label` what people do. @typedef {{name: string, label: string}} OwnAlpha */
/** One as it is kept; `grey` in base64. @typedef {OwnAlpha & {size: number, grey: string}} Kept */

export class OwnAlphas {
  /** Registers those that are kept: before settings are read that may name one. @param {Pick<Storage, 'getItem' | 'setItem'> | null} storage null: forgets all with the page */
  constructor(storage) {
    this._storage = storage;
    /** @type {Kept[]} */
    this._kept = [];
    for (const one of readKept(storage).slice(0, MAX_OWN_ALPHAS)) {
      try {
        registerAlpha(one.name, { size: one.size, grey: Uint8Array.from(atob(one.grey), (letter) => letter.charCodeAt(0)) });
        this._kept.push(one);
      } catch {
        // The storage belongs to the browser, not to us: what is no alpha is left out.
      }
    }
  }

  /** In the order in which they came. @returns {readonly OwnAlpha[]} */
  get list() {
    return this._kept;
  }

  /** @param {string} label @param {AlphaTexture} texture @returns {{name: string, kept: boolean}} `kept`: it will be here after a reload @throws {RangeError} if there is no room */
  add(label, texture) {
    if (this._kept.length >= MAX_OWN_ALPHAS) throw new RangeError(`at most ${MAX_OWN_ALPHAS} images, there are ${this._kept.length}`);
    const name = `own-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    registerAlpha(name, texture);
    this._kept.push({ name, label: label.slice(0, MAX_LABEL), size: texture.size, grey: btoa(Array.from(texture.grey, (value) => String.fromCharCode(value)).join('')) });
    return { name, kept: this._keep() };
  }

  /** @param {string} name */
  remove(name) {
    this._kept = this._kept.filter((one) => one.name !== name);
    forgetAlpha(name);
    this._keep();
  }

  _keep() {
    try {
      this._storage?.setItem(STORAGE_KEY, JSON.stringify(this._kept));
      return this._storage !== null;
    } catch {
      return false;
    }
  }
}

/** @param {Pick<Storage, 'getItem'> | null} storage @returns {Kept[]} */
function readKept(storage) {
  try {
    const kept = JSON.parse(storage?.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => ['name', 'label', 'grey'].every((key) => typeof one?.[key] === 'string') && one.name.startsWith('own-')) : [];
  } catch {
    return [];
  }
}
