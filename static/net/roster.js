/**
 * Who is in the room, as this page knows it.
 *
 * @import { Meta, Person, Role } from '../types.js'
 */
export class Roster {
  constructor() {
    /** @type {Map<string, Person>} */
    this._people = new Map();
  }

  /** @returns {Person[]} oneself first */
  list() {
    return [...this._people.values()].sort((a, b) => Number(b.you) - Number(a.you));
  }

  /** @param {string} client */
  get(client) {
    return this._people.get(client);
  }

  /** @param {Array<Omit<Person, 'you'>>} cards @param {string} you */
  reset(cards, you) {
    this._people.clear();
    for (const card of cards) this.add(card, you);
  }

  /** @param {Omit<Person, 'you'>} card @param {string | null} you */
  add({ client, name, colour, role }, you) {
    this._people.set(client, { client, name, colour, role, you: client === you });
  }

  /** @param {string} client */
  remove(client) {
    this._people.delete(client);
  }

  /** The connection is lost: of the others nothing is known. */
  alone() {
    for (const person of this._people.values()) if (!person.you) this._people.delete(person.client);
  }

  /** Roles follow the metadata. @param {Meta} meta */
  followMeta(meta) {
    for (const person of this._people.values()) person.role = roleIn(meta, person.name) ?? person.role;
  }
}

/**
 * The role of a person; undefined for a stranger.
 * @param {Meta} meta @param {string} name
 * @returns {Role | undefined}
 */
export function roleIn(meta, name) {
  if (meta.owner === name) return 'owner';
  return meta.collaborators.find((one) => one.name === name)?.role;
}
