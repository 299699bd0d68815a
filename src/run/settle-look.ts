import type { Seen } from '../journal/lines.ts';
import type { Look } from '../project/look.ts';
import { oneLine } from '../text/one-line.ts';
import type { EmptyCode, Outcome, Verified } from './outcome.ts';
import type { Air } from './work.ts';

/** What a look before sending decides: send, or an end that needs no request. */
export type LookDecision =
  | { readonly kind: 'send' }
  | {
      readonly kind: 'settle';
      readonly status:
        'deleted' | 'already_empty' | 'guard_mismatch' | 'invalid' | 'unknown' | 'not_attempted';
      readonly code:
        EmptyCode | 'new_file' | 'changed_since_check' | 'unknown_record' | 'not_confirmed';
      readonly message: string;
    };

const MAY_HAVE = 'a request whose answer was lost may have removed it';

/**
 * Reads a look at a row that is about to be sent (again). `seen` is what the
 * check saw, `air` whether an earlier request may have had its effect.
 */
export function settleByLook(look: Look, seen: Seen, air: Air): LookDecision {
  switch (look.kind) {
    case 'gone':
      return air === 'none'
        ? { kind: 'settle', ...foundEmpty(seen, 'nothing was there when the run came to this row') }
        : settle('deleted', '', `the file is gone; ${MAY_HAVE}`);
    case 'there': {
      if (!isOther(look.mark, seen)) return { kind: 'send' };
      const now = `now there is ${look.name ?? 'another document'}`;
      if (air === 'sent') {
        return settle('deleted', 'new_file', `the file is gone and ${now}; ${MAY_HAVE}`);
      }
      const untold =
        air === 'mark'
          ? '; whether a request of the killed run removed the earlier one cannot be told'
          : '';
      return settle(
        'guard_mismatch',
        'changed_since_check',
        `the check saw ${String(seen)}, ${now}; it is not deleted${untold}`,
      );
    }
    case 'no_record':
      return air === 'none'
        ? settle('invalid', 'unknown_record', 'the record that the check saw is not there any more')
        : settle(
            'unknown',
            '',
            'the record is not there any more, so that nothing tells what became of the file',
          );
    case 'nothing':
      if (look.moved === true) {
        return air === 'none'
          ? settle('guard_mismatch', 'changed_since_check', `${look.why}; nothing is deleted`)
          : settle('unknown', '', `nothing tells what became of the file: ${look.why}`);
      }
      if (seen === undefined) return { kind: 'send' };
      return air === 'none'
        ? settle(
            'not_attempted',
            'not_confirmed',
            `nothing confirms the file that the check saw: ${look.why}`,
          )
        : settle('unknown', '', `nothing tells what became of the file: ${look.why}`);
  }
}

/** Of the server's words, so much: what may have become of the file has to stand behind them. */
const LONGEST_WORDS = 200;

/**
 * The end of a row where nothing is there, and no request of this run is known
 * to have removed it. Where the check had seen a file, that is no proof of
 * anything: a proxy that sent this run's request twice passes on the second
 * answer alone.
 */
export function foundEmpty(
  seen: Seen,
  words: string,
): { readonly status: 'already_empty'; readonly code: EmptyCode; readonly message: string } {
  const status = 'already_empty';
  if (seen === undefined) return { status, code: '', message: words };
  const message = `${oneLine(words, LONGEST_WORDS)}; the check had seen a file: somebody removed it since, the check's export lagged behind, or something between here and the server sent this run's request twice`;
  return { status, code: 'gone_since_check', message };
}

/** Another file than the one seen; where either has no mark, two files cannot be told apart. */
function isOther(mark: string | undefined, seen: Seen): boolean {
  return typeof seen === 'string' && mark !== undefined && mark !== seen;
}

type Settled = LookDecision & { kind: 'settle' };

function settle(status: Settled['status'], code: Settled['code'], message: string): LookDecision {
  return { kind: 'settle', status, code, message };
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
        message: `a look shows that the file is gone; ${MAY_HAVE}`,
      });
    case 'there':
      if (isOther(look.mark, seen)) {
        if (outcome.status === 'already_empty') return { ...outcome, verified: 'no' };
        return settledAs(outcome, 'no', {
          status: 'deleted',
          code: 'new_file',
          message: `the file is gone${outcome.effect === 'possible' ? ` (${MAY_HAVE})` : ''}; since then somebody stored ${look.name ?? 'another document'}, which is left alone`,
        });
      }
      return settledAs(outcome, 'no', {
        status: 'failed',
        code: 'still_present',
        message: `a look shows that a file is still there${look.name === undefined ? '' : ` (${look.name})`}; one uploaded since under the same name would look the same`,
      });
  }
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
