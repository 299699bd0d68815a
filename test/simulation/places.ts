import type { Target } from '../../src/manifest/target.ts';

/** A file that the simulated server holds or held. Times are the world's. */
export interface StoredFile {
  readonly name: string;
  readonly documentId: number;
  readonly putAt: number;
  goneAt: number;
  /** Removed by a deletion request, and not by other people. */
  removedByUs: boolean;
}

/** One field of one record (and instance), with everything that was ever stored there. */
export interface Place {
  readonly target: Target;
  readonly files: StoredFile[];
  /** Holds a missing-data code in place of a file. */
  missing: boolean;
}

export interface Places {
  readonly all: readonly Place[];
  of(target: Target): Place | undefined;
  add(target: Target): Place;
  put(place: Place, name: string, at: number): void;
  remove(place: Place, at: number, byUs: boolean): StoredFile | undefined;
  /** Records that were deleted as a whole. */
  readonly goneRecords: Set<string>;
}

export function keyOf({ record, field, instance }: Target): string {
  return `${record}\n${field}\n${instance}`;
}

export function currentFile(place: Place | undefined): StoredFile | undefined {
  const last = place?.files.at(-1);
  return last?.goneAt === Infinity ? last : undefined;
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

export function createPlaces(): Places {
  const byKey = new Map<string, Place>();
  const goneRecords = new Set<string>();
  let documents = 1000;
  const places: Places = {
    get all() {
      return [...byKey.values()];
    },
    of: (target) => byKey.get(keyOf(target)),
    add(target) {
      const place: Place = { target, files: [], missing: false };
      byKey.set(keyOf(target), place);
      return place;
    },
    put(place, name, at) {
      places.remove(place, at, false);
      goneRecords.delete(place.target.record);
      place.missing = false;
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
