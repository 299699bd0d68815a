import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { Client, Pool, type buildConnector, type Dispatcher } from 'undici';
import { createAbortListeners } from './abort-listeners.ts';
import { ConnectFailure } from './connection-errors.ts';
import { createConnector } from './connector.ts';
import { nameProxy } from './proxy-tunnel.ts';
import { RequestHandler } from './request-handler.ts';
import type {
  BodyStream,
  ClosableTransport,
  TransportRequest,
  TransportResult,
} from './transport.ts';

export interface TransportSettings {
  readonly url: URL;
  /** The longest silence: connecting, waiting for the response, between two chunks. */
  readonly timeoutMs: number;
  /** Connections at most, and so requests in flight. */
  readonly connections: number;
  /** Authorities to add to the usual ones. */
  readonly caPems: readonly string[];
  /** Already resolved for `url`; its credentials are shown nowhere. */
  readonly proxy: URL | undefined;
  /** Web firewalls refuse requests without one; undici sends none by itself. */
  readonly userAgent: string;
  /** How much of a text response is kept, unless a request says otherwise; 64 MiB by default. */
  readonly maxBodyBytes?: number;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * The transport over real sockets: POST to one address, keep-alive, no
 * pipelining, no redirects, no resending. Throws only for settings that are no
 * settings (an authority that is no PEM).
 */
export function createUndiciTransport(settings: TransportSettings): ClosableTransport {
  const { url, timeoutMs, connections, proxy, userAgent, caPems } = settings;
  const connector = createConnector({ proxy, timeoutMs, userAgent, caPems });
  const pool = new Pool(url.origin, {
    connections,
    factory: (origin) => new Connection(origin, connector.connect),
  });
  const requestSettings = {
    timeoutMs,
    maxBodyBytes: settings.maxBodyBytes ?? MAX_BODY_BYTES,
    via: proxy === undefined ? '' : ` (through the proxy ${nameProxy(proxy)})`,
    aborts: createAbortListeners(),
  };
  const path = `${url.pathname}${url.search}`;

  const send = (request: TransportRequest): Promise<TransportResult> =>
    new Promise((resolve) => {
      const { body, contentType, onData } = request;
      let source: Readable | undefined;
      const handler = new RequestHandler(request, requestSettings, (result) => {
        source?.destroy();
        resolve(result);
      });
      if (handler.isOver) return;
      const headers: Record<string, string> = {
        'user-agent': userAgent,
        accept: 'application/json, */*',
        // A file is wanted as it is stored; what is packed on the way only costs.
        'accept-encoding': onData === undefined ? 'gzip, deflate' : 'identity',
        'content-type': contentType,
      };
      const options: Outgoing = { path, method: 'POST', headers, body: null, handler };
      if (typeof body === 'string') {
        options.body = body;
      } else {
        headers['content-length'] = String(body.length);
        source = Readable.from(pulled(body, handler), { objectMode: false });
        options.body = source;
      }
      pool.dispatch(options, handler);
    });

  const close = async (): Promise<void> => {
    connector.destroyAll();
    await pool.destroy();
  };
  return Object.assign(send, { close, [Symbol.asyncDispose]: close });
}

/** undici pulls the next piece when the last one has left: that is progress too. */
async function* pulled(body: BodyStream, handler: RequestHandler): AsyncGenerator<Uint8Array> {
  for await (const chunk of body.open()) {
    handler.onBodyProgress();
    yield chunk;
    handler.onBodyProgress();
  }
}

interface Outgoing extends Dispatcher.DispatchOptions {
  readonly handler: RequestHandler;
}

/** How often a connection is opened for one request, where the server closes it before anything leaves. */
const MOST_OPENINGS = 3;

/**
 * One connection of the pool. undici's own writes a request as soon as it is
 * connected, and takes some resets for the end of a response. This one lets
 * its request wait on the open connection until it may leave, however long
 * connecting took, and reports resets to it.
 */
class Connection extends Client {
  readonly #connect: buildConnector.connector;
  #handler: RequestHandler | undefined;
  #socket: Socket | undefined;

  constructor(origin: URL, connect: buildConnector.connector) {
    super(origin, {
      pipelining: 1,
      // The handler has a timer of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (to, callback) => {
        this.#open(to, callback, MOST_OPENINGS);
      },
    });
    this.#connect = connect;
  }

  /** False: the pool assigns no other request to it before this one has ended. */
  override dispatch(options: Outgoing, handler: Dispatcher.DispatchHandler): boolean {
    this.#handler = options.handler;
    if (!isOpen(this.#socket)) return super.dispatch(options, handler);
    const may = options.handler.beforeLeaving();
    // undici drops what may not leave when it comes to it, and keeps the connection.
    if (typeof may === 'boolean') return super.dispatch(options, handler);
    void may.then(() => super.dispatch(options, handler));
    return false;
  }

  #open(to: buildConnector.Options, callback: buildConnector.Callback, openings: number): void {
    this.#connect(to, (error, socket) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      this.#socket = socket;
      onReset(socket, (reset) => {
        if (this.#socket === socket) this.#handler?.onReset(reset);
      });
      void Promise.resolve(this.#handler?.beforeLeaving()).then((may) => {
        if (isOpen(socket)) callback(null, socket);
        else if (may === true && openings > 1) this.#open(to, callback, openings - 1);
        else callback(new ConnectFailure('connection', CLOSED_AT_ONCE), null);
      });
    });
  }
}

const CLOSED_AT_ONCE = 'The other side closed the connection before anything was sent.';

function isOpen(socket: Socket | undefined): boolean {
  return socket !== undefined && !socket.destroyed && socket.writable;
}

/**
 * Reports a connection that ends otherwise than by the other side's regular
 * end. To be called before undici listens to the socket: it takes a reset
 * during a response without a length for the response's end, and says so in
 * its own listeners.
 *
 * Where the last bytes and the reset arrive between two turns of the event
 * loop, libuv reports a regular end (`uv__stream_io`: a partial read and
 * POLLHUP). The system knows better: a connection that was reset has no other
 * side any more, one that was closed regularly keeps it until this side closes
 * too. A close that is followed by a reset looks the same, and counts as one.
 */
function onReset(socket: Socket, listener: (error: Error) => void): void {
  socket.on('error', listener);
  socket.on('end', () => {
    if (socket.remoteAddress === undefined && !socket.destroyed) {
      listener(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
    }
  });
}
