/** Chords as people read them, and the hints at the buttons. */

import { hasText, t } from '../words.js';

/** @import { Keymap } from './keymap.js' */

/** What Apple's keyboards write on their modifiers. @type {Record<string, string>} */
const APPLE = { Ctrl: '⌘', Alt: '⌥', Shift: '⇧' };
const SIGNS = /** @type {Record<string, string>} */ ({
  ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Plus: '+', '-': '−',
  NumpadAdd: 'Num +', NumpadSubtract: 'Num −', NumpadDecimal: 'Num .', NumpadMultiply: 'Num *', NumpadDivide: 'Num /',
});

/** @param {string} chord @param {boolean} [apple] */
export function labelOf(chord, apple = isApple()) {
  const parts = chord.split('+').map((part) => {
    if (apple && APPLE[part]) return APPLE[part];
    if (SIGNS[part]) return SIGNS[part];
    if (hasText(`keys.name.${part}`)) return t(`keys.name.${part}`);
    return part.startsWith('Numpad') ? `Num ${part.slice(6)}` : part;
  });
  return parts.join(apple ? '' : '+');
}

/** All chords of a command in one text, '' for none. @param {Keymap} keymap @param {string} id */
export function keysOf(keymap, id) {
  return keymap.chordsOf(id).map((chord) => labelOf(chord)).join(', ');
}

function isApple() {
  return /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');
}

/**
 * Keeps the keys at the buttons true: whatever has `data-command` gets the command's key at the end of its tooltip and in its `kbd`,
 * also what is added to the page later.
 * @param {Keymap} keymap
 */
export function attachKeyHints(keymap) {
  /** @param {Element} element */
  const show = (element) => {
    const { dataset } = /** @type {HTMLElement} */ (element);
    const [first] = keymap.chordsOf(dataset.command ?? '');
    const key = first === undefined ? '' : labelOf(first);
    dataset.hint ??= element.getAttribute('title') ?? '';
    if (dataset.hint !== '') element.setAttribute('title', key === '' ? dataset.hint : `${dataset.hint} (${key})`);
    const kbd = element.querySelector('kbd');
    if (kbd) kbd.textContent = key;
  };
  const showAll = (/** @type {ParentNode} */ root) => root.querySelectorAll('[data-command]').forEach(show);
  keymap.addEventListener('change', () => showAll(document));
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches('[data-command]')) show(node);
        showAll(node);
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
  showAll(document);
}
