import type { RunControl } from '../../src/run/control.ts';
import { isSettled, type Status } from '../../src/rows/outcome.ts';
import { LONGEST_SYNC_MS } from './disk.ts';
import { addViolation, deletionsOf, lastLook, type Simulation } from './simulation.ts';
import type { Life } from './life.ts';
import { auditPlace } from './place-audit.ts';
import { keyOf } from './places.ts';
import { auditBeforeDelete } from './before-delete.ts';
import { shortly, type Deletion } from './deletion.ts';
import type { SessionSettings } from './settings.ts';

/** Watches the wire of one process: each request must be one that may leave. */
export interface WireAudit {
  onDelete(deletion: Deletion): void;
  onRead(): void;
  onAnswered(deletion: Deletion | undefined, retryAfterMs: number | undefined): void;
  /** Rows for which a request left on a connection. */
  readonly sentRows: number;
}

const STALE_MS = 60_000;
const LONGEST_HOLD_MS = 600_000;
/** Between a request's turn and its leaving, the journal is synced. */
const SLACK_MS = LONGEST_SYNC_MS * 3;
const SYNC_EVERY_MS = 200;
/** Requests that may leave together: what the rate owes is not made up for. */
const BURST = 4;

export function createWireAudit(
  simulation: Simulation,
  settings: SessionSettings,
  process: number,
  control: RunControl,
  life: Life,
): WireAudit {
  const { environment, disk, scenario } = simulation;
  const beganAt = environment.monotonic;
  let requests = 0;
  /** When the next request may leave at the rate, were each to leave as early as it may. */
  let dueAt = -Infinity;
  let inFlight = 0;
  let trusted = false;
  let held: { readonly from: number; readonly until: number; readonly skewMs: number } | undefined;

  const leaves = (what: string): void => {
    requests += 1;
    const allowed = (environment.monotonic - beganAt) / Math.max(settings.intervalMs, 1e-9) + 3;
    if (requests > allowed)
      addViolation(simulation, `${requests} requests, ${allowed} by the rate: ${what}`);
    dueAt = Math.max(dueAt, environment.monotonic) + settings.intervalMs;
    const early = dueAt - environment.monotonic - settings.intervalMs * BURST - SLACK_MS;
    if (early > 0) addViolation(simulation, `${early} ms early by the rate: ${what}`);
    inFlight += 1;
    if (inFlight > settings.concurrency)
      addViolation(simulation, `${inFlight} requests in flight: ${what}`);
    // A wall clock that is set forward cannot be told from a sleep: the hold is over by it.
    const byWallClock = environment.now + Math.max(0, life.skewMs - (held?.skewMs ?? 0));
    if (held !== undefined && byWallClock < held.until && environment.now > held.from + SLACK_MS) {
      addViolation(simulation, `left during the hold of a Retry-After: ${what}`);
    }
  };

  return {
    get sentRows() {
      const mine = simulation.server.deletions.filter((one) => one.process === process && one.sent);
      return new Set(mine.map((one) => simulation.rowOf.get(keyOf(one.target)) ?? 0)).size;
    },
    onDelete(deletion) {
      const name = shortly(deletion.target);
      const row = simulation.rowOf.get(keyOf(deletion.target));
      leaves(`deletion of ${name}`);
      if (control.reason !== undefined) {
        addViolation(simulation, `deletion of ${name} left after the stop ${control.reason.code}`);
      }
      if (simulation.overtaken.has(process))
        addViolation(simulation, `deletion of ${name} left after a takeover`);
      if (row === undefined) {
        addViolation(simulation, `deletion of ${name}, which no row of the plan asks for`);
        return;
      }
      if (!trusted && deletionsInFlight(simulation, process) > 1) {
        addViolation(
          simulation,
          `row ${row} left beside another one before any trustworthy answer`,
        );
      }
      const tries = deletionsOf(simulation, row).filter((one) => one.process === process).length;
      if (tries > settings.retries + 1)
        addViolation(simulation, `row ${row} is tried ${tries} times`);
      auditLines(simulation, row, settings.intervalMs >= 20);
      auditBeforeDelete(simulation, row, process);
      if (scenario.checks) {
        auditLook(simulation, row, process, life);
        auditPlace(simulation, row, process);
      }
    },
    onRead() {
      leaves('a look or an export');
      if (control.looking.aborted)
        addViolation(simulation, `a look left after ${String(control.reason?.code)}`);
    },
    onAnswered(deletion, retryAfterMs) {
      inFlight -= 1;
      const answer = deletion?.answered;
      if (answer?.kind === 'response' && isTrustworthy(answer.status, answer.body)) trusted = true;
      if (retryAfterMs !== undefined && retryAfterMs <= LONGEST_HOLD_MS) {
        const until = Math.max(environment.now + retryAfterMs, held?.until ?? 0);
        held = {
          from: held !== undefined && held.until > environment.now ? held.from : environment.now,
          until,
          skewMs: held !== undefined && held.until > environment.now ? held.skewMs : life.skewMs,
        };
      }
    },
  };

  function auditLines(seen: Simulation, row: number, syncEach: boolean): void {
    let announced: number | undefined;
    let mark = 0;
    let confirmed = false;
    let settled: Status | undefined;
    const oldest = environment.now - SYNC_EVERY_MS - SLACK_MS;
    for (const line of disk.lines()) {
      const { end, state } = line;
      if (state === undefined) continue;
      if (state === 'mark' && end <= disk.durableBytes) mark = line.upTo ?? 0;
      if (state === 'resumed') mark = 0;
      if (state === 'confirmed' && end <= disk.durableBytes) confirmed = true;
      const clockIsTrue =
        life.skewMs === 0 && environment.monotonic - life.thawedAt > SYNC_EVERY_MS * 2;
      if (state === 'sending' && !syncEach && end > disk.durableBytes && clockIsTrue) {
        if ((line.at ?? 0) < oldest)
          addViolation(seen, 'a sending line is not on the disk after 200 ms');
      }
      if (line.row !== row) continue;
      if (state === 'sending') announced = end;
      else if (state !== 'tried' && state !== 'backup') {
        announced = undefined;
        if (isSettled(state as Status)) settled = state as Status;
      }
    }
    if (!confirmed)
      addViolation(seen, `row ${row} was sent before the confirmation was on the disk`);
    if (settled !== undefined)
      addViolation(seen, `row ${row} was sent after its outcome ${settled}`);
    if (announced === undefined) addViolation(seen, `row ${row} was sent without a sending line`);
    else if (syncEach && announced > disk.durableBytes) {
      addViolation(seen, `row ${row} was sent before its sending line was on the disk`);
    }
    if (!syncEach && mark < row) addViolation(seen, `row ${row} was sent before a mark covered it`);
  }
}

