import { hideTokens } from '../config/show-value.ts';
import { RefusedError } from '../errors.ts';
import {
  COLUMN_NAMES,
  DISPENSABLE_COLUMNS,
  type ColumnChoices,
  type KnownColumn,
} from './column-names.ts';
import { showName, showTwoNames } from '../words/names.ts';

/** The columns that `--column` can point at a header of the user's own. */
const CHOOSABLE_COLUMNS = [
  'record',
  'field',
  'event',
  'instance',
  'expect_filename',
  'expect_sha256',
] as const satisfies readonly KnownColumn[];

const FORM = 'Write --column <name>=<header>, as in --column record="Study ID"';

/**
 * Reads the values of a repeated `--column name=header`. Whether the manifest
 * has such headers is seen when it is opened. Throws RefusedError.
 */
export function parseColumnOptions(values: readonly string[]): ColumnChoices {
  const choices: Partial<Record<KnownColumn, string>> = {};
  for (const value of values) {
    const equals = value.indexOf('=');
    if (equals === -1)
      throw new RefusedError(
        `--column ${showName(hideTokens(value), 'quoted')}: "=" is missing. ${FORM}.`,
      );
    const column = readColumnName(value.slice(0, equals));
    const header = value.slice(equals + 1);
    // Nothing behind the =: the manifest has no such column, however near a header may be.
    const isNone = header.trim() === '';
    if (isNone && !DISPENSABLE_COLUMNS.some((one) => one === column)) {
      throw new RefusedError(
        `--column ${column}=: the header is missing, and a manifest without this column names no file. ${FORM}.`,
      );
    }
    const earlier = choices[column];
    if (earlier !== undefined) {
      const [one, other] = showTwoNames(earlier, header, 'quoted');
      throw new RefusedError(
        `--column names two headers for ${column}: ${one} and ${other}. Give one.`,
      );
    }
    choices[column] = isNone ? '' : header;
  }
  return choices;
}

function readColumnName(text: string): KnownColumn {
  const name = text.trim().toLowerCase();
  const column = CHOOSABLE_COLUMNS.find((known) => known === name);
  if (column !== undefined) return column;
  const meant = CHOOSABLE_COLUMNS.find((known) => COLUMN_NAMES[known].includes(name));
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new RefusedError(
    `--column ${showName(hideTokens(text), 'quoted')}: there is no such column.${hint} The names are ${CHOOSABLE_COLUMNS.join(', ')}.`,
  );
}
