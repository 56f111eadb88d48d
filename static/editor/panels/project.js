/** Name, description, and who may open the sculpture. */

import { find, initial, make, openDialog } from '../dom.js';
import { t } from '../words.js';

/** @import { Collaborator, Meta, Role } from '../../types.js' */

export class ProjectPanel {
  /**
   * @param {Meta} meta as the page came
   * @param {object} can
   * @param {boolean} can.edit name and description; may change while one is here, as may
   * @param {boolean} can.share collaborators
   * @param {(changes: Partial<Meta>) => Promise<unknown>} change asks the room; rejects with a sentence
   */
  constructor(meta, can, change) {
    this.meta = meta;
    this.can = can;
    this._change = change;
    /** Names of those who are in the room now. @type {Set<string>} */
    this._here = new Set();
    /** What the list shows now, as one string: it is built anew only when that changes, for somebody may be in it with the keyboard. */
    this._shown = '';
    this._name = find('[data-project-name]');
    this._details = /** @type {HTMLFormElement} */ (find('[data-details]'));
    this._list = find('[data-access]');
    this._details.addEventListener('submit', (e) => {
      e.preventDefault();
      void this._submitDetails();
    });
    this._adding = /** @type {HTMLFormElement} */ (find('[data-add-person]'));
    this._adding.addEventListener('submit', (e) => {
      e.preventDefault();
      void this._add(this._adding);
    });
    const handOver = /** @type {HTMLDialogElement} */ (find('#hand-over'));
    /** Who is to be the owner, while the question stands. */
    this._heir = '';
    handOver.addEventListener('close', () => {
      if (handOver.returnValue === 'yes') void this._ask({ owner: this._heir }, find('[data-access-error]'));
      handOver.returnValue = '';
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
    find('[type="submit"]', this._details).hidden = !this.can.edit;
    this._adding.hidden = !this.can.share;
    find('[data-share-hint]').textContent = this.can.share ? t('editor.share.mine') : t('editor.share.theirs', { owner: this.meta.owner });
    find('[data-looking]').hidden = this.can.edit;
    find('[data-looking-owner]').textContent = this.meta.owner;
    this._showAccess();
  }

  /** @param {boolean} [anew] also where nothing has changed: a choice was refused */
  _showAccess(anew = false) {
    const { owner, collaborators } = this.meta;
    const shown = JSON.stringify([owner, collaborators, [...this._here].sort(), this.can.share]);
    if (shown === this._shown && !anew) return;
    this._shown = shown;
    const held = document.activeElement instanceof HTMLElement && this._list.contains(document.activeElement) ? document.activeElement.getAttribute('aria-label') : null;
    this._list.replaceChildren(this._row({ name: owner, role: 'owner' }), ...collaborators.map((person) => this._row(person)));
    if (held === null) return;
    const again = /** @type {HTMLElement | undefined} */ ([...this._list.querySelectorAll('[aria-label]')].find((one) => one.getAttribute('aria-label') === held));
    (again ?? /** @type {HTMLElement} */ (find('#share .dialog-head button'))).focus();
  }

  /** @param {Collaborator} person */
  _row({ name, role }) {
    const label = make('span', { class: 'access-name' }, name);
    if (this._here.has(name)) label.append(make('span', { class: 'access-here' }, t('editor.share.here')));
    const row = make('li', {}, make('span', { class: 'avatar', 'aria-hidden': 'true' }, initial(name)), label);
    if (!this.can.share || role === 'owner') {
      row.append(make('span', { class: 'access-role' }, t(`editor.role.${role}`)));
      return row;
    }
    const select = /** @type {HTMLSelectElement} */ (make('select', { 'aria-label': t('editor.share.role', { name }) }));
    for (const value of /** @type {const} */ (['editor', 'viewer', 'owner'])) {
      select.append(make('option', { value, selected: value === role }, value === 'owner' ? t('editor.handOver.option') : t(`editor.role.${value}`)));
    }
    select.addEventListener('change', () => {
      if (select.value === 'owner') {
        select.value = role;
        this._askHandOver(name);
      } else void this._setCollaborators(this.meta.collaborators.map((c) => (c.name === name ? { name, role: /** @type {Role} */ (select.value) } : c)));
    });
    const cross = find('#share .dialog-head .icon').cloneNode(true);
    const remove = make('button', { type: 'button', class: 'tool-button', title: t('editor.share.remove', { name }), 'aria-label': t('editor.share.remove', { name }) }, cross);
    remove.addEventListener('click', () => {
      void this._setCollaborators(this.meta.collaborators.filter((c) => c.name !== name));
    });
    row.append(select, remove);
    return row;
  }

  /** @param {string} name */
  _askHandOver(name) {
    this._heir = name;
    find('[data-hand-over-title]').textContent = t('editor.handOver.title', { name });
    find('[data-hand-over-message]').textContent = t('editor.handOver.message', { name });
    openDialog('hand-over');
  }

  async _submitDetails() {
    /** @type {Partial<Meta>} */
    const changes = {};
    const name = field(this._details, 'name').value.trim();
    const description = field(this._details, 'description').value;
    if (name !== this.meta.name) changes.name = name;
    if (description !== this.meta.description) changes.description = description;
    if (!this.can.edit || Object.keys(changes).length === 0 || (await this._ask(changes, find('[data-error]', this._details)))) {
      this._details.closest('dialog')?.close();
    }
  }

  /** @param {HTMLFormElement} form */
  async _add(form) {
    const name = field(form, 'name').value.trim();
    if (name === '') return;
    const others = this.meta.collaborators.filter((c) => c.name.toLowerCase() !== name.toLowerCase());
    const wanted = [...others, { name, role: /** @type {Role} */ (field(form, 'role').value) }];
    if (await this._ask({ collaborators: wanted }, find('[data-error]', form))) {
      form.reset();
      field(form, 'name').focus();
    }
  }

  /** @param {Collaborator[]} collaborators */
  _setCollaborators(collaborators) {
    return this._ask({ collaborators }, find('[data-access-error]'));
  }

  /** @param {Partial<Meta>} changes @param {HTMLElement} error where a refusal is written */
  async _ask(changes, error) {
    const say = (/** @type {string} */ text) => {
      error.textContent = asSentence(text);
      error.hidden = text === '';
    };
    say('');
    try {
      await this._change(changes);
      return true;
    } catch (refusal) {
      say(refusal instanceof Error ? refusal.message : String(refusal));
      this._showAccess(true);
      return false;
    }
  }
}

/** @param {HTMLFormElement} form @param {string} name @returns {HTMLInputElement} */
function field(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/** With a capital and a full stop, as the page writes: refusals come as the room's half sentences. @param {string} text */
export function asSentence(text) {
  if (text === '') return '';
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.');
}
