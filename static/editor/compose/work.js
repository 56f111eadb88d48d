/** What is safe, saving, and whether there is something to undo. */

import { find } from '../dom.js';
import { SaveState } from '../panels/saving.js';
import { t } from '../words.js';

/** @import { Editor } from './editor.js' */

/** @typedef {ReturnType<typeof attachWork>} Work */

/** @param {Editor} editor */
export function attachWork({ link, messages, mayEdit }) {
  const undo = /** @type {HTMLButtonElement} */ (find('[data-action="undo"]'));
  const redo = /** @type {HTMLButtonElement} */ (find('[data-action="redo"]'));
  const saveState = new SaveState(() => void save());
  const save = async () => {
    if (!mayEdit()) return;
    saveState.update({ saving: true }, mayEdit());
    try {
      await link.save('');
    } catch (refusal) {
      messages.toast(refusal instanceof Error ? refusal.message : t('editor.save.failed'));
    } finally {
      saveState.update({ saving: false }, mayEdit());
    }
  };
  const historyChanged = () => {
    undo.disabled = !link.replica.history.canUndo;
    redo.disabled = !link.replica.history.canRedo;
    work.onHistory();
  };
  const work = { saveState, save: () => void save(), historyChanged, onHistory: () => {} };
  return work;
}
