import { type ColumnChoices, type ColumnLayout, layOutColumns } from './columns.ts';
import type { CsvRecords } from './csv-records.ts';
import type { ManifestHead } from './header.ts';
import { type MakeRow, createRowMaker, isBlankLine } from './make-row.ts';
import { createRecords } from './records.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { TextPiece } from './text-piece.ts';
import { unreadableLine } from './unreadable.ts';

/** Small enough that a batch stays a few hundred rows whatever the source's chunks. */
const SLICE_BYTES = 16 * 1024;

/** What the parser's records become as they arrive. */
export interface Intake {
  readonly records: CsvRecords;
  /** Null until the header has come out of the parser. */
  layout: ColumnLayout | null;
  /** Rows that nobody has taken yet. */
  rows: ManifestRow[];
  /** Rows so far, taken ones included. */
  count: number;
}

export function createIntake(head: ManifestHead, choices: ColumnChoices): Intake {
  let makeRow: MakeRow | null = null;
  const intake: Intake = {
    layout: null,
    rows: [],
    count: 0,
    records: createRecords(head.delimiter, head.line, (cells, line, asItStood) => {
      if (makeRow === null) {
        intake.layout = layOutColumns(cells, line, choices);
        makeRow = createRowMaker(intake.layout);
      } else if (!isBlankLine(cells)) {
        intake.rows.push(makeRow(++intake.count, line, cells, asItStood));
      }
    }),
  };
  return intake;
}

/** One turn per slice of text; whoever takes no turn holds back the source. */
export async function* feedIntake(
  records: CsvRecords,
  first: TextPiece,
  rest: AsyncIterator<TextPiece, void>,
): AsyncGenerator<void, void, undefined> {
  for (let piece: TextPiece | undefined = first; piece !== undefined;) {
    for (let at = 0; at < piece.bytes.length; at += SLICE_BYTES) {
      await records.write(piece.bytes.subarray(at, at + SLICE_BYTES));
      yield;
    }
    if (piece.fault !== null) throw unreadableLine(records.currentLine(), piece.fault);
    const next: IteratorResult<TextPiece, void> = await rest.next();
    piece = next.done === true ? undefined : next.value;
  }
  await records.end();
}
