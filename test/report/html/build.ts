import type { RunState } from '../../../src/journal/run-state.ts';
import type { JournalHeader } from '../../../src/journal/lines.ts';
import { RowIndex } from '../../../src/journal/row-index.ts';
import { NO_PROBLEMS, type ManifestRow } from '../../../src/rows/row.ts';
import type { ProjectModel } from '../../../src/project/model.ts';
import { gatherFigures, gatheringOf, type HtmlFigures } from '../../../src/report/html/figures.ts';
import type { ManifestColumns } from '../../../src/report/html/row-list.ts';
import { pageOf, type HtmlContext } from '../../../src/report/html/page.ts';
import { renderHtml } from '../../../src/report/html/render.ts';
import type { RowReport } from '../../../src/report/row-report.ts';
import type { Outcome, Status } from '../../../src/rows/outcome.ts';

export const START_MS = Date.parse('2026-11-24T03:12:07.000Z');

export const PROJECT: ProjectModel = {
  id: '42',
  title: 'Sleep and Recovery After Surgery',
  redcapVersion: '14.5.11',
  production: true,
  longitudinal: true,
  recordIdField: 'record_id',
  missingCodes: [],
  fileFields: {
    consent_pdf: { form: 'consent', signature: false, label: 'Signed consent form' },
    wound_photo: { form: 'daily_diary', signature: false, label: 'Photo of the wound' },
    consent_signature: { form: 'consent', signature: true },
  },
  otherFields: ['age'],
  events: [
    { name: 'baseline_arm_1', arm: '1', label: 'Baseline' },
    { name: 'visit_2_arm_1', arm: '1' },
  ],
  eventForms: {},
  repeats: { kind: 'none' },
  notes: [],
};

export function buildHeader(rows: number, patch: Partial<JournalHeader> = {}): JournalHeader {
  return {
    version: 1,
    kind: 'run',
    tool: 'redcap-sweep 0.1.0',
    startedAt: new Date(START_MS).toISOString(),
    host: 'dm-workstation-7',
    user: 'm.example',
    manifest: { name: 'cleanup.csv', sha256: 'a1'.repeat(32), bytes: 48_211, rows },
    columns: {},
    url: 'https://redcap.example.edu/api/',
    project: PROJECT,
    options: { rate: '300/min', concurrency: 4, retries: 5, verify: true, backup: false },
    token: { salt: 'salt', sha256: 'b2'.repeat(32) },
    ...patch,
  };
}

export function buildRunState(header: JournalHeader, patch: Partial<RunState> = {}): RunState {
  return {
    path: 'journal.ndjson',
    header,
    index: new RowIndex(),
    open: new Map(),
    backups: new Map(),
    planEnd: 0,
    planned: undefined,
    refused: undefined,
    confirmed: header.kind === 'run',
    stop: undefined,
    exitCode: undefined,
    uncertainUpTo: 0,
    holes: undefined,
    restores: [],
    workedUntil: 0,
    sent: header.kind === 'run',
    sessions: 1,
    lastStamp: START_MS,
    end: 0,
    ...patch,
  };
}

export interface RowPatch {
  readonly row?: Partial<ManifestRow>;
  readonly outcome?: Record<string, unknown>;
  readonly report?: Partial<Omit<RowReport, 'row' | 'outcome'>>;
}

/** A row that was deleted without trouble, but for what the patch says. */
export function buildRow(number: number, patch: RowPatch = {}): RowReport {
  const row: ManifestRow = {
    row: number,
    line: number + 1,
    cells: ['', '', '', `T-${number}`, number % 2 === 0 ? 'withdrawn' : 'consent ended'],
    record: String(1000 + number),
    field: 'consent_pdf',
    event: 'baseline_arm_1',
    instance: '',
    repeatInstrument: '',
    expectFilename: '',
    expectSha256: '',
    problems: NO_PROBLEMS,
    ...patch.row,
  };
  const startedAt = START_MS + number * 200;
  // The patch is a test's own: status and code belong together there.
  const outcome = {
    status: 'deleted',
    code: '',
    message: '',
    httpStatus: 200,
    attempts: 1,
    effect: 'none',
    startedAt,
    finishedAt: startedAt + 90 + ((number * 37) % 160),
    verified: 'yes',
    ...patch.outcome,
  } as Outcome;
  return {
    row,
    outcome,
    message: outcome.message,
    file: outcome.file,
    plan: { row: number, plan: 'delete', seen: 'consent.pdf' },
    seen: 'consent.pdf',
    target: { record: row.record, field: row.field, event: row.event, instance: row.instance },
    signature: false,
    ...patch.report,
  };
}

