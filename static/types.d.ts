/** Shapes that several modules share. Values only: nothing here exists at run time. */

import type { ClayMesh } from './kernel/mesh.js';
import type { Displacement } from './kernel/quantise.js';
import type { PaintRegister } from './replica/register.js';
import type { MaskChange, MaskValues } from './kernel/mask/change.js';

// ---- wire -----------------------------------------------------------------------------------------------------------

/** The head of a STROKE or MERGED frame as it is written. */
export interface StrokeHead {
  kind?: number;
  flags?: number;
  seq?: number;
  /** 16 hexadecimal digits. */
  client: string;
  clientSeq: number;
  stroke: number;
  epoch: number;
  piece: number;
}

export interface StrokeFrame extends Displacement {
  kind: 1 | 4 | number;
  flags: number;
  seq: number;
  client: string;
  clientSeq: number;
  stroke: number;
  epoch: number;
  piece: number;
}

/** Paint on vertices: bytes by plane (red, green, blue, roughness, metalness: those that `channels` names). */
export interface PaintValues {
  /** Strictly ascending. */
  ids: Uint32Array;
  /** `Channel`s. */
  channels: number;
  /** One array for each plane, as long as `ids`. */
  values: Uint8Array[];
  /** What is to be there, or nothing is written; null: written whatever is there. */
  expected: Uint8Array[] | null;
}

/** What a flush of paint changed: bytes by plane, as in `PaintValues`. */
export interface PaintChange {
  ids: Uint32Array;
  channels: number;
  before: Uint8Array[];
  after: Uint8Array[];
}

export interface PaintFrame extends PaintValues {
  kind: 7 | 8 | number;
  flags: number;
  seq: number;
  client: string;
  clientSeq: number;
  stroke: number;
  epoch: number;
  piece: number;
}

export interface CursorFields {
  client?: string;
  /** `CursorFlag`s. */
  flags: number;
  /** Index into `BRUSHES`. */
  brush: number;
  piece: number;
  /** Quanta. */
  radius: number;
  /** Quanta. */
  position: ArrayLike<number>;
  /** −32767 … 32767. */
  normal: ArrayLike<number>;
}

export interface ViewFields {
  client?: string;
  /** `ViewFlag`s. */
  flags: number;
  /** Quanta. */
  eye: ArrayLike<number>;
  /** Quanta: what the camera turns around. */
  target: ArrayLike<number>;
  /** −32767 … 32767. */
  up: ArrayLike<number>;
}

export type DecodedFrame =
  | ({ kind: 1 } & StrokeFrame)
  | ({ kind: 4 } & StrokeFrame)
  | { kind: 2; client: string; flags: number; brush: number; piece: number; radius: number;
      position: [number, number, number]; normal: [number, number, number] }
  | { kind: 3; seq: number; client: string; accepted: number; journaled: number }
  | { kind: 5; seq: number }
  | { kind: 9; client: string; flags: number; eye: [number, number, number]; target: [number, number, number];
      up: [number, number, number] }
  | { kind: 6; seq: number; piece: number; epoch: number; digest: number; paint: number }
  | ({ kind: 7 } & PaintFrame)
  | ({ kind: 8 } & PaintFrame);

// ---- replica --------------------------------------------------------------------------------------------------------

/** One stroke frame of an own or adopted client that the database does not have yet. */
export interface PendingFrame {
  clientSeq: number;
  stroke: number;
  piece: number;
  epoch: number;
  flags: number;
  bytes: Uint8Array;
  /** What it adds to the digest of its piece, mod 2³². */
  contribution: number;
  /** Whether the positions (or the paint) of this replica hold it. */
  applied: boolean;
  /** Whether it is paint that lies on what the room has, see replica/register.js. */
  covers: boolean;
}

/** Where pending frames outlive the page. `net/pending.js` is one. */
export interface Keeper {
  keep(client: string, clientSeq: number, bytes: Uint8Array): void;
  /** Forgets the frames of `client` up to and with `upTo`. */
  forget(client: string, upTo: number): void;
}

