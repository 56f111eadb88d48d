/** A server in memory for the whole link: HTTP by a recording `fetch`, sockets by `FakeSocket`s on a `Sequencer`. */

import { Line, Sequencer, sheet } from './sequencer.js';
import { FakeSocket } from './surroundings.js';

export class FakeServer {
  constructor() {
    this.shape = sheet(4);
    this.asked = [];
    this.status = 200;
    let clients = 0;
    this.room = new Sequencer(this.shape, () => `${++clients}`.padStart(16, '0'));
    this.manifest = {
      snapshot: 's', seq: 0,
      pieces: [{
        piece: 1, epoch: 1, name: 'sheet', vertices: this.shape.positions.length / 3, triangles: this.shape.triangles.length / 3,
        scale: 1, offset: [0, 0, 0], positions: 'positions', triangles_blob: 'triangles',
      }],
    };
    /** When false, sockets and HTTP fail. */
    this.reachable = true;
    const server = this;
    this.WebSocket = class extends FakeSocket {
      constructor(url) {
        super(url);
        queueMicrotask(() => server.reachable ? server.accept(this) : this.end(1006));
      }
    };
    this.fetch = async (url) => {
      this.asked.push(url);
      if (!this.reachable) throw new TypeError('failed to fetch');
      if (this.status !== 200) return new Response('{"code": "x", "message": "No."}', { status: this.status });
      if (url === '/token') return Response.json({ token: `token ${this.asked.length}` });
      if (url === '/snapshot') return Response.json({ ...this.manifest, seq: this.room.snapshot.seq });
      if (url === '/blobs/positions') return new Response(this.room.loaded().pieces[0].positions);
      if (url === '/blobs/paint') return new Response(this.room.paint);
      if (url === '/blobs/triangles') return new Response(this.shape.triangles);
      return new Response('', { status: 404 });
    };
  }

  /** @param {FakeSocket} socket */
  accept(socket) {
    const line = new Line((data) => socket.say(data), (code, reason) => socket.end(code, reason));
    socket.line = line;
    socket.onsend = (data) => queueMicrotask(() => this.room.receive(line, data));
    const close = socket.close.bind(socket);
    socket.close = (code) => {
      this.room.disconnect(line);
      close(code);
    };
    socket.open();
    this.room.connect(line);
  }

  /** The cable is pulled on the server's side. */
  cut() {
    this.reachable = false;
    for (const line of [...this.room.lines]) {
      this.room.disconnect(line);
      line.close(1006, '');
    }
  }

  facts(changes = {}) {
    return {
      project: 'p'.repeat(22), name: 'Sheet', description: '', role: 'owner', user: { name: 'Ada' }, owner: 'Ada', collaborators: [],
      socket: '/p/x/socket', snapshot: '/snapshot', blobs: '/blobs/', token: 'page token', tokenUrl: '/token', export: '/export.',
      manifest: this.manifest, version: 'v', ...changes,
    };
  }
}
