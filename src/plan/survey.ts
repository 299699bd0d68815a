import { createDuplicateFinder } from '../manifest/duplicate-finder.ts';
import { targetKey } from '../rows/target.ts';
import type { Manifest } from '../manifest/read.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { RuledRow } from './groups.ts';
import type { Ruled } from './rules.ts';

export interface Survey {
  readonly rows: number;
  /** Rows that are invalid before any look. */
  readonly faulty: number;
  readonly duplicates: number;
  /** The earlier row that names the same target, or 0. */
  readonly duplicateOf: (row: number) => number;
}

export interface SurveyOptions {
  readonly open: () => Promise<Manifest>;
  readonly rule: (row: ManifestRow) => Ruled;
  /** `--no-check`: records that differ in case or outer white space count as the same. */
  readonly looseRecords: boolean;
  /** Told of each row that is sound so far, in order; duplicates are not known yet. */
  readonly onSound?: (row: ManifestRow, ruled: Ruled & { kind: 'sound' }) => void;
  /** Where only looks can tell what a row names, duplicates are found later. */
  readonly findsDuplicates: boolean;
}

/**
 * Reads the manifest once from end to end: counts, faults and duplicates, with
 * a few bytes a row. Throws RefusedError where the manifest cannot be read.
 */
export async function surveyManifest(options: SurveyOptions): Promise<Survey> {
  const { open, rule, looseRecords, findsDuplicates, onSound } = options;
  const finder = createDuplicateFinder();
  const identity = { looseRecords };
  let rows = 0;
  let faulty = 0;
  const observe = (row: ManifestRow): void => {
    rows += 1;
    const ruled = rule(row);
    if (ruled.kind === 'faulty') faulty += 1;
    else onSound?.(row, ruled);
    if (findsDuplicates && ruled.target !== undefined) {
      finder.observe(targetKey(ruled.target, identity), row.row);
    }
  };
  for await (const batch of (await open()).batches()) batch.forEach(observe);
  if (!finder.needsSecondPass) return { rows, faulty, duplicates: 0, duplicateOf: () => 0 };
  let duplicates = 0;
  for await (const batch of (await open()).batches()) {
    for (const row of batch) {
      const { target } = rule(row);
      if (target === undefined) continue;
      if (finder.confirm(targetKey(target, identity), row.row) > 0) duplicates += 1;
    }
  }
  return { rows, faulty, duplicates, duplicateOf: (row) => finder.duplicateOf(row) };
}

/** The manifest's rows with what the rules and the survey say of them. */
export async function* ruledRows(
  manifest: Manifest,
  rule: (row: ManifestRow) => Ruled,
  duplicateOf: (row: number) => number,
): AsyncIterable<readonly RuledRow[]> {
  for await (const batch of manifest.batches()) {
    yield batch.map((row) => {
      const ruled = rule(row);
      return { row, ruled, duplicateOf: ruled.target === undefined ? 0 : duplicateOf(row.row) };
    });
  }
}

/** Without a check only the faults of the row itself are known. */
export function ruleUnchecked(row: ManifestRow, defaultInstance: string | undefined): Ruled {
  const { record, field, event } = row;
  const instance = row.instance === '' ? (defaultInstance ?? '') : row.instance;
  const target = { record, field, event, instance };
  return row.problems.length === 0
    ? { kind: 'sound', target, signature: false, undecided: false }
    : { kind: 'faulty', faults: row.problems, target: undefined };
}
