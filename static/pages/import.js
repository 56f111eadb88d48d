// Sends one file to the server as a new project. XMLHttpRequest, since fetch does not tell how much has been sent.

import { t } from '../words/words.js';

/**
 * @typedef {object} Imported
 * @property {string} url  of the new project's page
 * @property {string[]} repairs  what was changed to make it clay, one sentence each
 */

/**
 * @param {File} file
 * @param {object} options
 * @param {string} options.xsrf  the page's token
 * @param {number} options.maxBytes  what the server takes: no use in sending more
 * @param {AbortSignal} options.signal
 * @param {(sent: number) => void} options.progress  called with the number of bytes sent so far
 * @returns {Promise<Imported>}  rejects with an Error whose message is for the person
 */
export function importModel(file, { xsrf, maxBytes, signal, progress }) {
  return new Promise((resolve, reject) => {
    if (file.size === 0) {
      reject(new Error(t('imports.empty')));
      return;
    }
    if (file.size > maxBytes) {
      reject(new Error(t('imports.tooLarge', { size: mebibytes(file.size), most: mebibytes(maxBytes) })));
      return;
    }
    const name = file.name.replace(/\.[^.]*$/, '');
    const request = new XMLHttpRequest();
    request.open('POST', `/api/projects/import?${new URLSearchParams({ name: name.slice(0, 120), filename: file.name })}`);
    request.setRequestHeader('X-XSRFToken', xsrf);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.responseType = 'json';
    request.upload.addEventListener('progress', (event) => progress(event.loaded));
    request.addEventListener('load', () => {
      if (request.status === 201) resolve(request.response);
      else if (request.status === 401) location.assign('/login?next=/');
      else reject(new Error(request.response?.message ?? t('imports.status', { status: request.status })));
    });
    request.addEventListener('error', () => reject(new Error(t('imports.lost'))));
    request.addEventListener('abort', () => reject(new Error(t('imports.cancelled'))));
    signal.addEventListener('abort', () => request.abort());
    progress(0);
    request.send(file);
  });
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return Math.ceil(bytes / 2 ** 20);
}
