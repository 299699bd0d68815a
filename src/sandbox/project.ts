import type { Target } from '../rows/target.ts';
import {
  buildDesign,
  isFileField,
  placeOf,
  type Design,
  type FileContent,
  type Place,
  type ProjectSpec,
  type RecordSpec,
} from './design.ts';
import {
  createRecords,
  ensureRow,
  findRow,
  type DataRow,
  type RecordStore,
  type StoredFile,
  type StoredRecord,
} from './records.ts';
import { makeBytes } from './seeded.ts';

export interface SandboxFile {
  readonly target: Target;
  readonly fileName: string;
  readonly signature: boolean;
}

/**
 * The project in memory, as someone at the web interface would see and change
 * it. A blank instance is instance 1; events are ignored in classic projects.
 */
export interface SandboxProject {
  readonly design: Design;
  readonly records: RecordStore;
  /** Every file that the project holds, in the order of records, events and instances. */
  files(): Iterable<SandboxFile>;
  hasFile(target: Target): boolean;
  fileName(target: Target): string | undefined;
  readFile(target: Target): FileContent | undefined;
  /** Stores a file, making record and instance where they are missing. Throws where the project has no such place. */
  putFile(target: Target, name: string, bytes?: Uint8Array): void;
  /** True when there was a file to remove. The record stays. */
  removeFile(target: Target): boolean;
  addRecord(record: RecordSpec): void;
  removeRecord(id: string): boolean;
  /** The target as the project has it (letter case, event, instance), or undefined where it has no such place. */
  readonly canonical: (target: Target) => Target | undefined;
}

export function buildProject(spec: ProjectSpec, seed = 1): SandboxProject {
  const design = buildDesign(spec);
  const records = createRecords(design, seed, spec.records ?? []);
  const findPlace = (target: Target): Place | undefined => {
    const place = placeOf(design, target.field, target.event, Number(target.instance || '1'));
    return typeof place === 'string' ? undefined : place;
  };
  const rowOf = (target: Target, record: StoredRecord | undefined): DataRow | undefined => {
    const place = findPlace(target);
    return record && place && findRow(record, place);
  };
  const findFile = (target: Target): StoredFile | undefined =>
    rowOf(target, records.find(target.record))?.files.get(target.field);
  return {
    design,
    records,
    files: function* () {
      for (const record of records.all()) {
        for (const row of record.rows) {
          for (const [field, file] of row.files) {
            const target = targetAt(record.id, field, row.place);
            const signature = design.fields.get(field)?.signature === true;
            yield { target, fileName: file.name, signature };
          }
        }
      }
    },
    hasFile: (target) => findFile(target) !== undefined,
    fileName: (target) => findFile(target)?.name,
    readFile: (target) => {
      const file = findFile(target);
      return file && ('bytes' in file ? file : { name: file.name, bytes: bytesOf(file) });
    },
    putFile: (target, name, bytes) => {
      const place = findPlace(target);
      if (place === undefined || !isFileField(design.fields.get(target.field))) {
        throw new Error(`the sandbox project has no place for a file at ${JSON.stringify(target)}`);
      }
      const record =
        records.edit(target.record) ??
        records.add({ id: target.record, rows: [{ event: place.event, ...instanceOf(place) }] });
      const row = ensureRow(design, record, place);
      row.values.delete(target.field);
      row.files.set(target.field, { name, bytes: bytes ?? makeBytes(name, seed) });
    },
    removeFile: (target) =>
      rowOf(target, records.edit(target.record))?.files.delete(target.field) ?? false,
    addRecord: (record) => {
      records.add(record);
    },
    removeRecord: (id) => records.remove(id),
    canonical: (target) => {
      const place = findPlace(target);
      const id = records.find(target.record)?.id ?? target.record;
      return place && targetAt(id, target.field, place);
    },
  };
}

function targetAt(record: string, field: string, { event, instance }: Place): Target {
  return { record, field, event, instance: instance === 0 ? '' : String(instance) };
}

function instanceOf({ instance, instrument }: Place): { instance?: number } {
  // Only a repeating event gives the record id itself an instance.
  return instance > 0 && instrument === '' ? { instance } : {};
}

function bytesOf(file: Exclude<StoredFile, FileContent>): Uint8Array {
  return makeBytes(file.name, file.seed);
}
