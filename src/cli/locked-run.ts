import type { RunState } from '../journal/run-state.ts';
import { describeHoles } from '../journal/run-state.ts';
import { lockRun, openRun } from '../run/open-run.ts';
import type { Lock } from '../run-directory/lock.ts';
import { SILENCE_MS } from '../run-directory/silence.ts';
import type { Io } from './io.ts';
import { say } from './screen.ts';

/**
 * Works on a run that was begun before, under its lock. Throws RefusedError
 * where it is no run that can be gone on with, or is in use.
 */
export async function withLockedRun<T>(
  io: Io,
  directory: string,
  command: 'resume' | 'restore',
  act: (run: RunState, lock: Lock) => Promise<T>,
): Promise<T> {
  const interrupted = new AbortController();
  io.signals.onFirst(() => {
    interrupted.abort();
  });
  const lock = await lockRun(directory, {
    clock: io.clock,
    signal: interrupted.signal,
    onWait({ host, pid }) {
      const who = host === '' ? '' : ` (${host}, process ${pid})`;
      say(
        io,
        `${directory} was last held by a process on another machine or in another container${who}. If it gives no sign of life for ${SILENCE_MS / 1000} seconds, it is taken over: waiting.`,
      );
    },
  });
  try {
    const run = await openRun(directory, command);
    if (run.holes !== undefined) say(io, describeHoles(run.holes));
    return await act(run, lock);
  } finally {
    await lock.release();
  }
}
