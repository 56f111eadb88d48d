/**
 * What keys can do, by name. Each part of the editor adds its own; keys, sheet and tooltips come from here.
 *
 * A command does its work in one of three ways:
 *   run()          when its key goes down; with `repeats` again and again while it is held
 *   hold(on)       while its key or its modifier is held: a borrowed brush
 *   drag           while its key is held, the pointer sets a value by moving: radius, strength
 */

/**
 * @typedef {object} Drag
 * @property {() => void} begin
 * @property {(dx: number, dy: number) => void} move CSS pixels since the last call
 * @property {() => void} cancel the value is what it was at `begin`
 */

/** The sections of the sheet. @typedef {'brushes' | 'stroke' | 'work' | 'view' | 'mask' | 'paint' | 'references'} Group */

/**
 * @typedef {object} Command
 * @property {string} id unique, for good: what people have changed is stored under it
 * @property {Group} group
 * @property {string} [words] the key of its name; else `keys.command.<id>`
 * @property {readonly string[]} [keys] its chords in a preset that does not name it
 * @property {() => void} [run]
 * @property {boolean} [repeats]
 * @property {(on: boolean) => void} [hold]
 * @property {Drag} [drag]
 */

export class Commands {
  constructor() {
    /** @type {Map<string, Command>} */
    this._all = new Map();
  }

  /**
   * Adds commands, in the order of the sheet.
   * @param {...Command} commands
   * @throws {Error} if there is one of that id, or it does nothing
   */
  add(...commands) {
    for (const command of commands) {
      if (this._all.has(command.id)) throw new Error(`there are two commands ${command.id}`);
      if (!command.run && !command.hold && !command.drag) throw new Error(`the command ${command.id} does nothing`);
      this._all.set(command.id, command);
    }
  }

  /** @param {string} id */
  get(id) {
    return this._all.get(id);
  }

  /** Runs a command from elsewhere than a key: a button, a menu. @param {string} id @throws {Error} if there is none that runs */
  run(id) {
    const command = this._all.get(id);
    if (!command?.run) throw new Error(`there is no command ${id} to run`);
    command.run();
  }

  /** @returns {Command[]} */
  all() {
    return [...this._all.values()];
  }
}

/** The key of a command's name. @param {Command} command */
export function wordsOf(command) {
  return command.words ?? `keys.command.${command.id}`;
}
