/** Drawings made by scripts, and the icons of the page's sprite. */

import { find } from '../dom.js';

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** @param {string} tag @param {Record<string, string | number>} [attributes] @param {...Node} children @returns {SVGElement} */
export function draw(tag, attributes = {}, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(NAMESPACE, tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** An icon of the sprite, whose address has a digest that the templates know. @param {string} name */
export function icon(name) {
  const sprite = (find('.icon use').getAttribute('href') ?? '').replace(/#.*/, '');
  return draw('svg', { class: 'icon', 'aria-hidden': 'true', focusable: 'false' }, draw('use', { href: `${sprite}#${name}` }));
}

/**
 * The outline of a table over 0 … 1 as an SVG path.
 * @param {ArrayLike<number>} table values 0 … 1 @param {number} width @param {number} height
 */
export function outline(table, width, height) {
  const points = [];
  for (let k = 0; k <= 48; k++) {
    const value = table[Math.round((k / 48) * (table.length - 1))];
    points.push(`${((k / 48) * width).toFixed(1)} ${((1 - value) * height).toFixed(1)}`);
  }
  return `M${points.join('L')}`;
}
