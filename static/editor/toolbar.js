/** The brushes, sliders and switches of the page, kept the same as the settings. */

import { find } from './dom.js';
import { RADIUS } from './settings.js';

/** @import { BrushName } from '../kernel/brushes/index.js' */
/** @import { BrushSettings } from './settings.js' */

/** Radius sliders move evenly in the logarithm: small radii need finer steps. */
const RADIUS_STEPS = 1000;
const LOG_SPAN = Math.log(RADIUS.max / RADIUS.min);

/** @type {Readonly<Record<string, {isOn: (settings: BrushSettings) => boolean, turn: (settings: BrushSettings) => void}>>} */
const SWITCHES = {
  invert: { isOn: (settings) => settings.activeInvert, turn: (settings) => settings.toggle('invert') },
  mirror: { isOn: (settings) => settings.mirrors('x'), turn: (settings) => settings.toggleMirror('x') },
  pressureRadius: { isOn: (settings) => settings.get('pressureRadius') > 0, turn: (settings) => settings.set('pressureRadius', settings.get('pressureRadius') > 0 ? 0 : 0.75) },
  pressureStrength: { isOn: (settings) => settings.get('pressureStrength') > 0, turn: (settings) => settings.set('pressureStrength', settings.get('pressureStrength') > 0 ? 0 : 1) },
};

/** @param {BrushSettings} settings */
export function attachToolbar(settings) {
  const tools = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-tool]')]);
  const switches = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-setting]')]);
  const title = find('[data-tool-title]');
  const radius = sliderOf('radius'), strength = sliderOf('strength');
  radius.range.min = '0';
  radius.range.max = String(RADIUS_STEPS);

  for (const tool of tools) {
    const name = /** @type {BrushName} */ (tool.dataset.tool);
    tool.addEventListener('click', () => settings.choose(name));
    tool.addEventListener('keydown', (e) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
      if (step === undefined) return;
      e.preventDefault();
      e.stopPropagation();
      const next = tools[(tools.indexOf(tool) + step + tools.length) % tools.length];
      settings.choose(/** @type {BrushName} */ (next.dataset.tool));
      next.focus();
    });
  }
  for (const button of switches) {
    const { turn } = SWITCHES[button.dataset.setting ?? ''];
    button.addEventListener('click', () => turn(settings));
  }
  radius.range.addEventListener('input', () => {
    settings.setRadius(RADIUS.min * Math.exp((Number(radius.range.value) / RADIUS_STEPS) * LOG_SPAN));
  });
  strength.range.addEventListener('input', () => settings.setStrength(Number(strength.range.value)));
  radius.number.addEventListener('change', () => settings.setRadius(radius.number.valueAsNumber));
  strength.number.addEventListener('change', () => settings.setStrength(strength.number.valueAsNumber));
  for (const { number } of [radius, strength]) {
    number.addEventListener('keydown', (e) => {
      if (e.key === 'Enter' || e.key === 'Escape') number.blur();
    });
    // Left empty, it shows what is set.
    number.addEventListener('blur', () => show());
  }

  function show() {
    const active = settings.activeTool;
    for (const tool of tools) {
      const chosen = tool.dataset.tool === settings.tool;
      tool.setAttribute('aria-checked', String(chosen));
      tool.tabIndex = chosen ? 0 : -1;
      tool.toggleAttribute('data-held', settings.held.smooth && tool.dataset.tool === active);
      if (tool.dataset.tool === active) title.textContent = tool.querySelector('span')?.textContent ?? '';
    }
    for (const button of switches) {
      button.setAttribute('aria-checked', String(SWITCHES[button.dataset.setting ?? ''].isOn(settings)));
    }
    const along = Math.log(settings.radius / RADIUS.min) / LOG_SPAN;
    set(radius, String(Math.round(along * RADIUS_STEPS)), String(settings.radius), along);
    radius.range.setAttribute('aria-valuetext', `${settings.radius} pixels`);
    set(strength, String(settings.strength), String(settings.strength), settings.strength / 100);
    strength.range.setAttribute('aria-valuetext', `${settings.strength} percent`);
  }
  settings.addEventListener('change', show);
  show();
}

/** @param {string} name */
function sliderOf(name) {
  const box = find(`[data-slider="${name}"]`);
  return {
    range: /** @type {HTMLInputElement} */ (find('input[type="range"]', box)),
    number: /** @type {HTMLInputElement} */ (find('input[type="number"]', box)),
  };
}

/** @param {ReturnType<typeof sliderOf>} slider @param {string} position @param {string} value @param {number} filled 0 … 1 */
function set({ range, number }, position, value, filled) {
  range.value = position;
  range.style.setProperty('--fill', `${filled * 100}%`);
  if (document.activeElement !== number) number.value = value;
}
