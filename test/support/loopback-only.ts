import net from 'node:net';

/**
 * A test that forgets a stub must fail, never delete a real file: every TCP
 * connection that is not loopback is refused before it is made.
 */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/i;
const original: unknown = Reflect.get(net.Socket.prototype, 'connect');

function hostOf(args: readonly unknown[]): string {
  // net.connect hands over its normalised arguments as an array in the first place.
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'object' && first !== null && 'host' in first) {
    return typeof first.host === 'string' ? first.host : 'localhost';
  }
  return typeof first === 'number' && typeof args[1] === 'string' ? args[1] : 'localhost';
}

Reflect.set(
  net.Socket.prototype,
  'connect',
  function guarded(this: net.Socket, ...args: unknown[]) {
    const host = hostOf(args);
    if (!LOOPBACK.test(host)) throw new Error(`tests may talk to loopback only, not to ${host}`);
    return Reflect.apply(original as (...all: unknown[]) => unknown, this, args);
  },
);
