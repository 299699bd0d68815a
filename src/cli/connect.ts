import { readConnection, type Connection } from '../config/connection.ts';
import type { ConnectionOptions } from '../config/options.ts';
import { proxyLabel } from '../config/proxy.ts';
import { promptToken } from '../config/read-token.ts';
import { createClient } from '../redcap/client.ts';
import { createPacer, intervalWithin } from '../redcap/pacer.ts';
import { createUndiciTransport } from '../redcap/undici-transport.ts';
import { createRunControl, type RunControl } from '../run/control.ts';
import { RefusedError } from '../errors.ts';
import { UnreadableAnswer } from '../project/answers.ts';
import { createRedactor } from '../words/one-line.ts';
import { describeTrouble, type Asker } from '../words/trouble.ts';
import { TOOL, VERSION } from '../version.ts';
import type { CommonFlags } from './commands.ts';
import { hasTerminal, promptOutput, type Io } from './io.ts';
import { aboutDuration } from '../words/counts.ts';
import { createProgress, type Progress } from './progress.ts';
import { openRunLog, type RunLog } from './run-log.ts';
import { createServer, type Server, type ServerOptions } from './server.ts';

/** Not from the command line: a run against the stand-in, whose rate is nobody's concern. */
export interface Rehearsal {
  readonly rehearsal?: true;
}

/** A connection that is open, and what ends it. */
export interface Connected {
  readonly connection: Connection;
  readonly server: Server;
  /** What a deleting or a file client is built from. */
  readonly reach: ServerOptions;
  readonly control: RunControl;
  readonly log: RunLog;
  readonly progress: Progress;
  close(): Promise<void>;
}

type ConnectFlags = ConnectionOptions & CommonFlags & Rehearsal;

/** The command that asks: what it may be advised, and what it has taken. */
interface Asking extends Pick<Asker, 'command'>, Partial<Pick<Asker, 'mayNotCheck'>> {
  readonly stdinIsTaken?: boolean;
}

/** Acts over a connection, and closes it at the end, whatever that is. Throws as `connect` does. */
export async function withConnection<T>(
  io: Io,
  flags: ConnectFlags,
  asker: Asking,
  act: (connected: Connected) => Promise<T>,
): Promise<T> {
  const connected = await connect(io, flags, asker.stdinIsTaken === true);
  try {
    return await act(connected);
  } catch (error) {
    if (!(error instanceof UnreadableAnswer)) throw error;
    const { command, mayNotCheck = false } = asker;
    throw new RefusedError(describeTrouble(error.trouble, { command, mayNotCheck }), {
      cause: error,
    });
  } finally {
    connected.progress.end();
    await connected.close();
  }
}

/**
 * Reads the connection's options and opens a client of the server. Signals go
 * to the control: the first one stops, the second one aborts. Throws
 * RefusedError where the options or the environment cannot be used.
 */
async function connect(io: Io, flags: ConnectFlags, stdinIsTaken: boolean): Promise<Connected> {
  const log = await openRunLog(io, flags);
  const progress = createProgress(io, flags.quiet === true);
  const control = createRunControl(({ code, message }) => {
    log.log('warn', 'stop', { code, reason: message });
  });
  io.signals.onFirst((signal) => {
    control.stop('interrupted', `Interrupted by ${signal}.`);
  });
  io.signals.onSecond(() => {
    control.abort();
  });
  const connection = await readConnection(flags, {
    env: io.env,
    cwd: io.cwd,
    platform: io.platform,
    signal: control.stopping,
    ...(hasTerminal(io) && !stdinIsTaken
      ? {
          askToken: () =>
            promptToken({ input: io.stdin, output: promptOutput(io), signal: control.stopping }),
        }
      : {}),
  });
  for (const warning of flags.rehearsal === true ? [] : connection.warnings) {
    progress.note(`Warning: ${warning}`);
    log.log('warn', 'warning', { text: warning });
  }
  const { server, reach, close } = openServer(io, connection, control, progress, log);
  log.log('info', 'connect', {
    url: connection.url.href,
    rate: connection.rate.text,
    concurrency: connection.concurrency,
    tool: TOOL,
  });
  return {
    connection,
    control,
    log,
    progress,
    server,
    reach,
    async close() {
      await close();
      log.close();
    },
  };
}

/** The client of one command: every request of it is paced and counted here. */
function openServer(
  io: Io,
  connection: Connection,
  control: RunControl,
  progress: Progress,
  log: RunLog,
): Pick<Connected, 'server' | 'reach' | 'close'> {
  const { url, proxy, timeoutMs, concurrency, rate, token, caPems } = connection;
  const transport = createUndiciTransport({
    url,
    timeoutMs,
    connections: concurrency,
    caPems,
    proxy,
    userAgent: `redcap-sweep/${VERSION}`,
  });
  const client = createClient({
    transport,
    token,
    pacer: createPacer({ intervalMs: intervalWithin(rate.intervalMs), clock: io.clock }),
    redact: createRedactor([token]),
    concurrency,
    about: { url, ...(proxy === undefined ? {} : { proxy: proxyLabel(proxy) }) },
    onHold: (ms, reason) => {
      progress.waiting(`waiting ${aboutDuration(ms)}: ${reason}`);
      log.log('info', 'hold', { ms, reason });
      void io.clock.sleep(ms, control.stopping).then(() => {
        progress.waiting('');
      });
    },
  });
  const reach: ServerOptions = {
    client,
    control,
    clock: io.clock,
    random: io.random,
    retries: connection.retries,
    onRetry: (ms, message) => {
      progress.waiting(`trying again in ${aboutDuration(ms)}: ${message}`);
      log.log('debug', 'retry', { ms, message });
    },
    onAnswer: () => {
      progress.waiting('');
    },
  };
  return { server: createServer(reach), reach, close: () => transport.close() };
}
