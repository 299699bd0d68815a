import type { ActionContext } from './api-call.ts';
import { columnsOf, type Design } from './design.ts';
import { exportRows, valueOn, type ExportShape, type FoundRow } from './export-rows.ts';
import { parseLogic, type Logic } from './filter-logic.ts';
import type { ApiForm } from './form.ts';
import type { SandboxProject } from './project.ts';
import { findRow, type StoredRecord } from './records.ts';
import { answerData, refuse, type Row } from './responses.ts';

/**
 * `content=record`: a row per event in which a record has data and per
 * repeating instance, in the recorded shapes (flat, or eav with document
 * numbers). Unknown records are missing from the answer without a word.
 */
export function exportRecords({ form, project, options }: ActionContext): Response {
  const { design } = project;
  if (options.rights?.export === false) {
    return refuse(form, 403, 'You do not have API Export privileges');
  }
  if (form.has('data')) return refuse(form, 400, 'The sandbox does not import records');
  const columns = selectColumns(design, form);
  if (typeof columns === 'string') return refuse(form, 400, columns);
  const logic = readLogic(design, form.text('filterLogic').trim());
  if (logic === undefined) {
    return refuse(form, 400, 'The value of the parameter "filterLogic" is not valid');
  }
  const found = findRows(project, {
    ids: form.list('records'),
    events: design.longitudinal ? form.list('events') : undefined,
    logic,
  });
  const shape: ExportShape = {
    columns,
    type: form.text('type') === 'eav' ? 'eav' : 'flat',
    labels: asksForLabels(form),
    groups: form.text('exportDataAccessGroups') === 'true',
    surveys: form.text('exportSurveyFields') === 'true',
  };
  return answerData(form, exportRows(design, shape, found, options));
}

/**
 * `content=report`: the rows and columns of a report that somebody built. A
 * number that is none of the project's is refused in the words that redcapAPI
 * met (its issue 48). `rawOrLabelHeaders` is for CSV alone, as in REDCap, and
 * there is no `type`: reports are flat.
 */
export function exportReport({ form, project, options }: ActionContext): Response {
  const { design } = project;
  if (options.rights?.export === false) {
    return refuse(form, 403, 'You do not have API Export privileges');
  }
  const id = form.text('report_id').trim();
  const report = design.spec.reports?.find((one) => one.id === id);
  if (report === undefined) {
    return refuse(
      form,
      403,
      `The API request cannot complete because report_id=${id} does not belong to this project.`,
    );
  }
  const logic = readLogic(design, report.filter ?? '');
  if (logic === undefined) throw new Error(`the filter of report ${id} is no logic`);
  const found = findRows(project, { ids: undefined, events: report.events, logic });
  const shape: ExportShape = {
    columns: report.fields,
    type: 'flat',
    labels: asksForLabels(form),
    groups: false,
    surveys: false,
  };
  const rows = exportRows(design, shape, found, options);
  return answerData(form, report.fields.includes(design.recordIdField) ? rows : rows.map(unkeyed));
}

/** Without the record id an export has none of the columns that say which row it is. */
function unkeyed(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).filter(([column]) => !column.startsWith('redcap_')),
  );
}

function asksForLabels(form: ApiForm): boolean {
  return form.text('rawOrLabel') === 'label';
}

/** The columns that `fields` and `forms` ask for, or REDCap's complaint about them. */
function selectColumns(design: Design, form: ApiForm): readonly string[] | string {
  const fields = form.list('fields')?.filter((name) => name !== '');
  const forms = form.list('forms')?.filter((name) => name !== '');
  const columns = columnsOf(design);
  const known = new Set([...design.fields.keys(), ...columns.map(({ name }) => name)]);
  const unknownFields = (fields ?? []).filter((name) => !known.has(name));
  if (unknownFields.length > 0) return complain('fields', unknownFields);
  const unknownForms = (forms ?? []).filter(
    (name) => !design.forms.some((one) => one.name === name),
  );
  if (unknownForms.length > 0) return complain('forms', unknownForms);
  const all = fields === undefined && forms === undefined;
  return columns
    .filter(
      (column) =>
        all || (fields?.includes(column.name) ?? false) || (forms?.includes(column.form) ?? false),
    )
    .map(({ name }) => name);
}

function complain(parameter: string, values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`).join(', ');
  return `The following values in the parameter "${parameter}" are not valid: ${quoted}`;
}

interface Wanted {
  /** Undefined for all. */
  readonly ids: readonly string[] | undefined;
  readonly events: readonly string[] | undefined;
  readonly logic: Logic;
}

function findRows(project: SandboxProject, { ids, events, logic }: Wanted): FoundRow[] {
  const { design } = project;
  return [...selectRecords(project, ids)].flatMap((record) =>
    record.rows
      .map((row) => ({ record, row }))
      .filter(({ row }) => events?.includes(row.place.event) ?? true)
      .filter((found) => logic((field, event) => lookUp(design, found, field, event))),
  );
}

function* selectRecords(
  { records }: SandboxProject,
  ids: readonly string[] | undefined,
): Iterable<StoredRecord> {
  if (ids === undefined) {
    yield* records.all();
    return;
  }
  const byOrder = new Map<number, StoredRecord>();
  for (const id of ids) {
    const record = records.find(id);
    if (record !== undefined) byOrder.set(record.order, record);
  }
  yield* [...byOrder.values()].toSorted((a, b) => a.order - b.order);
}

function readLogic(design: Design, text: string): Logic | undefined {
  if (text === '') return () => true;
  return parseLogic(text, (field, event) => {
    const eventKnown = event === undefined || design.events.some(({ name }) => name === event);
    return eventKnown && design.fields.has(field);
  });
}

/** `[field]` means this row's value, or the one on the same event's own row. */
function lookUp(
  design: Design,
  { record, row }: FoundRow,
  field: string,
  event: string | undefined,
): string {
  if (event === undefined) {
    const own = valueOn(design, { record, row }, field, 'name');
    if (own !== '') return own;
  }
  const place = { event: event ?? row.place.event, instrument: '', instance: 0 };
  const base = findRow(record, place);
  return base === undefined ? '' : valueOn(design, { record, row: base }, field, 'name');
}
