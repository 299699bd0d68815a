import type { RowReport } from '../../src/report/row-report.ts';
import type { Outcome } from '../../src/run/outcome.ts';
import { blame, deletionsOf, lastLook, type Game } from './game.ts';
import { auditRemovals } from './safeguards.ts';
import { wasEmptySince, type Place } from './places.ts';
import type { Deletion } from './deletion.ts';

const MAY_HAVE = /may have/;

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

  switch (status) {
    case 'deleted':
      if (plan !== undefined && plan.plan !== 'delete') lie('the plan settled it otherwise');
      if (!toldMayHave && !removed && !lied) lie('no request of ours removed anything');
      if ((verified === 'yes' || code === 'new_file') && !changed(game, place)) {
        lie('the file was never gone');
      }
      if (!lied && !changed(game, place)) lie('the file was never gone, and no server lied');
      break;
    case 'already_empty':
      if (removed) lie('we removed a file there');
      if (!wasEmptySince(place, game.checkBeganAt)) lie('the place was never empty');
      if ((code === 'gone_since_check') !== (plan?.plan === 'delete' && plan.seen !== undefined)) {
        lie('the code does not tell whether the check had seen a file');
      }
      break;
    case 'failed':
      if (removed && !excusedPresent(game, row.row, code, removals, place)) {
        lie('we removed a file there');
      }
      break;
    case 'unknown':
      if (doubts === 0 && !requests.some(isAmbiguous)) lie('no request was ambiguous');
      break;
    case 'guard_mismatch':
      if (removed && !/cannot be told/.test(message)) lie('we removed a file there');
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

/** Was the file that stood there at the check gone at some moment, or was none there? */
function changed(game: Game, place: Place | undefined): boolean {
  if (wasEmptySince(place, game.checkBeganAt)) return true;
  return (
    place?.files.some((file) => file.goneAt !== Infinity && file.goneAt >= game.checkBeganAt) ??
    true
  );
}

/** "Still there": one stored since under the same name looks the same, and a late effect comes after the look. */
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
  return removals.every(({ removed }) => {
    const at = removed?.at ?? 0;
    return (
      at >= look.beganAt ||
      place?.files.some(({ putAt }) => putAt >= at && putAt <= look.endedAt) === true
    );
  });
}

/** Sent again by something on the way, after the answer: no client can know. */
function isEcho({ fate, removed, answeredAt }: Deletion): boolean {
  return fate === 'twice' && (removed?.at ?? 0) > (answeredAt ?? Infinity);
}

/** 200 and nothing done. */
function isLie({ fate, answered, removed }: Deletion): boolean {
  return fate === 'lie' && answered !== undefined && removed === undefined;
}

function isAmbiguous({ answered }: Deletion): boolean {
  if (answered === undefined) return true;
  if (answered.kind === 'broken') return answered.sent;
  const { status, body } = answered;
  return status >= 500 || (status < 300 && !(status === 200 && body === ''));
}
