import type { Target } from '../rows/target.ts';
import {
  refuseLabel,
  type ExportedColumns,
  type ExportSource,
  type StrangeColumn,
} from './exported-columns.ts';
import { showName, showTwoNames } from '../words/names.ts';
import { readValue } from './look.ts';
import { repeatKind, type ProjectModel } from './model.ts';

/** One row of an export, its cells in the order of the columns. */
export interface ExportedRow {
  readonly cells: readonly string[];
  /** Line on which it starts, where it comes from a file. */
  readonly line?: number;
}

/** A cell of the export, and what is there now. */
export interface NoticedCell {
  readonly target: Target;
  readonly shown: string;
  readonly now?: string;
}

/** A cell that shows a file, or shows that it may not be seen. */
export interface ExportedCell {
  readonly target: Target;
  /** What the export shows. */
  readonly shown: string;
  /** Why it names no place of the project as it is. */
  readonly misplaced?: string;
}

/** Unique names of events end in their arm, and those of forms have no other characters. */
const EVENT_NAME = /^[a-z0-9_]*_arm_\d+[a-z]?$/;
const FORM_NAME = /^[a-z0-9_]+$/;
/** Data frames of other programs make `2.0` of it. */
const INSTANCE = /^([1-9]\d{0,8})(?:\.0+)?$/;
/** R writes a blank cell so. */
const R_BLANK = 'NA';

/**
 * The cells of a row that show a file: not blank, and no missing-data code.
 * Without repeat columns a row stands for what does not repeat. Throws
 * RefusedError for labels of events or forms.
 */
export function readExportedCells(
  { cells, line }: ExportedRow,
  columns: ExportedColumns,
  model: ProjectModel,
  source: ExportSource,
): ExportedCell[] {
  const textAt = (at: number | undefined): string => textOf(cells, at);
  const event = model.longitudinal ? textAt(columns.event) : '';
  const instrument =
    columns.repeatInstrument === undefined ? undefined : textAt(columns.repeatInstrument);
  if (event !== '' && !EVENT_NAME.test(event) && !knowsEvent(model, event)) {
    refuseLabel(source, 'event', event, line);
  }
  if (instrument !== undefined && instrument !== '' && !FORM_NAME.test(instrument)) {
    refuseLabel(source, 'form', instrument, line);
  }
  const record = cells[columns.record] ?? '';
  const written = textAt(columns.repeatInstance);
  const instance = INSTANCE.exec(written)?.[1] ?? '';
  const found: ExportedCell[] = [];
  for (const { field, at } of columns.files) {
    const shown = textAt(at);
    if (shown === '' || model.missingCodes.includes(shown)) continue;
    const place = { event, instrument, instance, written };
    const misplaced =
      record.trim() === ''
        ? 'the row names no record'
        : (findEventFault(model, event, field) ?? findInstanceFault(model, place, field));
    found.push({
      target: { record, field, event, instance },
      shown,
      ...(misplaced === undefined ? {} : { misplaced }),
    });
  }
  return found;
}

function textOf(cells: readonly string[], at: number | undefined): string {
  const text = at === undefined ? '' : (cells[at] ?? '').trim();
  return text === R_BLANK ? '' : text;
}

/** As files are called, at the end of their names. */
const FILE_NAME =
  /^\[document\]$|\.(?:pdf|docx?|xlsx?|pptx?|odt|rtf|txt|csv|jpe?g|png|gif|bmp|tiff?|svg|heic|dcm|nii|edf|mp[34]|m4a|mov|avi|wav|zip|gz|7z|html?|xml|json|eml|msg|sav|mat)$/i;
/** The same, where the column's name is nearly that of a file field. */
const WITH_EXTENSION = /^\[document\]$|[^.\s]\.[a-z][a-z\d]{0,5}$/i;

/** The cells of a row that show a file in a column which the project has no field for. */
export function* readStrangeFiles(
  { cells }: ExportedRow,
  columns: ExportedColumns,
  { longitudinal }: ProjectModel,
): Generator<readonly [column: StrangeColumn, cell: NoticedCell], void, undefined> {
  for (const column of columns.strange) {
    const shown = textOf(cells, column.at);
    if (!(column.near === undefined ? FILE_NAME : WITH_EXTENSION).test(shown)) continue;
    const target = {
      record: cells[columns.record] ?? '',
      field: column.name,
      event: longitudinal ? textOf(cells, columns.event) : '',
      instance: textOf(cells, columns.repeatInstance),
    };
    yield [column, { target, shown }];
  }
}

/** What tells the file that the export shows from another one, where it shows that. */
export function markShown(shown: string): string | undefined {
  const look = readValue(shown, []);
  return look.kind === 'there' ? look.mark : undefined;
}

function knowsEvent({ events }: ProjectModel, name: string): boolean {
  return events.some((event) => event.name === name);
}

function findEventFault(model: ProjectModel, event: string, field: string): string | undefined {
  if (!model.longitudinal) return undefined;
  if (event === '') return 'the row names no event';
  if (!knowsEvent(model, event)) return `the project has no event ${showName(event)} any more`;
  const form = formOf(model, field);
  return model.eventForms[event]?.includes(form) === true
    ? undefined
    : `form ${showName(form)} is not in event ${showName(event)} any more`;
}

interface RepeatPlace {
  readonly event: string;
  /** `undefined`: there is no such column. */
  readonly instrument: string | undefined;
  /** A number, or blank; what the cell says otherwise is in `written`. */
  readonly instance: string;
  readonly written: string;
}

function findInstanceFault(
  model: ProjectModel,
  { event, instrument, instance, written }: RepeatPlace,
  field: string,
): string | undefined {
  const form = formOf(model, field);
  if (instance === '' && written !== '') {
    return `the row's instance (${showName(written)}) is no number`;
  }
  if (instrument !== undefined && instrument !== '' && instrument !== form) {
    const [of, on] = showTwoNames(instrument, form);
    return `the row is of form ${of}, and ${showName(field)} is on form ${on} now`;
  }
  const where = (): string => (event === '' ? '' : ` in event ${showName(event)}`);
  const kind = repeatKind(model, event, form);
  switch (kind) {
    case 'none':
      return instance === ''
        ? undefined
        : `form ${showName(form)} does not repeat any more${where()}`;
    case 'form':
      if (instance === '') {
        return `form ${showName(form)} repeats${where()}, and the row names no instance`;
      }
      return instrument === ''
        ? `form ${showName(form)} repeats by itself now${where()}`
        : undefined;
    case 'event':
      if (instrument === form) return `event ${showName(event)} repeats as a whole now`;
      return instance === ''
        ? `event ${showName(event)} repeats, and the row names no instance`
        : undefined;
    case 'unknown':
      return undefined;
  }
}

function formOf({ fileFields }: ProjectModel, field: string): string {
  return fileFields[field]?.form ?? '';
}
