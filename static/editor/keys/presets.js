/**
 * The keys that there are to begin with, as people know them from SculptGL or from Blender. A command that a preset does not name
 * has the keys that it brings itself (`Command.keys`).
 */

/** @typedef {'sculptgl' | 'blender'} PresetName */

/**
 * @typedef {object} Preset
 * @property {boolean} sticky a key that sets by moving need not be held: tapped, it sets until a click
 * @property {Record<string, readonly string[]>} keys command → chords
 */

/** What both have in common. @type {Record<string, readonly string[]>} */
const BOTH = {
  'radius.smaller': ['['],
  'radius.larger': [']'],
  'strength.less': ['Shift+['],
  'strength.more': ['Shift+]'],
  'hold.smooth': ['Shift'],
  cancel: ['Escape'],
  undo: ['Ctrl+Z'],
  redo: ['Ctrl+Shift+Z', 'Ctrl+Y'],
  save: ['Ctrl+S'],
  sheet: ['?', 'F1'],
  'turn.left': ['ArrowLeft'],
  'turn.right': ['ArrowRight'],
  'turn.up': ['ArrowUp'],
  'turn.down': ['ArrowDown'],
  'turn.left.fine': ['Shift+ArrowLeft'],
  'turn.right.fine': ['Shift+ArrowRight'],
  'turn.up.fine': ['Shift+ArrowUp'],
  'turn.down.fine': ['Shift+ArrowDown'],
  'zoom.in': ['Plus', '=', 'NumpadAdd'],
  'zoom.out': ['-', 'NumpadSubtract'],
  home: ['Home'],
};

/** @type {Readonly<Record<PresetName, Preset>>} */
export const PRESETS = Object.freeze({
  sculptgl: {
    sticky: false,
    keys: {
      ...BOTH,
      'brush.draw': ['1'], 'brush.clay': ['2'], 'brush.smooth': ['3'], 'brush.inflate': ['4'], 'brush.flatten': ['5'], 'brush.grab': ['6'],
      'brush.crease': ['7'], 'brush.pinch': ['8'], 'brush.paint': ['9'], 'brush.mask': ['0'],
      'brush.twist': ['T'], 'brush.snakeHook': ['K'], 'brush.layer': ['L'], 'brush.clayStrips': ['J'],
      radius: ['X'],
      strength: ['C'],
      'hold.invert': ['Alt'],
      'hold.mask': ['Ctrl'],
      invert: ['I'],
      mirror: ['M'],
      focus: ['F'],
    },
  },
  blender: {
    sticky: true,
    keys: {
      ...BOTH,
      'brush.draw': ['X', '1'], 'brush.clay': ['C', '2'], 'brush.smooth': ['S', '3'], 'brush.inflate': ['I', '4'], 'brush.flatten': ['Shift+T', '5'],
      'brush.grab': ['G', '6'], 'brush.crease': ['Shift+C', '7'], 'brush.pinch': ['P', '8'], 'brush.paint': ['9'], 'brush.mask': ['M', '0'],
      'brush.snakeHook': ['K'], 'brush.layer': ['L'], 'brush.clayStrips': ['Shift+X'],
      radius: ['F'],
      strength: ['Shift+F'],
      'hold.invert': ['Ctrl'],
      'hold.mask': [],
      invert: ['Shift+I'],
      mirror: ['Shift+M'],
      focus: ['NumpadDecimal', 'Shift+H'],
    },
  },
});
