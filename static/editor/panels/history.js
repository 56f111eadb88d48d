/** One's own strokes of this visit, newest first; a click goes back or forward to one. What others made stays. */

import { find, make } from '../dom.js';
import { stepsTo } from '../stroke_log.js';
import { icon } from '../widgets/svg.js';
import { currentLanguage, t } from '../words.js';

/** @import { RoomLink } from '../../net/room.js' */
/** @import { StrokeLog } from '../stroke_log.js' */

/** @param {RoomLink} link @param {StrokeLog} log @param {() => void} changed @returns {{show: () => void}} */
export function attachHistory(link, log, changed) {
  const panel = find('#history-panel'), list = find('[data-history]', panel);
  const clock = new Intl.DateTimeFormat(currentLanguage(), { hour: 'numeric', minute: '2-digit' });
  const goTo = (/** @type {number | null} */ stroke) => {
    let steps = stepsTo(link.replica.history.entries, stroke);
    for (; steps < 0; steps++) link.undo();
    for (; steps > 0; steps--) link.redo();
    changed();
  };
  /** @param {number | null} stroke @param {string} what @param {string} picture @param {string} when @param {boolean} done */
  const row = (stroke, what, picture, when, done) => {
    const spoken = when === '' ? what : t(done ? 'interface.history.done' : 'interface.history.undone', { what, when });
    const button = make('button', { class: 'history-row', type: 'button', 'data-stroke': String(stroke), 'data-undone': !done, 'aria-label': spoken },
      icon(picture), make('span', { class: 'history-what' }, what), make('span', { class: 'history-when' }, when));
    button.addEventListener('click', () => goTo(stroke));
    return make('li', {}, button);
  };
  const show = () => {
    if (!panel.matches(':popover-open')) return;
    const { entries } = link.replica.history;
    const held = document.activeElement instanceof HTMLElement && list.contains(document.activeElement) ? document.activeElement.dataset.stroke : undefined;
    const rows = entries.map(({ stroke, done }) => {
      const made = log.of(stroke);
      return row(stroke, made ? t(`brushes.${made.brush}.label`) : t('interface.history.other'), made?.brush ?? 'edit', made ? clock.format(made.at) : '', done);
    });
    rows.unshift(row(null, t('interface.history.start'), 'reset', '', true));
    const at = entries.filter((entry) => entry.done).length;
    rows[at].firstElementChild?.setAttribute('aria-current', 'step');
    list.replaceChildren(...rows.reverse());
    find('[data-history-empty]', panel).hidden = entries.length > 0;
    list.hidden = entries.length === 0;
    if (held !== undefined) /** @type {HTMLElement | null} */ (list.querySelector(`[data-stroke="${held}"]`))?.focus();
  };
  panel.addEventListener('toggle', show);
  return { show };
}
