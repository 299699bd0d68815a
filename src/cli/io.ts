import type { Clock } from '../clock.ts';

/** The process as commands see it; passed in, so that tests can be the process. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly clock: Clock;
  readonly random: () => number;
  readonly signals: Signals;
}

/** Interruptions from outside: the first one drains, the second one aborts. */
export interface Signals {
  /** The first signal that came. */
  readonly received: NodeJS.Signals | undefined;
  onFirst(act: (signal: NodeJS.Signals) => void): void;
  onSecond(act: () => void): void;
}

/** A terminal is there when standard input and standard error both are one. */
export function hasTerminal(io: Io): boolean {
  return io.stdin.isTTY && io.stderr.isTTY;
}

/**
 * Where questions are asked. A terminal that does not know its size (0 by 0, as
 * under expect and in some containers) would get one character a line.
 */
export function promptOutput({ stderr }: Io): NodeJS.WriteStream {
  if (stderr.columns === 0) stderr.columns = 80;
  if (stderr.rows === 0) stderr.rows = 24;
  return stderr;
}

/** Colour only where a person looks, and never against NO_COLOR. */
export function usesColour(io: Io, stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb';
}

const WATCHED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];
/** npm delivers one Ctrl-C twice. */
const ONE_PRESS_MS = 300;

/** Watches the process's signals from now on; they no longer end it by themselves. */
export function watchSignals(): Signals & { unwatch(): void } {
  let received: NodeJS.Signals | undefined;
  let firstAt = 0;
  let aborted = false;
  const first: ((signal: NodeJS.Signals) => void)[] = [];
  const second: (() => void)[] = [];

  const act = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (received === undefined) {
      received = signal;
      firstAt = now;
      for (const one of first) one(signal);
    } else if (now - firstAt >= ONE_PRESS_MS && !aborted) {
      aborted = true;
      for (const one of second) one();
    }
  };
  for (const signal of WATCHED) process.on(signal, act);
  return {
    get received() {
      return received;
    },
    onFirst(handle) {
      if (received !== undefined) handle(received);
      first.push(handle);
    },
    onSecond(handle) {
      second.push(handle);
    },
    unwatch() {
      for (const signal of WATCHED) process.off(signal, act);
    },
  };
}
