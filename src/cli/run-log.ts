import { pino, stdTimeFunctions } from 'pino';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Level } from 'pino';
import type { CommonFlags } from './commands.ts';
import type { Io } from './io.ts';

const LOG_FILE = 'run.log';

/**
 * The log of a command: JSON lines in `run.log`, and on standard error where
 * `--log-level` asks for it. Rows are named by number, never by their content.
 */
export interface RunLog {
  log(level: Level, event: string, facts?: Readonly<Record<string, unknown>>): void;
  /** The run directory is there: what was logged so far goes into it. */
  attach(directory: string): void;
  close(): void;
}

export async function openRunLog(io: Io, flags: CommonFlags): Promise<RunLog> {
  const onScreen = flags.logLevel !== undefined && flags.quiet !== true;
  let held: string[] = [];
  let fd: number | undefined;
  const toFile = (line: string): void => {
    if (fd === undefined) held.push(line);
    else {
      try {
        writeSync(fd, line);
      } catch {
        // A full disk: the journal says so and stops the run; the log proves nothing.
      }
    }
  };
  const logger = pino(
    {
      level: flags.logLevel ?? 'info',
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: ['token', '*.token'],
    },
    {
      write(line: string) {
        toFile(line);
        if (onScreen) io.stderr.write(line);
      },
    },
  );
  return {
    log(at, event, facts = {}) {
      logger[at](facts, event);
    },
    attach(directory) {
      fd = openSync(join(directory, LOG_FILE), 'a', 0o600);
      const lines = held;
      held = [];
      for (const line of lines) toFile(line);
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
      held = [];
    },
  };
}
