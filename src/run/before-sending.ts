import type { DeleteContext, Ended, Safeguarded, Tries } from './delete-context.ts';
import { end, endEmpty, NOT_TOLD, stopped } from './end-row.ts';
import { CANNOT_BE_TOLD, lostThenGone, withAnswer, withAnswers } from './row-words.ts';
import { settleByLook } from './settle-look.ts';
import type { WorkRow } from './work.ts';

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
  return tries.effect !== 'none'
    ? end(
        work,
        tries,
        context,
        { status: 'unknown', code },
        withAnswers(NOT_TOLD, tries.said, change),
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
      return tries.effect !== 'none'
        ? end(work, tries, context, { status: 'deleted', code: '' }, lostThenGone(tries.effect))
        : endEmpty(work, tries, context, 'nothing was there when the run came to this row');
    case 'end': {
      tries.trusted ||= result.trusted;
      tries.httpStatus = result.httpStatus ?? tries.httpStatus;
      tries.file = result.file ?? tries.file;
      return endSafeguarded(work, tries, context, result);
    }
  }
}

/** Guards or backup end the row. What they say of the file as it is now does not tell what became of an earlier one. */
function endSafeguarded(
  work: WorkRow,
  tries: Tries,
  context: DeleteContext,
  { state, message }: Safeguarded & { readonly kind: 'end' },
): Ended {
  const isOther = state.status === 'guard_mismatch' && state.code !== 'guard_unreadable';
  if (tries.effect === 'none' || (tries.effect === 'marked' && isOther)) {
    const told = tries.effect === 'none' ? message : `${message}${CANNOT_BE_TOLD}`;
    return end(work, tries, context, state, told);
  }
  const told = withAnswers(NOT_TOLD, tries.said, message);
  return end(work, tries, context, { status: 'unknown', code: state.code }, told);
}

/** A look before a further try: the row's end, or `undefined` where it is sent again. */
export async function lookFirst(
  work: WorkRow,
  tries: Tries,
  context: DeleteContext,
): Promise<Ended | undefined> {
  const look = await context.look?.(work.target);
  if (look === 'stopped' || look === undefined) return stopped(work, tries, context);
  // A look that says something is the server's word.
  if (look.kind === 'gone' || look.kind === 'there') tries.trusted = true;
  const decision = settleByLook(look, work.seen, tries.effect);
  if (decision.kind === 'send') return undefined;
  const { message } = decision;
  if (decision.kind === 'settle') return end(work, tries, context, decision.state, message);
  const code = tries.code ?? 'unexpected_answer';
  return end(work, tries, context, { status: 'unknown', code }, withAnswer(message, tries.said));
}
