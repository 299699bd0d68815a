import { mkdir } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { SweepError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { createReportFile, type ReportFile, type WrittenFile } from '../files/atomic-file.ts';
import { csvLine } from '../files/csv-line.ts';
import type { RunState } from '../journal/run-state.ts';
import type { Manifest } from '../manifest/read.ts';
import {
  REPORT_NAMES,
  reportOf,
  type ReportName,
  type Status,
  type Verified,
} from '../rows/outcome.ts';
import { openManifestCopy } from '../run-directory/manifest-copy.ts';
import { createReportLines, readRowReports, REPORT_COLUMNS, type RowReport } from './row-report.ts';

export const REPORT_FILES: Readonly<Record<ReportName, string>> = {
  success: 'success.csv',
  error: 'error.csv',
  unprocessed: 'unprocessed.csv',
};

export type Totals = Readonly<Record<Status, number>>;

/** What was counted while the three CSVs were written. */
export interface RowCounts {
  readonly rows: number;
  readonly totals: Totals;
  /** Rows in each report, counted apart from the totals, so that the sum proves something. */
  readonly reportRows: Readonly<Record<ReportName, number>>;
  readonly verified: Readonly<Record<Verified, number>>;
  /** Of the rows not attempted, those that a look could not confirm. */
  readonly notConfirmed: number;
  /** Of the rows already empty, those in which the check had seen a file. */
  readonly goneSinceCheck: number;
}

export interface MadeCsvs extends RowCounts {
  readonly files: Readonly<Record<ReportName, WrittenFile>>;
}

/**
 * Makes success.csv, error.csv and unprocessed.csv from manifest + journal in
 * one streaming pass. `observe` sees each row on the way; `mayWrite` throws
 * where the earlier reports are to stay.
 */
export async function makeCsvReports(
  directory: string,
  run: RunState,
  clock: Clock,
  observe: (row: RowReport, manifest: Pick<Manifest, 'header' | 'columnNames'>) => void,
  mayWrite?: () => void,
): Promise<MadeCsvs> {
  await mkdir(directory, { recursive: true });
  const manifest = await openManifestCopy(directory, run.header);
  const files = await createFiles(directory, clock);
  try {
    const header = csvLine([...manifest.header, ...REPORT_COLUMNS]);
    for (const file of Object.values(files)) await file.write(header);
    const counter = countRows();
    const reportLine = createReportLines();
    for await (const batch of readRowReports(manifest.batches(), run)) {
      const lines = { success: '', error: '', unprocessed: '' };
      for (const report of batch) {
        lines[reportOf(report.outcome.status)] += reportLine(report);
        counter.add(report);
        observe(report, manifest);
      }
      for (const name of REPORT_NAMES) await files[name].write(lines[name]);
    }
    refuseWrongSums(counter.counts, run);
    mayWrite?.();
    return { ...counter.counts, files: await finishAll(files) };
  } catch (error) {
    await Promise.all(Object.values(files).map((file) => file.discard()));
    throw error;
  }
}

function countRows(): { readonly counts: RowCounts; add: (report: RowReport) => void } {
  const counts = {
    rows: 0,
    totals: {
      deleted: 0,
      already_empty: 0,
      failed: 0,
      unknown: 0,
      guard_mismatch: 0,
      invalid: 0,
      duplicate: 0,
      not_attempted: 0,
    },
    reportRows: { success: 0, error: 0, unprocessed: 0 },
    verified: { yes: 0, no: 0, skipped: 0, '': 0 },
    notConfirmed: 0,
    goneSinceCheck: 0,
  };
  return {
    counts,
    add({ outcome: { status, code, verified } }) {
      counts.rows += 1;
      counts.totals[status] += 1;
      counts.reportRows[reportOf(status)] += 1;
      counts.verified[verified] += 1;
      if (code === 'not_confirmed') counts.notConfirmed += 1;
      if (code === 'gone_since_check') counts.goneSinceCheck += 1;
    },
  };
}

function refuseWrongSums({ rows, reportRows }: RowCounts, { header }: RunState): void {
  const { success, error, unprocessed } = reportRows;
  if (rows === header.manifest.rows && success + error + unprocessed === rows) return;
  throw new SweepError(
    `The reports do not add up: the journal names ${header.manifest.rows} rows, the manifest copy has ${rows}.`,
    EXIT.bug,
  );
}

/** All three or none. */
async function createFiles(
  directory: string,
  clock: Clock,
): Promise<Readonly<Record<ReportName, ReportFile>>> {
  const made: ReportFile[] = [];
  const create = async (name: ReportName): Promise<ReportFile> => {
    const file = await createReportFile(directory, REPORT_FILES[name], clock);
    made.push(file);
    return file;
  };
  try {
    return {
      success: await create('success'),
      error: await create('error'),
      unprocessed: await create('unprocessed'),
    };
  } catch (error) {
    await Promise.all(made.map((file) => file.discard()));
    throw error;
  }
}

/**
 * On the disk side by side, as that takes its time; only when all of them are
 * there do they take their places, in this order: a row that has been settled
 * since the earlier set stands in two of them for a moment, and not in none.
 */
async function finishAll(
  files: Readonly<Record<ReportName, ReportFile>>,
): Promise<Record<ReportName, WrittenFile>> {
  const { success, error, unprocessed } = files;
  const sealed = await Promise.allSettled([success.seal(), error.seal(), unprocessed.seal()]);
  for (const one of sealed) if (one.status === 'rejected') throw one.reason;
  return {
    success: await success.finish(),
    error: await error.finish(),
    unprocessed: await unprocessed.finish(),
  };
}
