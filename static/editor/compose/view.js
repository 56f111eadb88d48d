/** How one looks at the clay: the settings of the view, what keys and buttons ask of it, and the axes in the corner. */

import { ViewSettings } from '../../view/settings.js';
import { find } from '../dom.js';
import { Gizmo } from '../panels/gizmo.js';
import { viewCommands } from '../view_commands.js';

/** @import { Editor } from './editor.js' */

/** @typedef {ReturnType<typeof attachView>} View */

/** @param {Editor} editor @param {Storage | null} storage */
export function attachView({ stage }, storage) {
  const settings = new ViewSettings(storage);
  const commands = viewCommands(stage, settings);
  const gizmo = new Gizmo(find('[data-gizmo]'), stage.turntable, (side) => commands[side]());
  const show = () => {
    stage.show(settings);
    gizmo.element.hidden = !settings.values.gizmo;
  };
  settings.addEventListener('change', show);
  stage.onView = () => gizmo.show();
  show();
  return { settings, commands };
}
