import type { PlanLine } from '../journal/lines.ts';
import { markedLook } from '../project/look.ts';
import type { Verdict } from './verdict.ts';

/**
 * Holds a fresh verdict against the one that a reviewer approved. Only what was
 * reviewed is carried out: a row that is judged otherwise now, or whose stored
 * file has another name, has changed.
 */
export function holdAgainst(approved: PlanLine, fresh: Verdict): Verdict {
  const same =
    approved.plan === fresh.kind &&
    (approved.plan !== 'delete' || fresh.kind !== 'delete' || approved.seen === fresh.seen) &&
    (approved.plan !== 'invalid' || fresh.kind !== 'invalid' || approved.code === fresh.code);
  if (same) return fresh;
  return {
    kind: 'guard_mismatch',
    code: 'changed_since_check',
    message: `changed since the check: it saw ${wordsOfLine(approved)}, now ${wordsOf(fresh)}`,
    seen: fresh.kind === 'delete' || fresh.kind === 'guard_mismatch' ? fresh.seen : undefined,
  };
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
      return `there is another file than expected`;
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