/** One piece with its arrays, as it is loaded. */
export interface LoadedPiece {
  piece: number;
  epoch: number;
  name: string;
  scale: number;
  offset: [number, number, number];
  /** (3n) int32 planar, quanta. */
  positions: Int32Array;
  /** (3m) uint32; null if the replica has the triangles of this `trianglesBlob` already. */
  triangles: Uint32Array | null;
  trianglesBlob: string;
  /** (5n) uint8 planar: red, green, blue, roughness, metalness; none if nobody has painted. */
  paint?: Uint8Array | null;
}

export interface ReplicaPiece {
  piece: number;
  epoch: number;
  name: string;
  scale: number;
  offset: [number, number, number];
  trianglesBlob: string;
  mesh: ClayMesh;
  register: PaintRegister;
}

/** What a batch of frames did to a replica. */
export interface Received {
  /** Pieces whose positions changed. */
  changed: Set<number>;
  caughtUp: boolean;
  /** The first digest that differs, as a sentence for the log. */
  mismatch: string | null;
}

export interface StrokePart {
  piece: number;
  epoch: number;
  displacement: Displacement;
}

/** A change of one's own mask of one piece. */
export interface MaskEdit {
  piece: number;
  epoch: number;
  change: MaskChange;
}

/** Paint to write on one piece where what is expected is there. */
export interface PaintPart {
  piece: number;
  epoch: number;
  paint: PaintValues;
}

/** Masks to put on one piece. */
export interface MaskPart extends MaskValues {
  piece: number;
  epoch: number;
}

/** Where a reference image hangs; docs/protocol.md has the units. */
export interface ReferencePlace {
  name: string;
  pin: 'view' | 'front' | 'side' | 'top';
  x: number;
  y: number;
  depth: number;
  scale: number;
  opacity: number;
}

export interface Reference extends ReferencePlace {
  reference: string;
  /** Pixels of the picture. */
  width: number;
  height: number;
}

// ---- net ------------------------------------------------------------------------------------------------------------

export type Role = 'owner' | 'editor' | 'viewer';

export interface Collaborator {
  name: string;
  role: Role;
}

export interface PieceManifest {
  piece: number;
  epoch: number;
  name: string;
  vertices: number;
  triangles: number;
  scale: number;
  offset: [number, number, number];
  positions: string;
  triangles_blob: string;
  /** Absent if nobody has painted. */
  paint?: string;
}

export interface Manifest {
  snapshot: string;
  seq: number;
  pieces: PieceManifest[];
}

/** The facts that the server renders into the editor page. */
export interface Facts {
  project: string;
  name: string;
  description: string;
  role: Role;
  user: { name: string };
  owner: string;
  collaborators: Collaborator[];
  socket: string;
  snapshot: string;
  blobs: string;
  token: string;
  tokenUrl: string;
  export: string;
  manifest: Manifest | null;
  version: string;
}

export interface Person {
  client: string;
  name: string;
  colour: string;
  role: Role;
  you: boolean;
}

/** The project's metadata as the editor shows it. */
export interface Meta {
  name: string;
  description: string;
  owner: string;
  collaborators: Collaborator[];
}

export type LinkState = 'loading' | 'online' | 'offline' | 'reconnecting' | 'refused' | 'closed';

export interface Status {
  state: LinkState;
  message: string;
  /** Own strokes that the database does not have yet. */
  pending: number;
  /** Whether everything that was made here is in the database. */
  journaled: boolean;
  /** Whether the strokes that wait outlive this page (false in a private window without IndexedDB). */
  kept: boolean;
}

/** Time, so that tests own it. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls `run` after `ms`; returns what cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** What of the browser the link uses; tests hand in their own. */
export interface Surroundings {
  fetch: typeof fetch;
  WebSocket: new (url: string) => WebSocket;
  indexedDB: IDBFactory | undefined;
  locks: LockManager | undefined;
  BroadcastChannel: typeof BroadcastChannel | undefined;
  clock: Clock;
  random: () => number;
  /** Where `online`, `offline` and `pagehide` are heard. */
  window: EventTarget;
  /** Where `visibilitychange` is heard. */
  document: EventTarget & { readonly visibilityState?: string };
  /** The page's address, to make the socket's. */
  location: { protocol: string; host: string };
}
