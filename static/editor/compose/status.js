/** The connection, told in banners and toasts: nothing while all is well. */

import { on } from './editor.js';
import { t } from '../words.js';

/** @import { Meta, Status } from '../../types.js' */
/** @import { Editor } from './editor.js' */
/** @import { Work } from './work.js' */

/** A connection that is back within this time (ms) was not worth a banner. */
const BLINK_MS = 1200;

/** @param {Editor} editor @param {Work} work @param {Meta} meta as it is by now: its name becomes the rescued file's */
export function attachStatus({ facts, link, messages, mayEdit }, { saveState, historyChanged }, meta) {
  const shown = { status: /** @type {Status | null} */ (null) };
  let waited = 0, lostFor = 0;
  const onStatus = (/** @type {Status} */ status) => {
    const { state, pending, message, kept } = status;
    const online = state === 'online', away = state === 'offline' || state === 'reconnecting';
    saveState.update({ online, pending, waiting: pending, connecting: state === 'loading' }, mayEdit());
    window.clearTimeout(lostFor);
    if (away) {
      waited = Math.max(waited, pending);
      const words = `${message || t('editor.offline.lost')} ${t(kept ? 'editor.offline.kept' : 'editor.offline.notKept')}`;
      lostFor = window.setTimeout(() => messages.banner(words), state === 'offline' ? 0 : BLINK_MS);
    } else messages.banner(state === 'loading' ? message : '');
    if (online) {
      if (waited > 0) messages.toast(t('editor.offline.merged', { count: waited }));
      waited = 0;
    }
    if (state === 'refused' || state === 'closed') {
      const rescue = pending > 0 ? () => download(`${meta.name}.obj`, link.workAsObj()) : null;
      messages.ended(t('editor.ended.stuck'), message, { again: true, rescue });
    }
    shown.status = status;
    historyChanged();
  };
  on(link, 'status', onStatus);
  onStatus(link.status);
  on(link, 'recovered', ({ strokes }) => messages.toast(t('editor.offline.recovered', { count: strokes })));
  on(link, 'saved', ({ name, at, by }) => {
    saveState.update({ savedAt: Date.parse(at) || Date.now(), saving: false }, mayEdit());
    if (by === 'button' && name !== null && name !== facts.user.name) messages.toast(t('editor.save.by', { name }));
  });
  on(link, 'saving', ({ ok }) => {
    if (saveState.safety.journaled === ok) return;
    saveState.update({ journaled: ok }, mayEdit());
    messages.toast(t(ok ? 'editor.database.back' : 'editor.database.away'));
  });
  on(link, 'error', ({ message }) => messages.toast(message));
  return shown;
}

/** Gives the person a file. @param {string} name @param {BlobPart[]} parts */
function download(name, parts) {
  const url = URL.createObjectURL(new Blob(parts));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
