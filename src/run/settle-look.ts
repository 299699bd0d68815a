import type { Seen } from '../rows/plan-line.ts';
import { isOtherMark, type Look } from '../rows/look.ts';
import type { Effect, Outcome, RowState, Verified } from '../rows/outcome.ts';
import { showName, showTwoNames } from '../words/names.ts';
import { CANNOT_BE_TOLD, DONE, foundEmpty, mayHave, withAnswer } from './row-messages.ts';

/** What a look before sending decides: send, or an end that needs no request. */
type LookDecision =
  | { readonly kind: 'send' }
  | { readonly kind: 'settle'; readonly state: RowState; readonly message: string }
  /** A request may have removed the file, and the look does not say whether it did. */
  | { readonly kind: 'unknown'; readonly message: string };

/**
 * Reads a look at a row that is about to be sent (again). `seen` is what the
 * check saw, `effect` whether an earlier request may have had one.
 */
export function settleByLook(look: Look, seen: Seen, effect: Effect): LookDecision {
  switch (look.kind) {
    case 'gone':
      return effect === 'none'
        ? { kind: 'settle', ...foundEmpty(seen, 'nothing was there when the run came to this row') }
        : settle({ status: 'deleted', code: '' }, `the file is gone; ${mayHave(effect)}`);
    case 'there': {
      if (!isOther(look.mark, seen)) return { kind: 'send' };
      const [was, is] = showTwoNames(String(seen), look.name ?? '');
      const now = `now there is ${look.name === undefined ? 'another document' : is}`;
      if (effect === 'possible') {
        return settle(
          { status: 'deleted', code: 'new_file' },
          `the file is gone and ${now}; ${mayHave(effect)}`,
        );
      }
      const untold = effect === 'marked' ? CANNOT_BE_TOLD : '';
      return settle(CHANGED, `the check saw ${was}, ${now}; it is not deleted${untold}`);
    }
    case 'no_record':
      return effect === 'none'
        ? settle(
            { status: 'invalid', code: 'unknown_record' },
            seen === undefined
              ? 'the record does not exist, or this token may not see it'
              : 'the record that the check saw is not there any more',
          )
        : unknown(
            'the record is not there any more, so that nothing tells what became of the file',
          );
    case 'nothing':
      if (look.moved === true) {
        return effect === 'none'
          ? settle(CHANGED, `${look.why}; nothing is deleted`)
          : unknown(`nothing tells what became of the file: ${look.why}`);
      }
      if (seen === undefined) return { kind: 'send' };
      return effect === 'none'
        ? settle(
            { status: 'not_attempted', code: 'not_confirmed' },
            `nothing confirms the file that the check saw: ${look.why}`,
          )
        : unknown(`nothing tells what became of the file: ${look.why}`);
  }
}

/** Another file than the one seen; where either has no mark, or none of the same kind, they cannot be told apart. */
function isOther(mark: string | undefined, seen: Seen): boolean {
  return typeof seen === 'string' && mark !== undefined && isOtherMark(mark, seen);
}

function nameOr(name: string | undefined, other: string): string {
  return name === undefined ? other : showName(name);
}

const CHANGED = { status: 'guard_mismatch', code: 'changed_since_check' } as const;

function settle(state: RowState, message: string): LookDecision {
  return { kind: 'settle', state, message };
}

function unknown(message: string): LookDecision {
  return { kind: 'unknown', message };
}

/** What verification makes of an outcome once it has looked. */
export function settleByVerification(outcome: Outcome, look: Look, seen: Seen): Outcome {
  switch (look.kind) {
    case 'nothing':
    case 'no_record':
      return { ...outcome, verified: 'skipped' };
    case 'gone':
      if (outcome.status !== 'unknown') return { ...outcome, verified: 'yes' };
      return settledAs(outcome, 'yes', {
        status: 'deleted',
        code: '',
        message: `a look shows that the file is gone; ${mayHave(outcome.effect)}`,
      });
    case 'there':
      if (isOther(look.mark, seen)) {
        if (outcome.status === 'already_empty') return { ...outcome, verified: 'no' };
        return settledAs(outcome, 'no', {
          status: 'deleted',
          code: 'new_file',
          message: `the file is gone${outcome.effect === 'none' ? '' : ` (${mayHave(outcome.effect)})`}; since then somebody stored ${nameOr(look.name, 'another document')}, which is left alone`,
        });
      }
      return settledAs(outcome, 'no', {
        status: 'failed',
        code: 'still_present',
        message: withAnswer(
          `a look shows that a file is still there${look.name === undefined ? '' : ` (${showName(look.name)})`}; one uploaded since under the same name would look the same`,
          answerOf(outcome),
        ),
      });
  }
}

/** What the server had answered, a plain success included; `undefined`: nothing that it said itself. */
export function answerOf({ said, status, effect }: Outcome): string | undefined {
  return said ?? (status === 'deleted' && effect === 'none' ? DONE : undefined);
}

function settledAs(
  outcome: Outcome,
  verified: Verified,
  end:
    | { status: 'deleted'; code: '' | 'new_file'; message: string }
    | { status: 'failed'; code: 'still_present'; message: string },
): Outcome {
  return { ...outcome, ...end, verified };
}
