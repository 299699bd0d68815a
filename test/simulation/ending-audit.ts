import type { RowReport } from '../../src/report/row-report.ts';
import { addViolation, deletionsOf, lastLook, type Simulation } from './simulation.ts';
import { auditReport, unsettled } from './report-audit.ts';
import type { SimulatedSession } from './session.ts';
import type { SessionSettings } from './settings.ts';
import { NO_PLACE } from './wire-answers.ts';

/** How a session ended, held against what it sent and left. */
export function auditEnding(
  simulation: Simulation,
  settings: SessionSettings,
  { ended, wire }: SimulatedSession,
  unsettledRows: readonly RowReport[],
): void {
  if (wire.sentRows > (settings.limit ?? Infinity)) {
    addViolation(
      simulation,
      `${wire.sentRows} rows were sent in spite of --limit ${settings.limit}`,
    );
  }
  if (ended === undefined) return;
  const { control, stopped, failure } = ended;
  const left = unsettledRows.length;
  if (!stopped && failure === undefined && control.reason === undefined) {
    for (const { row, outcome } of unsettledRows) {
      if (outcome.status === 'unknown' || outcome.code === 'not_confirmed') continue;
      addViolation(
        simulation,
        `row ${row.row} is ${outcome.status}/${outcome.code} though nothing stopped the run`,
      );
    }
  }
  if (stopped && failure === undefined && control.reason?.code === 'limit') {
    if (wire.sentRows !== settings.limit) {
      addViolation(
        simulation,
        `stopped at --limit ${settings.limit}, and ${wire.sentRows} rows were sent`,
      );
    }
  }
  if (!stopped && failure === undefined && left > 0 && control.reason !== undefined) {
    addViolation(simulation, `${left} rows are left, and the run is told to be finished`);
  }
}

/** With a server that answers and nobody about, only rows that no look, or no guard, lets be settled are left. */
export async function auditEnd(simulation: Simulation): Promise<void> {
  const reports = await auditReport(simulation, 'at the end');
  for (const { row, outcome } of unsettled(reports)) {
    const look = lastLook(simulation, row.row)?.look.kind;
    const guarded = outcome.code.startsWith('guard_') || outcome.code === 'backup_failed';
    // Each resume may come to the same failures first.
    const capped = simulation.scenario.maxFailures !== undefined;
    // Asked for what the project does not have, the server has no better word.
    const refused = deletionsOf(simulation, row.row).at(-1)?.answered === NO_PLACE;
    if (look !== 'nothing' && look !== 'no_record' && !guarded && !capped && !refused) {
      addViolation(
        simulation,
        `row ${row.row} is ${outcome.status}/${outcome.code} at the end, look ${String(look)}`,
      );
    }
  }
}
