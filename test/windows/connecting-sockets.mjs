// For Wine, not for Windows: there, keep-alive cannot be set on a socket that is still
// connecting, and the connection fails for it.
import { Socket } from 'node:net';

const { setKeepAlive } = Socket.prototype;
Socket.prototype.setKeepAlive = function (...args) {
  return this.connecting ? this : setKeepAlive.apply(this, args);
};
