/** One's own hand on the canvas: pointers and keys become strokes and camera movements, and the brush is shown here and to the others. */

import { copiesOf } from '../../kernel/index.js';
import { BRUSHES, CursorFlag, Flag } from '../../wire/frames.js';
import { CursorSender } from '../cursor.js';
import { find } from '../dom.js';
import { Gestures, attachGestures } from '../gestures.js';
import { Keyboard, attachKeyboard } from '../keys/keyboard.js';
import { Presence } from '../presence.js';
import { Sculptor } from '../sculptor.js';
import { StrokeLog } from '../stroke_log.js';
import { addCommands } from './commands.js';

/** @import { Editor } from './editor.js' */
/** @import { View } from './view.js' */

/** Colour of one's own ring until the room has given one. */
const OWN_COLOR = '#ffffff';

/** @typedef {ReturnType<typeof attachHand>} Hand */

/** @param {Editor} editor @param {{save: () => void, historyChanged: () => void}} work @param {View} view */
export function attachHand(editor, work, view) {
  const { link, stage, canvas, settings, mayEdit, commands, keymap } = editor;
  const strokes = new StrokeLog();
  const sculptor = new Sculptor(stage, settings, () => link.replica.pieces.values(), {
    send: (flush, { piece, stroke, end }) => link.sendFlush(flush, { piece, stroke, flags: end ? Flag.END : 0 }),
    paint: (change, { piece, stroke, end }) => link.sendPaint(change, { piece, stroke, flags: end ? Flag.END : 0 }),
    masked: (piece, change, stroke) => link.replica.addMask(new Map([[piece, change]]), stroke),
    nextStroke: () => {
      const stroke = link.newStroke();
      strokes.add(stroke, settings.activeTool, Date.now());
      return stroke;
    },
    undo: () => void link.undo(),
  });
  const presence = new Presence(stage, find('[data-names]'), (piece) => link.replica.pieces.get(piece)?.mesh);
  const cursors = new CursorSender((cursor) => link.sendCursor(cursor));
  const pointer = { x: 0, y: 0, over: false };

  const showBrush = () => {
    const at = sculptor.cursor;
    presence.own = at && mayEdit() ? {
      position: at.hit.point, normal: at.hit.normal, radius: at.radius, pressed: sculptor.sculpting, color: hand.color,
      copies: copiesOf(settings.get('mirror'), settings.get('radial')), line: sculptor.line,
    } : null;
    canvas.dataset.over = at && mayEdit() ? 'clay' : '';
    stage.invalidateRings();
    if (mayEdit()) {
      cursors.show(at && {
        flags: CursorFlag.SURFACE | (sculptor.sculpting ? CursorFlag.PRESSED : 0) | (sculptor.inverted ? CursorFlag.INVERTED : 0),
        brush: BRUSHES.indexOf(settings.activeTool), piece: at.piece, radius: at.radius, position: at.hit.point, normal: at.hit.normal,
      });
    }
  };
  /** The camera or the clay has moved under a brush that rests. */
  const refreshHover = () => {
    if (!pointer.over || sculptor.sculpting) return;
    sculptor.hover(pointer.x, pointer.y);
    showBrush();
  };

  const keyboard = new Keyboard(commands, keymap, () => sculptor.sculpting);
  addCommands(editor, {
    undo: () => {
      if (!sculptor.cancel()) link.undo();
      gestures.abandon();
      work.historyChanged();
    },
    redo: () => {
      link.redo();
      work.historyChanged();
    },
    save: work.save,
    cancel: () => {
      if (!sculptor.cancel()) return;
      gestures.abandon();
      showBrush();
      work.historyChanged();
    },
    focus: () => {
      if (sculptor.cursor) stage.focus(sculptor.cursor.hit.point);
      else stage.frameAll();
    },
  }, view);
  const gestures = new Gestures({
    canSculptAt: (x, y) => mayEdit() && sculptor.pick(x, y) !== null,
    strokeBegin: (sample, { held, erasing }) => {
      keyboard.pressed(held);
      const begun = sculptor.begin(sample, erasing);
      showBrush();
      return begun;
    },
    strokeMove: (samples) => {
      sculptor.move(samples);
      showBrush();
    },
    strokeEnd: () => {
      sculptor.end();
      keyboard.strokeEnded();
      showBrush();
      work.historyChanged();
    },
    strokeCancel: () => {
      sculptor.cancel();
      keyboard.strokeEnded();
      showBrush();
      work.historyChanged();
    },
    orbit: (dx, dy) => stage.turntable.orbit(dx, dy),
    pan: (dx, dy) => stage.turntable.pan(dx, dy),
    zoom: (factor, x, y) => stage.turntable.zoom(factor, x, y),
    hover: (x, y) => {
      Object.assign(pointer, { x, y, over: true });
      sculptor.hover(x, y);
      showBrush();
    },
    hoverEnd: () => {
      pointer.over = false;
      sculptor.leave();
      showBrush();
    },
    settle: (cancelled) => keyboard.settle(cancelled),
    adjust: (dx, dy) => {
      const took = keyboard.adjust(dx, dy);
      if (took) refreshHover();
      return took;
    },
    tap: (fingers) => {
      if (fingers === 2) link.undo();
      else if (fingers === 3) link.redo();
      work.historyChanged();
    },
    doing: (doing) => {
      canvas.dataset.doing = doing;
    },
  });
  settings.addEventListener('change', refreshHover);
  stage.onMoved = refreshHover;
  attachGestures(canvas, gestures);
  attachKeyboard(keyboard);
  for (const id of ['undo', 'redo', 'home']) find(`[data-action="${id}"]`).addEventListener('click', () => commands.run(id));
  window.addEventListener('pagehide', () => sculptor.end());

  const hand = { strokes, sculptor, presence, keyboard, gestures, refreshHover, showBrush, color: OWN_COLOR };
  return hand;
}
