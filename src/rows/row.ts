/** Why a row is invalid in itself, as `sweep_code` says it. */
export type RowProblemCode =
  'missing_value' | 'bad_field_name' | 'bad_instance' | 'bad_sha256' | 'ragged_row';

/** The message is one for the report's `sweep_message`: it names the value, not the line. */
export interface RowProblem {
  readonly code: RowProblemCode;
  readonly message: string;
}

/** One data row of the manifest. It lives for one turn: nothing should keep it. */
export interface ManifestRow {
  /** Number of the data row, from 1. */
  readonly row: number;
  /** Line on which the row starts, from 1, header included. */
  readonly line: number;
  /**
   * The manifest's own columns (those that start with `sweep_` left out),
   * untouched and in their order. A ragged row is padded or cut to the header,
   * its record cell blanked, so that the report stays invalid until it is corrected.
   */
  readonly cells: readonly string[];
  /** As it stands; `''` when it is white space alone. */
  readonly record: string;
  /** This and what follows is trimmed; `''` where the cell is blank or the column absent. */
  readonly field: string;
  readonly event: string;
  readonly instance: string;
  readonly repeatInstrument: string;
  readonly expectFilename: string;
  /** In lower case. */
  readonly expectSha256: string;
  /** What is wrong with the row itself; the shared `NO_PROBLEMS` where nothing is. */
  readonly problems: readonly RowProblem[];
}

/** One shared value, so that a valid row among millions allocates nothing for its problems. */
export const NO_PROBLEMS: readonly RowProblem[] = Object.freeze([]);
