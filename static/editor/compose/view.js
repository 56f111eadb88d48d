/** How one looks at the clay: the settings of the view, what keys and buttons ask of it, and the axes in the corner. */

import { ViewSettings } from '../../view/settings.js';
import { placesOf, viewOf } from '../../view/shared_view.js';
import { find } from '../dom.js';
import { Gizmo } from '../panels/gizmo.js';
import { ViewPanel } from '../panels/view.js';
import { SharedViews } from '../shared_views.js';
import { viewCommands } from '../view_commands.js';
import { t } from '../words.js';
import { on } from './editor.js';

/** @import { ViewFields } from '../../types.js' */
/** @import { Editor } from './editor.js' */

/** @typedef {ReturnType<typeof attachView>} View */

/** @param {Editor} editor @param {Storage | null} storage */
export function attachView({ link, stage, settings: brush }, storage) {
  const settings = new ViewSettings(storage);
  const commands = viewCommands(stage, settings);
  const gizmo = new Gizmo(find('[data-gizmo]'), stage.turntable, (side) => commands[side]());
  new ViewPanel(find('[data-view]'), settings);
  const numbers = find('[data-numbers]');
  const count = () => {
    const { vertices, triangles } = stage.size;
    const ms = Math.round(stage.frameMs);
    numbers.textContent = t(ms > 0 ? 'view.numbers' : 'view.numbers.still', { vertices, triangles, ms });
  };
  const show = () => {
    stage.show(settings);
    gizmo.element.hidden = !settings.values.gizmo;
    numbers.hidden = !settings.values.stats;
    if (settings.values.stats) count();
  };
  settings.addEventListener('change', show);
  stage.onView = () => {
    gizmo.show();
    if (link.status.state === 'online') shared.show(viewOf(stage.turntable));
    if (settings.values.stats) count();
  };
  const mirror = () => stage.showMirror(brush.strokeSettings().mirror);
  brush.addEventListener('change', mirror);
  mirror();
  show();
  /** Looks from where somebody looks; the projection becomes theirs, also in the panel. @param {ViewFields} fields */
  const visit = (fields) => {
    const view = placesOf(fields);
    settings.set('projection', view.orthographic ? 'orthographic' : 'perspective');
    stage.turntable.flyTo(view);
  };
  const shared = new SharedViews((view) => link.sendView(view));
  let online = false;
  on(link, 'status', ({ state }) => {
    if (state === 'online' && !online) shared.again(viewOf(stage.turntable));
    online = state === 'online';
  });
  return { settings, commands, shared, visit };
}
