/** What a key or a button can ask of the view, by name. */

/** @import { Side } from '../view/pose.js' */
/** @import { ViewSettings } from '../view/settings.js' */
/** @import { Stage } from '../view/stage.js' */

/** One step of a key turns by this much: six of them are a right angle. Radians. */
const STEP = Math.PI / 12;

/** @type {readonly Side[]} */
const SIDES = ['front', 'back', 'right', 'left', 'top', 'bottom'];

/** @typedef {Side | 'opposite' | 'turnLeft' | 'turnRight' | 'turnUp' | 'turnDown' | 'rollLeft' | 'rollRight' | 'projection' | 'turning' | 'rollLock'} ViewCommand */

/**
 * The number pad, by the codes of its keys: on laptops without one the corner's axes do the same.
 * @type {Record<string, {plain: ViewCommand, ctrl?: ViewCommand, shift?: ViewCommand}>}
 */
export const NUMPAD = {
  Numpad1: { plain: 'front', ctrl: 'back' },
  Numpad3: { plain: 'right', ctrl: 'left' },
  Numpad7: { plain: 'top', ctrl: 'bottom' },
  Numpad9: { plain: 'opposite' },
  Numpad4: { plain: 'turnLeft', shift: 'rollLeft' },
  Numpad6: { plain: 'turnRight', shift: 'rollRight' },
  Numpad8: { plain: 'turnUp' },
  Numpad2: { plain: 'turnDown' },
  Numpad5: { plain: 'projection' },
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

/** The command of a key of the number pad. @param {{code: string, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean}} e @returns {ViewCommand | undefined} */
export function numpadCommand(e) {
  const key = NUMPAD[e.code];
  if (e.ctrlKey || e.metaKey) return key?.ctrl;
  return e.shiftKey ? key?.shift : key?.plain;
}
