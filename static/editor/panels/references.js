/** The panel of the reference images: one entry each, with what it is pinned to, where, how large and how clear. */

import { find, make } from '../dom.js';
import { choice, logarithmic, percentSlider, slider, toggle } from '../widgets/fields.js';
import { icon } from '../widgets/svg.js';
import { t } from '../words.js';

/** @import { Reference, ReferencePlace } from '../../types.js' */

const PINS = /** @type {const} */ (['view', 'front', 'side', 'top']);
/** Percent, as far as the sliders go; by number no farther. */
const OFFSET = 300, SIZE = { min: 2, max: 1000 };

/**
 * @typedef {object} Wishes
 * @property {(file: File) => void} add
 * @property {(reference: string, change: Partial<ReferencePlace>) => void} move
 * @property {(reference: string, pin: Reference['pin']) => void} pin
 * @property {(reference: string) => void} remove
 * @property {(hidden: boolean) => void} hide
 */

export class ReferencePanel {
  /** @param {(reference: string) => string} urlOf @param {Wishes} wishes */
  constructor(urlOf, wishes) {
    this._urlOf = urlOf;
    this._wishes = wishes;
    this._list = find('[data-references]');
    this._add = /** @type {HTMLButtonElement} */ (find('[data-reference-add]'));
    this._file = /** @type {HTMLInputElement} */ (find('[data-reference-file]'));
    this._hidden = false;
    this._hide = toggle({ name: 'references-hide', label: t('references.hide'), hint: t('references.hide.hint') }, () => wishes.hide(!this._hidden));
    this._hide.element.dataset.command = 'references.hide';
    this._list.before(this._hide.element);
    /** @type {Map<string, ReturnType<typeof entry>>} */
    this._entries = new Map();
    this._add.addEventListener('click', () => this._file.click());
    this._file.addEventListener('change', () => {
      const [file] = this._file.files ?? [];
      this._file.value = '';
      if (!file) return;
      this.busy(true);
      wishes.add(file);
    });
  }

  /** A picture is on its way to the server. @param {boolean} busy */
  busy(busy) {
    this._add.toggleAttribute('aria-busy', busy);
    this._busy = busy;
    this._add.disabled = busy || this._full === true;
  }

  /** @param {readonly Reference[]} references @param {{mayEdit: boolean, hidden: boolean, full: boolean}} now */
  show(references, { mayEdit, hidden, full }) {
    this._hidden = hidden;
    this._full = full;
    this._hide.show(hidden);
    this._hide.element.hidden = references.length === 0;
    this._add.hidden = !mayEdit;
    this._add.disabled = full || this._busy === true;
    find('[data-references-empty]').hidden = references.length > 0;
    for (const [id, { element }] of this._entries) {
      if (references.some(({ reference }) => reference === id)) continue;
      // The next one gets the focus that goes away with this.
      if (element.contains(document.activeElement)) this._add.focus();
      element.remove();
      this._entries.delete(id);
    }
    for (const one of references) {
      let shown = this._entries.get(one.reference);
      if (!shown) {
        shown = entry(one, this._urlOf(one.reference), this._wishes);
        this._entries.set(one.reference, shown);
        this._list.append(shown.element);
      }
      shown.show(one, mayEdit);
    }
  }
}

/** @param {Reference} first @param {string} url @param {Wishes} wishes */
function entry({ reference, name }, url, wishes) {
  const id = `reference-${reference}`;
  const field = (/** @type {'x' | 'y' | 'depth'} */ axis) => slider({
    name: `${id}-${axis}`, label: t(`references.${axis}`), hint: t(`references.${axis}.hint`), min: -OFFSET, max: OFFSET, unit: '%',
    aria: t('references.inPercent', { what: t(`references.${axis}`) }), spoken: (n) => t('references.percent', { n }),
  }, (percent) => wishes.move(reference, { [axis]: percent / 100 }));
  const pin = choice({
    name: `${id}-pin`, label: t('references.pin'), hint: t('references.pin.hint'),
    choices: PINS.map((value) => ({ value, label: t(`references.pin.${value}`) })),
  }, (value) => wishes.pin(reference, /** @type {Reference['pin']} */ (value)));
  const x = field('x'), y = field('y'), depth = field('depth');
  const size = slider({
    name: `${id}-scale`, label: t('references.scale'), hint: t('references.scale.hint'), ...SIZE, unit: '%', along: logarithmic,
    aria: t('references.inPercent', { what: t('references.scale') }), spoken: (n) => t('references.percent', { n }),
  }, (percent) => wishes.move(reference, { scale: percent / 100 }));
  const opacity = percentSlider({ name: `${id}-opacity`, label: t('references.opacity'), hint: t('references.opacity.hint'), min: 0, max: 1 },
    (share) => wishes.move(reference, { opacity: share }));
  const remove = make('button', { class: 'small-button', type: 'button', 'data-reference-remove': reference, title: t('references.remove.hint') }, t('references.remove'));
  remove.addEventListener('click', () => wishes.remove(reference));
  const body = make('div', { class: 'section-body' }, pin.element, size.element, x.element, y.element, depth.element, opacity.element, remove);
  const element = make('details', { class: 'section reference', 'data-reference': reference },
    make('summary', {}, make('img', { src: url, alt: '' }), make('span', { class: 'reference-name' }, name === '' ? t('references.unnamed') : name), icon('chevron')),
    body);
  return {
    element,
    /** @param {Reference} now @param {boolean} mayEdit */
    show: (now, mayEdit) => {
      pin.show(now.pin);
      x.show(Math.round(100 * now.x));
      y.show(Math.round(100 * now.y));
      depth.element.hidden = now.pin === 'view';
      depth.show(Math.round(100 * now.depth));
      size.show(Math.round(100 * now.scale));
      opacity.show(now.opacity);
      for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (body.querySelectorAll('input, select, button'))) control.disabled = !mayEdit;
    },
  };
}
