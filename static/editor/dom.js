/** Small, typed help with the page. Text from people only ever goes in as text. */

/**
 * The element that the server put there.
 * @template {Element} [T=HTMLElement]
 * @param {string} selector @param {ParentNode} [root] @returns {T}
 * @throws {Error} if the template and the script do not belong together
 */
export function find(selector, root = document) {
  const element = root.querySelector(selector);
  if (element === null) throw new Error(`the page has no ${selector}`);
  return /** @type {T} */ (element);
}

/**
 * A new element.
 * @param {string} tag @param {Record<string, string | boolean>} [attributes] false leaves one out
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** The first letter of a name, whole also where it needs two code units. @param {string} name */
export function initial(name) {
  return ([...name.trim()][0] ?? '?').toUpperCase();
}

/** Opens a dialog of the page. @param {string} id */
export function openDialog(id) {
  const dialog = /** @type {HTMLDialogElement} */ (find(`dialog#${id}`));
  for (const menu of document.querySelectorAll('[popover]:popover-open')) /** @type {HTMLElement} */ (menu).hidePopover();
  if (dialog.open) return dialog;
  dialog.showModal();
  // Where there is a keyboard, one can type at once; on a tablet its keyboard would cover what one came to see.
  const first = /** @type {HTMLInputElement | null} */ (dialog.querySelector('[data-first]'));
  if (first && !first.readOnly && first.offsetParent !== null && window.matchMedia('(hover: hover)').matches) first.focus();
  return dialog;
}

/** Buttons that open dialogs, dialogs that close when their backdrop is clicked, and menus that close after a choice. */
export function attachDialogs() {
  for (const button of document.querySelectorAll('[data-open]')) {
    button.addEventListener('click', () => openDialog(/** @type {HTMLElement} */ (button).dataset.open ?? ''));
  }
  for (const link of document.querySelectorAll('[popover] a')) {
    link.addEventListener('click', () => /** @type {HTMLElement} */ (link.closest('[popover]')).hidePopover());
  }
  for (const dialog of document.querySelectorAll('dialog')) {
    dialog.addEventListener('pointerdown', (e) => {
      if (e.target === dialog && dialog.id !== 'ended') {
        const box = dialog.getBoundingClientRect();
        const outside = e.clientX < box.left || e.clientX > box.right || e.clientY < box.top || e.clientY > box.bottom;
        if (outside) dialog.close();
      }
    });
    // A closed door is not opened by Escape.
    if (dialog.id === 'ended') dialog.addEventListener('cancel', (e) => e.preventDefault());
  }
}
