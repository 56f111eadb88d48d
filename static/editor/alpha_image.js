/** A picture as an alpha: the arithmetic, and its decoding by the browser. */

import { MAX_ALPHA_SIZE } from '../kernel/index.js';

/** @import { AlphaTexture } from '../kernel/alpha.js' */

/** Bytes of a file, at most: a photo of a phone has about 5 MiB. */
export const MAX_IMAGE_BYTES = 8 * 2 ** 20;
export const IMAGE_TYPES = Object.freeze(['image/png', 'image/jpeg', 'image/webp']);

/**
 * How a picture lies in an alpha: whole and in the middle, never enlarged, its longer side as wide as the alpha.
 * @param {number} width pixels @param {number} height
 * @returns {{size: number, x: number, y: number, width: number, height: number}} pixels; beside the picture nothing is let through
 */
export function fit(width, height) {
  const longer = Math.max(width, height), scale = Math.min(1, MAX_ALPHA_SIZE / longer);
  const size = Math.max(2, Math.round(longer * scale));
  const fitted = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return { size, x: Math.floor((size - fitted.width) / 2), y: Math.floor((size - fitted.height) / 2), ...fitted };
}

/**
 * The luma of each pixel (ITU-R BT.709: 0.2126 red, 0.7152 green, 0.0722 blue) × its opacity.
 * @param {ArrayLike<number>} rgba bytes, four per pixel, not premultiplied @returns {Uint8Array} one byte per pixel
 */
export function greyOf(rgba) {
  const grey = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < grey.length; i++) {
    const at = 4 * i;
    grey[i] = Math.round((0.2126 * rgba[at] + 0.7152 * rgba[at + 1] + 0.0722 * rgba[at + 2]) * (rgba[at + 3] / 255));
  }
  return grey;
}

/** @param {Blob} file @returns {Promise<AlphaTexture>} @throws {DOMException} if the browser can not read the picture */
export async function decodeAlpha(file) {
  const bitmap = await createImageBitmap(file);
  try {
    const { size, x, y, width, height } = fit(bitmap.width, bitmap.height);
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = size;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, x, y, width, height);
    return { size, grey: greyOf(context.getImageData(0, 0, size, size).data) };
  } finally {
    bitmap.close();
  }
}
