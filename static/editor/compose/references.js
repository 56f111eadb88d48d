/** Reference images: those of the room on the planes of the scene and over the picture, and what people do with them. */

import { MAX_PICTURE_BYTES, MAX_REFERENCES, ReferenceBoard, uploadReference } from '../../net/references.js';
import { ReferencePlanes } from '../../view/references.js';
import { find, make } from '../dom.js';
import { ReferencePanel } from '../panels/references.js';
import { t } from '../words.js';
import { on } from './editor.js';

/** @import { Reference, ReferencePlace } from '../../types.js' */
/** @import { Editor } from './editor.js' */

/** Where a picture hangs first, by what it is pinned to. @type {Readonly<Record<Reference['pin'], Pick<ReferencePlace, 'x' | 'y' | 'depth' | 'scale'>>>} */
export const FIRST_PLACE = Object.freeze({
  view: { x: -0.5, y: 0.4, depth: 0, scale: 0.34 },
  // Behind the sculpture, as large as it.
  front: { x: 0, y: 0, depth: -1.3, scale: 2 },
  side: { x: 0, y: 0, depth: -1.3, scale: 2 },
  top: { x: 0, y: 0, depth: -1.3, scale: 2 },
});
/** Letters of a name, as the server takes them. */
const MAX_NAME = 80;

/** @param {Editor} editor @param {Storage | null} storage */
export function attachReferences({ facts, link, stage, messages, commands, mayEdit }, storage) {
  const url = `/api/projects/${facts.project}/references`;
  const urlOf = (/** @type {string} */ reference) => `${url}/${reference}`;
  const board = new ReferenceBoard((reference, place) => link.changeReference(reference, place), link.surroundings.clock);
  const planes = new ReferencePlanes(urlOf, () => stage.invalidate());
  stage.scene.add(planes.object);
  const pinned = make('div', { class: 'references-pinned', 'aria-hidden': 'true' });
  find('[data-rings]').after(pinned);

  const refused = (/** @type {unknown} */ problem) =>
    messages.toast(problem instanceof Error && problem.message !== '' ? problem.message : t('references.failed'));
  board.onRefused = refused;
  const add = async (/** @type {File} */ file) => {
    if (file.size > MAX_PICTURE_BYTES) throw new Error(t('references.tooLarge', { megabytes: MAX_PICTURE_BYTES / 2 ** 20 }));
    const xsrf = /** @type {HTMLMetaElement} */ (find('meta[name=xsrf]')).content;
    const { reference } = await uploadReference({ fetch: link.surroundings.fetch, url, xsrf, file });
    await board.hang(reference, { name: nameOf(file), pin: 'view', ...FIRST_PLACE.view, opacity: 1 });
  };
  const panel = new ReferencePanel(urlOf, {
    add: (file) => void add(file).catch(refused).finally(() => panel.busy(false)),
    move: (reference, change) => board.move(reference, change),
    pin: (reference, pin) => board.move(reference, { pin, ...FIRST_PLACE[pin] }),
    remove: (reference) => board.remove(reference),
    hide: (hidden) => setHidden(hidden),
  });

  let hidden = storage?.getItem(HIDDEN_KEY) === 'yes';
  const setHidden = (/** @type {boolean} */ now) => {
    hidden = now;
    try {
      storage?.setItem(HIDDEN_KEY, hidden ? 'yes' : 'no');
    } catch {
      // A full or forbidden storage costs the memory of a switch.
    }
    show();
  };
  const show = () => {
    const references = board.list(), seen = hidden ? [] : references;
    planes.show(seen);
    showPinned(pinned, seen.filter(({ pin }) => pin === 'view'), urlOf);
    panel.show(references, { mayEdit: mayEdit(), hidden, full: references.length >= MAX_REFERENCES });
  };
  commands.add({ id: 'references.hide', group: 'references', words: 'references.hide', keys: ['Shift+R'], run: () => setHidden(!hidden) });
  board.addEventListener('change', show);
  on(link, 'references', (/** @type {{all?: Reference[], reference: string, place: Reference | null}} */ { all, reference, place }) => {
    if (all) board.reset(all);
    else board.applied(reference, place);
  });
  on(link, 'people', show);
  show();
  return board;
}

const HIDDEN_KEY = 'clayroom.references.hidden';

/** The pictures that lie over the canvas, made to what `references` says. @param {HTMLElement} box @param {readonly Reference[]} references @param {(reference: string) => string} urlOf */
function showPinned(box, references, urlOf) {
  const there = new Map(Array.from(box.children, (image) => [/** @type {HTMLElement} */ (image).dataset.reference, /** @type {HTMLElement} */ (image)]));
  for (const { reference, x, y, scale, opacity } of references) {
    const image = there.get(reference) ?? make('img', { src: urlOf(reference), alt: '', draggable: 'false', 'data-reference': reference });
    there.delete(reference);
    image.style.left = `${50 + 50 * x}%`;
    image.style.top = `${50 - 50 * y}%`;
    image.style.height = `${100 * scale}cqmin`;
    image.style.opacity = String(opacity);
    if (!image.isConnected) box.append(image);
  }
  for (const image of there.values()) image.remove();
}

/** @param {File} file */
function nameOf(file) {
  return [...file.name.replace(/\.[^.]*$/, '').replace(/[\p{Cc}\p{Cf}]/gu, '')].slice(0, MAX_NAME).join('').trim();
}
