import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RefusedError } from '../errors.ts';
import { readBytes } from '../files/read-file.ts';
import { replayJournal } from '../journal/replay.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { fileSha256 } from '../files/read-file.ts';
import { MANIFEST_FILE } from '../run-directory/manifest-copy.ts';
import type { ApprovedCheck, PrepareOptions } from './prepare-run.ts';

/** What a run takes from the check that it carries out to the letter. */
type FromCheck = Pick<PrepareOptions, 'source' | 'columns' | 'asRead' | 'defaultInstance'> & {
  readonly approved: ApprovedCheck;
};

/** A check that somebody reviewed. Throws RefusedError where the directory is none that can be carried out. */
export async function openApproved(directory: string): Promise<FromCheck> {
  const journal = join(directory, JOURNAL_FILE);
  try {
    await stat(journal);
  } catch {
    throw new RefusedError(
      `--approved ${directory} is no check's directory: it has no ${JOURNAL_FILE}. Name the directory that redcap-sweep check made.`,
    );
  }
  const state = await replayJournal(journal);
  const { header } = state;
  if (header.kind !== 'check') {
    throw new RefusedError(
      `--approved ${directory} is a run, not a check. To finish a run: redcap-sweep resume ${directory}`,
    );
  }
  const model = header.project;
  if (state.planned === undefined || state.exitCode === undefined || model === null) {
    throw new RefusedError(`The check in ${directory} did not come to its end. Check again.`);
  }
  if (state.holes !== undefined) {
    throw new RefusedError(
      `The journal of the check in ${directory} has lines that cannot be read: it is not the one that was reviewed. Check again.`,
    );
  }
  const fallback = header.options['defaultInstance'];
  return {
    source: {
      name: header.manifest.name,
      path: resolve(directory, MANIFEST_FILE),
      chunks: readBytes(join(directory, MANIFEST_FILE)),
    },
    columns: header.columns,
    asRead: header.asRead,
    defaultInstance: typeof fallback === 'string' ? fallback : undefined,
    approved: { directory: resolve(directory), sha256: await fileSha256(journal), state, model },
  };
}

/** Throws RefusedError where the run would go to another address than the check. */
export function refuseOtherAddress({ state }: ApprovedCheck, url: string): void {
  if (url === state.header.url) return;
  throw new RefusedError(
    `The check was made against ${state.header.url}, this run would go to ${url}. Nothing was deleted.`,
  );
}
