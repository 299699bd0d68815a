import type { Target } from '../rows/target.ts';
import { asText } from './look.ts';
import type { ExportRecords } from './look-batch.ts';
import type { LookedBatch } from '../rows/look.ts';
import type { ProjectModel } from './model.ts';
import { nearestSpelling } from './near.ts';

/** Names that one request may ask for; PHP cuts forms that hold more than 1,000 values. */
const ASK_AT_MOST = 400;
/** Record ids are seldom padded to more. */
const PADDED_TO = 8;

/**
 * Names that a lacking record may have in the project: spreadsheets drop
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
 * Asks whether the project has a record that lacks under another spelling, so
 * that the message can name it. An answer that cannot be read names nothing.
 */
export async function nameNearRecords(
  exportRecords: ExportRecords,
  model: ProjectModel,
  targets: readonly Target[],
  looked: LookedBatch,
): Promise<LookedBatch> {
  if (looked.kind !== 'looked') return looked;
  const nameless = (at: number): boolean => {
    const look = looked.looks[at];
    return look?.kind === 'no_record' && look.near === undefined && look.arms === undefined;
  };
  const lacking = new Set(targets.flatMap(({ record }, at) => (nameless(at) ? [record] : [])));
  const asked = [...new Set([...lacking].flatMap((record) => otherSpellings(record)))];
  const names = new Set<string>();
  for (let at = 0; at < asked.length; at += ASK_AT_MOST) {
    const records = asked.slice(at, at + ASK_AT_MOST);
    const answer = await exportRecords({ records, fields: [model.recordIdField] });
    if (answer.kind !== 'rows') return looked;
    for (const row of answer.rows) names.add(asText(row[model.recordIdField]));
  }
  if (names.size === 0) return looked;
  const looks = looked.looks.map((look, at) => {
    const near = nameless(at) ? nearestSpelling(targets[at]?.record ?? '', names) : undefined;
    return near === undefined ? look : { kind: 'no_record' as const, near };
  });
  return { ...looked, looks };
}
