import {
  type RunState,
  countUnfinished,
  countUnsaved,
  hasWorkLeft,
  isArchive,
  isPlanOnly,
  manifestArgument,
} from '../../journal/run-state.ts';
import type { Status } from '../../rows/outcome.ts';
import type { HtmlFigures } from './figures.ts';
import { countOf } from '../../words/counts.ts';
import { nextSteps, type NextStep } from '../../words/next-steps.ts';
import type { ArchiveFacts, Facts, State } from '../../words/facts.ts';
import { judge, type Verdict } from '../../words/verdict.ts';
import { stateTotals } from './states.ts';

/** What the page says besides the figures that were gathered from the rows. */
export interface HtmlContext {
  readonly run: RunState;
  readonly totals: Readonly<Record<Status, number>>;
  readonly files: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly bytes: number;
  }[];
  /** Of journal.ndjson: the digest by which an approved run names its check. */
  readonly journalSha256: string;
  /** `undefined`: the run is live, or was killed. */
  readonly exitCode: number | undefined;
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly tool: string;
  /** As the commands to run next name it. */
  readonly runDirectory: string;
  /** The name of the report of errors that counts, where it is not error.csv. */
  readonly errorFile?: string;
  /** Ceiling over all requests; Infinity: none. */
  readonly requestsPerMinute?: number;
}

/** What a person approves by signing the page of a check. */
export interface Approval {
  readonly files: number;
  /** Records that these files are of. */
  readonly participants: number;
  readonly journalSha256: string;
}

/** Everything that the sections of the page are views of. */
export interface Page {
  readonly context: HtmlContext;
  readonly figures: HtmlFigures;
  readonly states: Readonly<Record<State, number>>;
  readonly rows: number;
  /** A check or a refused run: nothing was attempted. */
  readonly planOnly: boolean;
  readonly verdict: Verdict;
  readonly nextSteps: readonly NextStep[];
  /** What a check made with `--backup` holds. */
  readonly archive: ArchiveFacts | undefined;
  /** `undefined`: there is nothing to sign. */
  readonly approval: Approval | undefined;
}

export function pageOf(figures: HtmlFigures, context: HtmlContext): Page {
  const facts = factsOf(figures, context);
  const { states, rows, planOnly } = facts;
  return {
    context,
    figures,
    states,
    rows,
    planOnly,
    verdict: judge(facts),
    nextSteps: nextSteps(facts),
    archive: facts.archive,
    approval: approvalOf(facts, figures, context),
  };
}

/**
 * Only a check that came to its end and is whole can be approved: whoever signs
 * has seen every file that the number counts.
 */
function approvalOf(
  { states, stop, archive }: Facts,
  { counts }: HtmlFigures,
  { run, exitCode, journalSha256 }: HtmlContext,
): Approval | undefined {
  const ended = exitCode === 0 || exitCode === 1;
  // What lines of an archive are lost has been saved again.
  const isRead = run.holes === undefined || (archive !== undefined && !run.holes.inPlan);
  const whole = isRead && states.not_attempted === 0 && (archive?.left ?? 0) === 0;
  if (run.header.kind !== 'check' || run.refused !== undefined || stop !== undefined) {
    return undefined;
  }
  const files = archive?.files ?? states.would_delete;
  if (!ended || !whole || files === 0) return undefined;
  return { files, participants: counts.records, journalSha256 };
}

function factsOf({ counts, reports, verified }: HtmlFigures, context: HtmlContext): Facts {
  const { run, runDirectory, requestsPerMinute } = context;
  const { header, refused, stop, sent, confirmed } = run;
  const archive = isArchive(run)
    ? {
        files: counts.saved,
        bytes: counts.savedBytes,
        left: countUnfinished(run),
        failed: countUnsaved(run),
      }
    : undefined;
  return {
    planOnly: isPlanOnly(run),
    refused,
    stop,
    exitCode: context.exitCode,
    sent,
    confirmed,
    rows: header.manifest.rows,
    states: stateTotals(context.totals, counts),
    errors: reports.error,
    // What an archive found changed is left out by a run of it: that is no reason to refuse one.
    changed: counts.changedSinceCheck - (archive === undefined ? 0 : counts.changedAfterLook),
    verified,
    unconfirmed: counts.unconfirmed,
    goneSinceCheck: counts.goneSinceCheck,
    archive,
    ofArchive: header.approved?.archive === true,
    withBackup: counts.withBackup,
    inArchive: counts.inArchive,
    approved: header.approved !== undefined,
    workLeft: hasWorkLeft(run),
    restored: restoredOf(run),
    rehearsal: header.options['rehearsal'] === true,
    manifest: manifestArgument(header.manifest),
    checked: header.project !== null,
    options: header.options,
    columns: header.columns,
    directory: runDirectory,
    errorFile: context.errorFile ?? 'error.csv',
    perMinute: requestsPerMinute,
  };
}

/** What was put back since the run, in a few words; `undefined` where no restore was begun. */
function restoredOf({ restores }: RunState): Facts['restored'] {
  if (restores.length === 0) return undefined;
  const last = restores.at(-1)?.end?.totals;
  const incomplete = last === undefined || last.refused + last.failed > 0;
  return { words: restoreWords(restores), incomplete };
}

function restoreWords(restores: RunState['restores']): string {
  if (restores.some(({ end }) => end === undefined)) return 'files may have been put back since';
  if (restores.length > 1) return 'files were put back since';
  const files = restores[0]?.end?.totals.restored ?? 0;
  if (files === 0) return 'a restore since then put no file back';
  return `${countOf(files, 'file')} ${files === 1 ? 'was' : 'were'} put back since`;
}
