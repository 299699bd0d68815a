import { InterruptedError, RefusedError } from '../errors.ts';
import { asText, placeOf } from './cells.ts';
import {
  askForList,
  BODYLESS,
  createLists,
  type ExportAny,
  type ListAnswer,
  type ListQuery,
  type Lists,
} from './export-lists.ts';
import { readValue } from './look.ts';
import type { ExportRow } from '../rows/look.ts';
import type { ProjectModel } from './model.ts';

/** A scan's columns: a manifest, with the stored name beside. */
export const SCAN_COLUMNS = [
  'record',
  'field',
  'event',
  'instance',
  'file_name',
  'form',
  'signature',
] as const;

export interface ScanScope {
  readonly fields: readonly string[];
  readonly events: readonly string[] | undefined;
  readonly records: readonly string[] | undefined;
  readonly filter: string | undefined;
}

export interface ScanOptions {
  readonly exportRecords: ExportAny;
  readonly begin: () => Promise<void>;
  readonly onRows: (rows: readonly (readonly string[])[]) => Promise<void>;
  readonly onRecords: (total: number) => void;
  readonly onProgress: (done: number) => void;
}

export interface Scanned {
  /** Records asked for that the project does not have, or that the token may not see. */
  readonly missing: readonly string[];
  /** Fields that no answer had: their files, if any, are not listed. */
  readonly leftOut: readonly string[];
}

const BATCH_RECORDS = 100;
const BATCH_FIELDS = 300;

/**
 * Lists files in batches of records. Throws RefusedError where an answer
 * cannot be used: a list with a hole is no list.
 */
export async function scanProject(
  model: ProjectModel,
  scope: ScanScope,
  options: ScanOptions,
): Promise<Scanned> {
  const { missing, names } = await chooseRecords(model, scope, options);
  await options.begin();
  options.onRecords(names.length);
  const seen = new Set<string>();
  const lists = createLists();
  let done = 0;
  for (const records of cut(names, BATCH_RECORDS)) {
    for (const fields of cut(scope.fields, BATCH_FIELDS)) {
      const rows = await exportAll(options, lists, model, records, fields);
      for (const row of rows)
        for (const field of fields) if (Object.hasOwn(row, field)) seen.add(field);
      await options.onRows(rows.flatMap((row) => filesOf(row, fields, model, scope.events)));
    }
    options.onProgress((done += records.length));
  }
  return {
    missing,
    leftOut: names.length === 0 ? [] : scope.fields.filter((field) => !seen.has(field)),
  };
}

async function chooseRecords(
  model: ProjectModel,
  { records, filter }: ScanScope,
  options: ScanOptions,
): Promise<{ names: readonly string[]; missing: readonly string[] }> {
  const found = new Set<string>();
  const id = model.recordIdField;
  const gather = (rows: readonly ExportRow[]): void => {
    for (const row of rows) found.add(asText(row[id]));
  };
  const lists = createLists();
  if (records === undefined) {
    gather(await exportEvery(options, { fields: [id], filterLogic: filter }));
    return { names: [...found], missing: [] };
  }
  const findMissing = async (
    asked: readonly string[],
    size: number,
  ): Promise<readonly string[]> => {
    for (const batch of cut(asked, size)) {
      gather(await exportNamed(options, lists, { records: batch, fields: [id] }));
    }
    return asked.filter((record) => !found.has(record));
  };
  // Loaded servers leave records out: those that are missing are asked for once more.
  const missing = await findMissing(await findMissing(records, BATCH_RECORDS), BATCH_RECORDS / 4);
  const present = records.filter((record) => found.has(record));
  if (filter === undefined) return { names: present, missing };
  found.clear();
  for (const batch of cut(present, BATCH_RECORDS)) {
    const query = { records: batch, fields: [id], filterLogic: filter };
    gather(await exportNamed(options, lists, query));
  }
  return { names: present.filter((record) => found.has(record)), missing };
}

