import {
  placeOf,
  type Design,
  type FileContent,
  type GeneratedRecords,
  type Place,
  type RecordSpec,
  type RowSpec,
} from './design.ts';
import { hashText } from './seeded.ts';

/** A stored file: its bytes once someone uploaded them, before that the seed that makes them. */
export type StoredFile = FileContent | { readonly name: string; readonly seed: number };

/** What REDCap exports as one row: an event's data, or one instance of what repeats. */
export interface DataRow {
  readonly place: Place;
  readonly values: Map<string, string>;
  readonly files: Map<string, StoredFile>;
}

export interface StoredRecord {
  readonly id: string;
  /** Position in the project, which exports keep. */
  readonly order: number;
  /** Unique name of its data access group, where it is in one. */
  readonly group?: string | undefined;
  readonly rows: DataRow[];
}

export interface RecordStore {
  find(id: string): StoredRecord | undefined;
  /** As `find`, but what the caller changes stays changed. */
  edit(id: string): StoredRecord | undefined;
  add(spec: RecordSpec): StoredRecord;
  remove(id: string): boolean;
  all(): Iterable<StoredRecord>;
}

export function createRecords(
  design: Design,
  seed: number,
  source: readonly RecordSpec[] | GeneratedRecords,
): RecordStore {
  const generated: GeneratedRecords = isGenerated(source) ? source : { ...NOTHING, count: 0 };
  const build = (spec: RecordSpec, order: number): StoredRecord =>
    buildRecord(design, seed, spec, order);
  // A number stands for a record that nobody has changed: it is made anew each time.
  const records = new Map<string, StoredRecord | number>();
  for (let index = 0; index < generated.count; index++) {
    records.set(keyOfId(generated.idAt(index)), index);
  }
  let order = generated.count;
  const add = (spec: RecordSpec): StoredRecord => {
    const record = build(spec, order++);
    records.set(keyOfId(spec.id), record);
    return record;
  };
  if (!isGenerated(source)) for (const spec of source) add(spec);
  const load = (kept: StoredRecord | number): StoredRecord =>
    typeof kept === 'number' ? build(generated.recordAt(kept), kept) : kept;
  const find = (id: string): StoredRecord | undefined => {
    const kept = records.get(keyOfId(id));
    return kept === undefined ? undefined : load(kept);
  };
  return {
    find,
    add,
    edit: (id) => {
      const record = find(id);
      if (record !== undefined) records.set(keyOfId(id), record);
      return record;
    },
    remove: (id) => records.delete(keyOfId(id)),
    all: function* () {
      for (const kept of records.values()) yield load(kept);
    },
  };
}

/** Finds the row of a place, making it (and the event's own row) where it is missing. */
export function ensureRow(design: Design, record: StoredRecord, place: Place): DataRow {
  const found = findRow(record, place);
  if (found !== undefined) return found;
  const row: DataRow = { place, values: new Map(), files: new Map() };
  // REDCap stores the record id once per event, so an event with repeating
  // data alone still exports a row of its own.
  if (place.instrument !== '') {
    ensureRow(design, record, { event: place.event, instrument: '', instance: 0 });
  }
  record.rows.push(row);
  record.rows.sort((a, b) => compareRows(design, a, b));
  return row;
}

export function findRow(record: StoredRecord, place: Place): DataRow | undefined {
  return record.rows.find(
    (row) =>
      row.place.event === place.event &&
      row.place.instrument === place.instrument &&
      row.place.instance === place.instance,
  );
}

const NOTHING = {
  idAt: (): string => '',
  recordAt: (): RecordSpec => ({ id: '', rows: [] }),
};

function isGenerated(source: readonly RecordSpec[] | GeneratedRecords): source is GeneratedRecords {
  return 'recordAt' in source;
}

/** MySQL's usual collation takes no notice of letter case and trailing blanks. */
function keyOfId(id: string): string {
  return id.toLowerCase().trimEnd();
}

function buildRecord(design: Design, seed: number, spec: RecordSpec, order: number): StoredRecord {
  const record: StoredRecord = { id: spec.id, order, group: spec.group, rows: [] };
  const rows: readonly RowSpec[] = spec.rows.length > 0 ? spec.rows : [{}];
  for (const row of rows) {
    const rowOf = (field: string): DataRow =>
      ensureRow(design, record, requirePlace(design, spec.id, field, row));
    if (row.values === undefined && row.files === undefined) rowOf(design.recordIdField);
    for (const [field, value] of Object.entries(row.values ?? {})) {
      rowOf(field).values.set(field, value);
    }
    for (const [field, file] of Object.entries(row.files ?? {})) {
      const made = `${spec.id}\0${field}\0${row.event ?? ''}\0${row.instance ?? 1}`;
      const stored = typeof file === 'string' ? { name: file, seed: hashText(made, seed) } : file;
      rowOf(field).files.set(field, stored);
    }
  }
  if (!design.longitudinal) ensureRow(design, record, { event: '', instrument: '', instance: 0 });
  return record;
}

function requirePlace(design: Design, id: string, field: string, row: RowSpec): Place {
  const event = row.event ?? design.events[0]?.name ?? '';
  const place = placeOf(design, field, event, row.instance ?? 1);
  if (typeof place !== 'string') return place;
  const where = `event '${event}', instance ${row.instance ?? 1}`;
  throw new Error(`sandbox record '${id}': field '${field}' has no place in ${where} (${place})`);
}

function compareRows(design: Design, a: DataRow, b: DataRow): number {
  const eventOrder = (row: DataRow): number =>
    design.events.findIndex((event) => event.name === row.place.event);
  const formOrder = (row: DataRow): number =>
    design.forms.findIndex((form) => form.name === row.place.instrument);
  return (
    eventOrder(a) - eventOrder(b) ||
    formOrder(a) - formOrder(b) ||
    a.place.instance - b.place.instance
  );
}
