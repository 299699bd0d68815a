import { RefusedError } from '../errors.ts';
import { COLUMN_NAMES, foldHeader, type KnownColumn } from '../manifest/column-names.ts';
import { listWords } from '../words/counts.ts';
import { listNames, showName, showTwoNames } from '../words/names.ts';
import type { ProjectModel } from './model.ts';
import { nameWithSameWord, nearestName } from './near.ts';
import type { ScanScope } from './scan.ts';

/** Where a list of exported rows comes from, and how messages name it. */
export interface ExportSource {
  readonly kind: 'export' | 'report';
  /** As a sentence begins with it: "The export". */
  readonly subject: string;
}

/** Where the columns stand that say which file a cell is of. */
export interface ExportedColumns {
  readonly width: number;
  readonly record: number;
  readonly event: number | undefined;
  readonly repeatInstrument: number | undefined;
  readonly repeatInstance: number | undefined;
  readonly files: readonly { readonly field: string; readonly at: number }[];
  readonly strange: readonly StrangeColumn[];
  /** File fields of the project that the export does not have. */
  readonly lacking: readonly string[];
}

/** A column that is none of the project's, nor REDCap's own. */
export interface StrangeColumn {
  readonly name: string;
  readonly at: number;
  /** What it may be called since it was renamed: the file field that the export lacks and that is likely meant. */
  readonly near?: string;
}

/** What REDCap writes where an export has labels for headers. */
const LABELS = new Set([
  'Event Name',
  'Repeat Instrument',
  'Repeat Instance',
  'Data Access Group',
  'Survey Identifier',
  'Survey Timestamp',
  'Complete?',
]);
const ONE_VALUE_A_LINE = ['record', 'field_name', 'value'];
const VARIABLE_NAME = /^[a-z][a-z0-9_]*$/;
/** Choices of checkboxes, statuses and times of forms. */
const DERIVED = /___|_complete$|_timestamp$/;
const SHOWN_HEADERS = 20;

/**
 * Finds the columns of an export of the project, for these file fields, all of which
 * have to be there where they were asked for by name. Names
 * are compared as they stand: REDCap's variables are lower-case, and a label
 * may differ from one by its case alone. Throws RefusedError with what to tick
 * in REDCap.
 */
export function findExportedColumns(
  cells: readonly string[],
  model: ProjectModel,
  { fields: wanted, areNamed = false }: Pick<ScanScope, 'fields' | 'areNamed'>,
  source: ExportSource,
): ExportedColumns {
  const headers = cells.map((cell) => cell.trim());
  const { recordIdField } = model;
  refuseManifest(headers, model, source);
  refuseOtherShapes(headers, recordIdField, source);
  const find = (name: string): number | undefined => placeOf(headers, name, source);
  const record = find(recordIdField);
  if (record === undefined) {
    throw new RefusedError(
      `${source.subject} has no column ${showName(recordIdField)}, the project's record ID field. ${seen(headers)} ${INCLUDE_RECORD_ID[source.kind]}`,
    );
  }
  const event = find('redcap_event_name');
  if (model.longitudinal && event === undefined) {
    throw new RefusedError(
      `${source.subject} has no column redcap_event_name, and the project is longitudinal: nothing says which event a row is of. ${INCLUDE_EVENT[source.kind]}`,
    );
  }
  const files = wanted.flatMap((field) => {
    const at = find(field);
    return at === undefined ? [] : [{ field, at }];
  });
  const lacking = Object.keys(model.fileFields).filter((field) => !headers.includes(field));
  const strange = findStrange(headers, model, lacking);
  const absent = wanted.filter((field) => lacking.includes(field));
  if (areNamed && absent.length > 0) {
    const near = nearWords(findStrange(headers, model, absent), source);
    throw new RefusedError(
      `--field: ${source.subject.toLowerCase()} has no column ${listNames(absent)}.${near === '' ? ` Leave it out, or ${ADD_FIELD[source.kind]}.` : near}`,
    );
  }
  if (files.length === 0) {
    throw new RefusedError(
      `${source.subject} has no file field: ${wanted.length === 0 ? 'the project has none' : `none of its columns is ${listNames(wanted, { most: SHOWN_HEADERS, word: 'or' })}`}. ${seen(headers)}${nearWords(strange, source)} ${INCLUDE_FILES[source.kind]}`,
    );
  }
  return {
    width: headers.length,
    record,
    event,
    repeatInstrument: find('redcap_repeat_instrument'),
    repeatInstance: find('redcap_repeat_instance'),
    files,
    strange,
    lacking,
  };
}

