/** Colours between how screens have them (red, green, blue) and how people choose them: hue, saturation, value (Smith 1978). */

/** 0 … 255 each. @typedef {[number, number, number]} Rgb */
/** Hue 0 … 360, saturation and value 0 … 1. @typedef {{hue: number, saturation: number, value: number}} Hsv */

/** @param {Readonly<Hsv>} hsv @returns {Rgb} whole numbers */
export function rgbOf({ hue, saturation, value }) {
  const part = (/** @type {number} */ n) => {
    const k = (n + hue / 60) % 6;
    return Math.round(255 * value * (1 - saturation * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [part(5), part(3), part(1)];
}

/**
 * @param {Readonly<Rgb>} rgb
 * @param {Hsv} [before] what black and grey keep of: they have no hue (and black no saturation) of their own
 * @returns {Hsv}
 */
export function hsvOf([red, green, blue], before = { hue: 0, saturation: 0, value: 0 }) {
  const most = Math.max(red, green, blue), span = most - Math.min(red, green, blue);
  if (most === 0) return { ...before, value: 0 };
  if (span === 0) return { hue: before.hue, saturation: 0, value: most / 255 };
  const sixth = most === red ? (green - blue) / span : most === green ? 2 + (blue - red) / span : 4 + (red - green) / span;
  return { hue: (60 * sixth + 360) % 360, saturation: span / most, value: most / 255 };
}

/** As it is written in a style sheet. @param {Readonly<Rgb>} rgb */
export function cssOf([red, green, blue]) {
  return `rgb(${red} ${green} ${blue})`;
}

/** As a person reads it: #rrggbb. @param {Readonly<Rgb>} rgb */
export function hexOf(rgb) {
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
