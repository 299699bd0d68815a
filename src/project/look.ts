import { markedLook, type ExportRow, type Look, type LookedBatch } from '../rows/look.ts';
import type { Target } from '../rows/target.ts';
import { asText, placeOf } from './cells.ts';
import {
  askForList,
  BODYLESS,
  createLists,
  type ExportRecords,
  type Lists,
} from './export-lists.ts';
import { showName } from '../words/names.ts';
import { armOf, repeatKind, type ProjectModel } from './model.ts';
import { spellingFinder } from './near.ts';

/** Records that a first list lacked are asked for again in batches of this size at most. */
const AGAIN_SIZE = 25;
const WITHHELD = /^\[\*.*\*\]$/s;
const BLIND =
  'the export lists other record names than the ones asked for (de-identified export rights)';

/**
 * Looks at targets through one record export, asking once more for records
 * that the list lacks: loaded servers leave records out, so that one absence
 * proves nothing. A list that the server fails on is asked for in parts; of a
 * record that fails alone the look says nothing. `lists` is the command's.
 */
export async function lookAt(
  exportRecords: ExportRecords,
  model: ProjectModel,
  targets: readonly Target[],
  lists: Lists = createLists(),
): Promise<LookedBatch> {
  const records = [...new Set(targets.map((target) => target.record))];
  const fields = [...new Set([model.recordIdField, ...targets.map((target) => target.field)])];
  const found = new Map<string, ExportRow[]>();
  const exportedFields = new Set<string>();
  /** Records that the server fails on, with why. */
  const failed = new Map<string, string>();

  /** `undefined`: go on. */
  const ask = async (asked: readonly string[]): Promise<LookedBatch | undefined> => {
    const answer = await askForList(exportRecords, { records: asked, fields }, lists);
    if (answer.kind !== 'rows') return answer;
    for (const row of answer.rows) {
      for (const field of Object.keys(row)) exportedFields.add(field);
      const record = asText(row[model.recordIdField]);
      const known = found.get(record);
      if (known === undefined) found.set(record, [row]);
      else known.push(row);
    }
    for (const [record, why] of answer.failed) {
      failed.set(record, why === BODYLESS ? why : `the list of this record alone fails: ${why}`);
    }
    return undefined;
  };

  const unusable = await ask(records);
  if (unusable !== undefined) return unusable;

  const listed = spellingFinder(found.keys());
  const seesHashes =
    found.size > 0 && !records.some((record) => found.has(record) || listed(record) !== undefined);
  if (seesHashes) {
    const looks = targets.map((): Look => ({ kind: 'nothing', why: BLIND }));
    return { kind: 'looked', looks, rowsOf: () => [], blind: true };
  }

  const missing = records.filter((record) => !found.has(record) && !failed.has(record));
  const size = Math.min(AGAIN_SIZE, Math.max(1, Math.ceil(records.length / 2)));
  for (let at = 0; at < missing.length; at += size) {
    const ended = await ask(missing.slice(at, at + size));
    if (ended !== undefined) return ended;
  }

  const findSpelling = spellingFinder(found.keys());
  const looks = targets.map((target): Look => {
    const why = failed.get(target.record);
    if (why !== undefined) return { kind: 'nothing', why };
    const rows = found.get(target.record);
    if (rows !== undefined) {
      return readLook(rows, target, model, exportedFields.has(target.field));
    }
    const spelling = findSpelling(target.record);
    return { kind: 'no_record', ...(spelling === undefined ? {} : { near: spelling }) };
  });
  return { kind: 'looked', looks, rowsOf: (record) => found.get(record) ?? [], blind: false };
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
  const leftOut: Look = {
    kind: 'nothing',
    why: `the export leaves ${showName(target.field)} out (export rights)`,
  };
  if (!fieldExported) return leftOut;
  let look: Look = { kind: 'gone' };
  for (const row of rows) {
    if (!holdsTarget(row, target, model)) continue;
    if (!Object.hasOwn(row, target.field)) return leftOut;
    const here = readValue(row[target.field], model.missingCodes);
    if (here.kind !== 'gone') look = here;
  }
  return look;
}

/**
 * Reads a stored value. Older servers show `[document]`, newer ones the file
 * name, some the document id: present means "not blank".
 */
export function readValue(value: unknown, missingCodes: readonly string[]): Look {
  const text = asText(value).trim();
  if (text === '') return { kind: 'gone' };
  if (missingCodes.includes(text)) {
    return { kind: 'nothing', why: `the field holds the missing-data code ${showName(text)}` };
  }
  // What this token may not see: REDCap shows `[*DATA REMOVED*]` and the like in its place.
  if (isWithheld(text))
    return { kind: 'nothing', why: `the export shows ${showName(text)} in its place` };
  return markedLook(text);
}

/** A text that stands in place of a value which this token may not see. */
export function isWithheld(value: unknown): boolean {
  return WITHHELD.test(asText(value).trim());
}

/** Does this export row stand for the place that the target names? */
function holdsTarget(row: ExportRow, target: Target, model: ProjectModel): boolean {
  const place = placeOf(row);
  if (model.longitudinal && place.event !== target.event) return false;
  const form = formOf(model, target);
  const wanted = target.instance === '' ? '1' : target.instance;
  switch (repeatKind(model, target.event, form)) {
    case 'none':
      return place.instance === '';
    case 'event':
      return place.instance === wanted && place.form === '';
    case 'form':
      return place.instance === wanted && place.form === form;
    case 'unknown':
      if (place.instance === '') return wanted === '1';
      return place.instance === wanted && (place.form === '' || place.form === form);
  }
}

/** Does an export show that the field repeats in this event? Used where the setup cannot be read. */
export function showsInstance(
  rows: readonly ExportRow[],
  target: Target,
  model: ProjectModel,
): boolean {
  const ownForm = formOf(model, target);
  return rows.some((row) => {
    const { event, form, instance } = placeOf(row);
    if (model.longitudinal && event !== target.event) return false;
    return instance !== '' && (form === '' || form === ownForm);
  });
}

/** Does an export show a file of the field on a row that does not repeat? */
export function showsBase(
  rows: readonly ExportRow[],
  target: Target,
  model: ProjectModel,
): boolean {
  return rows.some((row) => {
    const { event, instance } = placeOf(row);
    if (model.longitudinal && event !== target.event) return false;
    return instance === '' && asText(row[target.field]).trim() !== '';
  });
}

function formOf({ fileFields }: ProjectModel, { field }: Target): string {
  return fileFields[field]?.form ?? '';
}

function armsOf(rows: readonly ExportRow[], model: ProjectModel): string[] {
  const arms = new Set<string>();
  for (const row of rows) {
    const arm = armOf(model, placeOf(row).event);
    if (arm !== undefined) arms.add(arm);
  }
  return [...arms];
}
