/** Who is here: coloured initials in the top bar. Those with access who are elsewhere stand behind them, grey. */

import { find, initial, make } from '../dom.js';
import { t } from '../words.js';

/** @typedef {{client: string, name: string, colour: string, role: string, you: boolean}} Client */

/** More do not fit beside the buttons; the rest is a number. */
const MAX_SHOWN = 5;

export class PeopleList {
  constructor() {
    this._list = find('[data-people]');
    /** Called with all tabs of somebody else whose face was pressed. @type {(clients: string[], name: string) => void} */
    this.onVisit = () => {};
    this._narrow = window.matchMedia('(max-width: 700px)');
    /** Shows the same people again, as the room beside the buttons now allows. */
    this._again = () => {};
    this._narrow.addEventListener('change', () => this._again());
    /** @type {Map<string, HTMLElement>} by client */
    this._avatars = new Map();
  }

  /** @param {Client[]} clients who is in the room @param {string[]} access names of all who may be */
  show(clients, access) {
    this._again = () => this.show(clients, access);
    this._avatars.clear();
    const sorted = [...clients].sort((a, b) => Number(b.you) - Number(a.you));
    // One person with three tabs is one face.
    /** @type {Map<string, HTMLElement>} */
    const faces = new Map();
    for (const person of sorted) {
      let face = faces.get(person.name);
      if (!face) {
        const { name } = person;
        const label = person.you ? t('editor.people.you', { name }) : person.role === 'viewer' ? t('editor.people.looking', { name }) : name;
        face = make('li', { class: 'avatar', title: label, 'aria-label': label });
        if (person.you) face.append(initial(person.name));
        else {
          const says = t('view.fly', { name: person.name });
          const visit = make('button', { type: 'button', class: 'avatar-visit', 'aria-label': says, title: `${label}\n${says}` }, initial(person.name));
          visit.addEventListener('click', () => this.onVisit(clients.filter((one) => one.name === person.name).map((one) => one.client), person.name));
          face.append(visit);
        }
        face.style.setProperty('--person', person.colour);
        faces.set(person.name, face);
      }
      this._avatars.set(person.client, face);
    }
    const shown = [...faces.values()];
    for (const name of access) {
      const away = t('editor.people.away', { name });
      if (!faces.has(name)) shown.push(make('li', { class: 'avatar', 'data-away': true, title: away, 'aria-label': away }, initial(name)));
    }
    const room = this._narrow.matches ? 2 : MAX_SHOWN;
    const rest = shown.length - room;
    if (rest > 0) {
      const hidden = shown.splice(room, shown.length).map((face) => face.getAttribute('aria-label')).join(', ');
      shown.push(make('li', { class: 'avatar rest', title: hidden, 'aria-label': t('editor.people.more', { n: rest, names: hidden }) }, `+${rest}`));
    }
    this._list.replaceChildren(...shown);
  }

  /** @param {string} client @param {boolean} sculpting */
  sculpting(client, sculpting) {
    this._avatars.get(client)?.toggleAttribute('data-sculpting', sculpting);
  }
}
