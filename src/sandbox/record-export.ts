import { answerData, refuse, type Row } from './answers.ts';
import { hashText } from './content.ts';
import type { ActionContext } from './context.ts';
import { selectColumns, type Columns } from './export-columns.ts';
import { parseLogic, type Logic } from './filter-logic.ts';
import type { SandboxOptions } from './options.ts';
import { findRow, type DataRow, type StoredRecord } from './records.ts';
import { valueOn } from './row-values.ts';

/**
 * `content=record`: a row per event in which a record has data and per
 * repeating instance, in the recorded shapes (flat, or eav with document
 * numbers). Unknown records are missing from the answer without a word.
 */
export function exportRecords(context: ActionContext): Response {
  const { project, options, form } = context;
  if (options.rights?.export === false)
    return refuse(context.form, 403, 'You do not have API Export privileges');
  if (form.has('data')) return refuse(context.form, 400, 'The sandbox does not import records');
  const columns = selectColumns(project.design, form, options.rights?.hiddenFields ?? []);
  if (typeof columns === 'string') return refuse(context.form, 400, columns);
  const logic = readLogic(context);
  if (logic === undefined) {
    return refuse(context.form, 400, 'The value of the parameter "filterLogic" is not valid');
  }
  const events = project.design.longitudinal ? form.list('events') : undefined;
  const found = [...selectRecords(context)].flatMap((record) =>
    record.rows
      .filter((row) => events?.includes(row.place.event) ?? true)
      .filter((row) => logic((field, event) => lookUp(context, record, row, field, event)))
      .map((row) => ({ record, row })),
  );
  const eav = form.text('type') === 'eav';
  const rows = eav
    ? found.flatMap((one) => toEavRows(context, columns, one))
    : toFlatRows(context, columns, found);
  return answerData(form, rows);
}

interface Found {
  readonly record: StoredRecord;
  readonly row: DataRow;
}

function readLogic({ form, project: { design } }: ActionContext): Logic | undefined {
  const text = form.text('filterLogic').trim();
  if (text === '') return () => true;
  return parseLogic(text, (field, event) => {
    const eventKnown = event === undefined || design.events.some(({ name }) => name === event);
    return eventKnown && design.fields.has(field);
  });
}

function* selectRecords({ project, form }: ActionContext): Iterable<StoredRecord> {
  const ids = form.list('records');
  if (ids === undefined) {
    yield* project.records.all();
    return;
  }
  const byOrder = new Map<number, StoredRecord>();
  for (const id of ids) {
    const record = project.records.find(id);
    if (record !== undefined) byOrder.set(record.order, record);
  }
  yield* [...byOrder.values()].toSorted((a, b) => a.order - b.order);
}

/** `[field]` means this row's value, or the one on the same event's own row. */
function lookUp(
  { project: { design } }: ActionContext,
  record: StoredRecord,
  row: DataRow,
  field: string,
  event: string | undefined,
): string {
  const named = (one: DataRow | undefined): string =>
    one === undefined ? '' : valueOn(design, record, one, field, { fileNames: 'name' });
  if (event === undefined) {
    const own = named(row);
    if (own !== '') return own;
  }
  const base = { event: event ?? row.place.event, instrument: '', instance: 0 };
  return named(findRow(record, base));
}

function toFlatRows(context: ActionContext, columns: Columns, found: readonly Found[]): Row[] {
  const { design } = context.project;
  const { options } = context;
  const shown = found.map(({ record, row }) => {
    const cells: Record<string, string> = {};
    for (const column of columns) cells[column] = valueOn(design, record, row, column, options);
    if (design.recordIdField in cells) cells[design.recordIdField] = shownId(options, record);
    const others = columns.filter((column) => column !== design.recordIdField);
    const sparse = row.place.instance > 0 && others.every((column) => cells[column] === '');
    return { row, cells, id: cells[design.recordIdField], sparse };
  });
  const sparing = options.sparseRepeats === true;
  const kept = sparing ? shown.filter(({ sparse }) => !sparse) : shown;
  const withRepeats =
    design.hasRepeats && !(sparing && kept.every(({ row }) => row.place.instance === 0));
  return kept.map(({ row, cells, id }) => ({
    ...(id === undefined ? {} : { [design.recordIdField]: id }),
    ...keysOf(design.longitudinal, withRepeats, row),
    ...cells,
  }));
}

function toEavRows(context: ActionContext, columns: Columns, { record, row }: Found): Row[] {
  const { design } = context.project;
  return columns.flatMap((column) => {
    const options = { ...context.options, fileNames: 'id' as const };
    const value = valueOn(design, record, row, column, options);
    if (value === '') return [];
    const id = shownId(context.options, record);
    const keys = keysOf(design.longitudinal, design.hasRepeats, row);
    const shown = column === design.recordIdField ? id : value;
    return [{ record: id, ...keys, field_name: column, value: shown }];
  });
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

function shownId(options: SandboxOptions, { id }: StoredRecord): string {
  if (options.rights?.hashedRecords !== true) return id;
  return [1, 2, 3, 4].map((seed) => hashText(id, seed).toString(16).padStart(8, '0')).join('');
}
