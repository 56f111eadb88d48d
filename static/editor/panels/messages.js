/** What the page says to the person: toasts that pass, a banner that stays while it is true, a last word when it is over. */

import { find, make, openDialog } from '../dom.js';

/** Long enough to read two short sentences. */
const TOAST_MS = 5000;
/** More than this at once is noise; the oldest goes. */
const MAX_TOASTS = 3;

export class Messages {
  constructor() {
    this._toasts = find('[data-toasts]');
    this._banner = find('[data-banner]');
  }

  /** @param {string} text */
  toast(text) {
    if (this._toasts.lastElementChild?.textContent === text) return;
    const toast = make('p', { class: 'toast' }, text);
    this._toasts.append(toast);
    while (this._toasts.children.length > MAX_TOASTS) this._toasts.firstElementChild?.remove();
    setTimeout(() => toast.remove(), TOAST_MS);
  }

  /** Shows the banner, or takes it away. @param {string} text empty: none @param {'' | 'bad'} [tone] */
  banner(text, tone = '') {
    this._banner.hidden = text === '';
    if (this._banner.textContent !== text) this._banner.textContent = text;
    this._banner.dataset.tone = tone;
  }

  /**
   * The person can not go on here.
   * @param {string} title @param {string} message
   * @param {{again?: boolean, rescue?: (() => void) | null}} [ways] to load the page again; to take one's work along
   */
  ended(title, message, { again = false, rescue = null } = {}) {
    find('[data-ended-title]').textContent = title;
    find('[data-ended-message]').textContent = message;
    const reload = find('[data-action="reload"]'), download = find('[data-action="rescue"]');
    reload.hidden = !again;
    reload.onclick = () => location.reload();
    download.hidden = rescue === null;
    download.onclick = rescue;
    openDialog('ended');
  }
}
