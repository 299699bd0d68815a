import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RefusedError } from '../errors.ts';
import { glimpseJournal, type Glimpse } from '../journal/glimpse.ts';
import { JOURNAL_FILE, type JournalHeader } from '../journal/lines.ts';
import { replayJournal } from '../journal/replay.ts';
import {
  countUnsaved,
  hasWorkLeft,
  isArchive,
  manifestArgument,
  type RunState,
} from '../journal/run-state.ts';
import { isAlive, nameMachine } from '../run-directory/holder.ts';
import { currentLease } from '../run-directory/lease.ts';
import { LEASE_FILES } from '../run-directory/lock.ts';
import type { Facts, State } from '../words/facts.ts';
import { checkAgain, nextSteps } from '../words/next-steps.ts';
import { pathBelow, quotePath } from '../words/quote.ts';
import { judge, type Verdict } from '../words/verdict.ts';
import { SUMMARY_FILE } from './summary.ts';

/** A check or a run, as a list shows it. */
export interface ListedRun {
  /** As commands name it. */
  readonly directory: string;
  readonly header: JournalHeader;
  /** How it ended; `undefined`: it is at work, or was killed. */
  readonly exitCode: number | undefined;
  readonly endedAt: number | undefined;
  readonly state: Pick<Verdict, 'label' | 'tone'>;
  /** The command to type next, where there is one. */
  readonly next: string | undefined;
}

/** A directory of which nothing can be said, with why. */
export interface UnreadableRun {
  readonly directory: string;
  readonly why: string;
}

/**
 * What is in a report directory, the newest first; a run directory itself is
 * the one thing in it. Of those that have ended only the first and the last
 * lines of the journal are read. Throws what the file system says of the
 * directory itself.
 */
export async function listRuns(
  reportDir: string,
): Promise<{ readonly runs: readonly ListedRun[]; readonly unreadable: readonly UnreadableRun[] }> {
  const runs: ListedRun[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const directory of await directoriesIn(reportDir)) {
    try {
      runs.push(await readRun(directory));
    } catch (error) {
      unreadable.push({ directory, why: reasonOf(error) });
    }
  }
  const startOf = ({ header }: ListedRun): number => Date.parse(header.startedAt) || 0;
  return { runs: runs.toSorted((one, other) => startOf(other) - startOf(one)), unreadable };
}

async function directoriesIn(reportDir: string): Promise<readonly string[]> {
  const names = (await readdir(reportDir)).toSorted();
  if (names.includes(JOURNAL_FILE)) return [reportDir];
  const found: string[] = [];
  for (const name of names) {
    // A hidden folder is a run that is not born yet.
    if (name.startsWith('.')) continue;
    const isDirectory = await stat(join(reportDir, name)).then(
      (status) => status.isDirectory(),
      // A link that leads nowhere, or a folder that may not be looked at.
      () => true,
    );
    if (isDirectory) found.push(pathBelow(reportDir, name));
  }
  return found;
}

async function readRun(directory: string): Promise<ListedRun> {
  const journal = join(directory, JOURNAL_FILE);
  // A pipe would be waited for without end.
  if (!(await stat(journal)).isFile()) throw new RefusedError(`its ${JOURNAL_FILE} is no file`);
  const ended = await glimpseJournal(journal);
  if (ended !== undefined) return listEnded(directory, ended);
  const run = await replayJournal(journal);
  // It ended, and too much was written behind that to be seen at once.
  const { header, exitCode } = run;
  if (exitCode !== undefined) {
    const { stop, refused, planned, workedUntil: endedAt } = run;
    const last = stop === undefined ? undefined : { ...stop, state: 'stop' as const, at: endedAt };
    const totals = planned?.totals;
    return listEnded(directory, {
      header,
      exitCode,
      endedAt,
      stop: last,
      refused,
      planned: totals,
    });
  }
  return {
    directory,
    header,
    exitCode,
    endedAt: undefined,
    ...(await judgeUnended(directory, run)),
  };
}

async function listEnded(directory: string, ended: Glimpse): Promise<ListedRun> {
  const { header, exitCode, endedAt } = ended;
  const facts = factsOf(directory, {
    ...ended,
    planned: ended.planned ?? (await plannedOf(directory, exitCode)),
  });
  const { label, tone } = judge(facts);
  const next = nextOf(facts);
  return { directory, header, exitCode, endedAt, state: { label, tone }, next };
}

