/**
 * The editor, put together: what the server rendered, the room, the clay, the hand and the panels.
 *
 * Order: the sculpture is asked for, then graphics and handlers are made, then comes the geometry with its first picture, then the room.
 *
 * For tests and the console the page has `window.clayroom`:
 *   `link` the RoomLink · `ready` resolves when the sculpture is on the screen and the room is joined ·
 *   `digest()` the digest of each piece as it stands here · `state()` what is going on, as plain values.
 */

import { RoomLink } from '../net/room.js';
import { NoGraphics, Stage } from '../view/stage.js';
import { CursorFlag, Flag } from '../wire/frames.js';
import { CursorSender } from './cursor.js';
import { attachDialogs, find, openDialog } from './dom.js';
import { Gestures, attachGestures } from './gestures.js';
import { Messages } from './panels/messages.js';
import { PeopleList } from './panels/people.js';
import { ProjectPanel } from './panels/project.js';
import { SaveState, count } from './panels/saving.js';
import { Presence } from './presence.js';
import { Sculptor } from './sculptor.js';
import { BrushSettings, TOOLS } from './settings.js';
import { Shortcuts, attachShortcuts } from './shortcuts.js';
import { attachToolbar } from './toolbar.js';

/** @import { Facts, Person, Status } from '../types.js' */

/** Colour of one's own ring until the room has given one. */
const OWN_COLOR = '#ffffff';
/** A connection that is back within this time (ms) was not worth a banner. */
const BLINK_MS = 1200;
const OFFLINE_KEPT = 'You can go on sculpting: it is merged when the connection is back.';
const OFFLINE_NOT_KEPT = 'You can go on sculpting, but keep this page open: this browser can not store your strokes.';

