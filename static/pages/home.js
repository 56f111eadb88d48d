// The home page: importing models by button or by dropping files, and popovers that close as one expects.

import { t } from '../words/words.js';
import { importModel } from './import.js';

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} kind
 * @param {ParentNode} [within]
 * @returns {T}
 */
function find(selector, kind, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`the page has no ${selector}`);
  return found;
}

const uploads = find('[data-uploads]', HTMLElement);
const template = find('#upload', HTMLTemplateElement);
const input = find('[data-import-input]', HTMLInputElement);
const dropZone = find('[data-drop]', HTMLElement);
const xsrf = find('meta[name=xsrf]', HTMLMetaElement).content;
const maxBytes = Number(input.dataset.maxBytes);

/** @param {number} bytes */
const size = (bytes) => bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Shows one import from its first byte to its end. Resolves to the project's page, or null when it failed.
 * @param {File} file
 * @returns {Promise<{url: string, repairs: string[], open: HTMLAnchorElement} | null>}
 */
async function importShown(file) {
  const card = find('.upload', HTMLElement, /** @type {DocumentFragment} */ (template.content.cloneNode(true)));
  const state = find('.state', HTMLElement, card);
  const bar = find('progress', HTMLProgressElement, card);
  const cancel = find('[data-action=cancel]', HTMLButtonElement, card);
  const open = find('[data-action=open]', HTMLAnchorElement, card);
  const stop = new AbortController();
  find('.name', HTMLElement, card).textContent = file.name;
  bar.setAttribute('aria-label', t('imports.of', { name: file.name }));
  cancel.addEventListener('click', () => { if (bar.hidden) card.remove(); else stop.abort(); });
  uploads.append(card);
  try {
    const { url, repairs } = await importModel(file, { xsrf, maxBytes, signal: stop.signal, progress(sent) {
      bar.value = sent / file.size;
      state.textContent = t('imports.sending', { sent: size(sent), size: size(file.size) });
      if (sent >= file.size) {
        bar.removeAttribute('value'); // from here on nobody knows how long
        state.textContent = t('imports.reading');
      }
    } });
    state.textContent = [t('imports.ready'), ...repairs].join(' ');
    open.href = url;
    open.hidden = false;
    cancel.hidden = bar.hidden = true;
    return { url, repairs, open };
  } catch (error) {
    if (stop.signal.aborted) {
      card.remove();
    } else {
      card.classList.add('failed');
      state.textContent = error instanceof Error ? error.message : String(error);
      cancel.textContent = t('imports.close');
      bar.hidden = true;
    }
    return null;
  }
}

/** @param {Iterable<File>} files */
async function importAll(files) {
  const done = [];
  const list = [...files];
  for (const file of list) done.push(await importShown(file)); // one after the other: the line is shared anyway
  const [only] = done;
  if (list.length === 1 && only) {
    // What was repaired is worth reading; a clean model opens at once.
    if (only.repairs.length) only.open.focus();
    else location.assign(only.url);
  }
}

// The button

for (const label of document.querySelectorAll('[data-import]')) {
  if (label instanceof HTMLElement) label.hidden = false; // hidden in the page, for it needs this script
}
input.addEventListener('change', () => {
  void importAll([...(input.files ?? [])]);
  input.value = '';
});

// Dropping

let depth = 0; // dragenter and dragleave come for every element that is crossed

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes('Files') ?? false;

/** @param {number} change */
function dragging(change) {
  depth = Math.max(0, change ? depth + change : 0);
  dropZone.hidden = depth === 0;
}

addEventListener('dragenter', (event) => { if (hasFiles(event)) dragging(1); });
addEventListener('dragleave', (event) => { if (hasFiles(event)) dragging(-1); });
addEventListener('dragover', (event) => { if (hasFiles(event)) event.preventDefault(); });
addEventListener('drop', (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  dragging(0);
  void importAll([...(event.dataTransfer?.files ?? [])]);
});

// Popovers: a click outside or Escape closes them

/** @param {(popover: HTMLDetailsElement) => boolean} which */
function closePopovers(which) {
  for (const popover of document.querySelectorAll('details.popover[open]')) {
    if (popover instanceof HTMLDetailsElement && which(popover)) popover.open = false;
  }
}

addEventListener('click', (event) => closePopovers((popover) => !popover.contains(/** @type {Node} */ (event.target))));
addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  closePopovers((popover) => {
    if (popover.contains(document.activeElement)) popover.querySelector('summary')?.focus();
    return true;
  });
});

// A picture that can not be had leaves its place empty, without the browser's broken sign.
for (const picture of document.querySelectorAll('.picture img')) {
  picture.addEventListener('error', () => picture.remove(), { once: true });
}
