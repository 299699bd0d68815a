import { Readable } from 'node:stream';
import type { Clock } from '../clock.ts';
import { createAbortGroup } from './abort-group.ts';
import { createTlsSettings } from './connector.ts';
import { createConnector } from './connector.ts';
import { Exchange } from './exchange.ts';
import { createLanes } from './lanes.ts';
import { nameProxy } from './proxy-tunnel.ts';
import { createSilenceWatch } from './silence-watch.ts';
import type {
  ClosableTransport,
  TransportResult,
  TransportRequest,
  BodyStream,
} from './transport.ts';

export interface TransportSettings {
  readonly url: URL;
  /** The longest silence: connecting, waiting for the answer, between two chunks. */
  readonly timeoutMs: number;
  /** Connections at most, and so requests in flight. */
  readonly connections: number;
  /** Authorities to add to the usual ones. */
  readonly caPems: readonly string[];
  /** Already resolved for `url`; its credentials are shown nowhere. */
  readonly proxy: URL | undefined;
  /** Web firewalls refuse requests without one; undici sends none by itself. */
  readonly userAgent: string;
  /** How much of a text answer is kept, unless a request says otherwise; 64 MiB by default. */
  readonly maxBodyBytes?: number;
  readonly clock?: Clock;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * The transport over real sockets: POST to one address, keep-alive, no
 * pipelining, no redirects, no resending. Throws only for settings that are no
 * settings (an authority that is no PEM).
 */
export function createUndiciTransport(settings: TransportSettings): ClosableTransport {
  const { url, timeoutMs, connections, proxy, userAgent, clock } = settings;
  const watch = createSilenceWatch(timeoutMs, clock && (() => clock.monotonic()));
  const connector = createConnector({
    proxy,
    timeoutMs,
    userAgent,
    tls: createTlsSettings(settings.caPems),
    watch,
  });
  const lanes = createLanes(url.origin, connections, {
    pipelining: 1,
    connect: connector.connect,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const aborts = createAbortGroup();
  const path = `${url.pathname}${url.search}`;
  const usual = ['user-agent', userAgent, 'accept', 'application/json, */*', 'accept-encoding'];
  const headers = {
    text: [...usual, 'gzip, deflate'],
    // A file is wanted as it is stored; what is packed on the way only costs.
    file: [...usual, 'identity'],
  };
  /** Nearly all requests are of one kind, and share what they say of themselves. */
  const textHeaders = createHeaders(headers.text);
  const exchangeSettings = {
    watch,
    aborts,
    timeoutMs,
    maxBodyBytes: settings.maxBodyBytes ?? MAX_BODY_BYTES,
    via: proxy === undefined ? '' : ` (through the proxy ${nameProxy(proxy)})`,
  };

  const exchange = (request: TransportRequest): Promise<TransportResult> =>
    new Promise((resolve) => {
      const { body, signal, onData } = request;
      const one = new Exchange(request, exchangeSettings, resolve);
      if (signal !== undefined && !aborts.add(signal, one)) {
        one.onAbort();
        return;
      }
      const own =
        onData === undefined
          ? textHeaders(request.contentType)
          : withContentType(headers.file, request.contentType);
      if (!isStream(body)) {
        lanes.dispatch({ path, method: 'POST', headers: own, body }, one);
        return;
      }
      const sized = [...own, 'content-length', String(body.length)];
      const source = Readable.from(pulled(body, one), { objectMode: false });
      lanes.dispatch({ path, method: 'POST', headers: sized, body: source }, one);
    });

  const close = async (): Promise<void> => {
    connector.destroyAll();
    await lanes.close();
  };
  return Object.assign(exchange, { close, [Symbol.asyncDispose]: close });
}

function withContentType(headers: readonly string[], contentType: string): string[] {
  return [...headers, 'content-type', contentType];
}

/** Remembers the headers with the last content type. */
function createHeaders(usual: readonly string[]): (contentType: string) => string[] {
  let last = '';
  let made: string[] = [];
  return (contentType) => {
    if (contentType !== last) {
      made = withContentType(usual, contentType);
      last = contentType;
    }
    return made;
  };
}

function isStream(body: TransportRequest['body']): body is BodyStream {
  return typeof body === 'object' && 'open' in body;
}

/** undici pulls the next piece when the last one has left: that is progress too. */
async function* pulled(body: BodyStream, exchange: Exchange): AsyncGenerator<Uint8Array> {
  for await (const chunk of body.open()) {
    exchange.progress();
    yield chunk;
    exchange.progress();
  }
}
