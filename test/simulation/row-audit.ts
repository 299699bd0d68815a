import type { RowReport } from '../../src/report/row-report.ts';
import type { Outcome } from '../../src/rows/outcome.ts';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import { addViolation, deletionsOf, lastLook, placeMoved, type Simulation } from './simulation.ts';
import { auditRemovals } from './before-delete.ts';
import { wasEmptySince, type Place } from './places.ts';
import { auditGone, auditMoved } from './place-audit.ts';
import type { Deletion } from './deletion.ts';
import { NO_FILE, NO_PLACE } from './wire-answers.ts';

const MAY_HAVE = /may have/;
/** For so long after a request's end, an export that lags is looked at again. */
const SECOND_LOOK_MS = 15_000;

/** Holds what a report says of one row against the server's own ledger. */
/** `doubts`: crashes so far, and one more where the run is live. */
export function auditRow(
  simulation: Simulation,
  { row, outcome, plan }: RowReport,
  doubts: number,
): void {
  const { status, code, message, verified } = outcome;
  const place = simulation.placeOf.get(row.row);
  const requests = deletionsOf(simulation, row.row);
  const removals = requests.filter((one) => one.removed !== undefined && !isEcho(one));
  const lie = (why: string): void => {
    addViolation(
      simulation,
      `row ${row.row} says ${status}/${code}/${verified} (${message}), and ${why}`,
    );
  };
  const removed = removals.length > 0;
  const toldMayHave = MAY_HAVE.test(message);
  const lied = requests.some(isLie);
  const told = requests.some(({ answered }) => answered === NO_FILE);
  // The server's own word on a place that is another one by now, or a look of the minute in which it changed.
  const moved = placeMoved(simulation, row.row, 0);

  switch (status) {
    case 'deleted':
      if (plan !== undefined && plan.plan !== 'delete') lie('the plan settled it otherwise');
      if (!toldMayHave && !removed && !lied) lie('no request of ours removed anything');
      if ((verified === 'yes' || code === 'new_file') && !moved && !changed(simulation, place)) {
        lie('the file was never gone');
      }
      if (!lied && !moved && !changed(simulation, place)) {
        lie('the file was never gone, and no server lied');
      }
      if (code === 'new_file' && !hasNewFile(simulation, place))
        lie('nobody has stored another file');
      if (code === 'new_file' && requests.length === 0 && outcome.attempts === 0) {
        lie('nothing but a mark speaks of a request');
      }
      if (!removed && !lied && !told) auditGone(simulation, row.row, lie);
      break;
    case 'already_empty':
      if (removals.some(({ serverCase }) => serverCase !== 'doubled'))
        lie('we removed a file there');
      if (!moved && !wasEmptySince(place, knownFrom(simulation))) lie('the place was never empty');
      if ((code === 'gone_since_check') !== wasSeen(plan)) {
        lie(`the check saw ${wasSeen(plan) ? 'a file' : 'none'}`);
      }
      if (!told && plan?.plan === 'delete') auditGone(simulation, row.row, lie);
      break;
    case 'failed':
      if (
        removals.some((one) => !isRefusedEcho(one)) &&
        !excusedPresent(simulation, row.row, code, removals, place)
      ) {
        lie('we removed a file there');
      }
      break;
    case 'unknown':
      if (doubts === 0 && !requests.some(isAmbiguous)) lie('no request was ambiguous');
      break;
    case 'guard_mismatch':
      if (removed && !/cannot be told/.test(message)) lie('we removed a file there');
      if (code === 'changed_since_check') auditMoved(simulation, row.row, lie);
      break;
    case 'invalid':
    case 'not_attempted':
      if (removed) lie('we removed a file there');
      break;
    case 'duplicate':
      if (plan?.plan !== 'duplicate') lie('it repeats no row');
      break;
  }
  auditVerified(simulation, row.row, outcome, lie);
  if ((outcome.startedAt ?? 0) > (outcome.finishedAt ?? Infinity)) lie('it ended before it began');
  auditAttempts(simulation, row.row, outcome.attempts, requests.length, doubts);
  auditRemovals(simulation, row.row);
}

