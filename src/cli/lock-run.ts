import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../errors.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { takeLock, type Lock } from '../run-directory/lock.ts';
import { SILENCE_MS } from '../run-directory/silence.ts';
import type { Io } from './io.ts';

/**
 * Takes a run's lock; a holder elsewhere is watched until it shows that it is
 * alive, or a minute has gone by. Throws RefusedError where it is no run, or
 * is in use.
 */
export async function lockRun(io: Io, directory: string): Promise<Lock> {
  try {
    await stat(join(directory, JOURNAL_FILE));
  } catch {
    throw new RefusedError(
      `${directory} is no run directory: it has no ${JOURNAL_FILE}. Name a directory that redcap-sweep run made.`,
    );
  }
  const interrupted = new AbortController();
  io.signals.onFirst(() => {
    interrupted.abort();
  });
  const lock = await takeLock(directory, {
    purpose: 'run',
    clock: io.clock,
    signal: interrupted.signal,
    onWait({ host, pid }) {
      const who = host === '' ? '' : ` (${host}, process ${pid})`;
      io.stderr.write(
        `${directory} was last held by a process on another machine or in another container${who}. If it gives no sign of life for ${SILENCE_MS / 1000} seconds, it is taken over: waiting.\n`,
      );
    },
  });
  if (lock !== undefined) return lock;
  throw new RefusedError(
    `Another redcap-sweep is at work in ${directory}. Wait for it to end, or stop it there.`,
  );
}
