import type { Target } from '../../src/rows/target.ts';
import { findCell, type Cell, type Design } from './design.ts';

/** A file that the simulated server holds or held. Times are the environment's. */
export interface StoredFile {
  readonly name: string;
  readonly documentId: number;
  readonly putAt: number;
  goneAt: number;
  /** Removed by a deletion request, and not by other people. */
  removedByUs: boolean;
}

/** One field of one record, event and instance, with everything that was ever stored there. */
export interface Place {
  readonly cell: Cell;
  readonly files: StoredFile[];
  /** Holds this missing-data code in place of a file. */
  missing: string;
}

export interface Places {
  readonly design: Design;
  readonly all: readonly Place[];
  /** What a request or a row names, as the project is now. */
  of(target: Target): Place | undefined;
  add(cell: Cell): Place;
  put(place: Place, name: string, at: number): void;
  remove(place: Place, at: number, byUs: boolean): StoredFile | undefined;
  /** Records that were deleted as a whole. */
  readonly goneRecords: Set<string>;
}

export function keyOf({ record, field, event, instance }: Target): string {
  return `${record}\n${field}\n${event}\n${instance}`;
}

export function currentFile(place: Place | undefined): StoredFile | undefined {
  const last = place?.files.at(-1);
  return last?.goneAt === Infinity ? last : undefined;
}

/** What was there at a moment in the past, as a replica that lags shows it. */
export function fileAt(place: Place, at: number): StoredFile | undefined {
  return place.files.findLast((file) => file.putAt <= at && file.goneAt > at);
}

/** Was the place empty at some moment since then? */
export function wasEmptySince(place: Place | undefined, from: number): boolean {
  if (place === undefined) return true;
  let filled = from;
  for (const { putAt, goneAt } of place.files) {
    if (goneAt <= from) continue;
    if (putAt > filled) return true;
    filled = goneAt;
  }
  return filled !== Infinity;
}

export function createPlaces(design: Design): Places {
  const byKey = new Map<string, Place>();
  const goneRecords = new Set<string>();
  const records = new Set<string>();
  let documents = 1000;
  const add = (cell: Cell): Place => {
    const place: Place = { cell, files: [], missing: '' };
    byKey.set(cellKey(cell), place);
    records.add(cell.record);
    return place;
  };
  const places: Places = {
    design,
    get all() {
      return [...byKey.values()];
    },
    of(target) {
      const cell = findCell(design, target);
      if (cell === undefined) return undefined;
      return byKey.get(cellKey(cell)) ?? (records.has(cell.record) ? add(cell) : undefined);
    },
    add,
    put(place, name, at) {
      places.remove(place, at, false);
      goneRecords.delete(place.cell.record);
      place.missing = '';
      documents += 1;
      place.files.push({
        name,
        documentId: documents,
        putAt: at,
        goneAt: Infinity,
        removedByUs: false,
      });
    },
    remove(place, at, byUs) {
      const file = currentFile(place);
      if (file !== undefined) {
        file.goneAt = at;
        file.removedByUs = byUs;
      }
      return file;
    },
    goneRecords,
  };
  return places;
}

function cellKey({ record, event, field, instance }: Cell): string {
  return `${record}\n${event}\n${field}\n${instance}`;
}
