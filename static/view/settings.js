/**
 * How one looks at the clay: remembered in this browser, shared with nobody.
 *
 * `CHOICES` and `SWITCHES` are the whole of it; panels are built from them. Tells of every change with a `change` event.
 */

/** Settings with several values; the first one is where one starts. */
export const CHOICES = Object.freeze({
  turning: Object.freeze(/** @type {const} */ (['turntable', 'trackball'])),
  projection: Object.freeze(/** @type {const} */ (['perspective', 'orthographic'])),
  look: Object.freeze(/** @type {const} */ (['clay', 'matcap', 'physical', 'flat', 'normals'])),
  /** The pictures in matcaps/. */
  matcap: Object.freeze(/** @type {const} */ (['terracotta', 'chalk', 'wax', 'porcelain', 'jade', 'bronze', 'steel', 'graphite'])),
  studio: Object.freeze(/** @type {const} */ (['softbox', 'daylight', 'evening', 'gallery'])),
});

/** Settings that are on or off, and how one starts. */
export const SWITCHES = Object.freeze({
  /** The horizon of a turntable stays level. */
  rollLock: true,
  /** Creases darker, ridges lighter. */
  cavity: true,
  shadows: true,
  /** Every triangle as the plane that it is. */
  facets: false,
  wireframe: false,
  grid: false,
  /** The planes that strokes are mirrored on, while they are. */
  mirrorPlane: true,
  /** The axes in the corner. */
  gizmo: true,
  /** How many vertices, and how long a frame takes. */
  stats: false,
});

/** Where the settings are kept. The number grows when their meaning changes. */
const STORAGE_KEY = 'clayroom.view.1';

/** @typedef {keyof typeof CHOICES} Choice */
/** @typedef {keyof typeof SWITCHES} ViewSwitch */
/** @typedef {{[name in Choice]: (typeof CHOICES)[name][number]} & {[name in ViewSwitch]: boolean}} ViewValues */

export class ViewSettings extends EventTarget {
  /** @param {Pick<Storage, 'getItem' | 'setItem'> | null} [storage] null: remembers nothing */
  constructor(storage = null) {
    super();
    this._storage = storage;
    const starts = Object.entries(CHOICES).map(([name, values]) => [name, values[0]]);
    /** @type {ViewValues} */
    this.values = { ...Object.fromEntries(starts), ...SWITCHES };
    this._load();
  }

  /**
   * @template {keyof ViewValues} Name
   * @param {Name} name @param {ViewValues[Name]} value
   * @throws {RangeError} if there is no such value
   */
  set(name, value) {
    if (!allowed(name, value)) throw new RangeError(`the view has no ${name} “${String(value)}”`);
    if (this.values[name] === value) return;
    this.values[name] = value;
    try {
      this._storage?.setItem(STORAGE_KEY, JSON.stringify(this.values));
    } catch {
      // A full or forbidden storage costs the memory of a choice, nothing else.
    }
    this.dispatchEvent(new Event('change'));
  }

  /** @param {ViewSwitch} name */
  toggle(name) {
    this.set(name, !this.values[name]);
  }

  /** The next value of a choice, round again after the last. @param {Choice} name */
  next(name) {
    const values = /** @type {readonly any[]} */ (CHOICES[name]);
    this.set(name, values[(values.indexOf(this.values[name]) + 1) % values.length]);
  }

  _load() {
    let kept;
    try {
      kept = JSON.parse(this._storage?.getItem(STORAGE_KEY) ?? 'null');
    } catch {
      return;
    }
    if (typeof kept !== 'object' || kept === null) return;
    for (const name of /** @type {(keyof ViewValues)[]} */ (Object.keys(this.values))) {
      if (allowed(name, kept[name])) Object.assign(this.values, { [name]: kept[name] });
    }
  }
}

/** @param {string} name @param {unknown} value */
function allowed(name, value) {
  if (name in SWITCHES) return typeof value === 'boolean';
  const values = /** @type {Record<string, readonly unknown[]>} */ (CHOICES)[name];
  return values?.includes(value) ?? false;
}