function findStrange(
  headers: readonly string[],
  model: ProjectModel,
  lacking: readonly string[],
): StrangeColumn[] {
  const known = new Set([...Object.keys(model.fileFields), ...model.otherFields]);
  const isStrange = (name: string): boolean =>
    name !== '' && !known.has(name) && !name.startsWith('redcap_') && !DERIVED.test(name);
  return headers.flatMap((name, at) => {
    if (!isStrange(name)) return [];
    const near = nearestName(name, lacking) ?? nameWithSameWord(name, lacking);
    return [{ name, at, ...(near === undefined ? {} : { near }) }];
  });
}

/** Which columns may be file fields that were renamed since; nothing where none is near. */
function nearWords(strange: readonly StrangeColumn[], { kind }: ExportSource): string {
  const [first] = strange.filter(({ near }) => near !== undefined);
  if (first?.near === undefined) return '';
  const [is, now] = showTwoNames(first.name, first.near);
  return ` Its column ${is} is no field of the project; did you mean ${now}? ${RENAME[kind]}`;
}

/** What to do about a column whose field was renamed since. */
export const RENAME = {
  export:
    'If the field was renamed since, write its name of now into the first line of the export, or export again.',
  report: 'If the field was renamed since, edit the report.',
} as const;

/** A list of files has no column of a file field, and needs no other list made of it. */
function refuseManifest(
  headers: readonly string[],
  { fileFields }: ProjectModel,
  source: ExportSource,
): void {
  const folded = headers.map(foldHeader);
  const serves = (column: KnownColumn): boolean =>
    folded.some((name) => COLUMN_NAMES[column].includes(name));
  const isManifest = serves('record') && serves('field') && !folded.includes('value');
  if (!isManifest || headers.some((name) => Object.hasOwn(fileFields, name))) return;
  throw new RefusedError(
    `${source.subject} is a list of files, one a row, and no data export: give it to redcap-sweep check as it is.`,
  );
}

function refuseOtherShapes(
  headers: readonly string[],
  recordIdField: string,
  source: ExportSource,
): void {
  if (ONE_VALUE_A_LINE.every((name) => headers.includes(name))) {
    throw new RefusedError(
      `${source.subject} has one line a value (columns ${listWords(ONE_VALUE_A_LINE)}). Export it with one line a row: through the API, type=flat.`,
    );
  }
  const label = headers.find((header) => LABELS.has(header));
  const named = headers.filter((header) => header !== '');
  const notNames = named.filter((header) => !VARIABLE_NAME.test(header));
  const mostlyLabels = !headers.includes(recordIdField) && notNames.length * 2 > named.length;
  const shown = label ?? (mostlyLabels ? notNames[0] : undefined);
  if (shown === undefined) return;
  throw new RefusedError(
    `${source.subject} has labels for headers (${showName(shown, 'quoted')}), and field names are needed. ${USE_RAW}`,
  );
}

/** Throws RefusedError where an event or a form is named by its label. */
export function refuseLabel(
  source: ExportSource,
  what: 'event' | 'form',
  label: string,
  line: number | undefined,
): never {
  const where = line === undefined ? '' : ` (line ${line})`;
  throw new RefusedError(
    `${source.subject} has labels in place of names: ${showName(label, 'quoted')}${where} is no unique name of ${what === 'event' ? 'an event' : 'a form'}. ${USE_RAW}`,
  );
}

const USE_RAW =
  'In REDCap, export "CSV / Microsoft Excel (raw data)", not "(labels)": raw data, and field names for headers. Through the API: rawOrLabel=raw and rawOrLabelHeaders=raw.';

const ADD_FIELD = { export: 'export it too', report: 'add it to the report' } as const;

const INCLUDE_RECORD_ID = {
  export:
    'Include that field in the export, under its own name and not hashed: "All data" has it, a report where it is among its fields.',
  report: 'In REDCap, edit the report and add that field under "Fields to include".',
} as const;

const INCLUDE_EVENT = {
  export:
    'Export it again with this column left in; through the API, it comes where the record ID field is among the fields.',
  report:
    'In REDCap, edit the report and add the record ID field under "Fields to include": the column comes with it.',
} as const;

const INCLUDE_FILES = {
  export: 'In REDCap, tick the instruments that hold the files, or "All data".',
  report: 'In REDCap, edit the report and add the file fields under "Fields to include".',
} as const;

function placeOf(
  headers: readonly string[],
  name: string,
  source: ExportSource,
): number | undefined {
  const at = headers.indexOf(name);
  if (at === -1) return undefined;
  const again = headers.indexOf(name, at + 1);
  if (again === -1) return at;
  throw new RefusedError(
    `${source.subject} has the column ${showName(name)} twice, as columns ${at + 1} and ${again + 1}. Remove one of them.`,
  );
}

function seen(headers: readonly string[]): string {
  const named = headers.filter((header) => header !== '');
  if (named.length === 0) return 'No header has a name.';
  return `Headers seen: ${listNames(named, { style: 'quoted', most: SHOWN_HEADERS, word: 'and' })}.`;
}
