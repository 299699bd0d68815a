import { CANNOT_BE_TOLD, lostThenGone, withAnswer, withAnswers } from './row-messages.ts';
import {
  endEmpty,
  endRow,
  endStopped,
  UNCERTAIN,
  type BeforeDelete,
  type DeleteContext,
  type RowProgress,
  type RowResult,
} from './row-progress.ts';
import { settleByLook } from './settle-look.ts';

/** The row's end where its place is not the one that the check saw any more: nothing is sent there. */
export function checkPlace(progress: RowProgress, context: DeleteContext): RowResult | undefined {
  const change = context.changeAt?.(progress.row.target);
  if (change === undefined) return undefined;
  // A look that could be read is the server's word.
  progress.confirmed = true;
  const code = 'changed_since_check';
  return progress.effect === 'none'
    ? endRow(progress, context, { status: 'guard_mismatch', code }, `${change}; nothing is deleted`)
    : endRow(
        progress,
        context,
        { status: 'unknown', code },
        withAnswers(UNCERTAIN, progress.said, change),
      );
}

/** Guards and backup: the row's end, or `undefined` where it may be sent. */
export async function checkFile(
  progress: RowProgress,
  context: DeleteContext,
): Promise<RowResult | undefined> {
  const result = await context.beforeDelete?.(progress.row);
  switch (result?.kind) {
    case undefined:
      return undefined;
    case 'go':
      progress.file = result.file ?? progress.file;
      return undefined;
    case 'stopped':
      return endStopped(progress, context);
    case 'no_file':
      progress.confirmed = true;
      return progress.effect === 'none'
        ? endEmpty(progress, context, 'nothing was there when the run came to this row')
        : endRow(progress, context, { status: 'deleted', code: '' }, lostThenGone(progress.effect));
    case 'end':
      progress.confirmed ||= result.confirmed;
      progress.httpStatus = result.httpStatus ?? progress.httpStatus;
      progress.file = result.file ?? progress.file;
      return endByFile(progress, context, result);
  }
}

/** Guards or backup end the row. What they say of the file as it is now does not tell what became of an earlier one. */
function endByFile(
  progress: RowProgress,
  context: DeleteContext,
  { state, message }: Extract<BeforeDelete, { kind: 'end' }>,
): RowResult {
  const { effect, said } = progress;
  if (effect === 'none') return endRow(progress, context, state, message);
  const isOther = state.status === 'guard_mismatch' && state.code !== 'guard_unreadable';
  if (effect === 'marked' && isOther) {
    return endRow(progress, context, state, `${message}${CANNOT_BE_TOLD}`);
  }
  return endRow(
    progress,
    context,
    { status: 'unknown', code: state.code },
    withAnswers(UNCERTAIN, said, message),
  );
}

/** A look before a further try: the row's end, or `undefined` where it is sent again. */
export async function lookFirst(
  progress: RowProgress,
  context: DeleteContext,
): Promise<RowResult | undefined> {
  const { row, effect, said } = progress;
  const look = await context.look?.(row.target);
  if (look === 'stopped' || look === undefined) return endStopped(progress, context);
  // A look that says something is the server's word.
  if (look.kind === 'gone' || look.kind === 'there') progress.confirmed = true;
  const decision = settleByLook(look, row.seen, effect);
  switch (decision.kind) {
    case 'send':
      return undefined;
    case 'settle':
      return endRow(progress, context, decision.state, decision.message);
    case 'unknown': {
      const code = progress.code ?? 'unexpected_answer';
      const state = { status: 'unknown', code } as const;
      return endRow(progress, context, state, withAnswer(decision.message, said));
    }
  }
}
