/** What is safe and what is not, in a few words. */

import { find } from '../dom.js';
import { t } from '../words.js';

/**
 * @typedef {object} Safety
 * @property {boolean} online
 * @property {boolean} connecting for the first time
 * @property {boolean} journaled the database takes what we do
 * @property {number} pending flushes of ours that the database does not have yet
 * @property {number} waiting strokes of ours that nobody has but this browser
 * @property {boolean} saving somebody pressed Save and no answer has come
 * @property {number} savedAt milliseconds since 1970; 0: never
 */

/** Work in flight for less than this (ms) is not worth a word: an acknowledgement takes about 50. */
export const PATIENCE_MS = 1500;

/**
 * @param {Safety} safety @param {number} now milliseconds since 1970
 * @returns {{text: string, tone: '' | 'good' | 'busy' | 'bad'}}
 */
export function wordsFor({ online, connecting, journaled, pending, waiting, saving, savedAt }, now) {
  if (connecting) return { text: t('room.save.connecting'), tone: 'busy' };
  if (!online) return { text: waiting > 0 ? t('room.save.offlineWaiting', { count: waiting }) : t('room.save.offline'), tone: 'bad' };
  if (!journaled) return { text: t('room.save.databaseAway'), tone: 'bad' };
  if (saving) return { text: t('room.save.saving'), tone: 'busy' };
  if (pending > 0) return { text: t('room.save.sending'), tone: 'busy' };
  if (savedAt === 0) return { text: t('room.save.kept'), tone: 'good' };
  return { text: savedAgo(now - savedAt), tone: 'good' };
}

/** Saved so many milliseconds ago. @param {number} ms */
export function savedAgo(ms) {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return t('room.save.justNow');
  if (minutes < 60) return t('room.save.minutes', { count: minutes });
  if (minutes < 48 * 60) return t('room.save.hours', { count: Math.floor(minutes / 60) });
  return t('room.save.days', { count: Math.floor(minutes / 1440) });
}

export class SaveState {
  /** @param {() => void} onSave */
  constructor(onSave) {
    this._box = find('[data-save-state]');
    this._text = find('[data-save-text]', this._box);
    this._button = /** @type {HTMLButtonElement} */ (find('[data-action="save"]'));
    this._button.addEventListener('click', onSave);
    /** @type {Safety} */
    this.safety = { online: false, connecting: true, journaled: true, pending: 0, waiting: 0, saving: false, savedAt: 0 };
    this._busySince = 0;
    this._timer = 0;
    this._minute = setInterval(() => this._show(), 20_000);
  }

  /** @param {Partial<Safety>} changes @param {boolean} [mayEdit] */
  update(changes, mayEdit = true) {
    Object.assign(this.safety, changes);
    if (this.safety.pending === 0) this._busySince = 0;
    else if (this._busySince === 0) this._busySince = Date.now();
    this._button.disabled = !this.safety.online || this.safety.saving || !mayEdit;
    this._show();
  }

  _show() {
    const now = Date.now();
    const patient = this._busySince !== 0 && now - this._busySince < PATIENCE_MS;
    if (patient && this._timer === 0) {
      this._timer = window.setTimeout(() => {
        this._timer = 0;
        this._show();
      }, PATIENCE_MS);
    }
    const { text, tone } = wordsFor({ ...this.safety, pending: patient ? 0 : this.safety.pending }, now);
    // The same words again would be read out again.
    if (this._text.textContent !== text) this._text.textContent = text;
    this._box.title = text;
    this._box.dataset.tone = tone;
  }
}
