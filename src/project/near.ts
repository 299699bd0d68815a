import { distance } from 'fastest-levenshtein';
import type { LookedBatch } from '../rows/look.ts';
import type { Target } from '../rows/target.ts';
import { asText } from './cells.ts';
import type { ExportRecords } from './export-lists.ts';
import type { ProjectModel } from './model.ts';

/** Names that one request may ask for; PHP cuts forms that hold more than 1,000 values. */
const ASK_AT_MOST = 400;
/** Record ids are seldom padded to more. */
const PADDED_TO = 8;

/** The most similar valid name, where one is near enough to be a slip of the pen. */
export function nearestName(wanted: string, names: Iterable<string>): string | undefined {
  const lower = wanted.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const far = distance(lower, name.toLowerCase());
    if (far < bestDistance) {
      best = name;
      bestDistance = far;
    }
  }
  return best;
}

/** A name that differs from the wanted one by case, white space or leading zeros alone. */
export function nearestSpelling(wanted: string, names: Iterable<string>): string | undefined {
  const folded = fold(wanted);
  for (const name of names) {
    if (name !== wanted && fold(name) === folded) return name;
  }
  return undefined;
}

/** Spelling differences that people do not see: letter case, white space, leading zeros. */
function fold(name: string): string {
  return name
    .replace(/\s+/gu, '')
    .replace(/^0+(?=.)/u, '')
    .toLowerCase();
}

/**
 * Names that a missing record may have in the project: spreadsheets drop
 * leading zeros, people type white space. Case is left to the server, which
 * mostly takes no notice of it.
 */
export function otherSpellings(record: string): readonly string[] {
  const trimmed = record.trim();
  const spellings = new Set([trimmed, trimmed.replace(/\s+/gu, ' '), trimmed.replace(/\s+/gu, '')]);
  if (/^\d/.test(trimmed)) {
    const bare = trimmed.replace(/^0+(?=.)/, '');
    for (let zeros = 0; zeros <= Math.max(3, PADDED_TO - bare.length); zeros += 1) {
      spellings.add('0'.repeat(zeros) + bare);
    }
  }
  spellings.delete(record);
  spellings.delete('');
  return [...spellings];
}

/**
 * Asks whether the project has a missing record under another spelling, so
 * that the message can name it. An answer that cannot be read names nothing.
 */
export async function nameNearRecords(
  exportRecords: ExportRecords,
  model: ProjectModel,
  targets: readonly Target[],
  looked: LookedBatch,
): Promise<LookedBatch> {
  if (looked.kind !== 'looked') return looked;
  const isNameless = (at: number): boolean => {
    const look = looked.looks[at];
    return look?.kind === 'no_record' && look.near === undefined && look.arms === undefined;
  };
  const missing = new Set(targets.flatMap(({ record }, at) => (isNameless(at) ? [record] : [])));
  const asked = [...new Set([...missing].flatMap((record) => otherSpellings(record)))];
  const names = new Set<string>();
  for (let at = 0; at < asked.length; at += ASK_AT_MOST) {
    const records = asked.slice(at, at + ASK_AT_MOST);
    const answer = await exportRecords({ records, fields: [model.recordIdField] });
    if (answer.kind !== 'rows') return looked;
    for (const row of answer.rows) names.add(asText(row[model.recordIdField]));
  }
  if (names.size === 0) return looked;
  const looks = looked.looks.map((look, at) => {
    const near = isNameless(at) ? nearestSpelling(targets[at]?.record ?? '', names) : undefined;
    return near === undefined ? look : { kind: 'no_record' as const, near };
  });
  return { ...looked, looks };
}
