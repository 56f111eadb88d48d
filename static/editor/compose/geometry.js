/** The clay of the room on the screen: the first picture, and the pieces as they come, change and go. */

import { find } from '../dom.js';
import { t } from '../words.js';
import { on } from './editor.js';

/** @import { Editor } from './editor.js' */
/** @import { Hand } from './hand.js' */

/** @param {Editor} editor @param {Hand} hand @returns {() => void} shows the pieces as they are now */
export function attachGeometry({ link, stage }, hand) {
  let shown = false;
  const show = () => {
    hand.sculptor.drop();
    for (const piece of [...stage.views.keys()]) if (!link.replica.pieces.has(piece)) stage.removeMesh(piece);
    for (const { piece, mesh } of link.replica.pieces.values()) if (stage.views.get(piece)?.mesh !== mesh) stage.setMesh(piece, mesh);
    if (!shown && link.replica.pieces.size > 0) {
      shown = true;
      performance.mark('clayroom:geometry');
      stage.frameAll(true);
      stage.turntable.jump();
      stage.drawFirst();
      performance.mark('clayroom:drawn');
      void stage.finished().then(() => performance.mark('clayroom:first-frame'));
      find('[data-loading]').dataset.done = '';
    }
    hand.refreshHover();
  };
  on(link, 'progress', ({ loaded, total }) => {
    if (total > 0) find('[data-loading-text]').textContent = t('editor.loading.percent', { percent: Math.round((100 * loaded) / total) });
  });
  on(link, 'geometry', () => {
    stage.invalidate();
    hand.refreshHover();
  });
  on(link, 'replaced', show);
  return show;
}
