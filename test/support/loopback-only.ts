import net from 'node:net';

/**
 * A test that forgets a stub must fail, never delete a real file: every TCP
 * connection that is not loopback is refused before it is made.
 */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;
const connect = net.Socket.prototype.connect;

net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: never[]): net.Socket {
  const options: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host =
    typeof options === 'object' && options !== null
      ? ((options as { host?: string }).host ?? ('path' in options ? 'localhost' : 'localhost'))
      : typeof args[1] === 'string'
        ? args[1]
        : 'localhost';
  if (!LOOPBACK.test(host)) {
    throw new Error(`tests may talk to loopback only, not to ${host}`);
  }
  return Reflect.apply(connect, this, args) as net.Socket;
} as typeof connect;
