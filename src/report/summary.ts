import { EXIT } from '../exit-codes.ts';
import type { ApprovedBy } from '../journal/lines.ts';
import { hasWorkLeft, isArchive, type RunState } from '../journal/run-state.ts';
import type { Clock } from '../clock.ts';
import type { StopCode } from '../rows/outcome.ts';
import { createReportFile, type WrittenFile } from '../files/atomic-file.ts';
import type { MadeCsvs, Totals } from './make-reports.ts';

export const SUMMARY_FILE = 'summary.json';

/** `summary.json`, and what `--json` prints. Described field by field in docs/json.md. */
export interface Summary {
  readonly tool: string;
  readonly kind: 'run' | 'check';
  readonly directory: string;
  readonly rows: number;
  readonly totals: Totals;
  /** Rows in each report; their sum is `rows`. */
  readonly reportRows: Readonly<Record<'success' | 'error' | 'unprocessed', number>>;
  readonly sumsAgree: boolean;
  /** Of the rows already empty, those in which the check had seen a file. */
  readonly goneSinceCheck: number;
  /** Figures by `sweep_verified`; rows that were not reached are not counted. */
  readonly verified: Readonly<Record<'yes' | 'no' | 'skipped', number>>;
  readonly checked: boolean;
  readonly sha256: Readonly<Record<'manifest' | 'success' | 'error' | 'unprocessed', string>> & {
    readonly journal?: string;
  };
  /** The names of the reports that count: `error.new.csv` where the old one was held open. */
  readonly files: Readonly<Record<'success' | 'error' | 'unprocessed', string>>;
  readonly manifest: { readonly name: string; readonly bytes: number };
  readonly project: {
    readonly id: string;
    readonly title: string;
    readonly redcapVersion: string;
  } | null;
  readonly url: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly approved: ApprovedBy | null;
  /** What a check made with `--backup` holds; `null` for any other. */
  readonly archive: SummaryArchive | null;
  readonly plan: Readonly<Record<string, unknown>> | null;
  readonly requests: number | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly sessions: number;
  /** The last time that files were put back; what stands in `totals` is what the run did. */
  readonly restored: SummaryRestore | null;
  /** Lines of the journal that cannot be read. */
  readonly unreadableLines: number;
  readonly stop: { readonly code: StopCode; readonly message: string } | null;
  readonly refused: string | null;
  /** Why nothing was deleted, where the command was refused. */
  readonly error: { readonly exitCode: number; readonly message: string } | null;
  readonly exitCode: number;
  readonly host: string;
  readonly user: string;
}

export interface SummaryArchive {
  /** No file that would be deleted is still to be saved. */
  readonly whole: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly records: number;
}

export interface SummaryRestore {
  readonly at: string;
  readonly by: string;
  /** `null`: it did not come to its end, and what it put back is not known. */
  readonly totals: Readonly<
    Record<'restored' | 'refused' | 'failed' | 'not_restorable', number>
  > | null;
  /** restore.csv, as it wrote it. */
  readonly report: { readonly name: string; readonly sha256: string } | null;
  /** Restores so far, this one included. */
  readonly count: number;
}

function restoredOf({ restores }: RunState): SummaryRestore | null {
  const last = restores.at(-1);
  if (last === undefined) return null;
  const { at, by, end } = last;
  return {
    at: new Date(end?.at ?? at).toISOString(),
    by,
    totals: end?.totals ?? null,
    report: end?.report ?? null,
    count: restores.length,
  };
}

export function summarise(options: {
  readonly run: RunState;
  readonly csvs: MadeCsvs;
  /** Of a check's archive. */
  readonly saved: Omit<SummaryArchive, 'whole'>;
  readonly directory: string;
  readonly exitCode: number;
  readonly journalSha256: string | undefined;
  readonly requests: number | undefined;
}): Summary {
  const { run, csvs, directory, exitCode } = options;
  const { header } = run;
  const { reportRows, totals, verified } = csvs;
  const { success, error, unprocessed } = csvs.files;
  return {
    tool: header.tool,
    kind: header.kind,
    directory,
    rows: csvs.rows,
    totals,
    reportRows,
    sumsAgree: sum(reportRows) === csvs.rows && sum(totals) === csvs.rows,
    goneSinceCheck: csvs.goneSinceCheck,
    verified: { yes: verified.yes, no: verified.no, skipped: verified.skipped },
    checked: header.project !== null,
    sha256: {
      manifest: header.manifest.sha256,
      success: success.sha256,
      error: error.sha256,
      unprocessed: unprocessed.sha256,
      ...(options.journalSha256 === undefined ? {} : { journal: options.journalSha256 }),
    },
    files: { success: success.name, error: error.name, unprocessed: unprocessed.name },
    manifest: { name: header.manifest.name, bytes: header.manifest.bytes },
    project:
      header.project === null
        ? null
        : {
            id: header.project.id,
            title: header.project.title,
            redcapVersion: header.project.redcapVersion,
          },
    url: header.url,
    options: header.options,
    approved: header.approved ?? null,
    archive: isArchive(run) ? { whole: !hasWorkLeft(run), ...options.saved } : null,
    plan: run.planned?.totals ?? null,
    requests: options.requests ?? null,
    startedAt: header.startedAt,
    finishedAt: new Date(run.workedUntil).toISOString(),
    sessions: run.sessions,
    restored: restoredOf(run),
    unreadableLines: run.holes?.lines ?? 0,
    stop: run.stop ?? null,
    refused: run.refused ?? null,
    error: errorOf(run, exitCode),
    exitCode,
    host: header.host,
    user: header.user,
  };
}

function errorOf({ refused, stop }: RunState, exitCode: number): Summary['error'] {
  if (exitCode !== EXIT.refused) return null;
  const message = refused ?? stop?.message ?? 'The run ended before its first deletion request.';
  return { exitCode, message };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}

/** Writes summary.json whole. */
export async function writeSummary(
  directory: string,
  summary: Summary,
  clock: Clock,
): Promise<WrittenFile> {
  const file = await createReportFile(directory, SUMMARY_FILE, clock);
  await file.write(`${JSON.stringify(summary, null, 2)}\n`);
  return file.finish();
}
