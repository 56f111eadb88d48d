/**
 * The editor, put together: what the server rendered, the room, the clay, the hand and the panels.
 *
 * Order: the sculpture is asked for, then graphics and handlers are made, then comes the geometry with its first picture, then the room.
 *
 * For tests and the console the page has `window.clayroom`:
 *   `link` the RoomLink · `ready` resolves when the sculpture is on the screen and the room is joined · `settings` the brush · `references()` · `keymap` its keys ·
 *   `digest()` the digest of each piece as it stands here · `state()` what is going on, as plain values.
 */

import { RoomLink } from '../net/room.js';
import { NoGraphics, Stage } from '../view/stage.js';
import { attachGeometry } from './compose/geometry.js';
import { attachHand } from './compose/hand.js';
import { attachLayout } from './compose/layout.js';
import { attachPeople } from './compose/people.js';
import { attachMask } from './compose/mask.js';
import { attachReferences } from './compose/references.js';
import { attachStatus } from './compose/status.js';
import { attachView } from './compose/view.js';
import { attachWork } from './compose/work.js';
import { attachDialogs, find } from './dom.js';
import { Commands } from './keys/commands.js';
import { Keymap } from './keys/keymap.js';
import { attachKeyHints } from './keys/labels.js';
import { attachKeySheet } from './keys/sheet.js';
import { attachBrushPanel } from './panels/brush.js';
import { attachHistory } from './panels/history.js';
import { attachMaskPanel } from './panels/mask.js';
import { Messages } from './panels/messages.js';
import { attachPopovers } from './popovers.js';
import { attachPaint } from './panels/paint.js';
import { OwnAlphas } from './own_alphas.js';
import { BrushSettings } from './settings.js';
import { attachToolbar } from './toolbar.js';
import { t } from './words.js';

/** @import { Facts } from '../types.js' */
/** @import { Editor } from './compose/editor.js' */

/** @param {Facts} facts */
function start(facts) {
  // The sculpture comes while the graphics device wakes up. Nothing can happen here before this function has returned.
  const link = new RoomLink(facts);
  const opened = link.open();
  const canvas = /** @type {HTMLCanvasElement} */ (find('[data-clay]'));
  const messages = new Messages();
  attachDialogs();

  /** @type {Stage} */
  let stage;
  try {
    stage = new Stage(canvas, /** @type {HTMLCanvasElement} */ (find('[data-rings]')), {
      antialias: new URLSearchParams(location.search).get('antialias') !== '0',
      damping: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    });
  } catch (problem) {
    opened.catch(() => {});
    void link.close();
    throw problem;
  }
  canvas.addEventListener('webglcontextlost', () => messages.toast(t('editor.contextLost')));

  const alphas = new OwnAlphas(storage());
  const settings = new BrushSettings(storage());
  const commands = new Commands();
  const keymap = new Keymap(commands, storage());
  /** @type {Editor} */
  const editor = { facts, link, stage, canvas, settings, commands, keymap, messages, mayEdit: () => link.role !== 'viewer' };

  attachToolbar(settings);
  attachBrushPanel(settings, alphas, (text) => messages.toast(text), storage());
  attachPopovers();
  const measure = attachLayout(editor);
  const work = attachWork(editor);
  const view = attachView(editor, storage());
  const hand = attachHand(editor, work, view);
  work.onHistory = attachHistory(link, hand.strokes, work.historyChanged).show;
  attachPaint(editor, hand, work.historyChanged, storage());
  const people = attachPeople(editor, hand, view, () => {
    work.saveState.update({}, editor.mayEdit());
    measure();
  });
  const connection = attachStatus(editor, work, people.project.meta);
  attachMaskPanel(attachMask(editor, work.historyChanged), commands);
  const references = attachReferences(editor, storage());
  const showGeometry = attachGeometry(editor, hand);

  attachKeySheet(editor);
  attachKeyHints(keymap);

  const ready = opened.then(() => {
    showGeometry();
    work.historyChanged();
  });
  ready.catch((reason) => {
    messages.ended(t('editor.ended.notOpened'), reason instanceof Error ? reason.message : String(reason), { again: true });
  });
  Object.assign(window, {
    clayroom: {
      link,
      ready,
      stage,
      settings,
      keymap,
      view: view.settings,
      views: view.shared,
      references: () => references.list(),
      digest: () => Object.fromEntries([...link.replica.pieces.keys()].map((piece) => [piece, link.replica.digest(piece)])),
      state: () => ({
        status: connection.status, people: people.clients, meta: people.project.meta, sculpting: hand.sculptor.sculpting,
        tool: settings.activeTool, canUndo: link.replica.history.canUndo, canRedo: link.replica.history.canRedo,
        framesDrawn: stage.framesDrawn, safety: work.saveState.safety,
      }),
    },
  });
}

/** The browser's memory, or null where it is forbidden. */
function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

try {
  start(JSON.parse(find('#clayroom').textContent ?? ''));
} catch (problem) {
  find('[data-loading-text]').textContent = t(problem instanceof NoGraphics ? 'editor.noGraphics' : 'editor.notStarted');
  if (!(problem instanceof NoGraphics)) throw problem;
}