/** What the last look said must be something that may be sent, and must not be stale. */
function auditLook(simulation: Simulation, row: number, process: number, life: Life): void {
  const { environment } = simulation;
  const plan = simulation.plan.get(row);
  const seen = plan?.plan === 'delete' ? plan.seen : undefined;
  const last = lastLook(simulation, row);
  if (process > 1 && last?.process !== process) {
    addViolation(simulation, `row ${row} was sent by a resume that had not looked at it`);
  }
  if (last !== undefined) {
    const { look } = last;
    if (look.kind === 'gone' || look.kind === 'no_record') {
      addViolation(simulation, `row ${row} was sent although the last look said ${look.kind}`);
    }
    if (look.kind === 'nothing' && seen !== undefined) {
      addViolation(simulation, `row ${row} was sent although the last look said nothing`);
    }
    if (look.kind === 'there' && typeof seen === 'string' && (look.mark ?? seen) !== seen) {
      addViolation(
        simulation,
        `row ${row} was sent although the last look saw ${String(look.mark)}`,
      );
    }
  }
  const lost = deletionsOf(simulation, row).filter(
    (one) => one.answered !== undefined && isLost(one) && one.leftAt < environment.now,
  );
  if (lost.length === 0) return;
  const taken = simulation.looks.get(row)?.filter((look) => look.process === process) ?? [];
  const lookedAt = taken.at(-1)?.endedAt ?? -Infinity;
  const sends = deletionsOf(simulation, row).filter(
    (one) => one.process === process && one.leftAt >= lookedAt && one.answered !== undefined,
  );
  const isResumeLook = process > 1 && taken.length === 1;
  const known = staleFrom(lost, sends, lookedAt, isResumeLook);
  // What was on its way when the process was stopped leaves when it goes on.
  if (environment.monotonic - life.thawedAt <= SLACK_MS) return;
  if (known !== undefined && environment.now - known > STALE_MS + SLACK_MS) {
    addViolation(
      simulation,
      `row ${row} was sent ${environment.now - known} ms after a lost answer without a look`,
    );
  }
}

/**
 * From when on the knowledge of a row with a lost answer grows stale: the look
 * of a resume does; one that came because the row was stale is followed by a
 * request, whenever its turn comes, and from then on time runs again.
 */
function staleFrom(
  lost: readonly Deletion[],
  sends: readonly Deletion[],
  lookedAt: number,
  isResumeLook: boolean,
): number | undefined {
  const first = sends[0];
  if (first === undefined) return isResumeLook ? lookedAt : undefined;
  const before = lost.some((one) => (one.answeredAt ?? 0) < lookedAt || !sends.includes(one));
  if (before && isResumeLook) return lookedAt;
  return before ? first.leftAt : sends.find(isLost)?.answeredAt;
}

function isLost({ answered, serverCase }: Deletion): boolean {
  if (serverCase === 'banned') return false;
  if (answered === undefined || answered.kind === 'failed') return answered?.sent !== false;
  return answered.status >= 500 || (answered.status < 300 && answered.body !== '');
}

function isTrustworthy(status: number, body: string): boolean {
  if (status === 403) return false;
  return (
    (status === 200 && (body === '' || body.includes('success'))) || body.startsWith('{"error"')
  );
}

function deletionsInFlight(simulation: Simulation, process: number): number {
  return simulation.server.deletions.filter(
    (one) => one.process === process && one.answered === undefined,
  ).length;
}
