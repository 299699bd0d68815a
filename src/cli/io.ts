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
