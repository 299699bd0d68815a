import { repeatingOf, repeatKey, type Design, type DesignedEvent } from './design.ts';
import { fileAt, type Place, type Places } from './places.ts';

/** How a server shows stored files, and how much of the project this token sees. */
export interface Display {
  readonly files: 'names' | 'document' | 'ids';
  /** A field that the export leaves out (export rights). */
  readonly hidden: string | undefined;
  /** De-identified export rights: hashed record names. */
  readonly hashed: boolean;
  /** Exports come from a replica that is late by so much at most. */
  readonly lagMs: number;
}

export const RECORD_ID = 'record_id';

type Row = Record<string, string>;

/** What a place shows, as it was at a moment. */
export function shownAt(place: Place, display: Display, at: number): string {
  if (place.missing !== '') return place.missing;
  const file = fileAt(place, at);
  if (file === undefined) return '';
  if (display.files === 'names') return file.name;
  return display.files === 'ids' ? String(file.documentId) : '[document]';
}

/** The rows of a flat export: what the design of this moment hides is not among them. */
export function exportRecords(
  form: URLSearchParams,
  places: Places,
  display: Display,
  at: number,
): Row[] {
  const { design } = places;
  const records = new Set(arrayOf(form, 'records'));
  const fields = arrayOf(form, 'fields').filter((field) => field !== display.hidden);
  const hasRepeats = repeatsAnywhere(design);
  const rows = new Map<string, Row>();
  const rowOf = (
    record: string,
    event: DesignedEvent,
    instrument: string,
    instance: number,
  ): Row => {
    const key = `${record}\n${event.id}\n${instrument}\n${instance}`;
    let row = rows.get(key);
    if (row === undefined) {
      row = Object.fromEntries(fields.map((field) => [field, '']));
      row[RECORD_ID] = display.hashed ? `hash-${record}-${record.length}` : record;
      if (design.longitudinal) row['redcap_event_name'] = event.name;
      if (hasRepeats) {
        row['redcap_repeat_instrument'] = instrument;
        row['redcap_repeat_instance'] = instance === 0 ? '' : String(instance);
      }
      rows.set(key, row);
    }
    return row;
  };
  for (const place of places.all) {
    const { record, event: id, field: name, instance } = place.cell;
    if (records.size > 0 && !records.has(record)) continue;
    if (places.goneRecords.has(record)) continue;
    const event = design.events.find((one) => one.id === id);
    if (event === undefined) continue;
    rowOf(record, event, '', event.repeats ? 1 : 0);
    const field = design.fields.find((one) => one.name === name);
    if (field === undefined || !event.forms.has(field.form) || !fields.includes(name)) continue;
    const shown = shownAt(place, display, at);
    if (shown === '') continue;
    const repeating = repeatingOf(design, event, field.form);
    if (repeating === 'none') {
      if (instance === 1) rowOf(record, event, '', 0)[name] = shown;
      continue;
    }
    rowOf(record, event, repeating === 'form' ? field.form : '', instance)[name] = shown;
  }
  return [...rows.values()];
}

/** A form that repeated in an event which it is not in any more repeats nowhere. */
export function repeatsAnywhere({ events, repeatingForms }: Design): boolean {
  return events.some(
    ({ id, forms, repeats }) =>
      repeats || [...forms].some((form) => repeatingForms.has(repeatKey(id, form))),
  );
}

export function arrayOf(form: URLSearchParams, name: string): string[] {
  const values: string[] = [];
  for (let at = 0; form.has(`${name}[${at}]`); at += 1)
    values.push(form.get(`${name}[${at}]`) ?? '');
  return values;
}
