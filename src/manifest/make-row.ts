import type { ColumnLayout, KnownColumn } from './columns.ts';
import { quoted, shortened } from '../words/quote.ts';
import { findFieldFault, findInstanceFault, findSha256Fault } from './row-faults.ts';
import { type ManifestRow, NO_PROBLEMS, type RowProblem } from '../rows/row.ts';

/** Room for the row's own text in a `sweep_message` of at most 500 characters. */
const SHOWN_ROW_CHARACTERS = 380;

/** Makes one row; `asItStood` is called for a ragged one alone. */
export type MakeRow = (
  row: number,
  line: number,
  cells: readonly string[],
  asItStood: () => string,
) => ManifestRow;

/** Whether a line is no row: every cell blank. */
export function isBlankLine(cells: readonly string[]): boolean {
  return cells.every(isBlank);
}

function isBlank(cell: string): boolean {
  // Most cells begin with a visible ASCII character: no need to look further.
  const first = cell.charCodeAt(0);
  return !(first > 32 && first < 127) && cell.trim() === '';
}

/** Precomputes where the known columns stand, and what was found about the last field name. */
export function createRowMaker(layout: ColumnLayout): MakeRow {
  const { width, own, places, names } = layout;
  const ownsAll = own.length === width;
  const place = (column: KnownColumn): number => places[column] ?? -1;
  const recordAt = place('record');
  const fieldAt = place('field');
  const eventAt = place('event');
  const instanceAt = place('instance');
  const instrumentAt = place('redcap_repeat_instrument');
  const filenameAt = place('expect_filename');
  const sha256At = place('expect_sha256');
  const blankProblem = (column: 'record' | 'field'): RowProblem => ({
    code: 'missing_value',
    message: `The ${column} (column ${quoted(names[column] ?? column)}) is blank.`,
  });
  let soundField = '';

  return (row, line, cells, asItStood) => {
    const isRagged = cells.length !== width;
    const full = isRagged ? squareUp(cells, width, recordAt) : cells;
    const recordCell = full[recordAt] ?? '';
    const record = isBlank(recordCell) ? '' : recordCell;
    const field = trimmed(full, fieldAt);
    const instance = trimmed(full, instanceAt);
    const expectSha256 = trimmed(full, sha256At).toLowerCase();

    let problems: RowProblem[] | undefined;
    if (isRagged) {
      problems = [describeRagged(cells.length, width, asItStood())];
    } else {
      if (record === '') (problems ??= []).push(blankProblem('record'));
      if (field === '') (problems ??= []).push(blankProblem('field'));
      else if (field !== soundField) {
        const fault = findFieldFault(field);
        if (fault === undefined) soundField = field;
        else (problems ??= []).push(fault);
      }
      const instanceFault = instance === '' ? undefined : findInstanceFault(instance);
      if (instanceFault !== undefined) (problems ??= []).push(instanceFault);
      const sha256Fault = expectSha256 === '' ? undefined : findSha256Fault(expectSha256);
      if (sha256Fault !== undefined) (problems ??= []).push(sha256Fault);
    }
    return {
      row,
      line,
      cells: ownsAll ? full : own.map((at) => full[at] ?? ''),
      record,
      field,
      event: trimmed(full, eventAt),
      instance,
      repeatInstrument: trimmed(full, instrumentAt),
      expectFilename: trimmed(full, filenameAt),
      expectSha256,
      problems: problems ?? NO_PROBLEMS,
    };
  };
}

function trimmed(cells: readonly string[], at: number): string {
  return at === -1 ? '' : (cells[at] ?? '').trim();
}

/** Pads or cuts to the header. The record is blanked: with cells shifted, it may be another's. */
function squareUp(cells: readonly string[], width: number, recordAt: number): readonly string[] {
  return Array.from({ length: width }, (_, at) => (at === recordAt ? '' : (cells[at] ?? '')));
}

function describeRagged(found: number, width: number, text: string): RowProblem {
  const cells = found === 1 ? '1 cell' : `${found} cells`;
  return {
    code: 'ragged_row',
    message: `The row has ${cells} where the header has ${width}. It stood: ${shortened(text, SHOWN_ROW_CHARACTERS)}`,
  };
}
