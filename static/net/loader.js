// Untrusted input: sizes are checked against the manifest before an array is made of what came.

/**
 * Fetches the newest snapshot: its manifest, then the attributes of its pieces as blobs, all at once. Blobs never change,
 * so the browser's cache has what an earlier visit loaded.
 *
 * @import { LoadedPiece, Manifest, PieceManifest, ReplicaPiece } from '../types.js'
 */

/** Vertices of one piece: what the kernel's arrays and a phone's memory hold. */
export const MAX_VERTICES = 2_000_000;
/** Triangles of one piece. */
export const MAX_TRIANGLES = 4_000_000;

/** A snapshot that could not be had. `status` is HTTP's, or 0 when the server was not reached. */
export class LoadError extends Error {
  /** @param {string} message @param {number} status */
  constructor(message, status) {
    super(message);
    this.name = 'LoadError';
    this.status = status;
  }
}

/**
 * @param {{fetch: typeof fetch, snapshotUrl: string, blobsUrl: string, manifest?: Manifest | null,
 *   have?: ReadonlyMap<number, ReplicaPiece>, onProgress?: (loaded: number, total: number) => void}} options
 *   `manifest`: one that came with the page; `have`: pieces whose triangles need not be fetched again;
 *   `onProgress` hears bytes
 * @returns {Promise<{seq: number, snapshot: string, pieces: LoadedPiece[]}>} rejects with `LoadError`
 */
export async function loadSculpture({ manifest = null, ...options }) {
  if (manifest) {
    try {
      return await loadManifest(manifest, options);
    } catch (error) {
      // A page from the browser's history may name a snapshot that is gone by now.
      if (!(error instanceof LoadError) || error.status !== 404) throw error;
    }
  }
  const response = await get(options.fetch, options.snapshotUrl);
  return loadManifest(await readJson(response), options);
}

/**
 * @param {Manifest} manifest
 * @param {Omit<Parameters<typeof loadSculpture>[0], 'manifest'>} options
 */
async function loadManifest(manifest, { fetch, blobsUrl, have, onProgress = () => {} }) {
  checkManifest(manifest);
  let loaded = 0;
  let total = 0;
  /** @param {string} blob @param {number} size bytes */
  const blobOf = async (blob, size) => {
    total += size;
    const response = await get(fetch, blobsUrl + encodeURIComponent(blob));
    const buffer = await response.arrayBuffer().catch(() => {
      throw new LoadError('The connection was lost while the sculpture was loading.', 0);
    });
    if (buffer.byteLength !== size) {
      throw new LoadError(`A part of the sculpture has ${buffer.byteLength} bytes, its manifest says ${size}.`, 0);
    }
    loaded += size;
    onProgress(loaded, total);
    return buffer;
  };
  const pieces = await Promise.all(manifest.pieces.map(async (one) => {
    const known = have?.get(one.piece);
    const same = known?.epoch === one.epoch && known.trianglesBlob === one.triangles_blob;
    const [positions, triangles, paint] = await Promise.all([
      blobOf(one.positions, 12 * one.vertices),
      same ? null : blobOf(one.triangles_blob, 12 * one.triangles),
      one.paint === undefined ? null : blobOf(one.paint, 5 * one.vertices),
    ]);
    return {
      piece: one.piece,
      epoch: one.epoch,
      name: one.name,
      scale: one.scale,
      offset: one.offset,
      positions: new Int32Array(positions),
      triangles: triangles && new Uint32Array(triangles),
      trianglesBlob: one.triangles_blob,
      paint: paint && new Uint8Array(paint),
    };
  }));
  return { seq: manifest.seq, snapshot: manifest.snapshot, pieces };
}

/** @param {Manifest} manifest */
function checkManifest(manifest) {
  const whole = (/** @type {unknown} */ value, /** @type {number} */ limit) =>
    Number.isInteger(value) && /** @type {number} */ (value) >= 0 && /** @type {number} */ (value) <= limit;
  if (!whole(manifest?.seq, Number.MAX_SAFE_INTEGER) || !Array.isArray(manifest.pieces)) {
    throw new LoadError('The manifest of the sculpture is not what it should be.', 0);
  }
  for (const one of /** @type {PieceManifest[]} */ (manifest.pieces)) {
    if (!whole(one.vertices, MAX_VERTICES) || !whole(one.triangles, MAX_TRIANGLES)) {
      throw new LoadError(
        `Piece ${one.piece} has ${one.vertices} vertices and ${one.triangles} triangles; at most ${MAX_VERTICES} and ` +
        `${MAX_TRIANGLES} can be shown.`, 0);
    }
  }
}

/** @param {typeof fetch} fetch @param {string} url */
async function get(fetch, url) {
  let response;
  try {
    response = await fetch(url, { credentials: 'same-origin' });
  } catch {
    throw new LoadError('The server cannot be reached.', 0);
  }
  if (!response.ok) {
    throw new LoadError(`The sculpture could not be loaded: the server said ${response.status}.`, response.status);
  }
  return response;
}

/** @param {Response} response @returns {Promise<any>} */
async function readJson(response) {
  try {
    return await response.json();
  } catch {
    throw new LoadError('The server did not answer with a manifest.', 0);
  }
}
