/** Loading over HTTP: the manifest, the blobs, what is checked, and what is not fetched twice. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LoadError, loadSculpture } from '../../../static/net/loader.js';
import { FakeServer } from './server.js';

const options = (server, more = {}) => ({ fetch: server.fetch, snapshotUrl: '/snapshot', blobsUrl: '/blobs/', ...more });

test('the newest snapshot is loaded whole', async () => {
  // Positions and triangles as arrays, with the manifest's facts; progress counts bytes.
  const server = new FakeServer();
  const progress = [];
  const { seq, pieces } = await loadSculpture(options(server, { onProgress: (loaded, total) => progress.push([loaded, total]) }));
  assert.equal(seq, server.manifest.seq);
  assert.deepEqual(pieces[0].positions, server.shape.positions);
  assert.deepEqual(pieces[0].triangles, server.shape.triangles);
  assert.deepEqual(server.asked, ['/snapshot', '/blobs/positions', '/blobs/triangles']);
  const total = server.shape.positions.byteLength + server.shape.triangles.byteLength;
  assert.deepEqual(progress.at(-1), [total, total]);
});

test('paint is loaded where there is some', async () => {
  // The manifest names it, and its size is checked like all others'; a piece that nobody painted has none.
  const server = new FakeServer();
  assert.equal((await loadSculpture(options(server))).pieces[0].paint, null);
  server.manifest.pieces[0].paint = 'paint';
  assert.deepEqual((await loadSculpture(options(server))).pieces[0].paint, server.room.paint);
  server.room.paint = server.room.paint.slice(1);
  await assert.rejects(loadSculpture(options(server)), /has 124 bytes, its manifest says 125/);
});

test('the manifest of the page saves a request', async () => {
  // Unless its blobs are gone: then the newest one is asked for.
  const server = new FakeServer();
  await loadSculpture(options(server, { manifest: server.manifest }));
  assert.deepEqual(server.asked, ['/blobs/positions', '/blobs/triangles']);
  server.asked = [];
  const old = structuredClone(server.manifest);
  old.pieces[0].positions = 'gone';
  const { pieces } = await loadSculpture(options(server, { manifest: old }));
  assert.ok(server.asked.includes('/snapshot'));
  assert.deepEqual(pieces[0].positions, server.shape.positions);
});

test('triangles that are here are not fetched again', async () => {
  // After a digest difference only positions are.
  const server = new FakeServer();
  const have = new Map([[1, { piece: 1, epoch: 1, trianglesBlob: 'triangles' }]]);
  const { pieces } = await loadSculpture(options(server, { have }));
  assert.equal(pieces[0].triangles, null);
  assert.deepEqual(server.asked, ['/snapshot', '/blobs/positions']);
});

test('what does not fit is refused', async () => {
  // A short blob, a piece too large, no manifest, no server: each with its sentence and status.
  const refused = async (change, pattern, status) => {
    const server = new FakeServer();
    change(server);
    await assert.rejects(loadSculpture(options(server)), (error) => {
      assert.ok(error instanceof LoadError);
      assert.match(error.message, pattern);
      assert.equal(error.status, status);
      return true;
    });
  };
  await refused((server) => { server.manifest.pieces[0].vertices += 1; }, /has \d+ bytes, its manifest says \d+/, 0);
  await refused((server) => { server.manifest.pieces[0].vertices = 2_000_001; }, /2000001 vertices/, 0);
  await refused((server) => { server.manifest.pieces = 5; }, /manifest/, 0);
  await refused((server) => { server.status = 404; }, /404/, 404);
  await refused((server) => { server.fetch = () => Promise.reject(new TypeError('x')); }, /cannot be reached/, 0);
});
