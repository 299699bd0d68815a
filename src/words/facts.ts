import type { Status, StopCode, Verified } from '../rows/outcome.ts';

/** A state as people see it: that of the reports, with a check's two apart. */
export type State = Status | 'would_delete' | 'nothing_to_delete';

/** What screen and page both judge a check or a run by. */
export interface Facts {
  /** A check or a refused run: nothing was attempted. */
  readonly planOnly: boolean;
  readonly refused: string | undefined;
  readonly stop: { readonly code: StopCode; readonly message: string } | undefined;
  /** `undefined`: the run is live, or was killed. */
  readonly exitCode: number | undefined;
  /** A deletion request was sent. */
  readonly sent: boolean;
  readonly confirmed: boolean;
  readonly rows: number;
  readonly states: Readonly<Record<State, number>>;
  /** Rows in error.csv. */
  readonly errors: number;
  /** Of these, rows that are no longer what the check saw. */
  readonly changed: number;
  readonly verified: Readonly<Record<Verified, number>>;
  readonly unconfirmed: number;
  readonly goneSinceCheck: number;
  /** A check that saves the files; `undefined` of any other, and of a run. */
  readonly archive: ArchiveFacts | undefined;
  /** A run that carries out a check with an archive: nothing is deleted that is not in one. */
  readonly ofArchive: boolean;
  /** Deleted files of which the run keeps a copy. */
  readonly withBackup: number;
  /** Deleted files whose only copy is in the archive of the approved check. */
  readonly inArchive: number;
  readonly approved: boolean;
  /** `resume` has something to send or to look at. */
  readonly workLeft: boolean;
  /** A restore came after the run; `incomplete`: files were not put back, or it is not known. */
  readonly restored: { readonly words: string; readonly incomplete: boolean } | undefined;
  /** Against the stand-in, over the bundled list. */
  readonly rehearsal: boolean;
  /** The manifest as a command names it; `-` where it was piped in. */
  readonly manifest: string;
  /** False with `--no-check`. */
  readonly checked: boolean;
  /** As the journal keeps them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** `--column` in force. */
  readonly columns: Readonly<Record<string, string>>;
  /** As the commands to run next name it. */
  readonly directory: string;
  /** The name of the report of errors that counts. */
  readonly errorFile: string;
  /** Ceiling over all requests; Infinity: none; absent where it is not known. */
  readonly perMinute: number | undefined;
}

/** What a check's archive holds. */
export interface ArchiveFacts {
  /** Those that would be deleted. */
  readonly files: number;
  readonly bytes: number;
  /** Rows whose file is still to be saved. */
  readonly left: number;
  /** Files that could not be saved. */
  readonly failed: number;
}

/** Rows whose end nothing will change but a person. */
export function settledRows({ rows, states }: Pick<Facts, 'rows' | 'states'>): number {
  return rows - states.unknown - states.not_attempted;
}
