/** Which alpha the brush presses through: the built-in ones and somebody's own, with their pictures. */

import { BUILT_IN_ALPHAS, alphaNamed, hasAlpha } from '../../kernel/index.js';
import { IMAGE_TYPES, MAX_IMAGE_BYTES, decodeAlpha } from '../alpha_image.js';
import { make } from '../dom.js';
import { MAX_OWN_ALPHAS } from '../own_alphas.js';
import { tiles } from '../widgets/fields.js';
import { icon } from '../widgets/svg.js';
import { t } from '../words.js';

/** @import { OwnAlphas } from '../own_alphas.js' */
/** @import { BrushSettings } from '../settings.js' */
/** @import { Field } from '../widgets/fields.js' */

/**
 * @param {{name: string, label: string, hint: string}} named @param {BrushSettings} settings @param {OwnAlphas} own
 * @param {(text: string) => void} say @returns {Field<string | null>}
 */
export function alphaField(named, settings, own, say) {
  const file = /** @type {HTMLInputElement} */ (make('input', { type: 'file', accept: IMAGE_TYPES.join(), hidden: true, 'data-alpha-file': true }));
  const add = /** @type {HTMLButtonElement} */ (make('button', { class: 'small-button', type: 'button', 'data-alpha-import': true, title: t('interface.alpha.import.hint') }, t('interface.alpha.import')));
  const remove = make('button', { class: 'small-button', type: 'button', 'data-alpha-remove': true, title: t('interface.alpha.remove.hint') }, t('interface.alpha.remove'));
  const element = make('div', { class: 'alphas' }, make('div', { class: 'alpha-actions' }, add, remove, file));
  const current = () => settings.get('alpha');
  /** @type {Field<string>} */
  let field;
  const show = () => {
    const name = current();
    field.show(name !== null && hasAlpha(name) ? name : '');
    remove.hidden = !own.list.some((one) => one.name === name);
  };
  const build = () => {
    const pictures = [...BUILT_IN_ALPHAS.map((name) => ({ name, label: t(`interface.alpha.${name}`) })), ...own.list];
    const next = tiles({
      ...named,
      tiles: [
        { value: '', label: t('interface.alpha.none'), picture: icon('close') },
        ...pictures.map(({ name, label }) => ({ value: name, label, picture: make('canvas', { class: 'alpha-picture', 'data-alpha': name, 'aria-hidden': 'true' }) })),
      ],
    }, (value) => settings.set('alpha', value || null));
    field?.element.remove();
    element.prepend(next.element);
    field = next;
  };
  const changed = () => {
    build();
    drawAlphas(element);
    show();
  };
  const take = async (/** @type {File} */ chosen) => {
    if (own.list.length >= MAX_OWN_ALPHAS) return say(t('interface.alpha.full', { n: own.list.length, most: MAX_OWN_ALPHAS }));
    if (!IMAGE_TYPES.includes(chosen.type)) return say(t('interface.alpha.wrongKind'));
    if (chosen.size > MAX_IMAGE_BYTES) return say(t('interface.alpha.tooLarge', { size: mebibytes(chosen.size), most: mebibytes(MAX_IMAGE_BYTES) }));
    const texture = await decodeAlpha(chosen).catch(() => null);
    if (texture === null) return say(t('interface.alpha.unreadable'));
    const { name, kept } = own.add(chosen.name, texture);
    if (!kept) say(t('interface.alpha.notKept'));
    changed();
    settings.set('alpha', name);
  };
  add.addEventListener('click', () => file.click());
  file.addEventListener('change', async () => {
    const [chosen] = file.files ?? [];
    file.value = '';
    if (!chosen) return;
    // One at a time: the count that was checked is still right when the picture has been read.
    add.disabled = true;
    await take(chosen);
    add.disabled = false;
  });
  remove.addEventListener('click', () => {
    const name = current();
    if (name === null) return;
    own.remove(name);
    changed();
    settings.dropAlpha(name);
    add.focus();
  });
  build();
  return { element, show };
}

/** The pictures of the alphas, once: drawing them takes longer than all the rest of the panel. @param {ParentNode} root */
export function drawAlphas(root) {
  for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (root.querySelectorAll('canvas[data-alpha]:not([data-drawn])'))) {
    const { size, grey } = alphaNamed(canvas.dataset.alpha ?? '');
    canvas.width = canvas.height = size;
    const image = new ImageData(size, size);
    for (const [i, value] of grey.entries()) image.data.set([value, value, value, 255], 4 * i);
    canvas.getContext('2d')?.putImageData(image, 0, 0);
    canvas.dataset.drawn = '';
  }
}

/** Two digits, upwards: what is too large never reads like the limit. @param {number} bytes */
function mebibytes(bytes) {
  return Math.ceil((bytes / 2 ** 20) * 100) / 100;
}
