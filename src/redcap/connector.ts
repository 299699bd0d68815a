import tls from 'node:tls';
import { Socket } from 'node:net';
import { asConnectFailure, ConnectFailure } from './connection-errors.ts';
import { createAdmission, nameProxy, openTunnel } from './proxy-tunnel.ts';
import type { SilenceWatch, Watched } from './silence-watch.ts';
import { buildConnector } from './undici.ts';

export interface ConnectorSettings {
  readonly proxy: URL | undefined;
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly tls: TlsSettings;
  readonly watch: SilenceWatch;
}

export interface Connector {
  readonly connect: buildConnector.connector;
  /** Gives up every connection that is being made. */
  destroyAll(): void;
}

/** Node ends each address's try after 250 ms, too soon for slow lines. */
const ADDRESS_TRY_MS = 1000;

/**
 * Makes connections, through the proxy where there is one, TLS included. Reports
 * nothing but ConnectFailures, each within the silence that is allowed.
 */
export function createConnector(settings: ConnectorSettings): Connector {
  const { proxy, timeoutMs, userAgent, watch } = settings;
  const open = buildConnector({
    ...settings.tls,
    // The watch ends silent connections; undici's own timer is only a net below it.
    timeout: timeoutMs + 5000,
    autoSelectFamilyAttemptTimeout: ADDRESS_TRY_MS,
  });
  const attempts = new Set<Attempt>();
  const admission = createAdmission();

  /** Asks the proxy for a tunnel; whoever was refused asks no more. */
  const tunnelThrough = async (
    via: URL,
    options: buildConnector.Options,
    attempt: Attempt,
  ): Promise<Socket> => {
    const name = `the proxy ${nameProxy(via)}`;
    attempt.where = name;
    const leave = await admission.enter();
    try {
      attempt.check();
      const toProxy = await attempt.step(open, addressOf(via), name, '');
      const port = options.port || (options.protocol === 'https:' ? '443' : '80');
      const authority = `${new URL(`http://${options.host ?? options.hostname}`).hostname}:${port}`;
      attempt.where = name;
      // The connection to the proxy took its time, too: the last moment counts.
      admission.check();
      const tunnel = await openTunnel(toProxy, via, authority, userAgent);
      leave();
      return tunnel;
    } catch (error) {
      const failure = asConnectFailure(error, name, '');
      leave(failure);
      throw failure;
    }
  };

  const steps = async (options: buildConnector.Options, attempt: Attempt): Promise<Socket> => {
    const server = `the server ${options.hostname}`;
    if (proxy === undefined) return attempt.step(open, options, server, '');
    const tunnel = await tunnelThrough(proxy, options, attempt);
    if (options.protocol !== 'https:') return tunnel;
    const via = ` (through the proxy ${nameProxy(proxy)})`;
    return attempt.step(open, { ...options, httpSocket: tunnel }, server, via);
  };

  return {
    connect: (options, callback) => {
      const attempt = new Attempt(timeoutMs, watch.now(), (failure, socket) => {
        watch.remove(attempt);
        attempts.delete(attempt);
        if (failure === null) callback(null, socket);
        else callback(failure, null);
      });
      attempts.add(attempt);
      watch.add(attempt);
      steps(options, attempt).then(
        (socket) => {
          attempt.succeed(socket);
        },
        (error: unknown) => {
          attempt.fail(asConnectFailure(error, attempt.where, ''));
        },
      );
    },
    destroyAll() {
      for (const attempt of attempts) {
        attempt.fail(new ConnectFailure('connection', 'The connection was given up.'));
      }
    },
  };
}

type Ended = (...result: [null, Socket] | [ConnectFailure, null]) => void;

/** One connection in the making: ends once, and leaves no socket behind when it fails. */
class Attempt implements Watched {
  lastProgressAt: number;
  readonly limitMs: number;
  where = 'the server';
  readonly #ended: Ended;
  #over = false;
  /** Ends the step that is under way. */
  #giveUp: ((failure: ConnectFailure) => void) | undefined;
  #socket: Socket | undefined;

  constructor(limitMs: number, startedAt: number, ended: Ended) {
    this.limitMs = limitMs;
    this.lastProgressAt = startedAt;
    this.#ended = ended;
  }

  step(
    open: buildConnector.connector,
    options: buildConnector.Options,
    where: string,
    via: string,
  ): Promise<Socket> {
    this.where = `${where}${via}`;
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      // Typed as void, yet undici gives the socket, which must be destroyed on giving up.
      const socket: unknown = open(options, (error, connected) => {
        if (error === null) resolve(connected);
        else reject(asConnectFailure(error, where, via));
      });
      this.#socket = socket instanceof Socket ? socket : undefined;
      if (this.#over) this.#socket?.destroy();
    });
  }

  /** Throws where nobody waits for it any more. */
  check(): void {
    if (this.#over) throw new ConnectFailure('connection', 'The connection was given up.');
  }

  onSilence(): void {
    const seconds = Math.round(this.limitMs / 100) / 10;
    this.fail(new ConnectFailure('timeout', `No connection to ${this.where} within ${seconds} s.`));
  }

  succeed(socket: Socket): void {
    if (this.#over) {
      socket.destroy();
      return;
    }
    this.#over = true;
    this.#ended(null, socket);
  }

  fail(failure: ConnectFailure): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket?.destroy();
    this.#giveUp?.(failure);
    this.#ended(failure, null);
  }
}

function addressOf(proxy: URL): buildConnector.Options {
  const hostname = proxy.hostname.replace(/^\[|\]$/g, '');
  const port = proxy.port || (proxy.protocol === 'https:' ? '443' : '80');
  return { hostname, host: proxy.host, protocol: proxy.protocol, port };
}

export type TlsSettings = Pick<tls.ConnectionOptions, 'rejectUnauthorized' | 'secureContext'>;

/**
 * The settings of every TLS connection, to the server and to a proxy alike:
 * certificates are verified whatever the environment says, and extra
 * authorities stand beside the usual ones (`ca` alone would replace them). One
 * context for all, as reading 150 certificates for each connection is slow.
 */
export function createTlsSettings(caPems: readonly string[]): TlsSettings {
  const verified = { rejectUnauthorized: true };
  if (caPems.length === 0) return verified;
  const ca = [...usualAuthorities(), ...caPems];
  return { ...verified, secureContext: tls.createSecureContext({ ca }) };
}

/** Node 22.15 and newer can tell them, extras and the system's included; older ones only their own. */
function usualAuthorities(): readonly string[] {
  if (!('getCACertificates' in tls) || typeof tls.getCACertificates !== 'function') {
    return tls.rootCertificates;
  }
  const known: unknown = tls.getCACertificates('default');
  return Array.isArray(known) ? known.map(String) : tls.rootCertificates;
}
