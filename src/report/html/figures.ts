import { reportOf, STATUSES, type ReportName, type Verified } from '../../rows/outcome.ts';
import { isPlanOnly, type RunState } from '../../journal/run-state.ts';
import type { RowReport } from '../row-report.ts';
import { countRecords } from '../../manifest/duplicates.ts';
import { listRows, type ManifestColumns, type RowList, type Urgency } from './row-list.ts';
import { countCauses, type CauseFigures, countByName, type NameCounts } from './row-groups.ts';
import {
  createLatency,
  type LatencyFigures,
  createTimeBuckets,
  type TimeSeries,
  type TimeSlot,
} from './timing.ts';
import { isNotReached, isNoteworthy, isVerifiable, stateOf } from './states.ts';

const MOST_NAMES = 1000;
const SHOWN_NAMES = 60;
const SHOWN_SLOTS = 60;
const LEAST_SLOTS = 6;
const MINUTE_MS = 60_000;
// Three days to the minute; longer runs get wider slots.
const MINUTES = 4320;
/** Tries of one row that are placed in time one by one. */
const PLACED_TRIES = 20;

/** What the page is made from: no more of it for a million rows than for thousands. */
export interface HtmlFigures {
  readonly counts: Readonly<HtmlCounts>;
  readonly reports: Readonly<Record<ReportName, number>>;
  /** Of the rows that verification is for. */
  readonly verified: Readonly<Record<Verified, number>>;
  /** Keyed by state. */
  readonly byField: NameCounts;
  readonly byEvent: NameCounts;
  readonly causes: CauseFigures;
  /** Of a check, or of a run that was refused: the files that would be deleted, and rows to look at. */
  readonly filesToDelete: RowList;
  readonly needsAttention: RowList;
  /** Of a run. */
  readonly allRows: RowList;
  /** One series for each status, in their order. */
  readonly outcomesOverTime: TimeSeries;
  readonly requestsOverTime: TimeSeries;
  readonly busiestMinute: TimeSlot | undefined;
  readonly latency: LatencyFigures;
}

/** What of a check or a run decides which rows its page lists. */
export interface Gathering {
  readonly planOnly: boolean;
  /** Nobody looked: records that differ in case alone may be one. */
  readonly looseRecords: boolean;
  /** A restore has sent this row's file, or began to. */
  readonly mayBeBack: (row: number) => boolean;
}

export function gatheringOf(run: RunState): Gathering {
  return {
    planOnly: isPlanOnly(run),
    looseRecords: run.header.project === null,
    mayBeBack: (row) => run.index.restoring(row),
  };
}

