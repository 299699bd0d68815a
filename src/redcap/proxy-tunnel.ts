import http from 'node:http';
import type { Socket } from 'node:net';
import { oneLine } from '../words/one-line.ts';
import { ConnectFailure } from './connection-errors.ts';

/** A proxy's address without user name and password. */
export function nameProxy(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

/**
 * Asks a proxy, over a socket that is connected to it, for a tunnel to
 * `authority` (host:port). Rejects with a ConnectFailure that has the proxy's
 * status, or with the socket's own error.
 */
export function openTunnel(
  socket: Socket,
  proxy: URL,
  authority: string,
  userAgent: string,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      createConnection: () => socket,
      method: 'CONNECT',
      path: authority,
      setHost: false,
      headers: {
        host: authority,
        'user-agent': userAgent,
        'proxy-connection': 'keep-alive',
        ...authorization(proxy),
      },
    });
    request.on('connect', (response, tunnel, head) => {
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) {
        if (head.length > 0) tunnel.unshift(head);
        resolve(tunnel);
        return;
      }
      tunnel.destroy();
      const words = oneLine(`${status} ${response.statusMessage ?? ''}`, 80);
      reject(
        new ConnectFailure(
          // Its fault may pass (5xx); a refusal will not, and a wrong password too many locks an account.
          status >= 400 && status < 500 ? 'proxy' : 'connection',
          `The proxy ${nameProxy(proxy)} makes no connection to ${authority}: it answered ${words}.${hint(status, proxy)}`,
        ),
      );
    });
    request.on('error', (error) => {
      socket.destroy();
      reject(error);
    });
    request.end();
  });
}

function hint(status: number, proxy: URL): string {
  if (status !== 407) return '';
  return proxy.username === ''
    ? ' It wants a user name and a password: they stand in its address, as in http://user:password@proxy:8080.'
    : " It does not accept the user name and password of the proxy's address.";
}

function authorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` };
}
