import type { PlanLine, Seen } from '../rows/plan-line.ts';
import type { ManifestRow } from '../rows/row.ts';
import { markedLook } from '../rows/look.ts';
import type { ProjectModel } from '../project/model.ts';
import { placeChange } from '../project/place.ts';
import { showName, showTwoNames } from '../words/names.ts';
import type { Verdict } from './verdict.ts';

/** The project as the check read it, and as it is now. */
export interface Models {
  readonly reviewed: ProjectModel;
  readonly now: ProjectModel;
}

/**
 * Compares a fresh verdict with the one that a reviewer approved. Only what was
 * reviewed is carried out: a row that is judged otherwise now, whose stored
 * file has another name, whose place is another one or that would be sent with
 * another instance, has changed.
 */
export function compareWithApproved(
  approved: PlanLine | undefined,
  fresh: Verdict,
  row: ManifestRow,
  models: Models,
): Verdict {
  // Nothing of it is deleted, whatever is there now.
  if (approved !== undefined && isLeftOut(approved)) return leftOutVerdict(approved);
  const change = changeOf(approved, fresh, row, models);
  if (change === undefined) return withArchived(fresh, approved);
  return {
    kind: 'guard_mismatch',
    code: 'changed_since_check',
    message: `changed since the check: ${change}`,
    seen: fresh.kind === 'delete' || fresh.kind === 'guard_mismatch' ? fresh.seen : undefined,
  };
}

/** A row that the check's archive does not hold: the check reported it, and a run leaves it out. */
type LeftOut = Extract<PlanLine, { readonly plan: 'failed' | 'guard_mismatch' }>;

function isLeftOut(line: PlanLine): line is LeftOut {
  return line.plan === 'failed' || (line.plan === 'guard_mismatch' && line.leftOut === true);
}

function leftOutVerdict(line: LeftOut): Verdict {
  const { message, seen } = line;
  return line.plan === 'failed'
    ? { kind: line.plan, code: line.code, message, seen }
    : { kind: line.plan, code: line.code, message, seen, leftOut: true };
}

function withArchived(fresh: Verdict, approved: PlanLine | undefined): Verdict {
  const archived = approved?.plan === 'delete' ? approved.archived : undefined;
  return fresh.kind === 'delete' && archived !== undefined ? { archived, ...fresh } : fresh;
}

function changeOf(
  approved: PlanLine | undefined,
  fresh: Verdict,
  row: ManifestRow,
  { reviewed, now }: Models,
): string | undefined {
  if (approved === undefined)
    return `it has no word of this row, now ${wordsOf(fresh, wordsOfOne(seenOf(fresh)))}`;
  if (approved.plan !== fresh.kind || sees(approved) !== sees(fresh)) {
    const [before, after] = wordsOfSeen(seenOf(approved), seenOf(fresh));
    return `it saw ${wordsOfLine(approved, before)}, now ${wordsOf(fresh, after)}`;
  }
  // Rows that name no target of the project have no place that could change.
  if (approved.plan === 'invalid' || approved.plan === 'duplicate') return undefined;
  const instance = ('instance' in approved ? approved.instance : undefined) ?? row.instance;
  const sent = 'target' in fresh ? fresh.target.instance : instance;
  const { record, field, event } = row;
  const place = placeChange(reviewed, now, { record, field, event, instance });
  if (place !== undefined) return place;
  if (instance === sent) return undefined;
  return `it would have sent ${instanceWords(instance)}, now ${instanceWords(sent)}`;
}

function instanceWords(instance: string): string {
  return instance === '' ? 'no instance' : `instance ${instance}`;
}

/** What must be the same beside the verdict itself. */
function sees(one: PlanLine | Verdict): string | number | true | undefined {
  const kind = 'plan' in one ? one.plan : one.kind;
  if (kind === 'invalid' && 'code' in one) return one.code;
  if ('of' in one) return one.of;
  return seenOf(one);
}

function seenOf(one: PlanLine | Verdict): Seen {
  return 'seen' in one ? one.seen : undefined;
}

function wordsOfLine(line: PlanLine, seen: string): string {
  switch (line.plan) {
    case 'delete':
      return seen;
    case 'guard_mismatch':
      return `another file than expected`;
    case 'invalid':
      return `an invalid row (${line.code})`;
    case 'already_empty':
      return 'an empty field';
    case 'failed':
      return 'a file that was not saved';
    case 'duplicate':
      return `a repetition of row ${line.of}`;
  }
}

function wordsOf(verdict: Verdict, seen: string): string {
  switch (verdict.kind) {
    case 'delete':
      return `there is ${seen}`;
    case 'guard_mismatch':
    case 'failed':
      return `there is another file than expected (${seen})`;
    case 'invalid':
      return `the row is invalid: ${verdict.message}`;
    case 'already_empty':
      return 'the field is empty';
    case 'duplicate':
      return `it repeats row ${verdict.of}`;
  }
}

/** What two looks saw; two names can be told apart. */
function wordsOfSeen(before: Seen, now: Seen): readonly [string, string] {
  const [was, is] = [nameOf(before), nameOf(now)];
  if (was === undefined || is === undefined) return [wordsOfOne(before), wordsOfOne(now)];
  const [one, other] = showTwoNames(was, is);
  return [`file ${one}`, `file ${other}`];
}

function wordsOfOne(seen: Seen): string {
  if (typeof seen !== 'string') {
    return seen === true ? 'a file without a name' : 'nothing to go by (unconfirmed)';
  }
  const name = nameOf(seen);
  return name === undefined ? `document ${seen}` : `file ${showName(name)}`;
}

function nameOf(seen: Seen): string | undefined {
  const look = typeof seen === 'string' ? markedLook(seen) : undefined;
  return look?.kind === 'there' ? look.name : undefined;
}
