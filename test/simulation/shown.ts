import type { ProjectModel } from '../../src/project/model.ts';
import { currentFile, type Place, type Places } from './places.ts';

/** How a server shows stored files, and how much of the project this token sees. */
export interface Display {
  readonly files: 'names' | 'document' | 'ids';
  /** A field that the export leaves out (export rights). */
  readonly hidden: string | undefined;
  /** De-identified export rights: hashed record names. */
  readonly hashed: boolean;
}

type Row = Record<string, string>;

/** What a place shows at this moment. */
export function shownAt(place: Place, display: Display): string {
  if (place.missing) return 'NA';
  const file = currentFile(place);
  if (file === undefined) return '';
  if (display.files === 'names') return file.name;
  return display.files === 'ids' ? String(file.documentId) : '[document]';
}

export function exportRecords(
  form: URLSearchParams,
  places: Places,
  model: ProjectModel,
  display: Display,
): Row[] {
  const records = new Set(arrayOf(form, 'records'));
  const fields = arrayOf(form, 'fields').filter((field) => field !== display.hidden);
  const repeats = model.repeats.kind === 'known';
  const rows = new Map<string, Row>();
  const rowOf = (record: string, instance: string): Row => {
    const key = `${record}\n${instance}`;
    let row = rows.get(key);
    if (row === undefined) {
      row = Object.fromEntries(fields.map((field) => [field, '']));
      row[model.recordIdField] = display.hashed ? `hash-${record}-${record.length}` : record;
      if (repeats) {
        row['redcap_repeat_instrument'] = instance === '' ? '' : 'visit';
        row['redcap_repeat_instance'] = instance;
      }
      rows.set(key, row);
    }
    return row;
  };
  for (const place of places.all) {
    const { record, field, instance } = place.target;
    if (!records.has(record) || places.goneRecords.has(record)) continue;
    rowOf(record, '');
    const shown = shownAt(place, display);
    if (shown !== '' && fields.includes(field)) rowOf(record, instance)[field] = shown;
  }
  return [...rows.values()];
}

function arrayOf(form: URLSearchParams, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; form.has(`${name}[${at}]`); at += 1)
    values.push(form.get(`${name}[${at}]`) ?? '');
  return values;
}
