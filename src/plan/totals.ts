import { countRecords } from '../manifest/duplicates.ts';
import { markedLook } from '../rows/look.ts';
import type { ProjectModel } from '../project/model.ts';
import type { Seen } from '../rows/plan-line.ts';
import type { Target } from '../rows/target.ts';
import type { PlannedRow } from './make-plan.ts';

/** What a plan amounts to: the figures that a person judges it by. */
export interface PlanTotals {
  rows: number;
  delete: number;
  /** Records (participants) of which files are to be deleted. */
  records: number;
  already_empty: number;
  invalid: number;
  guard_mismatch: number;
  /** Of these, rows that are no longer what the approved check saw. */
  changed: number;
  duplicate: number;
  /** Rows to be deleted of which no look could tell whether a file is there. */
  unconfirmed: number;
  /** Rows to be deleted whose file the server shows without a name. */
  unnamed: number;
  /** Signatures to be deleted: no API puts them back. */
  signatures: number;
  guarded: number;
  /** Rows to be deleted only while their bytes are those in the approved check's archive. */
  archived: number;
  /** Of these, files whose export has to come a second time before it is believed. */
  twice: number;
  /** Rows that this archive does not hold: left out. */
  failed: number;
  byField: Record<string, FieldTotals>;
}

/** One of the files to be deleted, as a person looks at the first of them. */
export interface FirstFile {
  readonly line: number;
  readonly target: Target;
  readonly seen: Seen;
}

/** So many are shown before anything is asked. */
export const FIRST_FILES = 10;

export interface FieldTotals {
  delete: number;
  signature: boolean;
  /** Rows in which a look showed a file, expected or not. */
  present: number;
}

export function emptyTotals(): PlanTotals {
  return {
    rows: 0,
    delete: 0,
    records: 0,
    already_empty: 0,
    invalid: 0,
    guard_mismatch: 0,
    changed: 0,
    duplicate: 0,
    unconfirmed: 0,
    unnamed: 0,
    signatures: 0,
    guarded: 0,
    archived: 0,
    twice: 0,
    failed: 0,
    // Field names come from outside: none of them is a property that every object has.
    byField: Object.create(null) as Record<string, FieldTotals>,
  };
}

/** Adds planned rows up; `null` for a project that nobody read. */
export function countPlans(model: ProjectModel | null): {
  /** What was added so far. */
  readonly totals: PlanTotals;
  readonly first: readonly FirstFile[];
  add: (planned: PlannedRow) => void;
} {
  const totals = emptyTotals();
  const first: FirstFile[] = [];
  const records = countRecords({ looseRecords: model === null });
  return {
    totals,
    first,
    add(planned) {
      countPlanned(totals, planned, model);
      const { row, verdict } = planned;
      if (verdict.kind !== 'delete') return;
      if (first.length < FIRST_FILES) {
        first.push({ line: row.line, target: verdict.target, seen: verdict.seen });
      }
      records.add(row.record);
      totals.records = records.count;
    },
  };
}

function countPlanned(
  totals: PlanTotals,
  { row, verdict }: PlannedRow,
  model: ProjectModel | null,
): void {
  totals.rows += 1;
  totals[verdict.kind] += 1;
  if (verdict.kind === 'guard_mismatch' && verdict.leftOut !== true) {
    if (verdict.code === 'changed_since_check') totals.changed += 1;
  }
  if (!('seen' in verdict) && verdict.kind !== 'already_empty') return;
  const seen = 'seen' in verdict ? verdict.seen : undefined;
  if (verdict.kind === 'guard_mismatch' && seen === undefined) return;
  const field = fieldTotals(totals, row.field, model);
  if (seen !== undefined) field.present += 1;
  if (verdict.kind !== 'delete') return;
  field.delete += 1;
  const expects = row.expectFilename !== '' || row.expectSha256 !== '';
  // The archive's digest is one that is expected.
  if (expects || verdict.archived !== undefined) totals.guarded += 1;
  if (verdict.archived !== undefined) totals.archived += 1;
  if (verdict.archived?.twice === true) totals.twice += 1;
  if (verdict.signature) totals.signatures += 1;
  if (seen === undefined) totals.unconfirmed += 1;
  else if (seen === true || !isNamed(seen)) totals.unnamed += 1;
}

function fieldTotals(totals: PlanTotals, name: string, model: ProjectModel | null): FieldTotals {
  const known = totals.byField[name];
  if (known !== undefined) return known;
  const signature = model?.fileFields[name]?.signature ?? false;
  return (totals.byField[name] = { delete: 0, signature, present: 0 });
}

function isNamed(mark: string): boolean {
  const look = markedLook(mark);
  return look.kind === 'there' && look.name !== undefined;
}
