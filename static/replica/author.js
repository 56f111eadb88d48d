/**
 * The stroke frames of one client whose hands this replica is, or has taken over from a dead tab.
 *
 * A frame is *accepted* when the room has put it into its order, and *journaled* when the database has it; it stays here
 * until then, because a server that is killed forgets what it had only accepted. Numbers count from 1 without gaps.
 *
 * @import { PendingFrame } from '../types.js'
 */
export class Author {
  /** @param {string | null} client null until the server has said who we are */
  constructor(client) {
    this.client = client;
    /** @type {PendingFrame[]} ascending; all that is not journaled */
    this.frames = [];
    /** The highest client_seq there is. */
    this.made = 0;
    this.accepted = 0;
    this.journaled = 0;
    /**
     * Frames up to this number came (or will come) into the positions through the room's order; later ones were applied
     * by this replica itself. Infinity from a fresh load until the server has said what that load holds.
     */
    this.from = 0;
    /** The room's seq of the last accepted frame. */
    this.lastSeq = 0;
    /** Whether `accepted` is the server's own word on this connection. */
    this.certain = true;
  }

  /** Whether the positions hold frame `clientSeq` because this replica applied it itself. @param {number} clientSeq */
  appliedBySelf(clientSeq) {
    return clientSeq > this.from && clientSeq <= this.made;
  }

  /** Whether the server has said what the positions hold of this author. */
  get settled() {
    return this.from !== Infinity;
  }

  /** @param {PendingFrame} frame */
  push(frame) {
    this.frames.push(frame);
    this.made = frame.clientSeq;
  }

  /**
   * What a reply or a receipt says. `accepted` may be lower than before: after a crash the server knows what it journaled.
   * @param {number} accepted @param {number} journaled
   * @returns {boolean} whether frames were forgotten
   */
  acknowledged(accepted, journaled) {
    this.accepted = accepted;
    this.certain = true;
    if (journaled <= this.journaled) return false;
    this.journaled = journaled;
    return this.frames.splice(0, this.indexAfter(journaled)).length > 0;
  }

  /** The frames that the room does not have, as far as this page knows. */
  unaccepted() {
    return this.frames.slice(this.indexAfter(this.accepted));
  }

  /** The index of the first frame after number `clientSeq`. @param {number} clientSeq */
  indexAfter(clientSeq) {
    let low = 0;
    let high = this.frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.frames[middle].clientSeq > clientSeq) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Takes out the frame that the server refused, if it waits; its number is used up. @param {number} clientSeq */
  remove(clientSeq) {
    const index = this.indexAfter(clientSeq - 1);
    return this.frames[index]?.clientSeq === clientSeq ? this.frames.splice(index, 1)[0] : undefined;
  }

  /** How many strokes are waiting for the database. */
  strokes() {
    return this.strokesAfter(0);
  }

  /** How many of them have a frame after number `clientSeq`. @param {number} clientSeq */
  strokesAfter(clientSeq) {
    let count = 0;
    let last = -1;
    for (let i = this.indexAfter(clientSeq); i < this.frames.length; i++) {
      if (this.frames[i].stroke !== last) count += 1;
      last = this.frames[i].stroke;
    }
    return count;
  }
}
