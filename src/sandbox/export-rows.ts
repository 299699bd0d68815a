import { completeOf, repeatsIn, type Design } from './design.ts';
import type { SandboxOptions } from './options.ts';
import type { DataRow, StoredRecord } from './records.ts';
import type { Row } from './responses.ts';
import { hashText } from './seeded.ts';

/** A row of the project's data, as an export found it. */
export interface FoundRow {
  readonly record: StoredRecord;
  readonly row: DataRow;
}

export interface ExportShape {
  /** Fields and statuses of forms, in the project's order. */
  readonly columns: readonly string[];
  /** One line a row, or one line a value. */
  readonly type: 'flat' | 'eav';
}

type FileNames = NonNullable<SandboxOptions['fileNames']>;

/** Rows as an export shows them: the keys of the row first, then its columns, less what the rights hide. */
export function exportRows(
  design: Design,
  { columns, type }: ExportShape,
  found: readonly FoundRow[],
  options: SandboxOptions,
): Row[] {
  const hidden = options.rights?.hiddenFields ?? [];
  const visible = columns.filter((name) => !hidden.includes(name));
  if (type === 'flat') return toFlatRows(design, visible, found, options);
  return found.flatMap((one) => toEavRows(design, visible, one, options));
}

/** What an export shows in one cell; blank where the column's form is not on this row. */
export function valueOn(
  design: Design,
  { record, row }: FoundRow,
  column: string,
  fileNames: FileNames,
): string {
  if (column === design.recordIdField) return record.id;
  const value = row.values.get(column);
  if (value !== undefined) return value;
  const file = row.files.get(column);
  if (file !== undefined) {
    if (fileNames === 'name') return file.name;
    return fileNames === 'id' ? documentId(record, row, column) : '[document]';
  }
  return hasStatus(design, row, column) ? '0' : '';
}

function toFlatRows(
  design: Design,
  columns: readonly string[],
  found: readonly FoundRow[],
  options: SandboxOptions,
): Row[] {
  const { fileNames = 'name', sparseRepeats = false } = options;
  const { recordIdField } = design;
  const others = columns.filter((column) => column !== recordIdField);
  const lines = found.map((one) => ({
    ...one,
    id: shownId(options, one.record),
    cells: others.map((column) => [column, valueOn(design, one, column, fileNames)] as const),
  }));
  const kept = sparseRepeats
    ? lines.filter(
        ({ row, cells }) => row.place.instance === 0 || cells.some(([, cell]) => cell !== ''),
      )
    : lines;
  const hasInstances = kept.some(({ row }) => row.place.instance > 0);
  const withRepeats = design.hasRepeats && (hasInstances || !sparseRepeats);
  return kept.map(({ row, id, cells }) => ({
    ...(columns.includes(recordIdField) ? { [recordIdField]: id } : {}),
    ...keysOf(design.longitudinal, withRepeats, row),
    ...Object.fromEntries(cells),
  }));
}

/** A line for each value that is there; files are shown by their document's number. */
function toEavRows(
  design: Design,
  columns: readonly string[],
  found: FoundRow,
  options: SandboxOptions,
): Row[] {
  const id = shownId(options, found.record);
  const keys = keysOf(design.longitudinal, design.hasRepeats, found.row);
  return columns
    .map((column) => ({
      field_name: column,
      value: column === design.recordIdField ? id : valueOn(design, found, column, 'id'),
    }))
    .filter(({ value }) => value !== '')
    .map((line) => ({ record: id, ...keys, ...line }));
}

function keysOf(longitudinal: boolean, withRepeats: boolean, { place }: DataRow): Row {
  return {
    ...(longitudinal ? { redcap_event_name: place.event } : {}),
    ...(withRepeats
      ? {
          redcap_repeat_instrument: place.instrument,
          // A number when set, blank text when not: recorded so.
          redcap_repeat_instance: place.instance === 0 ? '' : place.instance,
        }
      : {}),
  };
}

function shownId({ rights }: SandboxOptions, { id }: StoredRecord): string {
  if (rights?.hashedRecords !== true) return id;
  return [1, 2, 3, 4].map((seed) => hashText(id, seed).toString(16).padStart(8, '0')).join('');
}

function documentId({ id }: StoredRecord, { place }: DataRow, field: string): string {
  const where = [id, field, place.event, place.instance].join('\0');
  return String(1_000 + (hashText(where, 0) % 900_000));
}

/** A form's status (0: incomplete) is on the rows where the form is. */
function hasStatus(design: Design, { place }: DataRow, column: string): boolean {
  const form = design.forms.find(({ name }) => completeOf(name) === column);
  if (form === undefined) return false;
  if (place.instrument !== '') return form.name === place.instrument;
  if (!design.longitudinal) return !repeatsIn(form, '');
  const event = design.events.find(({ name }) => name === place.event);
  if (event === undefined || !event.forms.includes(form.name)) return false;
  return event.repeats === true || !repeatsIn(form, event.name);
}
