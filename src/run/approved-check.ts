import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RefusedError } from '../errors.ts';
import type { Clock } from '../clock.ts';
import { fileSha256, readBytes } from '../files/read-file.ts';
import { planLines } from '../journal/joined-rows.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { readOutcomes } from '../journal/outcome-of.ts';
import { replayJournal } from '../journal/replay.ts';
import {
  countUnfinished,
  isArchive,
  type RunState,
  manifestArgument,
} from '../journal/run-state.ts';
import type { FileFacts, Outcome } from '../rows/outcome.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import { takeLock } from '../run-directory/lock.ts';
import { MANIFEST_FILE } from '../run-directory/manifest-copy.ts';
import { countOf } from '../words/counts.ts';
import { quotePath } from '../words/quote.ts';
import type { ApprovedCheck, PrepareOptions } from './prepare-run.ts';

/** What a run takes from the check that it carries out to the letter. */
type FromCheck = Pick<PrepareOptions, 'source' | 'columns' | 'asRead' | 'defaultInstance'> & {
  readonly approved: ApprovedCheck;
};

/** Says what is wrong with a file of an archive, `undefined` where its bytes are what was saved; see `backup/`. */
export type VerifyArchived = (directory: string, file: FileFacts) => Promise<string | undefined>;

/** A check that somebody reviewed. Throws RefusedError where the directory is none that can be carried out. */
export async function openApproved(
  directory: string,
  { clock, verify }: { readonly clock: Clock; readonly verify: VerifyArchived },
): Promise<FromCheck> {
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
      `--approved ${directory} is a run, not a check. To finish a run: redcap-sweep resume ${quotePath(directory)}`,
    );
  }
  const model = header.project;
  const hasEnd = isArchive(state) || state.exitCode !== undefined;
  if (state.planned === undefined || !hasEnd || model === null) {
    throw new RefusedError(`The check in ${directory} did not come to its end. Check again.`);
  }
  // What an archive's lost lines had said is saved again: each of its files has a line that can be read.
  if (state.holes !== undefined && !(isArchive(state) && !state.holes.inPlan)) {
    throw new RefusedError(
      `The journal of the check in ${directory} has lines that cannot be read: it is not the one that was reviewed. Check again.`,
    );
  }
  if (isArchive(state)) await refuseUnfinished(directory, state, clock);
  const fallback = header.options['defaultInstance'];
  return {
    source: {
      name: header.manifest.name,
      given: manifestArgument(header.manifest),
      path: resolve(directory, MANIFEST_FILE),
      chunks: readBytes(join(directory, MANIFEST_FILE)),
    },
    columns: header.columns,
    asRead: header.asRead,
    defaultInstance: typeof fallback === 'string' ? fallback : undefined,
    approved: {
      directory: resolve(directory),
      sha256: await fileSha256(journal),
      state,
      model,
      lines: () => reviewedLines(state, (file) => verify(directory, file)),
    },
  };
}

/** What is not whole is not what was reviewed; and one that is whole may be at work still. */
async function refuseUnfinished(directory: string, state: RunState, clock: Clock): Promise<void> {
  const left = countUnfinished(state);
  if (left > 0) {
    throw new RefusedError(
      `The archive of the check in ${directory} is not whole: ${countOf(left, 'file')} of it ${left === 1 ? 'is' : 'are'} still to be saved. Finish it first: redcap-sweep resume ${quotePath(directory)}`,
    );
  }
  if (state.exitCode !== undefined) return;
  const lock = await takeLock(directory, { purpose: 'run', clock });
  if (lock === undefined) {
    throw new RefusedError(
      `Another redcap-sweep is at work in ${directory}. Wait for it to end, or stop it there.`,
    );
  }
  await lock.release();
}

/** The plan of a check, row by row, as its archive left it; `verify` reads the files of that again. */
export async function* reviewedLines(
  state: RunState,
  verify: (file: FileFacts) => Promise<string | undefined>,
): AsyncGenerator<PlanLine, void, undefined> {
  const outcomes = isArchive(state) ? readOutcomes(state) : undefined;
  try {
    for await (const lines of planLines(state)) {
      for (const line of lines) {
        yield outcomes === undefined || line.plan !== 'delete'
          ? line
          : await archivedLine(line, outcomes.outcomeOf(line.row, line), verify);
      }
    }
  } finally {
    outcomes?.close();
  }
}

async function archivedLine(
  line: PlanLine & { readonly plan: 'delete' },
  { status, code, message, file }: Outcome,
  verify: (file: FileFacts) => Promise<string | undefined>,
): Promise<PlanLine> {
  const { row, seen, instance } = line;
  const seenPart = seen === undefined ? {} : { seen };
  if (status === 'guard_mismatch') {
    return { row, plan: status, code, message, ...seenPart, leftOut: true };
  }
  if (code === 'nothing_to_delete') {
    return { row, plan: 'already_empty', ...(instance === undefined ? {} : { instance }) };
  }
  const lacks = (why: string): PlanLine => ({
    row,
    plan: 'failed',
    code: 'backup_failed',
    message: why,
    ...seenPart,
  });
  if (status === 'failed' || file?.backup === undefined) return lacks(message);
  const fault = await verify(file);
  if (fault !== undefined) return lacks(`the archive does not hold this file any more: ${fault}`);
  return { ...line, archived: file };
}

/** Throws RefusedError where the run would go to another address than the check. */
export function refuseOtherAddress({ state }: ApprovedCheck, url: string): void {
  if (url === state.header.url) return;
  throw new RefusedError(
    `The check was made against ${state.header.url}, this run would go to ${url}. Nothing was deleted.`,
  );
}
