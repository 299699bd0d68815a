import type { RunState } from '../../src/journal/run-state.ts';
import { replayJournal } from '../../src/journal/replay.ts';
import type { JournalSource } from '../../src/journal/read.ts';
import { isSettled, reportOf } from '../../src/rows/outcome.ts';
import { exitCodeOfJournal } from '../../src/report/exit-code.ts';
import type { MadeCsvs } from '../../src/report/make-reports.ts';
import { readRowReports, type RowReport } from '../../src/report/row-report.ts';
import { addViolation, type Simulation } from './simulation.ts';
import { auditRow } from './row-audit.ts';

/** Makes a report of the journal as it stands, and holds every row of it against the ledger. */
export async function auditReport(
  simulation: Simulation,
  moment: string,
  live = false,
): Promise<readonly RowReport[]> {
  const rows: RowReport[] = [];
  const doubts = simulation.crashes + (live ? 1 : 0);
  const before = simulation.violations.length;
  const view = await replayJournal(snapshotOf(simulation.disk.bytes));
  const manifest = await simulation.openRows();
  for await (const batch of readRowReports(manifest.batches(), view)) rows.push(...batch);
  if (rows.length !== simulation.rows || rows.some(({ row }, at) => row.row !== at + 1)) {
    addViolation(simulation, `the report has ${rows.length} rows of ${simulation.rows}`);
  }
  for (const report of rows) {
    if (reportOf(report.outcome.status) === undefined) {
      addViolation(simulation, `row ${report.row.row} stands in no report`);
    }
    auditRow(simulation, report, doubts);
  }
  if (!live) auditExitCode(simulation, view, rows);
  if (simulation.violations.length > before)
    simulation.environment.note(`found in the report ${moment}`);
  return rows;
}

/** As much of the reports as an exit code follows from. */
export function countReports(rows: readonly RowReport[]): MadeCsvs {
  const reportRows = { success: 0, error: 0, unprocessed: 0 };
  for (const { outcome } of rows) reportRows[reportOf(outcome.status)] += 1;
  const notConfirmed = rows.filter(({ outcome }) => outcome.code === 'not_confirmed').length;
  return { reportRows, notConfirmed } as unknown as MadeCsvs;
}

/** The exit code is a claim about the rows too. */
function auditExitCode(simulation: Simulation, view: RunState, rows: readonly RowReport[]): void {
  const code = exitCodeOfJournal(view, countReports(rows));
  // A power cut may have taken every line of the last session.
  const own = view.exitCode !== undefined && view.sessions === simulation.processes;
  const sent = simulation.server.deletions.filter(
    (one) => one.sent && (!own || one.process === simulation.atWork),
  );
  if (code === 2 && sent.length > 0 && (own || view.exitCode === undefined)) {
    addViolation(simulation, 'the exit code is 2, and a deletion was sent');
  }
  if (code === 3 && own && sent.length === 0) {
    addViolation(simulation, 'the exit code is 3, and nothing was sent');
  }
  const allDone = rows.every(({ outcome }) =>
    ['deleted', 'already_empty', 'duplicate'].includes(outcome.status),
  );
  if (code === 0 && !allDone)
    addViolation(simulation, 'the exit code is 0, and not every row is done');
}

/** What a resume would still have to do. */
export function unsettled(rows: readonly RowReport[]): readonly RowReport[] {
  return rows.filter(({ outcome }) => !isSettled(outcome.status));
}

function snapshotOf(bytes: Buffer): JournalSource {
  const read = (into: Buffer, length: number, position: number): number =>
    bytes.copy(into, 0, position, Math.min(bytes.length, position + length));
  return {
    name: 'journal.ndjson',
    open: () =>
      Promise.resolve({
        read: (into, length, position) => Promise.resolve(read(into, length, position)),
        close: () => Promise.resolve(),
      }),
    openNow: () => ({ read, close: () => undefined }),
  };
}
