import { reportOf, STATUSES, type ReportName, type Verified } from '../../rows/outcome.ts';
import type { RowReport } from '../row-report.ts';
import { createAttention, showRow, type ShownRow, type ShownRows } from './attention.ts';
import { createCauses, type Cause } from './causes.ts';
import { emptyCounts, type HtmlCounts } from './counts.ts';
import { createLatency, type LatencyFigures } from './latency.ts';
import { isNotReached, isNoteworthy, isVerifiable, stateOf } from './states.ts';
import { createTallies, type TallyFigures } from './tallies.ts';
import { createTimeBuckets, type TimeSeries, type TimeSlot } from './time-buckets.ts';

const MOST_NAMES = 1000;
const SHOWN_NAMES = 60;
const SHOWN_SLOTS = 60;
const LEAST_SLOTS = 6;
const SAMPLE_ROWS = 20;
const MINUTE_MS = 60_000;
// Three days to the minute; longer runs are told in wider slots.
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
  readonly byField: TallyFigures;
  readonly byEvent: TallyFigures;
  readonly causes: { readonly causes: readonly Cause[]; readonly others: number };
  readonly attention: ShownRows;
  /** The first files that would be deleted. */
  readonly sample: readonly ShownRow[];
  /** One series for each status, in their order. */
  readonly outcomesOverTime: TimeSeries;
  readonly requestsOverTime: TimeSeries;
  readonly busiestMinute: TimeSlot | undefined;
  readonly latency: LatencyFigures;
}

/** Called once for each row, in manifest order. */
export interface HtmlAggregate {
  observe(row: RowReport): void;
}

/** Gathers what report.html shows while the rows pass by, in bounded memory. */
export function createHtmlAggregate(): HtmlAggregate & { figures(): HtmlFigures } {
  const counts = emptyCounts();
  const reports = { success: 0, error: 0, unprocessed: 0 };
  const verified = { yes: 0, no: 0, skipped: 0, '': 0 };
  const byField = createTallies(MOST_NAMES);
  const byEvent = createTallies(MOST_NAMES);
  const causes = createCauses();
  const attention = createAttention();
  const sample: ShownRow[] = [];
  const outcomes = createTimeBuckets(STATUSES.length, 1000, 600);
  const requests = createTimeBuckets(1, MINUTE_MS, MINUTES);
  const latency = createLatency();

  const observeFile = (report: RowReport): void => {
    const { row, outcome, seen, signature } = report;
    const planned = outcome.code === 'would_delete';
    if (planned) counts.wouldDelete += 1;
    if (outcome.code === 'nothing_to_delete') counts.nothingToDelete += 1;
    if (outcome.code === 'not_confirmed') counts.notConfirmed += 1;
    if (outcome.code === 'gone_since_check') counts.goneSinceCheck += 1;
    if (outcome.code === 'changed_since_check') counts.changedSinceCheck += 1;
    if (!planned && outcome.status !== 'deleted') return;
    if (seen === undefined) counts.unconfirmed += 1;
    else if (seen === true) counts.unnamed += 1;
    if (row.expectFilename !== '' || row.expectSha256 !== '') counts.guarded += 1;
    if (signature) counts.signatures += 1;
    else if (outcome.file?.backup !== undefined) counts.withBackup += 1;
    if (outcome.status === 'deleted' && outcome.code === '' && outcome.message !== '') {
      counts.remarks += 1;
    }
    if (planned && sample.length < SAMPLE_ROWS) sample.push(showRow(report));
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
    counts.sentRows += 1;
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

  return {
    observe(report) {
      const { outcome } = report;
      counts.rows += 1;
      const name = reportOf(outcome.status);
      reports[name] += 1;
      if (isVerifiable(report)) verified[outcome.verified] += 1;
      observeFile(report);
      observeNames(report);
      observeTimes(report);
      if (name === 'error') {
        attention.add(report, true);
        causes.add(report);
      } else if (isNoteworthy(report)) {
        attention.add(report, false);
        causes.add(report);
      } else if (isNotReached(outcome.status, outcome.code)) causes.add(report);
    },
    figures: () => ({
      counts,
      reports,
      verified,
      byField: byField.figures(SHOWN_NAMES),
      byEvent: byEvent.figures(SHOWN_NAMES),
      causes: causes.figures(),
      attention: attention.figures(),
      sample,
      outcomesOverTime: outcomes.series(SHOWN_SLOTS, LEAST_SLOTS),
      requestsOverTime: requests.series(SHOWN_SLOTS, LEAST_SLOTS),
      busiestMinute: requests.peak(),
      latency: latency.figures(),
    }),
  };
}
