import { RefusedError } from '../errors.ts';
import type { ExportRow } from '../rows/look.ts';
import type { Target } from '../rows/target.ts';
import { listNames } from '../words/names.ts';
import { asText, placeOf } from './cells.ts';
import type { ExportAny } from './export-lists.ts';
import { readValue } from './look.ts';
import type { ProjectModel } from './model.ts';
import { BATCH_FIELDS, BATCH_RECORDS, createScanLists, cut, type ScanLists } from './scan-lists.ts';

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
  /** The user asked for just these fields. */
  readonly areNamed?: boolean;
  readonly events: readonly string[] | undefined;
  /** Each by its name, or by names of which the first one that the project has is meant. */
  readonly records: readonly (string | readonly string[])[] | undefined;
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
  /** Records asked for that the project does not have, or that the token may not see: by the last of their names. */
  readonly missing: readonly string[];
  /** Fields that no answer had, or that showed something else in place of a value: their files, if any, are not listed. */
  readonly leftOut: readonly string[];
}

/**
 * Lists files in batches of records. Throws RefusedError where an answer
 * cannot be used: a list with a hole is no list.
 */
export async function scanProject(
  model: ProjectModel,
  scope: ScanScope,
  options: ScanOptions,
): Promise<Scanned> {
  const lists = createScanLists(options.exportRecords, model);
  const { missing, names } = await chooseRecords(scope, lists);
  await options.begin();
  options.onRecords(names.length);
  const seen = new Set<string>();
  const withheld = new Set<string>();
  let done = 0;
  for (const records of cut(names, BATCH_RECORDS)) {
    for (const fields of cut(scope.fields, BATCH_FIELDS)) {
      const found = await lists.ofRecords(records, fields);
      if (found.missing.length > 0) throw describeMissing(found.missing, records.length);
      for (const row of found.rows) {
        for (const field of fields) if (Object.hasOwn(row, field)) seen.add(field);
      }
      const rows = found.rows.filter((row) => isOfEvents(row, model, scope.events));
      await options.onRows(rows.flatMap((row) => filesOf(row, fields, model, withheld)));
    }
    options.onProgress((done += records.length));
  }
  const isLeftOut = (field: string): boolean => !seen.has(field) || withheld.has(field);
  return { missing, leftOut: names.length === 0 ? [] : scope.fields.filter(isLeftOut) };
}

async function chooseRecords(
  { records, filter }: ScanScope,
  lists: ScanLists,
): Promise<{ names: readonly string[]; missing: readonly string[] }> {
  if (records === undefined) return { names: await lists.everyName(filter), missing: [] };
  const unknown = new Set<string>();
  for (const names of cut([...new Set(records.flat())], BATCH_RECORDS)) {
    for (const name of (await lists.ofRecords(names, [])).missing) unknown.add(name);
  }
  const meant = records.map((names) => {
    const known = [names].flat().find((name) => !unknown.has(name));
    return { known, name: [names].flat().at(-1) ?? '' };
  });
  const missing = meant.flatMap(({ known, name }) => (known === undefined ? [name] : []));
  const names = [...new Set(meant.flatMap(({ known }) => known ?? []))];
  if (filter === undefined) return { names, missing };
  const matching = await lists.filterNames(names, filter);
  return { names: names.filter((name) => matching.has(name)), missing };
}

function describeMissing(missing: readonly string[], asked: number): RefusedError {
  return new RefusedError(
    missing.length === asked
      ? `None of ${asked} records that the project lists comes when it is asked for by name: this token sees other record names than the real ones (de-identified export rights), or the records were deleted meanwhile. Ask for the full export right. The scan is not complete.`
      : `Records that the project lists do not come when they are asked for, twice: ${listNames(missing)}. They were deleted meanwhile, or the server left them out. The scan is not complete; scan again.`,
  );
}

/** Events are chosen here and not by the server, so that a record without a row is one that is missing. */
function isOfEvents(
  row: ExportRow,
  { longitudinal }: ProjectModel,
  events: readonly string[] | undefined,
): boolean {
  return events === undefined || events.includes(longitudinal ? placeOf(row).event : '');
}

function filesOf(
  row: ExportRow,
  fields: readonly string[],
  model: ProjectModel,
  withheld: Set<string>,
): string[][] {
  const { event, instance } = placeOf(row);
  const record = asText(row[model.recordIdField]);
  return fields.flatMap((field) => {
    const look = readValue(row[field], model.missingCodes);
    // What is neither blank nor a code stands in place of a value that this token may not see.
    if (look.kind === 'nothing' && !isMissingCode(row[field], model)) withheld.add(field);
    if (look.kind !== 'there') return [];
    const target = { record, field, event: model.longitudinal ? event : '', instance };
    return [scanLine(model, target, look.name ?? '')];
  });
}

export function isMissingCode(value: unknown, { missingCodes }: ProjectModel): boolean {
  return missingCodes.includes(asText(value).trim());
}

/** A file as a line of the list, in the order of `SCAN_COLUMNS`. */
export function scanLine(model: ProjectModel, target: Target, fileName: string): string[] {
  const field = model.fileFields[target.field];
  return [
    target.record,
    target.field,
    target.event,
    target.instance,
    fileName,
    field?.form ?? '',
    field?.signature === true ? 'yes' : 'no',
  ];
}
