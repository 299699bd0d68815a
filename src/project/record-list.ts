import { COLUMN_NAMES, foldHeader } from '../manifest/column-names.ts';
import type { CsvRecord } from '../manifest/csv.ts';
import { openTable } from '../manifest/table.ts';
import type { ProjectModel } from './model.ts';

/** A list of records as people have it. */
export interface RecordList {
  /** What each line may name, in order of preference: the line as a whole, where an id may stand in it so, and its cell. */
  readonly records: readonly (readonly string[])[];
  /** The first of these may be a header of another name. */
  readonly mayHaveHeader: boolean;
}

/**
 * Reads ids, one a line, or a CSV as Excel writes it: the column under the
 * record ID field's name counts, or else the first one. Throws RefusedError,
 * whose message `subject` begins, for what cannot be read.
 */
export async function readRecordList(
  source: AsyncIterable<Uint8Array>,
  subject: string,
  { recordIdField }: ProjectModel,
): Promise<RecordList> {
  const names = [recordIdField, ...COLUMN_NAMES.record].map(foldHeader);
  const isKnown = (cell: string): boolean => names.includes(foldHeader(cell));
  const table = await openTable(source, { subject, isKnown, lacks: 'it names no record' });
  const { cells } = table.header;
  // The project's own name before those of manifests.
  const [own] = names.flatMap((name) => {
    const at = cells.findIndex((cell) => foldHeader(cell) === name);
    return at === -1 ? [] : [at];
  });
  const records = new Map<string, readonly string[]>();
  const add = (line: CsvRecord): void => {
    const candidates = namesOf(line, own ?? 0);
    if (candidates.length > 0) records.set(candidates.join('\0'), candidates);
  };
  if (own === undefined) add(table.header);
  for await (const batch of table.batches()) for (const line of batch) add(line);
  return { records: [...records.values()], mayHaveHeader: own === undefined };
}

/** Ids may hold what delimits cells. */
function namesOf({ cells, raw }: CsvRecord, at: number): readonly string[] {
  const cell = cells[at] ?? '';
  const line = raw.replace(/[\r\n]$/u, '');
  const whole = cells.length > 1 && !line.startsWith('"') ? [line] : [];
  return cell.trim() === '' ? whole : [...whole, cell];
}
