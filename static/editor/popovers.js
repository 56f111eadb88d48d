/** Panels that open under their button, and stay inside the window. */

/** Distance (px) from the button and from the window's edges. */
const GAP = 10;

/** Places every `.panel-pop` when it opens; Escape closes what is open, and is then no key of the clay. */
export function attachPopovers() {
  for (const panel of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('.panel-pop[popover]'))) {
    const button = document.querySelector(`[popovertarget="${panel.id}"]`);
    panel.addEventListener('toggle', () => {
      if (button === null || !panel.matches(':popover-open')) return;
      const { left, bottom, top } = button.getBoundingClientRect(), { offsetWidth, offsetHeight } = panel;
      const place = placed({ left, top, bottom }, { width: offsetWidth, height: offsetHeight }, { width: window.innerWidth, height: window.innerHeight });
      panel.style.left = `${place.left}px`;
      panel.style.top = `${place.top}px`;
    });
  }
  window.addEventListener('keydown', (e) => {
    const panel = /** @type {HTMLElement | null} */ (document.querySelector('[popover]:popover-open'));
    if (e.key !== 'Escape' || panel === null) return;
    e.stopPropagation();
    panel.hidePopover();
    /** @type {HTMLElement | null} */ (document.querySelector(`[popovertarget="${panel.id}"]`))?.focus();
  }, true);
}

/**
 * Under the button, or over it where there is more room; never beyond an edge.
 * @param {{left: number, top: number, bottom: number}} button @param {{width: number, height: number}} panel @param {{width: number, height: number}} window
 */
export function placed(button, panel, window) {
  const below = button.bottom + GAP, above = button.top - GAP - panel.height;
  const top = below + panel.height <= window.height - GAP || above < GAP ? below : above;
  const within = (/** @type {number} */ at, /** @type {number} */ most) => Math.max(GAP, Math.min(at, most - GAP));
  return { left: within(button.left, window.width - panel.width), top: within(top, window.height - panel.height) };
}
