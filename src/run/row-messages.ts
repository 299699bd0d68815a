import type { Seen } from '../rows/plan-line.ts';
import { oneLine } from '../words/one-line.ts';
import type { Effect, RowState } from '../rows/outcome.ts';

/** What a plain success is called where it turns out to be none. */
export const DONE = 'done';

/** Who may have removed a file that is gone, where no answer says so. */
export function mayHave(effect: Effect): string {
  return effect === 'marked'
    ? 'a request of the killed run may have removed it, if one had left'
    : 'a request whose answer was lost may have removed it';
}

export const CANNOT_BE_TOLD =
  '; whether a request of the killed run removed the earlier one cannot be told';

export function lostThenGone(effect: Effect): string {
  return effect === 'marked'
    ? `the server said that there is no file; ${mayHave(effect)}`
    : 'an answer was lost, then the server said that there is no file: this run may have removed it';
}

export const LOST_THEN_DONE =
  'an answer was lost, then the server accepted the deletion: the request before may have removed it';

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
): { readonly state: RowState; readonly message: string } {
  const status = 'already_empty';
  if (seen === undefined) return { state: { status, code: '' }, message: words };
  const message = `${oneLine(words, LONGEST_WORDS)}; the check had seen a file: somebody removed it since, the check's export lagged behind, or something between here and the server sent this run's request twice`;
  return { state: { status, code: 'gone_since_check' }, message };
}

/** A sentence of ours, and behind it what the server itself had said: no later, weaker word replaces that. */
export function withAnswer(sentence: string, said: string | undefined): string {
  return said === undefined ? sentence : `${sentence}; the answer had been: ${said}`;
}

/** The same, with how the last try ended where that is something else. */
export function withAnswers(sentence: string, said: string | undefined, last: string): string {
  const told = withAnswer(sentence, said);
  if (last === '' || last === said) return told;
  return `${told}; ${said === undefined ? 'last' : 'then'}: ${last}`;
}
