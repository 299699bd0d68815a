import { isOtherMark, type Look } from '../rows/look.ts';
import { markShown, type ExportedCell, type NoticedCell } from './exported-cells.ts';
import type { ExportedColumns, StrangeColumn } from './exported-columns.ts';

/** How many, and the first ones of them. */
export interface Tally<T> {
  readonly count: number;
  readonly first: readonly T[];
}

export interface ScannedExport {
  /** Rows of the export. */
  readonly rows: number;
  /** Columns that are none of the project's and show no files. */
  readonly strange: readonly StrangeColumn[];
  /** Columns that show files, and that the project has no field for: it was renamed or removed since. */
  readonly unknownFields: readonly UnknownField[];
  /** File fields of the project that the export lacks. */
  readonly lacking: readonly string[];
  /** Cells of files that are not there any more. */
  readonly gone: Tally<NoticedCell>;
  /** Cells of files that have another name now; they are listed under that one. */
  readonly renamed: Tally<NoticedCell>;
  /** Cells that are not listed and may be of a file, by why. */
  readonly leftOut: ReadonlyMap<string, Tally<NoticedCell>>;
  /** Records that the project does not have, or that this token may not see. */
  readonly unknownRecords: Tally<string>;
  /** Records of the export that it has. */
  readonly knownRecords: number;
}

/** A column of files that the project has no field for. */
export interface UnknownField {
  readonly column: StrangeColumn;
  readonly files: Tally<NoticedCell>;
}

const FIRST = 10;
/** More than are ever named: near names are looked for among these. */
const FIRST_RECORDS = 100;

/** What is to be said of an export beside the list. */
export class ScanNotes {
  readonly #gone = createTally<NoticedCell>(FIRST);
  readonly #renamed = createTally<NoticedCell>(FIRST);
  readonly #leftOut = new Map<string, ReturnType<typeof createTally<NoticedCell>>>();
  readonly #unknownRecords = createTally<string>(FIRST_RECORDS);
  readonly #strangeFiles = new Map<StrangeColumn, ReturnType<typeof createTally<NoticedCell>>>();
  #knownRecords = 0;

  leaveOut(why: string, { target, shown }: ExportedCell): void {
    let tally = this.#leftOut.get(why);
    if (tally === undefined) this.#leftOut.set(why, (tally = createTally(FIRST)));
    tally.add({ target, shown });
  }

  /** A file in a column that the project has no field for. */
  meetStrange(column: StrangeColumn, cell: NoticedCell): void {
    let tally = this.#strangeFiles.get(column);
    if (tally === undefined) this.#strangeFiles.set(column, (tally = createTally(FIRST)));
    tally.add(cell);
  }

  /** What is in the place of a cell now. */
  take(cell: ExportedCell, look: Look): void {
    const { target, shown } = cell;
    switch (look.kind) {
      case 'there': {
        const mark = markShown(shown);
        if (mark === undefined || look.mark === undefined || !isOtherMark(mark, look.mark)) return;
        this.#renamed.add({ target, shown, now: look.mark });
        return;
      }
      case 'gone':
      case 'no_record':
        this.#gone.add({ target, shown });
        return;
      case 'nothing':
        this.leaveOut(look.why, cell);
    }
  }

  countRecords(known: number, unknown: readonly string[]): void {
    this.#knownRecords += known;
    for (const record of unknown) this.#unknownRecords.add(record);
  }

  result({ strange, lacking }: ExportedColumns): Omit<ScannedExport, 'rows'> {
    return {
      strange: strange.filter((column) => !this.#strangeFiles.has(column)),
      unknownFields: [...this.#strangeFiles].map(([column, { tally }]) => ({
        column,
        files: tally,
      })),
      lacking,
      gone: this.#gone.tally,
      renamed: this.#renamed.tally,
      leftOut: new Map([...this.#leftOut].map(([why, { tally }]) => [why, tally])),
      unknownRecords: this.#unknownRecords.tally,
      knownRecords: this.#knownRecords,
    };
  }
}

function createTally<T>(limit: number): { readonly tally: Tally<T>; add(item: T): void } {
  const first: T[] = [];
  const tally = { count: 0, first };
  return {
    tally,
    add(item) {
      tally.count += 1;
      if (first.length < limit) first.push(item);
    },
  };
}
