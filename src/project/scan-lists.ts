import { InterruptedError, RefusedError } from '../errors.ts';
import type { ExportRow } from '../rows/look.ts';
import { listNames } from '../words/names.ts';
import { namesInList, unreadableList } from './answers.ts';
import { asText } from './cells.ts';
import {
  askForList,
  createLists,
  type ExportAnswer,
  type ExportAny,
  type ListAnswer,
  type ListQuery,
} from './export-lists.ts';
import type { ProjectModel } from './model.ts';

/** Rows of the records that were asked for, and which of these did not come, twice. */
export interface RecordRows {
  readonly rows: readonly ExportRow[];
  readonly missing: readonly string[];
}

/** The lists that a scan asks for. Each throws RefusedError where an answer cannot be used: a list with a hole is no list. */
export interface ScanLists {
  /** Names of all records of the project for which this logic holds. */
  everyName(filterLogic: string | undefined): Promise<readonly string[]>;
  /** Those of these records for which this logic holds. */
  filterNames(names: readonly string[], filterLogic: string): Promise<ReadonlySet<string>>;
  /** Loaded servers leave records out: those that are missing are asked for once more. */
  ofRecords(names: readonly string[], fields: readonly string[]): Promise<RecordRows>;
}

export const BATCH_RECORDS = 100;
export const BATCH_FIELDS = 300;

export function createScanLists(exportRecords: ExportAny, model: ProjectModel): ScanLists {
  const id = model.recordIdField;
  const lists = createLists();
  const namesIn = (rows: readonly ExportRow[]): Set<string> =>
    new Set(rows.map((row) => asText(row[id])));

  /** In parts where the server fails on the whole. Throws for a record that it fails on alone. */
  const named = async (query: ListQuery): Promise<readonly ExportRow[]> => {
    const answer = await askForList(exportRecords, query, lists);
    if (answer.kind !== 'rows') throw notComplete(answer);
    const [first] = answer.failed;
    if (first === undefined) return answer.rows;
    const records = [...answer.failed.keys()];
    throw new RefusedError(
      `The server fails on ${records.length === 1 ? 'this record' : 'these records'} even when asked for nothing else: ${listNames(records)} (${first[1]}). A list without their files would not be whole, so there is none. Ask the server's administrator about them, or list the others by --record-file.`,
    );
  };

  return {
    async everyName(filterLogic) {
      const query = { fields: [id], filterLogic };
      let answer = await exportRecords(query);
      if (answer.kind === 'bodyless') answer = await exportRecords(query);
      if (answer.kind === 'rows') return [...namesInList(answer.rows, model)];
      throw notComplete(answer);
    },
    async filterNames(names, filterLogic) {
      const found = new Set<string>();
      for (const records of cut(names, BATCH_RECORDS)) {
        for (const name of namesIn(await named({ records, fields: [id], filterLogic }))) {
          found.add(name);
        }
      }
      return found;
    },
    async ofRecords(names, wantedFields) {
      const fields = [...new Set([id, ...wantedFields])];
      const rows = [...(await named({ records: names, fields }))];
      let missing = without(names, namesIn(rows));
      for (const records of cut(missing, BATCH_RECORDS / 4)) {
        rows.push(...(await named({ records, fields })));
      }
      if (missing.length > 0) missing = without(missing, namesIn(rows));
      return { rows, missing };
    },
  };
}

function without(names: readonly string[], found: ReadonlySet<string>): readonly string[] {
  return names.filter((name) => !found.has(name));
}

export function* cut<T>(
  items: readonly T[],
  size: number,
): Generator<readonly T[], void, undefined> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

function notComplete(answer: Exclude<ListAnswer | ExportAnswer, { kind: 'rows' }>): Error {
  if (answer.kind === 'stopped') return new InterruptedError();
  return unreadableList('the list of records', answer);
}
