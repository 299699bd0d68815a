import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../errors.ts';
import { replayJournal } from '../journal/replay.ts';
import { isArchive, type RunState } from '../journal/run-state.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { verifyManifestCopy } from '../run-directory/manifest-copy.ts';
import { takeLock, type Lock, type LockOptions } from '../run-directory/lock.ts';
import { quotePath } from '../words/quote.ts';
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

/** The journal of a run, or of an archive, that can be gone on with. Throws RefusedError for what is none. */
export async function openRun(directory: string, command: 'resume' | 'restore'): Promise<RunState> {
  const run = await replayJournal(join(directory, JOURNAL_FILE));
  const { header } = run;
  if (header.kind === 'check') refuseCheck(directory, command, run);
  if (run.refused !== undefined) {
    throw new RefusedError(
      `The run in ${directory} was refused and deleted nothing. Correct the rows that its error.csv names, in the manifest, and run that again.`,
    );
  }
  await verifyManifestCopy(directory, header);
  return run;
}

/** A check deletes nothing: it is gone on with only for its archive, and nothing of it is put back. */
function refuseCheck(directory: string, command: 'resume' | 'restore', run: RunState): void {
  const path = quotePath(directory);
  if (command === 'restore') {
    throw new RefusedError(
      `${directory} is a check, which deleted nothing. ${
        isArchive(run)
          ? 'To put back what a run of it deleted, from its archive: '
          : 'Files that a run deleted are put back from an archive, where there is one: '
      }redcap-sweep restore <run-dir> --archive ${path}`,
    );
  }
  if (isArchive(run)) return;
  throw new RefusedError(
    `${directory} is a check, which deletes nothing. To carry it out: redcap-sweep run --approved ${path}`,
  );
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
  const what = header.kind;
  if (now.url !== header.url) {
    throw new RefusedError(
      `The ${what} belongs to ${header.url}; this is ${now.url}. Nothing was sent.`,
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
      `The token belongs to project ${id}; the ${what} is of project ${header.project.id}. Nothing was sent.`,
    );
  }
}
