import {
  armOf,
  CHOICES,
  completeOf,
  labelOf,
  labelOfEvent,
  repeatsIn,
  timestampOf,
  type Design,
} from './design.ts';
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
  /** Labels of events, instruments and choices in place of their names and codes. */
  readonly labels: boolean;
  /** A column with the record's data access group. */
  readonly groups: boolean;
  /** The survey's identifier, and for each survey when it was completed. */
  readonly surveys: boolean;
}

type FileNames = NonNullable<SandboxOptions['fileNames']>;

/** Rows as an export shows them: the keys of the row first, then its columns, less what the rights hide. */
export function exportRows(
  design: Design,
  shape: ExportShape,
  found: readonly FoundRow[],
  options: SandboxOptions,
): Row[] {
  const hidden = options.rights?.hiddenFields ?? [];
  const columns = shape.columns.filter((name) => !hidden.includes(name));
  if (shape.type === 'flat') return toFlatRows(design, { ...shape, columns }, found, options);
  return found.flatMap((one) => toEavRows(design, columns, one, options));
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
  shape: ExportShape,
  found: readonly FoundRow[],
  options: SandboxOptions,
): Row[] {
  const { fileNames = 'name', sparseRepeats = false } = options;
  const { recordIdField } = design;
  const others = shape.columns.filter((column) => column !== recordIdField);
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
  const label = shape.labels ? createLabels(design) : undefined;
  const surveys = shape.surveys ? surveysAmong(design, others) : [];
  const withSurveys = shape.surveys && design.forms.some(({ survey }) => survey === true);
  return kept.map((one) => ({
    ...(shape.columns.includes(recordIdField) ? { [recordIdField]: one.id } : {}),
    ...keysOf(design.longitudinal, withRepeats, one.row, label),
    ...(shape.groups ? groupOf(design, one.record, label) : {}),
    ...(withSurveys ? { redcap_survey_identifier: '' } : {}),
    ...Object.fromEntries(
      one.cells.flatMap(([column, value]) => {
        const form = surveys.find(({ before }) => before === column)?.form;
        const cell: [string, string] = [column, label?.value(column, value) ?? value];
        return form === undefined
          ? [cell]
          : [[timestampOf(form), completedAt(design, one, form)], cell];
      }),
    ),
  }));
}

/** Surveys of which a column is exported: each has its timestamp before the first one. */
function surveysAmong(
  { forms, fields }: Design,
  columns: readonly string[],
): { form: string; before: string }[] {
  return forms.flatMap(({ name: form, survey }) => {
    const before = columns.find(
      (column) => fields.get(column)?.form === form || column === completeOf(form),
    );
    return survey === true && before !== undefined ? [{ form, before }] : [];
  });
}

/** Blank where no participant has been; the sandbox knows one time alone. */
function completedAt({ fields }: Design, { row }: FoundRow, form: string): string {
  const held = [...row.values.keys(), ...row.files.keys()];
  return held.some((field) => fields.get(field)?.form === form) ? '2024-03-02 11:14:09' : '';
}

function groupOf({ spec }: Design, { group = '' }: StoredRecord, label: Labels | undefined): Row {
  if (spec.groups === undefined) return {};
  return { redcap_data_access_group: label === undefined ? group : labelOf(group) };
}

interface Labels {
  event(name: string): string;
  instrument(name: string): string;
  value(column: string, value: string): string;
}

/** As `rawOrLabel=label` shows them. */
function createLabels({ events, fields, forms }: Design): Labels {
  const arms = new Set(events.map(({ name }) => armOf(name)));
  return {
    event: (name) =>
      arms.size > 1
        ? `${labelOfEvent(name)} (Arm ${armOf(name)}: Arm ${armOf(name)})`
        : labelOfEvent(name),
    instrument: labelOf,
    value(column, value) {
      if (value === '') return '';
      if (fields.get(column)?.type === 'radio') return CHOICES[Number(value) - 1] ?? value;
      const isStatus = forms.some(({ name }) => completeOf(name) === column);
      return isStatus ? (STATUSES[Number(value)] ?? value) : value;
    },
  };
}

const STATUSES: readonly string[] = ['Incomplete', 'Unverified', 'Complete'];

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

function keysOf(
  longitudinal: boolean,
  withRepeats: boolean,
  { place }: DataRow,
  label?: Labels,
): Row {
  const { event, instrument } = place;
  return {
    ...(longitudinal ? { redcap_event_name: label?.event(event) ?? event } : {}),
    ...(withRepeats
      ? {
          redcap_repeat_instrument: label?.instrument(instrument) ?? instrument,
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
