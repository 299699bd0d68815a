import type { AnswerCode, Outcome, RowState, Status } from '../rows/outcome.ts';
import type { WorkRow } from './work.ts';
import type { DeleteContext, Ended, Tries } from './delete-context.ts';
import { foundEmpty, withAnswer, withAnswers } from './row-words.ts';

export function refusedAtLast(
  code: AnswerCode,
  work: WorkRow,
  tries: Tries,
  context: DeleteContext,
): Ended {
  if (tries.effect === 'none') {
    const message = withAnswer(tries.message, earlierWords(tries));
    return end(work, tries, context, { status: 'failed', code }, message);
  }
  const message = withAnswers(NOT_TOLD, tries.said, tries.message);
  return end(work, tries, context, { status: 'unknown', code }, message);
}

export const NOT_TOLD = 'a request may have removed the file, and nothing tells whether it did';

/** Words of the server that the last try did not say again. */
function earlierWords({ said, message }: Tries): string | undefined {
  return said === message ? undefined : said;
}

/** The run stops while the row waits or is refused: only a row without effect is "not attempted". */
export function stopped(work: WorkRow, tries: Tries, context: DeleteContext): Ended {
  const reason = context.control.reason ?? { code: 'interrupted' as const, message: '' };
  if (tries.effect === 'none') {
    const outcome = { status: 'not_attempted', code: reason.code } as const;
    return end(work, tries, context, outcome, tries.message);
  }
  const code = tries.code ?? reason.code;
  const sentence = 'the run stopped before it was known what became of the file';
  const message = withAnswers(sentence, tries.said, tries.message);
  return end(work, tries, context, { status: 'unknown', code }, message);
}

/** Nothing is there, and no try of this row can have removed it. */
export function endEmpty(
  work: WorkRow,
  tries: Tries,
  context: DeleteContext,
  words: string,
): Ended {
  const { state, message } = foundEmpty(work.seen, words);
  return end(work, tries, context, state, message);
}

export function end(
  work: WorkRow,
  tries: Tries,
  { journal, verifies }: DeleteContext,
  state: RowState,
  message: string,
): Ended {
  const due = isLookDue(state.status, tries.attempts > (work.prior?.attempts ?? 0), work);
  const outcome: Outcome = {
    ...state,
    message,
    // A row that failed keeps them in its message, and nobody asks for them again.
    said: state.status === 'failed' ? undefined : tries.said,
    httpStatus: tries.httpStatus,
    attempts: tries.attempts,
    effect: tries.effect,
    startedAt: tries.startedAt,
    finishedAt: journal.stamp(),
    verified: due && !verifies ? 'skipped' : '',
    file: tries.file,
  };
  return { outcome, trusted: tries.trusted };
}

/** Verification looks at rows that were sent and ended deleted, unknown, or "no file" where the check had seen one. */
function isLookDue(status: Status, sent: boolean, work: WorkRow): boolean {
  if (!sent && work.prior === undefined) return false;
  if (status === 'deleted' || status === 'unknown') return true;
  return status === 'already_empty' && work.seen !== undefined;
}

export function needsVerifying(work: WorkRow, { status, attempts, verified }: Outcome): boolean {
  return verified === '' && attempts > 0 && isLookDue(status, true, work);
}
