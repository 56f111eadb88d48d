/**
 * A scripted session of all brushes, with the real kernel and the real encoder: how many bytes a vertex of a stroke takes.
 *
 * The pointer moves as a hand does: 120 samples a second along a curve on the screen, three radii, with and without the mirror,
 * pressure rising and falling. Every 40 ms of that time there is a flush, as in `static/editor/sculptor.js`. Each flush is encoded
 * as in `static/replica/replica.js`, and the newest strokes are undone at the end.
 *
 * Reads a sphere of 160,000 vertices in the server's order from the file named by its argument (int32 n, int32 m, positions planar
 * int32, triangles u32); writes one JSON object.
 */

import { readFileSync } from 'node:fs';
import { BRUSHES, ClayMesh, MIRROR_X, QUANTA_PER_RADIUS, StrokeMaker, negated } from '../static/kernel/index.js';
import { Flag, encodeStrokes } from '../static/wire/frames.js';

const SAMPLE_MS = 1000 / 120;
const FLUSH_MS = 40;
/** Length of one stroke in time. */
const STROKE_MS = 1200;
/** Radii of the brush, in radii of the model: fine work, the start-up size (60 pixels on a 1,000 pixel picture), broad shaping. */
const RADII = [0.03, 0.1, 0.25];
/** What a hand covers in a second, in radii of the model. */
const SPEED = 0.8;
/** Strokes that are taken back at the end. */
const UNDONE = 12;
const EYE = 4;

const file = readFileSync(process.argv[2]);
const data = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
const [vertexCount, triangleCount] = new Int32Array(data, 0, 2);
const positions = new Int32Array(data, 8, 3 * vertexCount);
const triangles = new Uint32Array(data, 8 + 12 * vertexCount, 3 * triangleCount);
const mesh = ClayMesh.build(positions, triangles);

/** @param {number} seed a repeatable stream of numbers in 0 … 1 (mulberry32) */
function random(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The ray of a pixel of a perspective camera that looks at the middle from the direction (yaw, pitch). */
function rayAt(yaw, pitch, x, y) {
  const back = [Math.cos(pitch) * Math.sin(yaw), Math.sin(pitch), Math.cos(pitch) * Math.cos(yaw)];
  const right = [Math.cos(yaw), 0, -Math.sin(yaw)];
  const up = [back[1] * right[2] - back[2] * right[1], back[2] * right[0] - back[0] * right[2], back[0] * right[1] - back[1] * right[0]];
  const origin = back.map((b) => b * EYE * QUANTA_PER_RADIUS);
  return { origin, direction: [0, 1, 2].map((a) => x * right[a] + y * up[a] - EYE * back[a]) };
}

let clientSeq = 0, stroke = 0;
const head = { client: '00000000000000ab', epoch: 1, piece: 1 };
/** @type {Record<string, {bytes: number, vertices: number, frames: number}>} */
const byBrush = {};
const undo = { bytes: 0, vertices: 0, frames: 0 };
/** @type {import('../static/kernel/quantise.js').Displacement[][]} */
const history = [];

/** @param {{bytes: number, vertices: number, frames: number}} sums */
function count(sums, moved, flags) {
  const frames = encodeStrokes({ ...head, clientSeq: clientSeq + 1, stroke, flags }, moved);
  clientSeq += frames.length;
  sums.frames += frames.length;
  sums.vertices += moved.ids.length;
  for (const frame of frames) sums.bytes += frame.length;
}

/** One stroke of a hand. */
function sculpt(brush, radius, mirror, chance) {
  const yaw = chance() * 2 * Math.PI, pitch = (chance() - 0.5) * 2;
  let [x, y] = [(chance() - 0.5) * 0.9, (chance() - 0.5) * 0.9];
  let heading = chance() * 2 * Math.PI;
  const bend = (chance() - 0.5) * 6;
  const maker = new StrokeMaker(mesh, { brush, strength: BRUSHES[brush].strength, mirror, invert: chance() < 0.2 });
  const sample = (time) => ({
    ray: rayAt(yaw, pitch, x, y), radius: 0, spread: radius / (EYE - 1), pressure: 0.5 + 0.3 * Math.sin((Math.PI * time) / STROKE_MS),
  });
  if (!maker.begin(sample(0))) return;
  stroke += 1;
  const flushes = [];
  const sums = (byBrush[brush] ??= { bytes: 0, vertices: 0, frames: 0 });
  let lastFlush = 0;
  for (let time = SAMPLE_MS; time < STROKE_MS; time += SAMPLE_MS) {
    heading += (bend * SAMPLE_MS) / 1000;
    x += Math.cos(heading) * SPEED * (SAMPLE_MS / 1000);
    y += Math.sin(heading) * SPEED * (SAMPLE_MS / 1000);
    maker.moveTo(sample(time));
    if (time - lastFlush < FLUSH_MS) continue;
    lastFlush = time;
    const moved = maker.flush();
    if (moved === null) continue;
    flushes.push(moved);
    count(sums, moved, 0);
  }
  const rest = maker.end();
  rest.forEach((moved, i) => count(sums, moved, i === rest.length - 1 ? Flag.END : 0));
  flushes.push(...rest);
  if (flushes.length > 0) history.push(flushes);
}

/** The sum of a stroke's flushes, in quanta. */
function summed(flushes) {
  const at = new Map();
  for (const { ids, dx, dy, dz, shift } of flushes) {
    for (let i = 0; i < ids.length; i++) {
      const sum = at.get(ids[i]) ?? [0, 0, 0];
      sum[0] += dx[i] << shift;
      sum[1] += dy[i] << shift;
      sum[2] += dz[i] << shift;
      at.set(ids[i], sum);
    }
  }
  const ids = Uint32Array.from(at.keys()).sort();
  const axis = (a) => Int32Array.from(ids, (id) => at.get(id)[a]);
  return { ids, dx: axis(0), dy: axis(1), dz: axis(2), shift: 0 };
}

const chance = random(7);
for (const mirror of [0, MIRROR_X]) {
  for (const radius of RADII) for (const brush of Object.keys(BRUSHES)) for (let i = 0; i < 3; i++) sculpt(brush, radius, mirror, chance);
}
for (const flushes of history.slice(-UNDONE)) {
  stroke += 1;
  count(undo, negated(summed(flushes)), Flag.END | Flag.UNDO);
}
console.log(JSON.stringify({ vertexCount, strokes: history.length, byBrush, undo }));
