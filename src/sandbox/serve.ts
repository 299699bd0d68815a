import { getRequestListener } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { RefusedError } from '../errors.ts';
import type { Sandbox } from './handler.ts';
import { connectionFaultOf, type ConnectionFault } from './responses.ts';

export interface SandboxServer {
  /** `http://127.0.0.1:PORT/api/` */
  readonly url: string;
  readonly sandbox: Sandbox;
  /** Ends every connection, hanging ones included, and resolves when nothing is left. */
  close(): Promise<void>;
}

// Longer than the pauses of a slow run, so that no request meets a connection
// that the server is just giving up.
const KEEP_ALIVE_MS = 65_000;

/** Serves on 127.0.0.1 alone. Throws RefusedError where the port cannot be had. */
export async function serveSandbox(
  sandbox: Sandbox,
  options: { readonly port?: number } = {},
): Promise<SandboxServer> {
  const answer = getRequestListener(
    async (request, { incoming }) => {
      const response = await sandbox.handle(request);
      const fault = connectionFaultOf(response);
      if (fault === undefined) return response;
      breakConnection(incoming.socket, fault);
      return RESPONSE_ALREADY_SENT;
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer((incoming, outgoing) => {
    void answer(incoming, outgoing);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const port = await listen(server, options.port ?? 0);
  return {
    url: `http://127.0.0.1:${port}/api/`,
    sandbox,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function breakConnection(socket: Socket, fault: ConnectionFault): void {
  switch (fault) {
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'garbage':
      socket.end('this is no HTTP\r\n\r\n');
      return;
    case 'hang':
      // The connection stays open until the client gives up or the server closes.
      return;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason =
        cause.code === 'EADDRINUSE' ? 'another program uses it' : (cause.code ?? cause.message);
      reject(
        new RefusedError(
          `The sandbox cannot listen on port ${port}: ${reason}. Choose another port, or 0 for any free one.`,
          { cause },
        ),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
