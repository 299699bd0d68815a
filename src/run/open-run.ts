import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../errors.ts';
import { replayJournal } from '../journal/replay.ts';
import type { RunState } from '../journal/run-state.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { verifyManifestCopy } from '../run-directory/manifest-copy.ts';
import { takeLock, type Lock, type LockOptions } from '../run-directory/lock.ts';
import { saltedDigest } from './journal-header.ts';
import type { RunServer } from './server.ts';

/**
 * Takes a run's lock; a holder elsewhere is watched until it shows that it is
 * alive, or a minute has gone by. Throws RefusedError where it is no run, or
 * is in use.
 */
export async function lockRun(
  directory: string,
  options: Pick<LockOptions, 'clock' | 'signal' | 'onWait'>,
): Promise<Lock> {
  try {
    await stat(join(directory, JOURNAL_FILE));
  } catch {
    throw new RefusedError(
      `${directory} is no run directory: it has no ${JOURNAL_FILE}. Name a directory that redcap-sweep run made.`,
    );
  }
  const lock = await takeLock(directory, { purpose: 'run', ...options });
  if (lock !== undefined) return lock;
  throw new RefusedError(
    `Another redcap-sweep is at work in ${directory}. Wait for it to end, or stop it there.`,
  );
}

/** The journal of a run that can be resumed. Throws RefusedError for what is none. */
export async function openRun(directory: string): Promise<RunState> {
  const run = await replayJournal(join(directory, JOURNAL_FILE));
  const { header } = run;
  if (header.kind === 'check') {
    throw new RefusedError(
      `${directory} is a check, which deletes nothing. To carry it out: redcap-sweep run --approved ${directory}`,
    );
  }
  if (run.refused !== undefined) {
    throw new RefusedError(
      `The run in ${directory} was refused and deleted nothing. Correct the rows that its error.csv names, in the manifest, and run that again.`,
    );
  }
  await verifyManifestCopy(directory, header);
  return run;
}

/** Another address, project or token would delete other files under the same names. Throws RefusedError. */
export async function refuseOther(
  { header }: RunState,
  now: {
    readonly url: string;
    readonly token: string;
    readonly server: Pick<RunServer, 'readProjectId'>;
  },
): Promise<void> {
  if (now.url !== header.url) {
    throw new RefusedError(
      `The run belongs to ${header.url}; this is ${now.url}. Nothing was sent.`,
    );
  }
  if (header.project === null) {
    const { sha256 } = saltedDigest(now.token, header.token.salt);
    if (sha256 !== header.token.sha256) {
      throw new RefusedError(
        'This is not the token that the run was begun with, and without a check the project is not known. Nothing was sent.',
      );
    }
    return;
  }
  const id = await now.server.readProjectId();
  if (id !== header.project.id) {
    throw new RefusedError(
      `The token belongs to project ${id}; the run is of project ${header.project.id}. Nothing was sent.`,
    );
  }
}
