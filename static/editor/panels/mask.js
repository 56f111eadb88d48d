/** The section of the mask beside the brush: ways to make one, and to change the one there is. */

import { find, make } from '../dom.js';
import { percentSlider, toggle } from '../widgets/fields.js';
import { icon } from '../widgets/svg.js';
import { t } from '../words.js';

/** @import { Commands } from '../keys/commands.js' */
/** @import { MaskWork } from '../compose/mask.js' */

/** @typedef {keyof MaskWork['actions']} MaskAction */

/** Those that ask for a press on the picture. @type {readonly MaskAction[]} */
const TOOLS = ['box', 'lasso', 'line', 'colour'];
/** Those that select by themselves. @type {readonly MaskAction[]} */
const SELECTIONS = ['hollows', 'ridges'];
/** Those that change the mask. @type {readonly MaskAction[]} */
const CHANGES = ['invert', 'clear', 'grow', 'shrink', 'blur', 'sharpen'];
/** @type {Partial<Record<MaskAction, string[]>>} */
const KEYS = { invert: ['Ctrl+I'], clear: ['Alt+M'], box: ['Shift+B'], lasso: ['Shift+L'], line: ['Shift+N'] };

/** @param {MaskWork} mask @param {Commands} commands */
export function attachMaskPanel({ actions, choices, shown, layer }, commands) {
  const button = (/** @type {MaskAction} */ name) => {
    const made = make('button', {
      class: 'small-button', type: 'button', 'data-command': `mask.${name}`, 'data-mask-action': name, title: t(`mask.${name}.hint`),
    }, t(`mask.${name}`));
    made.addEventListener('click', () => {
      if (made.getAttribute('aria-pressed') === 'true') layer.cancel();
      else actions[name]();
    });
    commands.add({ id: `mask.${name}`, group: 'mask', words: `mask.${name}`, keys: KEYS[name], run: actions[name] });
    return made;
  };
  const tools = TOOLS.map((name) => {
    const made = button(name);
    made.setAttribute('aria-pressed', 'false');
    return made;
  });
  const group = (/** @type {string} */ label, /** @type {HTMLElement[]} */ buttons) =>
    make('div', { class: 'button-grid', role: 'group', 'aria-label': t(label) }, ...buttons);
  const remove = toggle({ name: 'mask-remove', label: t('mask.remove'), hint: t('mask.remove.hint') }, () => {
    choices.remove = !choices.remove;
    remove.show(choices.remove);
  });
  const through = toggle({ name: 'mask-through', label: t('mask.through'), hint: t('mask.through.hint') }, () => {
    choices.through = !choices.through;
    through.show(choices.through);
  });
  const tolerance = percentSlider({ name: 'mask-tolerance', label: t('mask.tolerance'), hint: t('mask.tolerance.hint'), min: 0, max: 1 }, (share) => {
    choices.tolerance = share;
    tolerance.show(share);
  });
  tolerance.show(choices.tolerance);
  shown.onTool = (tool) => {
    for (const one of tools) one.setAttribute('aria-pressed', String(one.dataset.maskAction === tool));
  };
  find('[data-mask]').append(make('details', { class: 'section', 'data-section': 'mask' },
    make('summary', { title: t('mask.about') }, t('mask.title'), icon('chevron')),
    make('div', { class: 'section-body' },
      group('mask.change', CHANGES.map(button)),
      group('mask.select', [...tools, ...SELECTIONS.map(button)]),
      remove.element, through.element, tolerance.element)));
}
