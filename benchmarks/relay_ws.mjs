/**
 * What our fan-out is measured against: a bare relay on `ws`. It checks nothing, keeps nothing, and sends each binary message to
 * every other client. This is the shortest way through the library: no compression, no copy, and the frame is built per send because
 * that is what `send` does.
 */

import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, clientTracking: true });

server.on('connection', (socket) => {
  socket.on('message', (data, binary) => {
    for (const other of server.clients) if (other !== socket && other.readyState === 1) other.send(data, { binary });
  });
  socket.on('error', () => socket.terminate());
});
server.on('listening', () => console.log(server.address().port));
process.on('SIGTERM', () => process.exit(0));
