import { type ManifestRow, NO_PROBLEMS, type RowProblem } from '../rows/row.ts';
import { showName } from '../words/names.ts';
import { shortened } from '../words/one-line.ts';
import type { ColumnLayout } from './columns.ts';
import type { CsvRecord } from './csv.ts';

const FIELD_NAME = /^[a-z][a-z0-9_]*$/;
const INSTANCE = /^[1-9][0-9]{0,8}$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** Room for the row's own text in a `sweep_message` of at most 500 characters. */
const SHOWN_ROW_CHARACTERS = 380;

/** Makes the row with this number (from 1), and finds what is wrong with the row itself. */
export type MakeRow = (record: CsvRecord, row: number) => ManifestRow;

export function createRowMaker({ width, own, places, names }: ColumnLayout): MakeRow {
  return (found, row) => {
    const isRagged = found.cells.length !== width;
    const cells = isRagged ? squareUp(found.cells, width, places.record) : found.cells;
    const recordCell = cellAt(cells, places.record);
    const record = recordCell.trim() === '' ? '' : recordCell;
    const field = cellAt(cells, places.field).trim();
    const instance = cellAt(cells, places.instance).trim();
    const expectSha256 = cellAt(cells, places.expect_sha256).trim().toLowerCase();
    return {
      row,
      line: found.line,
      cells: own.map((at) => cells[at] ?? ''),
      record,
      field,
      event: cellAt(cells, places.event).trim(),
      instance,
      repeatInstrument: cellAt(cells, places.redcap_repeat_instrument).trim(),
      expectFilename: cellAt(cells, places.expect_filename).trim(),
      expectSha256,
      problems: isRagged
        ? [describeRagged(found, width)]
        : findProblems({ record, field, instance, expectSha256 }, names),
    };
  };
}

function cellAt(cells: readonly string[], at: number | undefined): string {
  return at === undefined ? '' : (cells[at] ?? '');
}

/** Pads or cuts to the header. The record is blanked: with cells shifted, it may be another's. */
function squareUp(
  cells: readonly string[],
  width: number,
  recordAt: number | undefined,
): readonly string[] {
  return Array.from({ length: width }, (_, at) => (at === recordAt ? '' : (cells[at] ?? '')));
}

function describeRagged({ cells, raw }: CsvRecord, width: number): RowProblem {
  const found = cells.length === 1 ? '1 cell' : `${cells.length} cells`;
  const text = raw.replace(/[\r\n]$/u, '');
  return {
    code: 'ragged_row',
    message: `The row has ${found} where the header has ${width}. It stood: ${shortened(text, SHOWN_ROW_CHARACTERS)}`,
  };
}

type Values = Pick<ManifestRow, 'record' | 'field' | 'instance' | 'expectSha256'>;

function findProblems(
  { record, field, instance, expectSha256 }: Values,
  names: ColumnLayout['names'],
): readonly RowProblem[] {
  const problems: RowProblem[] = [];
  if (record === '') problems.push(describeBlank('record', names));
  if (field === '') problems.push(describeBlank('field', names));
  else if (!FIELD_NAME.test(field)) problems.push(describeField(field));
  if (instance !== '' && !INSTANCE.test(instance)) problems.push(describeInstance(instance));
  if (expectSha256 !== '' && !SHA256.test(expectSha256))
    problems.push(describeDigest(expectSha256));
  return problems.length === 0 ? NO_PROBLEMS : problems;
}

function describeBlank(column: 'record' | 'field', names: ColumnLayout['names']): RowProblem {
  return {
    code: 'missing_value',
    message: `The ${column} (column ${showName(names[column] ?? column, 'quoted')}) is blank.`,
  };
}

/** REDCap's names are lower-case. */
function describeField(field: string): RowProblem {
  const lower = field.toLowerCase();
  const hint = FIELD_NAME.test(lower)
    ? `Write it in lower case: ${showName(lower, 'quoted')}.`
    : 'Write it as in the Codebook: lower-case letters, digits and underscores, a letter first.';
  return {
    code: 'bad_field_name',
    message: `${showName(field, 'quoted')} is no field name. ${hint}`,
  };
}

/** `NA` is a value, and never taken for blank. */
function describeInstance(instance: string): RowProblem {
  return {
    code: 'bad_instance',
    message: `${showName(instance, 'quoted')} is no instance. Write a whole number from 1, digits alone and no leading zero, or leave the cell blank where nothing repeats.`,
  };
}

function describeDigest(digest: string): RowProblem {
  const has = /^[0-9a-f]*$/.test(digest) ? ` It has ${digest.length}.` : '';
  return {
    code: 'bad_sha256',
    message: `${showName(digest, 'quoted')} is no SHA-256 digest. Write 64 hexadecimal digits, or leave the cell blank.${has}`,
  };
}