/** Gathers what report.html shows while the rows pass by, in bounded memory. */
export function gatherFigures({ planOnly, looseRecords, mayBeBack }: Gathering): {
  /** Called once for each row, in the order of the manifest. */
  observe: (report: RowReport, columns: ManifestColumns) => void;
  figures: () => HtmlFigures;
} {
  const counts = emptyCounts();
  const records = countRecords({ looseRecords });
  const reports = { success: 0, error: 0, unprocessed: 0 };
  const verified = { yes: 0, no: 0, skipped: 0, '': 0 };
  const byField = countByName(MOST_NAMES);
  const byEvent = countByName(MOST_NAMES);
  const causes = countCauses();
  const filesToDelete = listRows(mayBeBack);
  const needsAttention = listRows(mayBeBack);
  const allRows = listRows(mayBeBack);
  const outcomes = createTimeBuckets(STATUSES.length, 1000, 600);
  const requests = createTimeBuckets(1, MINUTE_MS, MINUTES);
  const latency = createLatency();

  const observeFile = (report: RowReport): void => {
    const { row, outcome, message, file, seen, signature } = report;
    const planned = outcome.code === 'would_delete';
    if (planned) counts.wouldDelete += 1;
    if (outcome.code === 'nothing_to_delete') counts.nothingToDelete += 1;
    if (outcome.code === 'gone_since_check') counts.goneSinceCheck += 1;
    if (outcome.code === 'changed_since_check') {
      if (report.plan?.plan === 'delete') counts.changedAfterLook += 1;
      counts.changedSinceCheck += 1;
    }
    if (!planned && outcome.status !== 'deleted') return;
    records.add(row.record);
    if (seen === undefined) counts.unconfirmed += 1;
    else if (seen === true) counts.unnamed += 1;
    if (row.expectFilename !== '' || row.expectSha256 !== '') counts.guarded += 1;
    if (signature) counts.signatures += 1;
    else if (file?.backup !== undefined) counts.withBackup += 1;
    else if (report.plan?.plan === 'delete' && report.plan.archived !== undefined) {
      counts.inArchive += 1;
    }
    if (planned && file?.backup !== undefined) {
      counts.saved += 1;
      counts.savedBytes += file.bytes ?? 0;
    }
    if (outcome.status === 'deleted' && outcome.code === '' && message !== '') {
      counts.remarks += 1;
    }
  };

  const observeNames = ({ row, outcome }: RowReport): void => {
    const key = stateOf(outcome.status, outcome.code);
    byField.add(row.field, key);
    byEvent.add(row.event, key);
  };

  const observeTimes = ({ outcome }: RowReport): void => {
    const { startedAt, finishedAt, attempts } = outcome;
    if (finishedAt !== undefined) outcomes.add(finishedAt, STATUSES.indexOf(outcome.status), 1);
    if (attempts === 0) return;
    counts.requests += attempts;
    const from = startedAt ?? finishedAt;
    if (from === undefined) return;
    const spanMs = Math.max((finishedAt ?? from) - from, 0);
    if (startedAt !== undefined && finishedAt !== undefined) latency.add(spanMs);
    // The journal's row knows its first try and its end: further tries are placed between them.
    const placed = Math.min(attempts, PLACED_TRIES);
    for (let at = 0; at < placed; at += 1) {
      requests.add(from + (spanMs * at) / placed, 0, attempts / placed);
    }
  };

  const listRow = (report: RowReport, columns: ManifestColumns): void => {
    const urgency = urgencyOf(report);
    if (!planOnly) allRows.add(report, urgency, columns);
    else if (report.outcome.code === 'would_delete') filesToDelete.add(report, 2, columns);
    else if (urgency < 2) needsAttention.add(report, urgency, columns);
    if (urgency < 2) causes.add(report);
  };

  return {
    observe(report, columns) {
      const { outcome } = report;
      reports[reportOf(outcome.status)] += 1;
      if (isVerifiable(report)) verified[outcome.verified] += 1;
      observeFile(report);
      observeNames(report);
      observeTimes(report);
      listRow(report, columns);
    },
    figures: () => ({
      counts: { ...counts, records: records.count },
      reports,
      verified,
      byField: byField.figures(SHOWN_NAMES),
      byEvent: byEvent.figures(SHOWN_NAMES),
      causes: causes.figures(),
      filesToDelete: filesToDelete.list(),
      needsAttention: needsAttention.list(),
      allRows: allRows.list(),
      outcomesOverTime: outcomes.series(SHOWN_SLOTS, LEAST_SLOTS),
      requestsOverTime: requests.series(SHOWN_SLOTS, LEAST_SLOTS),
      busiestMinute: requests.peak(),
      latency: latency.figures(),
    }),
  };
}

/** error.csv first, then what is worth a look or was left behind. */
function urgencyOf(report: RowReport): Urgency {
  const { status, code } = report.outcome;
  if (reportOf(status) === 'error') return 0;
  return isNoteworthy(report) || isNotReached(status, code) ? 1 : 2;
}

/** Single figures of the page. "Its files" are those deleted, or of a check, those to be deleted. */
interface HtmlCounts {
  wouldDelete: number;
  /** Of its files: the records (participants) that they are of. */
  records: number;
  nothingToDelete: number;
  /** Of its files: no look had shown them. */
  unconfirmed: number;
  /** Of its files: the server showed no name, nor any number. */
  unnamed: number;
  /** Of its files: the manifest says which name or digest is expected. */
  guarded: number;
  /** Of its files. */
  signatures: number;
  /** Deleted files that are kept in the run directory and can be put back. */
  withBackup: number;
  /** Deleted files whose only copy is in the archive of the approved check, and can be put back. */
  inArchive: number;
  /** Files that a check's archive holds, and their bytes. */
  saved: number;
  savedBytes: number;
  /** Deleted rows of which the message says that the run only may have done it. */
  remarks: number;
  /** Rows that are no longer what the check saw. */
  changedSinceCheck: number;
  /** Of these, those that the plan still meant to be deleted. */
  changedAfterLook: number;
  /** Rows that were found empty although the check had seen a file. */
  goneSinceCheck: number;
  /** Deletion requests. */
  requests: number;
}

function emptyCounts(): HtmlCounts {
  return {
    wouldDelete: 0,
    records: 0,
    nothingToDelete: 0,
    unconfirmed: 0,
    unnamed: 0,
    guarded: 0,
    signatures: 0,
    withBackup: 0,
    inArchive: 0,
    saved: 0,
    savedBytes: 0,
    remarks: 0,
    changedSinceCheck: 0,
    changedAfterLook: 0,
    goneSinceCheck: 0,
    requests: 0,
  };
}
