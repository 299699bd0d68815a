import type { Socket } from 'node:net';

/**
 * Tells of a connection that ends otherwise than by the other side's regular
 * end. To be asked for before anybody else listens to the socket: undici takes
 * a reset during an answer without a length for the answer's end, and says so
 * in its own listeners.
 *
 * Where the last bytes and the reset arrive between two turns of the event
 * loop, libuv tells a regular end (`uv__stream_io`: a partial reading and
 * POLLHUP). The system knows better: a connection that was reset has no other
 * side any more, one that was closed regularly keeps it until this side closes
 * too. A close that is followed by a reset looks the same, and counts as one.
 */
export function hearBreaks(socket: Socket, onBreak: (error: Error) => void): void {
  socket.on('error', onBreak);
  socket.on('end', () => {
    if (socket.remoteAddress === undefined && !socket.destroyed) onBreak(resetError());
  });
}

function resetError(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}
