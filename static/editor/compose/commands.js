/** The commands of the hand and of the work. Panels add theirs with `editor.commands.add`. */

import { openDialog } from '../dom.js';
import { TOOLS } from '../settings.js';
import { VIEW_KEYS } from '../view_commands.js';

/** @import { Command, Drag } from '../keys/commands.js' */
/** @import { BrushSettings } from '../settings.js' */
/** @import { ViewCommand } from '../view_commands.js' */
/** @import { Editor } from './editor.js' */
/** @import { View } from './view.js' */

/** An arrow key turns by this many pixels of a drag; Shift makes it finer. */
const ARROW_TURN = 40;
const FINE_TURN = 8;
const ZOOM_STEP = 1.2;
const RADIUS_STEP = 1.1;
/** Percent. */
const STRENGTH_STEP = 5;
/** Percent of strength, and percent of the sculpture's radius, for each pixel of a movement. */
const STRENGTH_PER_PIXEL = 1 / 3;
const SCENE_RADIUS_PER_PIXEL = 1 / 5;

/**
 * @param {Editor} editor
 * @param {{undo: () => void, redo: () => void, cancel: () => void, focus: () => void, save: () => void}} work
 * @param {View} view
 */
export function addCommands({ commands, settings, stage }, work, view) {
  commands.add(
    ...TOOLS.map((name) => /** @type {Command} */ ({
      id: `brush.${name}`, group: 'brushes', words: `brushes.${name}.label`, run: () => settings.choose(name),
    })),
    { id: 'radius', group: 'stroke', drag: radiusDrag(settings) },
    { id: 'radius.smaller', group: 'stroke', repeats: true, run: () => settings.scaleRadius(1 / RADIUS_STEP) },
    { id: 'radius.larger', group: 'stroke', repeats: true, run: () => settings.scaleRadius(RADIUS_STEP) },
    { id: 'strength', group: 'stroke', drag: strengthDrag(settings) },
    { id: 'strength.less', group: 'stroke', repeats: true, run: () => settings.setStrength(settings.strength - STRENGTH_STEP) },
    { id: 'strength.more', group: 'stroke', repeats: true, run: () => settings.setStrength(settings.strength + STRENGTH_STEP) },
    { id: 'hold.smooth', group: 'stroke', hold: (on) => settings.hold({ smooth: on }) },
    { id: 'hold.invert', group: 'stroke', hold: (on) => settings.hold({ invert: on }) },
    { id: 'hold.mask', group: 'stroke', hold: (on) => settings.hold({ mask: on }) },
    { id: 'invert', group: 'stroke', run: () => settings.toggle('invert') },
    { id: 'mirror', group: 'stroke', run: () => settings.toggleMirror('x') },
    { id: 'cancel', group: 'stroke', run: work.cancel },
    { id: 'undo', group: 'work', repeats: true, run: work.undo },
    { id: 'redo', group: 'work', repeats: true, run: work.redo },
    { id: 'save', group: 'work', run: work.save },
    { id: 'sheet', group: 'work', run: () => void openDialog('shortcuts') },
    { id: 'focus', group: 'view', run: work.focus },
    { id: 'home', group: 'view', run: () => stage.frameAll(true) },
    { id: 'zoom.in', group: 'view', repeats: true, run: () => stage.turntable.zoom(1 / ZOOM_STEP) },
    { id: 'zoom.out', group: 'view', repeats: true, run: () => stage.turntable.zoom(ZOOM_STEP) },
  );
  for (const [way, x, y] of /** @type {const} */ ([['left', 1, 0], ['right', -1, 0], ['up', 0, 1], ['down', 0, -1]])) {
    commands.add(
      { id: `turn.${way}`, group: 'view', repeats: true, run: () => stage.turntable.orbit(x * ARROW_TURN, y * ARROW_TURN) },
      { id: `turn.${way}.fine`, group: 'view', repeats: true, run: () => stage.turntable.orbit(x * FINE_TURN, y * FINE_TURN) });
  }
  for (const [name, run] of /** @type {[ViewCommand, () => void][]} */ (Object.entries(view.commands))) {
    commands.add({ id: `view.${name}`, group: 'view', keys: VIEW_KEYS[name], repeats: /^(turn|roll)(Left|Right|Up|Down)$/.test(name), run });
  }
}

/** The radius by moving, in the brush's own unit. @param {BrushSettings} settings @returns {Drag} */
function radiusDrag(settings) {
  let start = 0, moved = 0;
  const put = (/** @type {number} */ pixels) => {
    if (settings.radiusUnit === 'scene') settings.setSceneRadius(start + pixels * SCENE_RADIUS_PER_PIXEL);
    else settings.setRadius(start + pixels);
  };
  return {
    begin: () => {
      start = settings.radiusUnit === 'scene' ? settings.sceneRadius : settings.radius;
      moved = 0;
    },
    move: (dx) => put(moved += dx),
    cancel: () => put(0),
  };
}

/** The strength by moving. @param {BrushSettings} settings @returns {Drag} */
function strengthDrag(settings) {
  let start = 0, moved = 0;
  return {
    begin: () => {
      start = settings.strength;
      moved = 0;
    },
    move: (dx) => settings.setStrength(start + (moved += dx) * STRENGTH_PER_PIXEL),
    cancel: () => settings.setStrength(start),
  };
}
