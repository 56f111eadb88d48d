/** Where the panels lie, so that the camera frames the clay in what is left. */

import { find } from '../dom.js';

/** @import { Editor } from './editor.js' */

/** @param {Editor} editor @returns {() => void} measures again */
export function attachLayout({ stage, canvas }) {
  const measure = () => stage.turntable.setInsets(coveredByPanels(canvas));
  measure();
  window.addEventListener('resize', measure);
  return measure;
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