function* cut<T>(items: readonly T[], size: number): Generator<readonly T[], void, undefined> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/**
 * Rows of a batch of records that the project lists; those that are missing are
 * asked for once more. Events are chosen afterwards, so that it is the record
 * that is missing.
 */
async function exportAll(
  options: ScanOptions,
  lists: Lists,
  model: ProjectModel,
  records: readonly string[],
  scopeFields: readonly string[],
): Promise<readonly ExportRow[]> {
  const id = model.recordIdField;
  const fields = [...new Set([id, ...scopeFields])];
  const found = new Set<string>();
  const ask = async (names: readonly string[]): Promise<readonly ExportRow[]> => {
    const rows = await exportNamed(options, lists, { records: names, fields });
    for (const row of rows) found.add(asText(row[id]));
    return rows;
  };
  const rows = await ask(records);
  const absent = records.filter((record) => !found.has(record));
  if (absent.length === 0) return rows;
  const more = await ask(absent);
  const missing = absent.filter((record) => !found.has(record));
  if (missing.length === 0) return [...rows, ...more];
  throw new RefusedError(
    missing.length === records.length
      ? `None of ${records.length} records that the project lists comes when it is asked for by name: this token sees other record names than the real ones (de-identified export rights), or the records were deleted meanwhile. Ask for the full export right. The scan is not complete.`
      : `Records that the project lists do not come when they are asked for, twice: ${missing.slice(0, 6).join(', ')}${missing.length > 6 ? ` and ${missing.length - 6} more` : ''}. They were deleted meanwhile, or the server left them out. The scan is not complete; scan again.`,
  );
}

/** Rows of named records, in parts where the server fails on the whole. Throws for a record that it fails on alone. */
async function exportNamed(
  { exportRecords }: ScanOptions,
  lists: Lists,
  query: ListQuery,
): Promise<readonly ExportRow[]> {
  const answer = await askForList(exportRecords, query, lists);
  if (answer.kind !== 'rows') throw notComplete(answer);
  const [first] = answer.failed;
  if (first === undefined) return answer.rows;
  const names = [...answer.failed.keys()];
  throw new RefusedError(
    `The server fails on ${names.length === 1 ? 'this record' : 'these records'} even when asked for nothing else: ${names.slice(0, 6).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''} (${first[1]}). A list without their files would not be whole, so there is none. Ask the server's administrator about them, or list the others by --record-file.`,
  );
}

/** Rows of all records that the project lists. */
async function exportEvery(
  { exportRecords }: ScanOptions,
  query: Parameters<ExportAny>[0],
): Promise<readonly ExportRow[]> {
  let answer = await exportRecords(query);
  if (answer.kind === 'bodyless') answer = await exportRecords(query);
  if (answer.kind === 'rows') return answer.rows;
  throw notComplete(
    answer.kind === 'bodyless' ? { kind: 'unreadable', message: BODYLESS } : answer,
  );
}

function notComplete(answer: Exclude<ListAnswer, { kind: 'rows' }>): Error {
  if (answer.kind === 'stopped') return new InterruptedError();
  return new RefusedError(
    `The server's list of records cannot be used${answer.message === '' ? '' : `: ${answer.message}`}. The scan is not complete.`,
  );
}

function filesOf(
  row: ExportRow,
  fields: readonly string[],
  model: ProjectModel,
  events: readonly string[] | undefined,
): string[][] {
  const files: string[][] = [];
  const place = placeOf(row);
  const event = model.longitudinal ? place.event : '';
  if (events !== undefined && !events.includes(event)) return files;
  for (const name of fields) {
    const look = readValue(row[name], model.missingCodes);
    if (look.kind !== 'there') continue;
    const field = model.fileFields[name];
    files.push([
      asText(row[model.recordIdField]),
      name,
      event,
      place.instance,
      look.name ?? '',
      field?.form ?? '',
      field?.signature === true ? 'yes' : 'no',
    ]);
  }
  return files;
}
