/** Name, description, and who may open the sculpture. */

import { find, initial, make } from '../dom.js';

/** @import { Collaborator, Meta, Role } from '../../types.js' */

/** What a role is called. */
const ROLES = { owner: 'Owner', editor: 'Can sculpt', viewer: 'Can look' };

export class ProjectPanel {
  /**
   * @param {Meta} meta as the page came
   * @param {object} can
   * @param {boolean} can.edit name and description
   * @param {boolean} can.share collaborators
   * @param {(changes: Partial<Meta>) => Promise<unknown>} change asks the room; rejects with a sentence
   */
  constructor(meta, can, change) {
    this.meta = meta;
    this.can = can;
    this._change = change;
    /** Names of those who are in the room now. @type {Set<string>} */
    this._here = new Set();
    this._name = find('[data-project-name]');
    this._details = /** @type {HTMLFormElement} */ (find('[data-details]'));
    this._list = find('[data-access]');
    this._details.addEventListener('submit', (e) => {
      e.preventDefault();
      void this._submitDetails();
    });
    const adding = /** @type {HTMLFormElement | null} */ (document.querySelector('[data-add-person]'));
    adding?.addEventListener('submit', (e) => {
      e.preventDefault();
      void this._add(adding);
    });
    this.show();
  }

  /** The room says that something changed. @param {Partial<Meta>} changes */
  applied(changes) {
    Object.assign(this.meta, changes);
    this.show();
  }

  /** @param {Iterable<string>} names */
  here(names) {
    this._here = new Set(names);
    this._showAccess();
  }

  show() {
    const { name, description } = this.meta;
    this._name.textContent = name;
    document.title = `${name} · Clayroom`;
    // What somebody is typing at this moment stays.
    if (!this._details.contains(document.activeElement)) {
      field(this._details, 'name').value = name;
      field(this._details, 'description').value = description;
    }
    for (const name of ['name', 'description']) field(this._details, name).readOnly = !this.can.edit;
    this._showAccess();
  }

  _showAccess() {
    const { owner, collaborators } = this.meta;
    this._list.replaceChildren(this._row({ name: owner, role: 'owner' }), ...collaborators.map((person) => this._row(person)));
  }

  /** @param {Collaborator} person */
  _row({ name, role }) {
    const label = make('span', { class: 'access-name' }, name);
    if (this._here.has(name)) label.append(make('span', { class: 'access-here' }, ' · here now'));
    const row = make('li', {}, make('span', { class: 'avatar', 'aria-hidden': 'true' }, initial(name)), label);
    if (!this.can.share || role === 'owner') {
      row.append(make('span', { class: 'access-role' }, ROLES[role]));
      return row;
    }
    const select = /** @type {HTMLSelectElement} */ (make('select', { 'aria-label': `What ${name} may do` }));
    for (const value of /** @type {const} */ (['editor', 'viewer'])) {
      select.append(make('option', { value, selected: value === role }, ROLES[value]));
    }
    select.addEventListener('change', () => {
      void this._setCollaborators(this.meta.collaborators.map((c) => (c.name === name ? { name, role: /** @type {Role} */ (select.value) } : c)));
    });
    const cross = find('#share .dialog-head .icon').cloneNode(true);
    const remove = make('button', { type: 'button', class: 'tool-button', title: `Remove ${name}`, 'aria-label': `Remove ${name}` }, cross);
    remove.addEventListener('click', () => {
      void this._setCollaborators(this.meta.collaborators.filter((c) => c.name !== name));
    });
    row.append(select, remove);
    return row;
  }

  async _submitDetails() {
    /** @type {Partial<Meta>} */
    const changes = {};
    const name = field(this._details, 'name').value.trim();
    const description = field(this._details, 'description').value;
    if (name !== this.meta.name) changes.name = name;
    if (description !== this.meta.description) changes.description = description;
    if (!this.can.edit || Object.keys(changes).length === 0 || (await this._ask(changes, this._details))) {
      this._details.closest('dialog')?.close();
    }
  }

  /** @param {HTMLFormElement} form */
  async _add(form) {
    const name = field(form, 'name').value.trim();
    if (name === '') return;
    const others = this.meta.collaborators.filter((c) => c.name !== name);
    if (await this._setCollaborators([...others, { name, role: /** @type {Role} */ (field(form, 'role').value) }])) {
      form.reset();
      field(form, 'name').focus();
    }
  }

  /** @param {Collaborator[]} collaborators */
  _setCollaborators(collaborators) {
    return this._ask({ collaborators }, /** @type {HTMLElement} */ (document.querySelector('[data-add-person]') ?? this._list));
  }

  /** @param {Partial<Meta>} changes @param {HTMLElement} place where a refusal is written */
  async _ask(changes, place) {
    const error = place.querySelector('[data-error]');
    const say = (/** @type {string} */ text) => {
      if (error instanceof HTMLElement) {
        error.textContent = text;
        error.hidden = text === '';
      }
    };
    say('');
    try {
      await this._change(changes);
      return true;
    } catch (refusal) {
      say(refusal instanceof Error ? refusal.message : String(refusal));
      this._showAccess();
      return false;
    }
  }
}

/** @param {HTMLFormElement} form @param {string} name @returns {HTMLInputElement} */
function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}
