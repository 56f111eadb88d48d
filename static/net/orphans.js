/**
 * What closed or crashed tabs of the same person have left in the store: taken over and sent, under their own client ids
 * and numbers, so that the server recognises what it has.
 *
 * @import { Replica } from '../replica/replica.js'
 * @import { Liveness } from './liveness.js'
 * @import { PendingStore } from './pending.js'
 * @import { Session } from './session.js'
 */

import { MAX_MINE } from '../replica/replica.js';
import { WireError } from '../wire/frames.js';
import { RequestError } from './session.js';

/** Tabs that one page takes over, at most: what a join may name, with room for what comes later. */
export const MAX_ORPHANS = MAX_MINE / 2;

/**
 * @param {{replica: Replica, session: Session, liveness: Liveness, store: PendingStore}} parts
 * @returns {Promise<number>} strokes that the room did not have yet; rejects with `RequestError` `lost` when the connection
 *   breaks, and may be called again then
 */
export async function adoptOrphans({ replica, session, liveness, store }) {
  let strokes = 0;
  const clients = (await store.clients()).filter((client) => !replica.authors.has(client));
  for (const client of clients.slice(0, MAX_ORPHANS)) {
    if (!await liveness.take(client)) continue;
    const frames = await store.frames(client);
    if (!frames.length) continue;
    let author;
    try {
      author = replica.adopt(client, frames);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      // Not written by a version that this one understands: keeping it would only bring it back at every visit.
      console.warn(`clayroom: strokes of ${client} are not readable: ${error.message}`);
      store.forget(client, Infinity);
      continue;
    }
    try {
      strokes += await session.adopt(author);
    } catch (error) {
      if (!(error instanceof RequestError) || error.code === 'lost') throw error;
      replica.disown(client);
    }
  }
  return strokes;
}
