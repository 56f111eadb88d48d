// Sends one file to the server as a new project. XMLHttpRequest, since fetch does not tell how much has been sent.

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
      reject(new Error('This file is empty.'));
      return;
    }
    if (file.size > maxBytes) {
      reject(new Error(`This file has ${mebibytes(file.size)}; at most ${mebibytes(maxBytes)} can be imported.`));
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
      else reject(new Error(request.response?.message ?? `The server answered with ${request.status}. Please try again.`));
    });
    request.addEventListener('error', () => reject(new Error('The connection was lost while sending. Please try again.')));
    request.addEventListener('abort', () => reject(new Error('Cancelled.')));
    signal.addEventListener('abort', () => request.abort());
    progress(0);
    request.send(file);
  });
}

/** @param {number} bytes */
function mebibytes(bytes) {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
