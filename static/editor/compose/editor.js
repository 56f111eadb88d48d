/**
 * What every part of the editor is given: the room, the picture, the settings, the words to people.
 *
 * A part is a function `attach…(editor, …)` in this folder or in `panels/`. `main.js` calls each once, in order, and knows nothing else
 * of them. Where a panel hangs is named in the templates: `[data-paint]`, `[data-view]`, `[data-mask]`, `[data-references]`.
 */

/** @import { RoomLink } from '../../net/room.js' */
/** @import { Facts } from '../../types.js' */
/** @import { Stage } from '../../view/stage.js' */
/** @import { Commands } from '../keys/commands.js' */
/** @import { Keymap } from '../keys/keymap.js' */
/** @import { Messages } from '../panels/messages.js' */
/** @import { BrushSettings } from '../settings.js' */

/**
 * @typedef {object} Editor
 * @property {Facts} facts as the page came
 * @property {RoomLink} link
 * @property {Stage} stage
 * @property {HTMLCanvasElement} canvas the clay's
 * @property {BrushSettings} settings
 * @property {Commands} commands what keys, buttons and the sheet can do
 * @property {Keymap} keymap which key does what
 * @property {Messages} messages
 * @property {() => boolean} mayEdit changes with one's role
 */

/**
 * Listens to the room; the listener gets the event's detail.
 * @param {RoomLink} link @param {string} name @param {(detail: any) => void} listener
 */
export function on(link, name, listener) {
  link.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
}
