import { Socket } from 'node:net';
import tls from 'node:tls';
import pLimit from 'p-limit';
import { buildConnector } from 'undici';
import { asConnectFailure, ConnectFailure } from './connection-errors.ts';
import { IdleTimer } from './idle-timer.ts';
import { nameProxy, openTunnel } from './proxy-tunnel.ts';

export interface ConnectorSettings {
  readonly proxy: URL | undefined;
  readonly timeoutMs: number;
  readonly userAgent: string;
  readonly caPems: readonly string[];
}

export interface Connector {
  readonly connect: buildConnector.connector;
  /** Drops every connection that was made or is being made; none is made from then on. */
  destroyAll(): void;
}

/** Node ends each address's try after 250 ms, too soon for slow lines. */
const ADDRESS_TRY_MS = 1000;

/**
 * Makes connections, through the proxy where there is one, TLS included. Reports
 * nothing but ConnectFailures, each within the silence that is allowed.
 */
export function createConnector(settings: ConnectorSettings): Connector {
  const { proxy, timeoutMs, userAgent, caPems } = settings;
  const open = buildConnector({
    ...createTlsSettings(caPems),
    // Each attempt has a timer of its own; undici's is only a net below it.
    timeout: timeoutMs + 5000,
    autoSelectFamilyAttemptTimeout: ADDRESS_TRY_MS,
  });
  const attempts = new Set<Attempt>();
  const sockets = new Set<Socket>();
  let closed = false;
  /**
   * Until the proxy has granted a tunnel, only one asks at a time: a wrong
   * password is tried once, and not by every connection of a command.
   */
  const admission = pLimit(1);
  /** Once the proxy has refused one, nobody asks any more. */
  let refusal: ConnectFailure | undefined;

  const tunnelThrough = async (
    via: URL,
    options: buildConnector.Options,
    attempt: Attempt,
  ): Promise<Socket> => {
    const name = `the proxy ${nameProxy(via)}`;
    const port = options.port || (options.protocol === 'https:' ? '443' : '80');
    const authority = `${new URL(`http://${options.host ?? options.hostname}`).hostname}:${port}`;
    try {
      if (refusal !== undefined) throw refusal;
      attempt.check();
      const toProxy = await attempt.step(open, addressOf(via), name, '');
      // The connection to the proxy took its time, too: the last moment counts.
      if (refusal !== undefined) throw refusal;
      const tunnel = await openTunnel(toProxy, via, authority, userAgent);
      admission.concurrency = Number.POSITIVE_INFINITY;
      return tunnel;
    } catch (error) {
      const failure = asConnectFailure(error, name, '');
      if (failure.code === 'proxy') refusal ??= failure;
      throw failure;
    }
  };

  const makeConnection = async (
    options: buildConnector.Options,
    attempt: Attempt,
  ): Promise<Socket> => {
    if (closed) throw givenUp();
    const server = `the server ${options.hostname}`;
    if (proxy === undefined) return attempt.step(open, options, server, '');
    attempt.where = `the proxy ${nameProxy(proxy)}`;
    const tunnel = await admission(() => tunnelThrough(proxy, options, attempt));
    if (options.protocol !== 'https:') return tunnel;
    const via = ` (through the proxy ${nameProxy(proxy)})`;
    return attempt.step(open, { ...options, httpSocket: tunnel }, server, via);
  };

  return {
    connect: (options, callback) => {
      const attempt = new Attempt(timeoutMs, (failure, socket) => {
        attempts.delete(attempt);
        if (failure !== null) {
          callback(failure, null);
          return;
        }
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        callback(null, socket);
      });
      attempts.add(attempt);
      makeConnection(options, attempt).then(
        (socket) => {
          attempt.succeed(socket);
        },
        (error: unknown) => {
          attempt.fail(asConnectFailure(error, attempt.where, ''));
        },
      );
    },
    destroyAll() {
      closed = true;
      for (const attempt of attempts) attempt.fail(givenUp());
      for (const socket of sockets) socket.destroy();
    },
  };
}

function givenUp(): ConnectFailure {
  return new ConnectFailure('connection', 'The connection was given up.');
}

type Ended = (...result: [null, Socket] | [ConnectFailure, null]) => void;

/** One connection in the making: ends once, and leaves no socket behind when it fails. */
class Attempt {
  where = 'the server';
  readonly #ended: Ended;
  readonly #idle: IdleTimer;
  #over = false;
  /** Ends the step that is under way. */
  #giveUp: ((failure: ConnectFailure) => void) | undefined;
  #socket: Socket | undefined;

  constructor(limitMs: number, ended: Ended) {
    this.#ended = ended;
    this.#idle = new IdleTimer(limitMs, () => {
      const seconds = Math.round(limitMs / 100) / 10;
      this.fail(
        new ConnectFailure('timeout', `No connection to ${this.where} within ${seconds} s.`),
      );
    });
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
      // Typed as void, yet undici returns the socket, which must be destroyed on giving up.
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
    if (this.#over) throw givenUp();
  }

  succeed(socket: Socket): void {
    if (this.#over) {
      socket.destroy();
      return;
    }
    this.#over = true;
    this.#idle.stop();
    this.#ended(null, socket);
  }

  fail(failure: ConnectFailure): void {
    if (this.#over) return;
    this.#over = true;
    this.#idle.stop();
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

type TlsSettings = Pick<tls.ConnectionOptions, 'rejectUnauthorized' | 'secureContext'>;

/**
 * The settings of every TLS connection, to the server and to a proxy alike:
 * certificates are verified whatever the environment says, and extra
 * authorities stand beside the usual ones (`ca` alone would replace them). One
 * context for all, as reading 150 certificates for each connection is slow.
 */
function createTlsSettings(caPems: readonly string[]): TlsSettings {
  const verified = { rejectUnauthorized: true };
  if (caPems.length === 0) return verified;
  const ca = [...usualAuthorities(), ...caPems];
  return { ...verified, secureContext: tls.createSecureContext({ ca }) };
}

/** Node 22.15 and newer list them, extras and the system's included; older ones only their own. */
function usualAuthorities(): readonly string[] {
  if (!('getCACertificates' in tls) || typeof tls.getCACertificates !== 'function') {
    return tls.rootCertificates;
  }
  const known: unknown = tls.getCACertificates('default');
  return Array.isArray(known) ? known.map(String) : tls.rootCertificates;
}