/** The rows that need attention are not counted here: the reports say what to do about each. */
function nextOf(facts: Facts): string | undefined {
  const isRun = !facts.planOnly && !facts.rehearsal;
  if (isRun && facts.exitCode === 0) return undefined;
  if (isRun && facts.exitCode === 1) return `redcap-sweep report ${quotePath(facts.directory)}`;
  return nextSteps(facts)[0]?.command;
}

/** Facts as far as the journal's first and last lines, and the plan's figures, tell them. */
function factsOf(directory: string, ended: Glimpse): Facts {
  const { header, exitCode, stop, refused, planned = {} } = ended;
  const figure = (name: string): number => {
    const n = planned[name];
    return typeof n === 'number' ? n : 0;
  };
  const archive = isArchive({ header });
  const errors = figure('invalid') + figure('guard_mismatch') + figure('failed');
  const states: Record<State, number> = {
    would_delete: figure('delete'),
    nothing_to_delete: figure('already_empty'),
    invalid: figure('invalid'),
    guard_mismatch: figure('guard_mismatch'),
    duplicate: figure('duplicate'),
    deleted: 0,
    already_empty: 0,
    failed: 0,
    unknown: 0,
    not_attempted: 0,
  };
  return {
    planOnly: header.kind === 'check' || refused !== undefined,
    refused,
    stop,
    exitCode,
    sent: exitCode !== 2,
    confirmed: true,
    rows: header.manifest.rows,
    states,
    errors: exitCode === 1 ? Math.max(1, errors) : errors,
    changed: figure('changed'),
    verified: { yes: 0, no: 0, skipped: 0, '': 0 },
    unconfirmed: figure('unconfirmed'),
    goneSinceCheck: 0,
    archive: archive
      ? { files: figure('delete'), bytes: 0, left: exitCode > 1 ? 1 : 0, failed: 0 }
      : undefined,
    withBackup: 0,
    inArchive: 0,
    ofArchive: header.approved?.archive === true,
    approved: header.approved !== undefined,
    workLeft: exitCode > 1,
    restored: undefined,
    rehearsal: header.options['rehearsal'] === true,
    manifest: manifestArgument(header.manifest),
    checked: header.project !== null,
    options: header.options,
    columns: header.columns,
    directory,
    errorFile: 'error.csv',
    perMinute: undefined,
  };
}

/** The plan's figures as the last summary has them, for a journal that goes on for long behind them. */
async function plannedOf(directory: string, exitCode: number): Promise<Glimpse['planned']> {
  try {
    const summary = JSON.parse(await readFile(join(directory, SUMMARY_FILE), 'utf8')) as {
      readonly exitCode?: unknown;
      readonly plan?: Glimpse['planned'] | null;
    };
    return summary.exitCode === exitCode ? (summary.plan ?? undefined) : undefined;
  } catch {
    // Only what is shown beside depends on it.
    return undefined;
  }
}

async function judgeUnended(
  directory: string,
  run: RunState,
): Promise<Pick<ListedRun, 'state' | 'next'>> {
  const report = `redcap-sweep report ${quotePath(directory)}`;
  const holder = currentLease(directory, LEASE_FILES.run)?.lease;
  if (holder !== undefined) {
    if (holder.machine === undefined || holder.machine !== nameMachine()) {
      const label = `At work on ${holder.host || 'another machine'}, or killed there`;
      return { state: { label, tone: 'neutral' }, next: report };
    }
    if (await isAlive(holder.session)) {
      return { state: { label: 'At work now', tone: 'neutral' }, next: report };
    }
  }
  const { header } = run;
  if (header.kind === 'check' && !isArchive(run)) {
    const again = checkAgain({
      manifest: manifestArgument(header.manifest),
      columns: header.columns,
      options: header.options,
    });
    return { state: { label: 'Check, killed before its end', tone: 'stopped' }, next: again };
  }
  if (isArchive(run) && !hasWorkLeft(run)) {
    // Killed behind its last file: it is whole, and can be approved.
    const { state, next } = await listEnded(directory, {
      header,
      exitCode: countUnsaved(run) > 0 ? 1 : 0,
      endedAt: 0,
      stop: undefined,
      refused: undefined,
      planned: run.planned?.totals,
    });
    return { state, next };
  }
  return !hasWorkLeft(run)
    ? { state: { label: 'Killed after its last row', tone: 'attention' }, next: report }
    : {
        state: { label: 'Killed before its end', tone: 'stopped' },
        next: `redcap-sweep resume ${quotePath(directory)}`,
      };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT')
    return `it has no ${JOURNAL_FILE}, and is no directory of a check or a run`;
  if (code === 'EACCES' || code === 'EPERM') return `this user may not read it (${code})`;
  return message;
}
