import type { AnswerCode } from './outcome.ts';
import type { DeleteContext, Ended, Safeguarded, Tries } from './delete-context.ts';
import { end, endEmpty, stopped } from './end-row.ts';
import { settleByLook } from './settle-look.ts';
import type { WorkRow } from './work.ts';

export const LOST_THEN_GONE =
  'an answer was lost, then the server said that there is no file: this run may have removed it';

/** The row's end where its place is not the one that the check saw any more: nothing is sent there. */
export function placeChanged(
  work: WorkRow,
  tries: Tries,
  context: DeleteContext,
): Ended | undefined {
  const change = context.changeAt?.(work.target);
  if (change === undefined) return undefined;
  // A look that could be read is the server's word.
  tries.trusted = true;
  const code = 'changed_since_check';
  return tries.effect === 'possible'
    ? end(
        work,
        tries,
        context,
        { status: 'unknown', code },
        `a request may have removed the file, and its answer is not known; then: ${change}`,
      )
    : end(
        work,
        tries,
        context,
        { status: 'guard_mismatch', code },
        `${change}; nothing is deleted`,
      );
}

/** Guard and backup: the row's end, or `undefined` where it may be sent. */
export async function safeguardRow(
  work: WorkRow,
  tries: Tries,
  context: DeleteContext,
  safeguard: (row: WorkRow) => Promise<Safeguarded>,
): Promise<Ended | undefined> {
  const result = await safeguard(work);
  switch (result.kind) {
    case 'go':
      tries.file = result.file ?? tries.file;
      return undefined;
    case 'stopped':
      return stopped(work, tries, context);
    case 'no_file':
      tries.trusted = true;
      return tries.effect === 'possible'
        ? end(work, tries, context, { status: 'deleted', code: '' }, LOST_THEN_GONE)
        : endEmpty(work, tries, context, 'nothing was there when the run came to this row');
    case 'end': {
      const { status, code, message } = result;
      tries.trusted ||= result.trusted;
      tries.httpStatus = result.httpStatus ?? tries.httpStatus;
      tries.file = result.file ?? tries.file;
      if (tries.effect === 'possible') {
        const told = `a request may have removed the file, and its answer is not known; then: ${message}`;
        return end(work, tries, context, { status: 'unknown', code }, told);
      }
      return status === 'failed'
        ? end(work, tries, context, { status, code: 'backup_failed' }, message)
        : end(work, tries, context, { status, code }, message);
    }
  }
}

/** A look before a further try: the row's end, or `undefined` where it is sent again. */
export async function lookFirst(
  work: WorkRow,
  tries: Tries,
  context: DeleteContext,
): Promise<Ended | undefined> {
  const look = await context.look?.(work.target);
  if (look === 'stopped' || look === undefined) return stopped(work, tries, context);
  const decision = settleByLook(look, work.seen, 'sent');
  if (decision.kind === 'send') return undefined;
  const { status, code, message } = decision;
  if (status === 'deleted') {
    return end(work, tries, context, { status, code }, message);
  }
  const last = (tries.code === '' ? 'unexpected_answer' : tries.code) as AnswerCode;
  return end(work, tries, context, { status: 'unknown', code: last }, message);
}
