import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { parseRate } from '../config/rate.ts';
import { RefusedError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { replayJournal } from '../journal/replay.ts';
import type { Holes, RunState } from '../journal/run-state.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { fileSha256 } from '../files/read-file.ts';
import { makeCsvReports, REPORT_FILES, type MadeCsvs } from './make-reports.ts';
import { createReportFile, removeUnfinished, type WrittenFile } from '../files/atomic-file.ts';
import { gatherFigures, gatheringOf } from './html/figures.ts';
import { pageOf, type Page } from './html/page.ts';
import { renderHtml } from './html/render.ts';
import { summarise, SUMMARY_FILE, writeSummary, type Summary } from './summary.ts';
import { takeLock, type Lock } from '../run-directory/lock.ts';
import { MANIFEST_FILE } from '../run-directory/manifest-copy.ts';
import { TOOL } from '../version.ts';

const PAGE_FILE = 'report.html';
/** What is made here, under the lock for reports. */
const MADE_FILES = [...Object.values(REPORT_FILES), PAGE_FILE, SUMMARY_FILE];

export interface WriteReportsOptions {
  readonly directory: string;
  readonly clock: Clock;
  /** Ends the wait for another process that makes them. */
  readonly signal: AbortSignal;
  /** Another process on that machine makes them, and is waited for. */
  readonly onWait: (host: string) => void;
  /** The exit code that follows from the rows. */
  readonly exitCode: (run: RunState, csvs: MadeCsvs) => ExitCode;
  /** Writes the journal's last line, once the exit code is known. */
  readonly end?: (exitCode: ExitCode) => Promise<void>;
  /** Throws where the directory is no longer this process's: called before anything takes its place. */
  readonly mayWrite?: () => void;
  readonly requests?: number;
  readonly perMinute?: number;
}

export interface WrittenReports {
  readonly summary: Summary;
  /** What the page tells, and the screen with it. */
  readonly page: Page;
  readonly exitCode: ExitCode;
  /** Lines of the journal that cannot be read. */
  readonly holes: Holes | undefined;
}

/**
 * Makes all reports of a run directory from its manifest and journal. One
 * process at a time; another one that makes them is waited for.
 */
export async function writeReports(options: WriteReportsOptions): Promise<WrittenReports> {
  const { directory, clock, mayWrite } = options;
  const lock = await lockReports(options);
  try {
    await removeUnfinished(directory, MADE_FILES);
    const journalPath = join(directory, JOURNAL_FILE);
    const run = await replayJournal(journalPath);
    const html = gatherFigures(gatheringOf(run));
    const csvs = await makeCsvReports(directory, run, clock, html.observe, mayWrite);
    const exitCode = options.exitCode(run, csvs);
    await options.end?.(exitCode);
    const journalSha256 = await fileSha256(journalPath);
    const figures = html.figures();
    const { saved, savedBytes, records } = figures.counts;
    const summary = summarise({
      run,
      csvs,
      saved: { files: saved, bytes: savedBytes, records },
      directory,
      exitCode,
      journalSha256,
      requests: options.requests ?? (await requestsOfLastTime(directory)),
    });
    const page = pageOf(figures, {
      run,
      totals: csvs.totals,
      files: listFiles(run, csvs, journalSha256),
      journalSha256,
      exitCode,
      generatedAt: new Date(run.lastStamp).toISOString(),
      tool: TOOL,
      runDirectory: directory,
      errorFile: csvs.files.error.name,
      ...ceilingOf(run, options.perMinute),
    });
    mayWrite?.();
    // Before the page, which is larger: on a disk that is nearly full the figures stand.
    await writeSummary(directory, summary, clock);
    const file = await createReportFile(directory, PAGE_FILE, clock);
    await file.write(renderHtml(page));
    await file.finish();
    return { summary, page, exitCode, holes: run.holes };
  } finally {
    await lock.release();
  }
}

/** The rate of this command, or the one that the run was begun with. */
function ceilingOf(
  { header }: RunState,
  perMinute: number | undefined,
): { requestsPerMinute?: number } {
  if (perMinute !== undefined) return { requestsPerMinute: perMinute };
  const { rate } = header.options;
  return typeof rate === 'string' ? { requestsPerMinute: parseRate(rate).perMinute } : {};
}

async function lockReports({
  directory,
  clock,
  signal,
  onWait,
}: WriteReportsOptions): Promise<Lock> {
  let isTold = false;
  for (;;) {
    const lock = await takeLock(directory, {
      purpose: 'reports',
      clock,
      signal,
      onWait({ host }) {
        if (!isTold) onWait(host);
        isTold = true;
      },
    });
    if (lock !== undefined) return lock;
    if (!(await clock.sleep(100, signal))) {
      throw new RefusedError('Interrupted: another process was making the reports.');
    }
  }
}

/** `report` sends nothing itself: the figure of the run stays. */
async function requestsOfLastTime(directory: string): Promise<number | undefined> {
  try {
    const summary = JSON.parse(await readFile(join(directory, SUMMARY_FILE), 'utf8')) as Summary;
    return summary.requests ?? undefined;
  } catch {
    // No summary yet, or one that was not written to its end: the figure is left out.
    return undefined;
  }
}

function listFiles(run: RunState, csvs: MadeCsvs, journalSha256: string): WrittenFile[] {
  const { manifest } = run.header;
  return [
    { name: MANIFEST_FILE, sha256: manifest.sha256, bytes: manifest.bytes },
    { name: JOURNAL_FILE, sha256: journalSha256, bytes: run.end },
    ...(Object.keys(REPORT_FILES) as (keyof typeof REPORT_FILES)[]).map((name) => csvs.files[name]),
  ];
}
