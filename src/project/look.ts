import { markedLook, type ExportRow, type Look } from '../rows/look.ts';
import type { Target } from '../rows/target.ts';
import { armOf, repeatKind, type ProjectModel } from './model.ts';

const WITHHELD = /^\[\*.*\*\]$/s;

/**
 * Reads a stored value. Older servers show `[document]`, newer ones the file
 * name, some the document id: present means "not blank".
 */
export function readValue(value: unknown, missingCodes: readonly string[]): Look {
  const text = asText(value).trim();
  if (text === '') return { kind: 'gone' };
  if (missingCodes.includes(text)) {
    return { kind: 'nothing', why: `the field holds the missing-data code ${text}` };
  }
  // What this token may not see: REDCap shows `[*DATA REMOVED*]` and the like in its place.
  if (WITHHELD.test(text)) return { kind: 'nothing', why: `the export shows ${text} in its place` };
  return markedLook(text);
}

/** What the rows of one record say about a target; `fieldExported` when any row of the whole answer has the field. */
export function readLook(
  rows: readonly ExportRow[],
  target: Target,
  model: ProjectModel,
  fieldExported: boolean,
): Look {
  const arm = model.longitudinal ? armOf(model, target.event) : undefined;
  if (arm !== undefined) {
    const arms = armsOf(rows, model);
    if (!arms.includes(arm)) return { kind: 'no_record', arms };
  }
  if (!fieldExported) {
    return { kind: 'nothing', why: `the export leaves ${target.field} out (export rights)` };
  }
  const matching = rows.filter((row) => holdsTarget(row, target, model));
  let look: Look = { kind: 'gone' };
  for (const row of matching) {
    if (!Object.hasOwn(row, target.field)) {
      return { kind: 'nothing', why: `the export leaves ${target.field} out (export rights)` };
    }
    const here = readValue(row[target.field], model.missingCodes);
    if (here.kind !== 'gone') look = here;
  }
  return look;
}

/** Does this export row stand for the place that the target names? */
function holdsTarget(row: ExportRow, target: Target, model: ProjectModel): boolean {
  if (model.longitudinal && asText(row['redcap_event_name']) !== target.event) return false;
  const form = model.fileFields[target.field]?.form ?? '';
  // Servers leave the repeat columns out of an answer without repeating rows.
  const instrument = asText(row['redcap_repeat_instrument']);
  const instance = asText(row['redcap_repeat_instance']);
  const wanted = target.instance === '' ? '1' : target.instance;
  switch (repeatKind(model, target.event, form)) {
    case 'none':
      return instance === '';
    case 'event':
      return instance === wanted && instrument === '';
    case 'form':
      return instance === wanted && instrument === form;
    case 'unknown':
      if (instance === '') return wanted === '1';
      return instance === wanted && (instrument === '' || instrument === form);
  }
}

/** Does an export show that the field repeats in this event? Used where the setup cannot be read. */
export function showsInstance(
  rows: readonly ExportRow[],
  target: Target,
  model: ProjectModel,
): boolean {
  const form = model.fileFields[target.field]?.form ?? '';
  return rows.some((row) => {
    if (model.longitudinal && asText(row['redcap_event_name']) !== target.event) return false;
    const instrument = asText(row['redcap_repeat_instrument']);
    return (
      asText(row['redcap_repeat_instance']) !== '' && (instrument === '' || instrument === form)
    );
  });
}

/** Does an export show a file of the field on a row that does not repeat? */
export function showsBase(
  rows: readonly ExportRow[],
  target: Target,
  model: ProjectModel,
): boolean {
  return rows.some(
    (row) =>
      (!model.longitudinal || asText(row['redcap_event_name']) === target.event) &&
      asText(row['redcap_repeat_instance']) === '' &&
      asText(row[target.field]).trim() !== '',
  );
}

function armsOf(rows: readonly ExportRow[], model: ProjectModel): string[] {
  const arms = new Set<string>();
  for (const row of rows) {
    const arm = armOf(model, asText(row['redcap_event_name']));
    if (arm !== undefined) arms.add(arm);
  }
  return [...arms];
}

/** A cell of the server's JSON as text; flags as REDCap's own `1` and `0`. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'number' ? String(value) : '';
}
