import type { RowReport } from '../../src/report/row-report.ts';
import type { Outcome } from '../../src/rows/outcome.ts';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import { blame, deletionsOf, lastLook, placeMoved, type Game } from './game.ts';
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
export function auditRow(game: Game, { row, outcome, plan }: RowReport, doubts: number): void {
  const { status, code, message, verified } = outcome;
  const place = game.placeOf.get(row.row);
  const requests = deletionsOf(game, row.row);
  const removals = requests.filter((one) => one.removed !== undefined && !isEcho(one));
  const lie = (why: string): void => {
    blame(game, `row ${row.row} says ${status}/${code}/${verified} (${message}), and ${why}`);
  };
  const removed = removals.length > 0;
  const toldMayHave = MAY_HAVE.test(message);
  const lied = requests.some(isLie);
  const told = requests.some(({ answered }) => answered === NO_FILE);
  // The server's own word on a place that is another one by now, or a look of the minute in which it changed.
  const moved = placeMoved(game, row.row, 0);

  switch (status) {
    case 'deleted':
      if (plan !== undefined && plan.plan !== 'delete') lie('the plan settled it otherwise');
      if (!toldMayHave && !removed && !lied) lie('no request of ours removed anything');
      if ((verified === 'yes' || code === 'new_file') && !moved && !changed(game, place)) {
        lie('the file was never gone');
      }
      if (!lied && !moved && !changed(game, place)) {
        lie('the file was never gone, and no server lied');
      }
      if (code === 'new_file' && !hasNewFile(game, place)) lie('nobody has stored another file');
      if (code === 'new_file' && requests.length === 0 && outcome.attempts === 0) {
        lie('nothing but a mark speaks of a request');
      }
      if (!removed && !lied && !told) auditGone(game, row.row, lie);
      break;
    case 'already_empty':
      if (removals.some(({ fate }) => fate !== 'doubled')) lie('we removed a file there');
      if (!moved && !wasEmptySince(place, knownFrom(game))) lie('the place was never empty');
      if ((code === 'gone_since_check') !== wasSeen(plan)) {
        lie(`the check saw ${wasSeen(plan) ? 'a file' : 'none'}`);
      }
      if (!told && plan?.plan === 'delete') auditGone(game, row.row, lie);
      break;
    case 'failed':
      if (
        removals.some((one) => !isRefusedEcho(one)) &&
        !excusedPresent(game, row.row, code, removals, place)
      ) {
        lie('we removed a file there');
      }
      break;
    case 'unknown':
      if (doubts === 0 && !requests.some(isAmbiguous)) lie('no request was ambiguous');
      break;
    case 'guard_mismatch':
      if (removed && !/cannot be told/.test(message)) lie('we removed a file there');
      if (code === 'changed_since_check') auditMoved(game, row.row, lie);
      break;
    case 'invalid':
    case 'not_attempted':
      if (removed) lie('we removed a file there');
      break;
    case 'duplicate':
      if (plan?.plan !== 'duplicate') lie('it repeats no row');
      break;
  }
  auditVerified(game, row.row, outcome, lie);
  if ((outcome.startedAt ?? 0) > (outcome.finishedAt ?? Infinity)) lie('it ended before it began');
  auditAttempts(game, row.row, outcome.attempts, requests.length, doubts);
  auditRemovals(game, row.row);
}

/** `sweep_verified` is what the last look said, and goes with the state. */
function auditVerified(
  game: Game,
  row: number,
  { status, code, verified }: Outcome,
  lie: (why: string) => void,
): void {
  const look = lastLook(game, row)?.look.kind;
  if (verified === 'yes') {
    if (look !== 'gone') lie(`the last look said ${String(look)}`);
    auditGone(game, row, lie);
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
  game: Game,
  row: number,
  attempts: number,
  requests: number,
  doubts: number,
): void {
  const tooMany = attempts - requests > doubts;
  const tooFew = attempts < requests && (game.powerCuts === 0 || !game.marked);
  if (tooMany || tooFew) blame(game, `row ${row} says ${attempts} attempts of ${requests}`);
}

/** What the check knew may be older than the check, where its exports lag. */
function knownFrom({ checkBeganAt, scenario }: Game): number {
  return checkBeganAt - scenario.display.lagMs;
}

function wasSeen(plan: PlanLine | undefined): boolean {
  return plan?.plan === 'delete' && plan.seen !== undefined;
}

function hasNewFile(game: Game, place: Place | undefined): boolean {
  return place?.files.some(({ putAt }) => putAt >= knownFrom(game)) === true;
}

/** Was the file that stood there at the check gone at some moment, or was none there? */
function changed(game: Game, place: Place | undefined): boolean {
  const from = knownFrom(game);
  if (wasEmptySince(place, from)) return true;
  return place?.files.some((file) => file.goneAt !== Infinity && file.goneAt >= from) ?? true;
}

/**
 * "Still there": one stored since under the same name looks the same, a late
 * effect comes after the look, and so does a replica that lags by more than is
 * waited for.
 */
function excusedPresent(
  game: Game,
  row: number,
  code: string,
  removals: readonly Deletion[],
  place: Place | undefined,
): boolean {
  if (code !== 'still_present') return false;
  const look = lastLook(game, row);
  if (look === undefined) return false;
  const { lagMs } = game.scenario.display;
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
function isEcho({ fate, removed, answeredAt }: Deletion): boolean {
  return fate === 'twice' && (removed?.at ?? 0) > (answeredAt ?? Infinity);
}

/** The first of two like requests removed it, and the second one came after a designer's change. */
function isRefusedEcho({ fate, answered }: Deletion): boolean {
  return fate === 'doubled' && answered === NO_PLACE;
}

/** 200 and nothing done. */
function isLie({ fate, answered, removed }: Deletion): boolean {
  return fate === 'lie' && answered !== undefined && removed === undefined;
}

function isAmbiguous({ answered }: Deletion): boolean {
  if (answered === undefined) return true;
  if (answered.kind === 'failed') return answered.sent;
  const { status, body } = answered;
  return status >= 500 || (status < 300 && !(status === 200 && body === ''));
}