/** An outcome of a row that no request was sent for. */
export function unsent(status: Status, code: string, message = ''): Record<string, unknown> {
  return {
    status,
    code,
    message,
    attempts: 0,
    httpStatus: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    verified: '',
  };
}

/** A check that saves the files, with so many rows; those from `left` on are still to be saved. */
export function archiveOf(rows: number, left = rows + 1): PagePatch {
  const index = new RowIndex();
  for (let row = 1; row < left; row += 1) index.setOutcome(row, 'not_attempted', 1, '', false);
  const options = { rate: '300/min', backup: true };
  const manifest = { name: 'cleanup.csv', sha256: 'a1'.repeat(32), bytes: 48_211, rows };
  return { header: { kind: 'check', options, manifest }, run: { sent: false, index } };
}

/** A row of such a check whose file is saved. */
export function savedRow(number: number, bytes = 1_500_000): RowReport {
  const file = {
    name: 'consent.pdf',
    bytes,
    sha256: 'e7'.repeat(32),
    backup: `backup/${number}-consent.pdf`,
  };
  return buildRow(number, { outcome: { ...unsent('not_attempted', 'would_delete'), file } });
}

export function emptyTotals(): Record<Status, number> {
  return {
    deleted: 0,
    already_empty: 0,
    failed: 0,
    unknown: 0,
    guard_mismatch: 0,
    invalid: 0,
    duplicate: 0,
    not_attempted: 0,
  };
}

export interface PagePatch {
  readonly header?: Partial<JournalHeader>;
  readonly run?: Partial<RunState>;
  readonly context?: Partial<HtmlContext>;
}

/** The columns of the manifests of these tests. */
export const COLUMNS: ManifestColumns = {
  header: ['record', 'field', 'event', 'ticket', 'reason'],
  columnNames: { record: 'record', field: 'field', event: 'event' },
};

/** What is gathered from these rows. */
export function figuresOf(
  rows: Iterable<RowReport>,
  patch: PagePatch = {},
  columns: ManifestColumns = COLUMNS,
): HtmlFigures {
  const run = buildRunState(buildHeader(1, patch.header), patch.run);
  const { observe, figures } = gatherFigures(gatheringOf(run));
  for (const row of rows) observe(row, columns);
  return figures();
}

/** The page over these rows. */
export function buildPage(
  rows: Iterable<RowReport>,
  patch: PagePatch = {},
  columns: ManifestColumns = COLUMNS,
): string {
  const totals = emptyTotals();
  let count = 0;
  let lastStamp = START_MS;
  const counted = function* (): Iterable<RowReport> {
    for (const row of rows) {
      totals[row.outcome.status] += 1;
      count += 1;
      lastStamp = Math.max(lastStamp, row.outcome.finishedAt ?? 0);
      yield row;
    }
  };
  const figures = figuresOf(counted(), patch, columns);
  const page = pageOf(figures, {
    run: buildRunState(buildHeader(count, patch.header), { lastStamp, ...patch.run }),
    journalSha256: 'c3'.repeat(32),
    totals,
    files: [
      { name: 'manifest.csv', sha256: 'a1'.repeat(32), bytes: 48_211 },
      { name: 'journal.ndjson', sha256: 'c3'.repeat(32), bytes: 1_204_992 },
      { name: 'success.csv', sha256: 'd4'.repeat(32), bytes: 60_112 },
      { name: 'error.csv', sha256: 'e5'.repeat(32), bytes: 812 },
      { name: 'unprocessed.csv', sha256: 'f6'.repeat(32), bytes: 310 },
    ],
    exitCode: 0,
    generatedAt: new Date(lastStamp + 1000).toISOString(),
    tool: 'redcap-sweep 0.1.0',
    runDirectory: 'reports/2026-11-24T03-12-07-cleanup',
    requestsPerMinute: 300,
    ...patch.context,
  });
  return renderHtml(page);
}
