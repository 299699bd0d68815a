import type { Target } from '../manifest/target.ts';
import { armOf, repeatKind, type ProjectModel } from './model.ts';

/** A row of a flat record export, as REDCap sends it. */
export type ExportRow = Readonly<Record<string, unknown>>;

/**
 * What a look says about a target. Four answers, and merging any two of them
 * would make a report lie somewhere.
 */
export type Look =
  /** A file is there. `mark` tells it from another one: its name, or its document id; absent where the server shows neither. */
  | { readonly kind: 'there'; readonly mark?: string; readonly name?: string }
  | { readonly kind: 'gone' }
  /** `moved`: the place is no longer the one that was planned, or an export says so. */
  | { readonly kind: 'nothing'; readonly why: string; readonly moved?: true }
  | { readonly kind: 'no_record'; readonly arms?: readonly string[]; readonly near?: string };

const PRESENT_WITHOUT_NAME = '[document]';
const DOCUMENT_ID = /^\d+$/;
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

/** The look that a mark kept in the journal stands for. */
export function markedLook(mark: string): Look {
  if (mark === PRESENT_WITHOUT_NAME) return { kind: 'there' };
  // A document id tells two files apart, yet it is no name to show or to guard by.
  if (DOCUMENT_ID.test(mark)) return { kind: 'there', mark };
  return { kind: 'there', mark, name: mark };
}

/** Do two marks stand for two files? A name and a document id, by two versions, may be of one. */
export function isOtherMark(mark: string, seen: string): boolean {
  return mark !== seen && DOCUMENT_ID.test(mark) === DOCUMENT_ID.test(seen);
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

export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