/** @param {Facts} facts */
function start(facts) {
  // The sculpture comes while the graphics device wakes up. Nothing can happen here before this function has returned.
  const link = new RoomLink(facts);
  const opened = link.open();
  const query = new URLSearchParams(location.search);
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  const canvas = /** @type {HTMLCanvasElement} */ (find('[data-clay]'));
  const messages = new Messages();
  attachDialogs();

  /** @type {Stage} */
  let stage;
  try {
    stage = new Stage(canvas, /** @type {HTMLCanvasElement} */ (find('[data-rings]')), {
      antialias: query.get('antialias') !== '0', damping: !calm,
    });
  } catch (problem) {
    opened.catch(() => {});
    void link.close();
    throw problem;
  }
  canvas.addEventListener('webglcontextlost', () => messages.toast('The graphics device went away. The picture returns with it; your strokes are safe.'));
  const mayEdit = () => link.role !== 'viewer';
  const settings = new BrushSettings(storage());
  attachToolbar(settings);

  const makeRoom = () => stage.turntable.setInsets(coveredByPanels(canvas));
  makeRoom();
  window.addEventListener('resize', makeRoom);

  // — the hand —

  const sculptor = new Sculptor(stage, settings, () => link.replica.pieces.values(), {
    send: (flush, { piece, stroke, end }) => link.sendFlush(flush, { piece, stroke, flags: end ? Flag.END : 0 }),
    nextStroke: () => link.newStroke(),
    undo: () => void link.undo(),
  });
  const presence = new Presence(stage, find('[data-names]'), (piece) => link.replica.pieces.get(piece)?.mesh);
  const cursors = new CursorSender((cursor) => link.sendCursor(cursor));
  let ownColor = OWN_COLOR;
  const pointer = { x: 0, y: 0, over: false };

  /** Shows one's own brush, here and to the others. */
  const showBrush = () => {
    const at = sculptor.cursor;
    presence.own = at && mayEdit() ? {
      position: at.hit.point, normal: at.hit.normal, radius: at.radius, pressed: sculptor.sculpting, color: ownColor,
      mirror: settings.switches.mirror,
    } : null;
    canvas.dataset.over = at && mayEdit() ? 'clay' : '';
    stage.invalidateRings();
    if (mayEdit()) {
      cursors.show(at && {
        flags: CursorFlag.SURFACE | (sculptor.sculpting ? CursorFlag.PRESSED : 0) | (sculptor.inverted ? CursorFlag.INVERTED : 0),
        brush: TOOLS.indexOf(settings.activeTool), piece: at.piece, radius: at.radius, position: at.hit.point, normal: at.hit.normal,
      });
    }
  };
  /** The camera or the clay has moved under a brush that rests. */
  const refreshHover = () => {
    if (!pointer.over || sculptor.sculpting) return;
    sculptor.hover(pointer.x, pointer.y);
    showBrush();
  };

  const shortcuts = new Shortcuts(settings, {
    undo: () => {
      if (!sculptor.cancel()) link.undo();
      gestures.abandon();
      showHistory();
    },
    redo: () => {
      link.redo();
      showHistory();
    },
    save: () => void save(),
    cancel: () => {
      if (!sculptor.cancel()) return;
      gestures.abandon();
      showBrush();
      showHistory();
    },
    focus: () => {
      if (sculptor.cursor) stage.focus(sculptor.cursor.hit.point);
      else stage.frameAll();
    },
    home: () => stage.frameAll(true),
    sheet: () => void openDialog('shortcuts'),
    orbit: (dx, dy) => stage.turntable.orbit(dx, dy),
    zoom: (factor) => stage.turntable.zoom(factor),
    sculpting: () => sculptor.sculpting,
  });
  const gestures = new Gestures({
    canSculptAt: (x, y) => mayEdit() && sculptor.pick(x, y) !== null,
    strokeBegin: (sample, keys) => {
      const begun = sculptor.begin(sample, keys);
      showBrush();
      return begun;
    },
    strokeMove: (samples) => {
      sculptor.move(samples);
      showBrush();
    },
    strokeEnd: () => {
      sculptor.end();
      showBrush();
      showHistory();
    },
    strokeCancel: () => {
      sculptor.cancel();
      showBrush();
      showHistory();
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
    adjust: (dx) => {
      const took = shortcuts.adjust(dx);
      if (took) refreshHover();
      return took;
    },
    tap: (fingers) => {
      if (fingers === 2) link.undo();
      else if (fingers === 3) link.redo();
      showHistory();
    },
    doing: (doing) => {
      canvas.dataset.doing = doing;
    },
  });
  settings.addEventListener('change', refreshHover);
  stage.onMoved = refreshHover;
  attachGestures(canvas, gestures);
  attachShortcuts(shortcuts);

  // — panels —

  const people = new PeopleList();
  presence.onSculpting = (client, sculpting) => people.sculpting(client, sculpting);
  const project = new ProjectPanel(
    { name: facts.name, description: facts.description, owner: facts.owner, collaborators: facts.collaborators },
    { edit: mayEdit(), share: facts.role === 'owner' },
    (changes) => link.changeMeta(changes));
  /** @type {Person[]} */
  let clients = [];
  const showPeople = () => {
    people.show(clients, [project.meta.owner, ...project.meta.collaborators.map((c) => c.name)]);
    project.here(clients.map((c) => c.name));
  };
  const saveState = new SaveState(() => void save());
  const save = async () => {
    if (!mayEdit()) return;
    saveState.update({ saving: true }, mayEdit());
    try {
      await link.save('');
    } catch (refusal) {
      messages.toast(refusal instanceof Error ? refusal.message : 'The sculpture could not be saved.');
    } finally {
      saveState.update({ saving: false }, mayEdit());
    }
  };
  const undoButton = /** @type {HTMLButtonElement} */ (find('[data-action="undo"]'));
  const redoButton = /** @type {HTMLButtonElement} */ (find('[data-action="redo"]'));
  const showHistory = () => {
    undoButton.disabled = !link.replica.history.canUndo;
    redoButton.disabled = !link.replica.history.canRedo;
  };
  undoButton.addEventListener('click', () => shortcuts.commands.undo());
  redoButton.addEventListener('click', () => shortcuts.commands.redo());
  find('[data-action="home"]').addEventListener('click', () => stage.frameAll(true));

  // — the room —

  let shown = false;
  const showGeometry = () => {
    sculptor.drop();
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
    refreshHover();
  };
  /** @type {Status | null} */
  let before = null;
  let waited = 0, lostFor = 0;
  const onStatus = (/** @type {Status} */ status) => {
    const { state, pending, message, kept } = status;
    const online = state === 'online', away = state === 'offline' || state === 'reconnecting';
    saveState.update({ online, pending, waiting: pending, connecting: state === 'loading' }, mayEdit());
    window.clearTimeout(lostFor);
    if (away) {
      waited = Math.max(waited, pending);
      const words = `${message || 'The connection is lost.'} ${kept ? OFFLINE_KEPT : OFFLINE_NOT_KEPT}`;
      lostFor = window.setTimeout(() => messages.banner(words), state === 'offline' ? 0 : BLINK_MS);
    } else messages.banner(state === 'loading' ? message : '');
    if (online) {
      if (waited > 0) messages.toast(`Connected again: merged ${count(waited, 'stroke')}.`);
      waited = 0;
    }
    if (state === 'refused' || state === 'closed') {
      const rescue = pending > 0 ? () => download(`${project.meta.name}.obj`, link.workAsObj()) : null;
      messages.ended('Clayroom can not go on here', message, { again: true, rescue });
    }
    before = status;
    showHistory();
  };
  on(link, 'status', onStatus);
  onStatus(link.status);
  on(link, 'progress', ({ loaded, total }) => {
    if (total > 0) find('[data-loading-text]').textContent = `Bringing the clay… ${Math.round((100 * loaded) / total)}%`;
  });
  on(link, 'recovered', ({ strokes }) => messages.toast(`${count(strokes, 'stroke')} of a page that was closed came back.`));
  /** A role may change while one is here. */
  const showRole = () => {
    const before = find('.editor').dataset.role;
    find('.editor').dataset.role = link.role;
    project.can.edit = mayEdit();
    project.can.share = link.role === 'owner';
    project.show();
    if (link.role === 'owner') messages.toast('You are the owner of this sculpture now.');
    else if (link.role === 'viewer') messages.toast('You can only look at this sculpture now.');
    else messages.toast(before === 'owner' ? `${project.meta.owner} is the owner of this sculpture now.` : 'You can sculpt now.');
    if (!mayEdit()) sculptor.cancel();
    saveState.update({}, mayEdit());
    makeRoom();
  };
  on(link, 'people', (/** @type {{clients: Person[]}} */ { clients: now }) => {
    clients = now;
    if (find('.editor').dataset.role !== link.role) showRole();
    ownColor = now.find((c) => c.you)?.colour ?? OWN_COLOR;
    presence.people(now);
    showPeople();
  });
  on(link, 'cursor', (cursor) => presence.moved(cursor));
  on(link, 'meta', ({ changes, name }) => {
    project.applied(changes);
    showPeople();
    if (name !== facts.user.name && changes.name !== undefined) messages.toast(`${name} renamed this sculpture to “${changes.name}”.`);
  });
  on(link, 'saved', ({ name, at, by }) => {
    saveState.update({ savedAt: Date.parse(at) || Date.now(), saving: false }, mayEdit());
    if (by === 'button' && name !== null && name !== facts.user.name) messages.toast(`${name} saved.`);
  });
  on(link, 'saving', ({ ok }) => {
    if (saveState.safety.journaled === ok) return;
    saveState.update({ journaled: ok }, mayEdit());
    messages.toast(ok ? 'The database is back: everything is being saved again.' : 'The database is away: nothing is lost while this page is open, but nothing is saved either.');
  });
  on(link, 'geometry', () => {
    stage.invalidate();
    refreshHover();
  });
  on(link, 'replaced', showGeometry);
  on(link, 'error', ({ message }) => messages.toast(message));
  on(link, 'removed', ({ message }) => {
    sculptor.cancel();
    messages.banner('');
    messages.ended('You are no longer in this room', message);
  });
  window.addEventListener('pagehide', () => sculptor.end());

  const ready = opened.then(() => {
    showGeometry();
    showHistory();
  });
  ready.catch((reason) => {
    messages.ended('The sculpture could not be opened', reason instanceof Error ? reason.message : String(reason), { again: true });
  });
  Object.assign(window, {
    clayroom: {
      link,
      ready,
      digest: () => Object.fromEntries([...link.replica.pieces.keys()].map((piece) => [piece, link.replica.digest(piece)])),
      state: () => ({
        status: before, people: clients, meta: project.meta, sculpting: sculptor.sculpting, tool: settings.activeTool,
        canUndo: link.replica.history.canUndo, canRedo: link.replica.history.canRedo, framesDrawn: stage.framesDrawn,
        safety: saveState.safety,
      }),
      stage,
    },
  });
}

/** @param {RoomLink} link @param {string} name @param {(detail: any) => void} listener */
function on(link, name, listener) {
  link.addEventListener(name, (event) => listener(/** @type {CustomEvent} */ (event).detail));
}

/** How far the panels reach in from each edge, CSS pixels. @param {HTMLElement} canvas */
function coveredByPanels(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const box = (/** @type {string} */ selector) => find(selector).getBoundingClientRect();
  const top = box('.topbar').bottom;
  const tools = box('[data-tools]'), settings = box('[data-settings]');
  // Who only looks has neither.
  if (tools.width === 0) return { top, right: 0, bottom: 0, left: 0 };
  // On a phone they lie along the lower edge.
  if (tools.width > tools.height) return { top, right: 0, bottom: height - settings.top, left: 0 };
  return { top, right: width - settings.left, bottom: 0, left: tools.right };
}

/** Gives the person a file. @param {string} name @param {BlobPart[]} parts */
function download(name, parts) {
  const url = URL.createObjectURL(new Blob(parts));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
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
  find('[data-loading-text]').textContent = problem instanceof NoGraphics ? problem.message : 'Something went wrong while this page was starting. Please load it again.';
  if (!(problem instanceof NoGraphics)) throw problem;
}
