/** The panel of the view: how the clay looks, what is shown around it, how the camera turns. Built from the tables of `view/settings.js`. */

import { CHOICES } from '../../view/settings.js';
import { make } from '../dom.js';
import { t } from '../words.js';

/** @import { Choice, ViewSettings, ViewSwitch } from '../../view/settings.js' */

/** What stands in the panel, group by group; `when` hides what has no meaning for what is chosen. */
const GROUPS = Object.freeze([
  { name: 'look', choices: /** @type {Choice[]} */ (['look', 'matcap', 'studio']), switches: /** @type {ViewSwitch[]} */ (['shadows', 'cavity', 'facets', 'wireframe']) },
  { name: 'around', choices: [], switches: /** @type {ViewSwitch[]} */ (['grid', 'mirrorPlane', 'gizmo', 'stats']) },
  { name: 'camera', choices: /** @type {Choice[]} */ (['projection', 'turning']), switches: /** @type {ViewSwitch[]} */ (['rollLock']) },
]);

/** Which settings have a meaning now. @param {ViewSettings['values']} values @returns {Partial<Record<Choice | ViewSwitch, boolean>>} */
export function meaningful({ look, turning }) {
  return {
    matcap: look === 'matcap', studio: look === 'physical', shadows: look !== 'flat' && look !== 'normals', rollLock: turning === 'turntable',
  };
}

export class ViewPanel {
  /** @param {HTMLElement} place @param {ViewSettings} settings */
  constructor(place, settings) {
    this.settings = settings;
    /** @type {Map<Choice | ViewSwitch, {row: HTMLElement, show: () => void}>} */
    this._rows = new Map();
    for (const { name, choices, switches } of GROUPS) {
      const group = make('fieldset', { class: 'view-group' }, make('legend', {}, t(`view.group.${name}`)));
      group.append(...choices.map((choice) => this._choice(choice)), ...switches.map((one) => this._switch(one)));
      place.append(group);
    }
    settings.addEventListener('change', () => this.show());
    this.show();
  }

  show() {
    const useful = meaningful(this.settings.values);
    for (const [name, { row, show }] of this._rows) {
      row.hidden = useful[name] === false;
      show();
    }
  }

  /** @param {Choice} name */
  _choice(name) {
    const { settings } = this;
    const id = `view-${name}`;
    const select = /** @type {HTMLSelectElement} */ (make('select', { id, title: t(`view.${name}.hint`) }));
    for (const value of CHOICES[name]) select.append(make('option', { value }, t(`view.${name}.${value}`)));
    select.addEventListener('change', () => settings.set(name, /** @type {any} */ (select.value)));
    const row = make('p', { class: 'view-choice' }, make('label', { for: id }, t(`view.${name}.label`)), select);
    this._rows.set(name, { row, show: () => void (select.value = settings.values[name]) });
    return row;
  }

  /** @param {ViewSwitch} name */
  _switch(name) {
    const { settings } = this;
    const button = make('button', { type: 'button', role: 'switch', class: 'switch', 'data-view-switch': name, title: t(`view.${name}.hint`) },
      make('span', { class: 'switch-label' }, t(`view.${name}.label`)), make('span', { class: 'knob', 'aria-hidden': 'true' }));
    button.addEventListener('click', () => settings.toggle(name));
    this._rows.set(name, { row: button, show: () => button.setAttribute('aria-checked', String(settings.values[name])) });
    return button;
  }
}
