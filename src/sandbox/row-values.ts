import { hashText } from './content.ts';
import { repeatsIn, type Design } from './design.ts';
import { completeOf } from './export-columns.ts';
import type { SandboxOptions } from './options.ts';
import type { DataRow, StoredRecord } from './records.ts';

/** What an export shows in one cell; blank where the column's form is not on this row. */
export function valueOn(
  design: Design,
  record: StoredRecord,
  row: DataRow,
  column: string,
  options: Pick<SandboxOptions, 'fileNames'>,
): string {
  if (column === design.recordIdField) return record.id;
  const value = row.values.get(column);
  if (value !== undefined) return value;
  const file = row.files.get(column);
  if (file !== undefined) {
    const shown = options.fileNames ?? 'name';
    if (shown === 'name') return file.name;
    return shown === 'id' ? documentId(record, row, column) : '[document]';
  }
  return isComplete(design, row, column) ? '0' : '';
}

function documentId({ id }: StoredRecord, { place }: DataRow, field: string): string {
  const where = [id, field, place.event, place.instance].join('\0');
  return String(1_000 + (hashText(where, 0) % 900_000));
}

/** A form's status is 0 on the rows where the form is. */
function isComplete(design: Design, { place }: DataRow, column: string): boolean {
  const form = design.forms.find(({ name }) => completeOf(name) === column);
  if (form === undefined) return false;
  if (place.instrument !== '') return form.name === place.instrument;
  if (!design.longitudinal) return !repeatsIn(form, '');
  const event = design.events.find(({ name }) => name === place.event);
  if (event === undefined || !event.forms.includes(form.name)) return false;
  return event.repeats === true || !repeatsIn(form, event.name);
}
