/** What a key or a button can ask of the view, by name. */

/** @import { Side } from '../view/pose.js' */
/** @import { ViewSettings } from '../view/settings.js' */
/** @import { Stage } from '../view/stage.js' */

/** One step of a key turns by this much: six of them are a right angle. Radians. */
const STEP = Math.PI / 12;

/** @type {readonly Side[]} */
const SIDES = ['front', 'back', 'right', 'left', 'top', 'bottom'];

/** @typedef {Side | 'opposite' | 'turnLeft' | 'turnRight' | 'turnUp' | 'turnDown' | 'rollLeft' | 'rollRight' | 'projection' | 'turning' | 'rollLock'} ViewCommand */

/** Their keys: the number pad, as in Blender; on laptops without one the corner's axes do the same. @type {Partial<Record<ViewCommand, string[]>>} */
export const VIEW_KEYS = {
  front: ['Numpad1'],
  back: ['Ctrl+Numpad1'],
  right: ['Numpad3'],
  left: ['Ctrl+Numpad3'],
  top: ['Numpad7'],
  bottom: ['Ctrl+Numpad7'],
  opposite: ['Numpad9'],
  turnLeft: ['Numpad4'],
  turnRight: ['Numpad6'],
  turnUp: ['Numpad8'],
  turnDown: ['Numpad2'],
  rollLeft: ['Shift+Numpad4'],
  rollRight: ['Shift+Numpad6'],
  projection: ['Numpad5'],
};

/** @param {Stage} stage @param {ViewSettings} settings @returns {Record<ViewCommand, () => void>} */
export function viewCommands(stage, settings) {
  const { turntable } = stage;
  const sides = /** @type {Record<Side, () => void>} */ (Object.fromEntries(SIDES.map((side) => [side, () => turntable.view(side)])));
  return {
    ...sides,
    opposite: () => turntable.opposite(),
    turnLeft: () => turntable.step(STEP, 0),
    turnRight: () => turntable.step(-STEP, 0),
    turnUp: () => turntable.step(0, STEP),
    turnDown: () => turntable.step(0, -STEP),
    rollLeft: () => turntable.step(0, 0, STEP),
    rollRight: () => turntable.step(0, 0, -STEP),
    projection: () => settings.next('projection'),
    turning: () => settings.next('turning'),
    rollLock: () => settings.toggle('rollLock'),
  };
}