/** `sweep_verified` is what the last look said, and goes with the state. */
function auditVerified(
  simulation: Simulation,
  row: number,
  { status, code, verified }: Outcome,
  lie: (why: string) => void,
): void {
  const look = lastLook(simulation, row)?.look.kind;
  if (verified === 'yes') {
    if (look !== 'gone') lie(`the last look said ${String(look)}`);
    auditGone(simulation, row, lie);
    if (status !== 'deleted' && status !== 'already_empty') lie('a look showed that it is gone');
  }
  if (verified === 'no') {
    if (look !== 'there') lie(`the last look said ${String(look)}`);
    if (status === 'unknown') lie('a look showed a file');
    if (status === 'deleted' && code !== 'new_file') lie('a look showed a file');
  }
}

/** Requests on the wire against `sweep_attempts`; a crash leaves room for what was not written. */
function auditAttempts(
  simulation: Simulation,
  row: number,
  attempts: number,
  requests: number,
  doubts: number,
): void {
  const tooMany = attempts - requests > doubts;
  const tooFew = attempts < requests && (simulation.powerCuts === 0 || !simulation.marked);
  if (tooMany || tooFew)
    addViolation(simulation, `row ${row} says ${attempts} attempts of ${requests}`);
}

/** What the check knew may be older than the check, where its exports lag. */
function knownFrom({ checkBeganAt, scenario }: Simulation): number {
  return checkBeganAt - scenario.display.lagMs;
}

function wasSeen(plan: PlanLine | undefined): boolean {
  return plan?.plan === 'delete' && plan.seen !== undefined;
}

function hasNewFile(simulation: Simulation, place: Place | undefined): boolean {
  return place?.files.some(({ putAt }) => putAt >= knownFrom(simulation)) === true;
}

/** Was the file that stood there at the check gone at some moment, or was none there? */
function changed(simulation: Simulation, place: Place | undefined): boolean {
  const from = knownFrom(simulation);
  if (wasEmptySince(place, from)) return true;
  return place?.files.some((file) => file.goneAt !== Infinity && file.goneAt >= from) ?? true;
}

/**
 * "Still there": one stored since under the same name looks the same, a late
 * effect comes after the look, and so does a replica that lags by more than is
 * waited for.
 */
function excusedPresent(
  simulation: Simulation,
  row: number,
  code: string,
  removals: readonly Deletion[],
  place: Place | undefined,
): boolean {
  if (code !== 'still_present') return false;
  const look = lastLook(simulation, row);
  if (look === undefined) return false;
  const { lagMs } = simulation.scenario.display;
  return removals.every(({ removed, answeredAt }) => {
    const at = removed?.at ?? 0;
    const late = at > (answeredAt ?? 0) || lagMs > SECOND_LOOK_MS ? lagMs : 0;
    return (
      at >= look.beganAt - late ||
      place?.files.some(({ putAt }) => putAt >= at && putAt <= look.endedAt) === true
    );
  });
}

/** Sent again by something on the way, after the answer: no client can know. */
function isEcho({ serverCase, removed, answeredAt }: Deletion): boolean {
  return serverCase === 'twice' && (removed?.at ?? 0) > (answeredAt ?? Infinity);
}

/** The first of two like requests removed it, and the second one came after a designer's change. */
function isRefusedEcho({ serverCase, answered }: Deletion): boolean {
  return serverCase === 'doubled' && answered === NO_PLACE;
}

/** 200 and nothing done. */
function isLie({ serverCase, answered, removed }: Deletion): boolean {
  return serverCase === 'lie' && answered !== undefined && removed === undefined;
}

function isAmbiguous({ answered }: Deletion): boolean {
  if (answered === undefined) return true;
  if (answered.kind === 'failed') return answered.sent;
  const { status, body } = answered;
  return status >= 500 || (status < 300 && !(status === 200 && body === ''));
}
