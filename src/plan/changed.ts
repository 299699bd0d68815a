import type { PlanLine } from '../journal/lines.ts';
import { markedLook } from '../project/look.ts';
import type { Verdict } from './verdict.ts';

/**
 * Holds a fresh verdict against the one that a reviewer approved. Only what was
 * reviewed is carried out: a row that is judged otherwise now, or whose stored
 * file has another name, has changed.
 */
export function holdAgainst(approved: PlanLine | undefined, fresh: Verdict): Verdict {
  const same =
    approved !== undefined && approved.plan === fresh.kind && sees(approved) === sees(fresh);
  if (same) return fresh;
  return {
    kind: 'guard_mismatch',
    code: 'changed_since_check',
    message: `changed since the check: ${approved === undefined ? 'it has no word of this row' : `it saw ${wordsOfLine(approved)}`}, now ${wordsOf(fresh)}`,
    seen: fresh.kind === 'delete' || fresh.kind === 'guard_mismatch' ? fresh.seen : undefined,
  };
}

/** What must be the same beside the verdict itself. */
function sees(one: PlanLine | Verdict): string | number | true | undefined {
  const kind = 'plan' in one ? one.plan : one.kind;
  if (kind === 'invalid' && 'code' in one) return one.code;
  if ('of' in one) return one.of;
  return 'seen' in one ? one.seen : undefined;
}

function wordsOfLine(line: PlanLine): string {
  switch (line.plan) {
    case 'delete':
      return seenWords(line.seen);
    case 'guard_mismatch':
      return `another file than expected`;
    case 'invalid':
      return `an invalid row (${line.code})`;
    case 'already_empty':
      return 'an empty field';
    case 'duplicate':
      return `a repetition of row ${line.of}`;
  }
}

function wordsOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'delete':
      return `there is ${seenWords(verdict.seen)}`;
    case 'guard_mismatch':
      return `there is another file than expected (${seenWords(verdict.seen)})`;
    case 'invalid':
      return `the row is invalid: ${verdict.message}`;
    case 'already_empty':
      return 'the field is empty';
    case 'duplicate':
      return `it repeats row ${verdict.of}`;
  }
}

function seenWords(seen: string | true | undefined): string {
  if (seen === undefined) return 'nothing to go by (unconfirmed)';
  if (seen === true) return 'a file without a name';
  const look = markedLook(seen);
  return look.kind === 'there' && look.name !== undefined
    ? `file ${look.name}`
    : `document ${seen}`;
}
