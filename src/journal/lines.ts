import type { FileFacts, Status, StopCode, UnknownCode, Verified } from '../rows/outcome.ts';
import type { PlanLine } from '../rows/plan-line.ts';
import type { ProjectModel } from '../project/model.ts';

/** The journal's format number. A reader refuses every other one. */
export const JOURNAL_VERSION = 1;
export const JOURNAL_FILE = 'journal.ndjson';

/** Files beside it that its lines name: the folder of the backups, and the report of a restore. */
export const BACKUP_FOLDER = 'backup';
export const RESTORE_FILE = 'restore.csv';

/** First line: what this directory is, and everything that `resume` and `report` need offline. */
export interface JournalHeader {
  readonly version: typeof JOURNAL_VERSION;
  readonly kind: 'run' | 'check';
  readonly tool: string;
  readonly startedAt: string;
  readonly host: string;
  readonly user: string;
  /** The process that wrote the plan, and is the first to work on the run. */
  readonly session?: string;
  readonly manifest: {
    readonly name: string;
    /** As it was named on the command line; `-` where it came by a pipe. */
    readonly given?: string;
    /** Where it stood; absent where it came by a pipe. */
    readonly path?: string;
    readonly sha256: string;
    readonly bytes: number;
    readonly rows: number;
  };
  /** `--column` overrides in force. */
  readonly columns: Readonly<Record<string, string>>;
  /** The header that each column was read from, so that no later reading takes another one. */
  readonly asRead?: Readonly<Record<string, string>>;
  readonly url: string;
  /** What was read of the project; `null` with `--no-check`. */
  readonly project: ProjectModel | null;
  readonly options: Readonly<Record<string, unknown>>;
  /** Salted digest, by which another token is recognised where the project is not known. */
  readonly token: { readonly salt: string; readonly sha256: string };
  /** The approved check that this run carries out. */
  readonly approved?: ApprovedBy;
}

export interface ApprovedBy {
  readonly directory: string;
  /** Of its journal. */
  readonly sha256: string;
  /** It holds the files, and each is deleted only while its bytes are those. */
  readonly archive?: true;
}

export interface SendingLine {
  readonly row: number;
  readonly state: 'sending';
  readonly at: number;
  /** Counts over all sessions of the run. */
  readonly attempt: number;
  /** An earlier request may have had an effect. */
  readonly effect?: 'possible' | undefined;
  /** Nothing but the send watermark says so of that request. */
  readonly air?: 'mark' | undefined;
  /** What the server had said so far, where it is new. */
  readonly said?: string | undefined;
}

/** A try that ended and will be followed by another one. */
export interface TriedLine {
  readonly row: number;
  readonly state: 'tried';
  readonly at: number;
  readonly code: UnknownCode | '';
  readonly effect: 'none' | 'possible';
  /** False: the connection was never made, so the try counts as no attempt. */
  readonly sent: boolean;
  readonly http?: number;
  /** What the server itself had said by then, where it is new. */
  readonly said?: string;
}

/** The bytes of this row's file are whole on disk. */
export interface BackupLine {
  readonly row: number;
  readonly state: 'backup';
  readonly file: FileFacts;
}

export interface OutcomeLine {
  readonly row: number;
  readonly state: Status;
  readonly started?: number | undefined;
  readonly at?: number | undefined;
  readonly attempts?: number | undefined;
  readonly http?: number | undefined;
  readonly effect?: 'possible' | undefined;
  /** Nothing but the send watermark says that a request may have left. */
  readonly air?: 'mark' | undefined;
  readonly verified?: Exclude<Verified, ''> | undefined;
  /** Verification has yet to look at this row. */
  readonly look?: true | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly said?: string | undefined;
  readonly file?: FileFacts | undefined;
}

/** Looks that change nothing but `sweep_verified`, many rows a line. */
export interface VerifiedLine {
  readonly verified: Exclude<Verified, ''>;
  readonly rows: readonly number[];
  readonly at: number;
}

/** Before a file is put back; `resume` leaves such a row alone from then on. */
export interface RestoringLine {
  readonly row: number;
  readonly state: 'restoring';
  readonly at: number;
}

export type EventLine =
  | {
      readonly state: 'planned';
      readonly at: number;
      readonly totals: Readonly<Record<string, unknown>>;
    }
  | { readonly state: 'refused'; readonly at: number; readonly reason: string }
  | {
      readonly state: 'confirmed';
      readonly at: number;
      readonly files: number;
      readonly by: 'typed' | '--yes';
    }
  | {
      readonly state: 'resumed';
      readonly at: number;
      readonly tool: string;
      readonly session?: string;
    }
  | {
      readonly state: 'restore';
      readonly at: number;
      readonly tool: string;
      readonly session: string;
      /** `user@host`, as far as that is known. */
      readonly by?: string;
    }
  /** A restore came to its end, and its report stands. */
  | {
      readonly state: 'restored';
      readonly at: number;
      readonly totals: Readonly<
        Record<'restored' | 'refused' | 'failed' | 'not_restorable', number>
      >;
      readonly report: { readonly name: string; readonly sha256: string };
    }
  | { readonly state: 'mark'; readonly upTo: number }
  | {
      readonly state: 'stop';
      readonly at: number;
      readonly code: StopCode;
      readonly message: string;
      readonly session?: string;
    }
  | {
      readonly state: 'end';
      readonly at: number;
      readonly exitCode: number;
      readonly session?: string;
    };

export type RowLine = SendingLine | TriedLine | BackupLine | OutcomeLine | RestoringLine;

/** Any line but the first. */
export type BodyLine = PlanLine | RowLine | VerifiedLine | EventLine;

export type JournalLine = JournalHeader | BodyLine;
