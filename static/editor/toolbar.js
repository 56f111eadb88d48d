/** The palette: one brush of many in the hand, chosen by pointer or keys; on a phone a strip that opens into a grid. */

import { find } from './dom.js';
import { moveByArrows } from './widgets/fields.js';

/** @import { BrushName } from '../kernel/brushes/index.js' */
/** @import { BrushSettings } from './settings.js' */

/** @param {BrushSettings} settings */
export function attachToolbar(settings) {
  const bar = find('[data-tools]'), palette = find('[data-palette]'), grid = find('[data-action="all-brushes"]');
  const tools = /** @type {HTMLElement[]} */ ([...palette.querySelectorAll('[data-tool]')]);
  const nameOf = (/** @type {HTMLElement} */ tool) => /** @type {BrushName} */ (tool.dataset.tool);

  const open = (/** @type {boolean} */ wide) => {
    bar.toggleAttribute('data-open', wide);
    grid.setAttribute('aria-expanded', String(wide));
    reveal();
  };
  const reveal = () => tools.find((tool) => tool.getAttribute('aria-checked') === 'true')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  grid.addEventListener('click', () => open(!bar.hasAttribute('data-open')));
  bar.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape' || !bar.hasAttribute('data-open')) return;
    e.stopPropagation();
    open(false);
    grid.focus();
  });
  find('[data-clay]').addEventListener('pointerdown', () => open(false));

  for (const tool of tools) {
    tool.addEventListener('click', () => {
      settings.choose(nameOf(tool));
      open(false);
    });
  }
  moveByArrows(palette, tools, (tool) => settings.choose(nameOf(tool)));

  let shown = '';
  const show = () => {
    for (const tool of tools) {
      const chosen = nameOf(tool) === settings.tool;
      tool.setAttribute('aria-checked', String(chosen));
      tool.tabIndex = chosen ? 0 : -1;
      tool.toggleAttribute('data-held', (settings.held.smooth || settings.held.mask) && nameOf(tool) === settings.activeTool);
    }
    if (shown !== settings.tool) reveal();
    shown = settings.tool;
  };
  settings.addEventListener('change', show);
  show();
}
