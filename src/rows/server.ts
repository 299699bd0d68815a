import type { AnswerCode, StopCode } from './outcome.ts';
import type { ExportRow } from './look.ts';
import type { Target } from './target.ts';

/**
 * The server as the stages know it: what may be asked of it, one try each, and
 * what its answers mean. `redcap/` speaks HTTP behind these types.
 */

/** What every answer carries, whatever it means. */
export interface AnswerFacts {
  readonly httpStatus: number | undefined;
  /** One line: the server's own words, or plain words of what happened. */
  readonly message: string;
  /** A success, or an error in one of REDCap's shapes: this is REDCap that speaks. */
  readonly trustworthy: boolean;
  readonly retryAfterMs: number | undefined;
}

/** Why the server's answer ends the command. */
export type ServerStopCode = Extract<
  StopCode,
  | 'rejected_token'
  | 'banned'
  | 'wrong_address'
  | 'untrusted_certificate'
  | 'proxy_refused'
  | 'server_busy'
>;

export interface ServerStop {
  readonly kind: 'stop';
  readonly stop: ServerStopCode;
  /** May the request have removed the file? */
  readonly effect: 'none' | 'possible';
  /** False only where the connection was never made. */
  readonly sent: boolean;
}

/** What came of a deletion that left, or was never connected. */
export type DeleteAnswer = AnswerFacts &
  (
    | { readonly kind: 'done' }
    | { readonly kind: 'no_file' }
    | {
        readonly kind: 'retry';
        readonly effect: 'none' | 'possible';
        /** `interrupted` where we gave it up. */
        readonly code: AnswerCode | 'interrupted';
        /** False only where the connection was never made. */
        readonly sent: boolean;
      }
    /** The exact status for 4xx; `http_5xx` for 501. */
    | { readonly kind: 'refused'; readonly code: `http_${string}` }
    /** The caller decides: before any other trustworthy answer it stops the run, later it fails the row. */
    | { readonly kind: 'forbidden'; readonly code: 'http_403' }
    | ServerStop
  );

/** Why reading gave no value. */
export type ReadFailure = AnswerFacts &
  /** 200 and no body: loaded servers send that, and it says nothing. */
  (
    | { readonly kind: 'empty' }
    /** HTML, no JSON, another shape, cut off. */
    | { readonly kind: 'unreadable' }
    /** A REDCap error, or another 4xx or 501. */
    | { readonly kind: 'error'; readonly httpStatus: number }
    /** `sent` is false only where the connection was never made. */
    | {
        readonly kind: 'retry';
        /** `interrupted` where we gave it up. */
        readonly code: AnswerCode | 'interrupted';
        readonly sent: boolean;
      }
    /** Our own stop came first: the wait was broken, or the request given up. */
    | { readonly kind: 'not_sent' }
    | ServerStop
  );

export type ReadAnswer<T> =
  (AnswerFacts & { readonly kind: 'value'; readonly value: T }) | ReadFailure;

export const NOT_SENT: ReadFailure = {
  kind: 'not_sent',
  httpStatus: undefined,
  message: 'The command was stopped.',
  trustworthy: false,
  retryAfterMs: undefined,
};

export interface RemoveHooks {
  /** When the request's turn has come; when it throws, nothing is sent. */
  readonly beforeSend: () => Promise<void> | undefined;
  /** Right before the first byte leaves; when it says no, nothing is sent. */
  readonly onLeaving: () => boolean;
}

/** Sends one deletion. */
export type RemoveFile = (
  target: Target,
  hooks: RemoveHooks,
) => Promise<DeleteAnswer | { readonly kind: 'not_sent' }>;

/** Takes the bytes of a file as they come; reading waits for it. What it throws, `exportFile` throws. */
export type Sink = (chunk: Uint8Array) => void | Promise<void>;

export type ExportFileAnswer =
  | (AnswerFacts & {
      readonly kind: 'file';
      readonly fileName: string;
      readonly bytes: number;
      /** False: the connection's end alone says where the file ends. */
      readonly lengthTold: boolean;
    })
  /** 200, and its content type names no file: whatever it is, it is no stored file. */
  | (AnswerFacts & { readonly kind: 'no_name' })
  | ReadFailure;

export type ImportFileAnswer = (AnswerFacts & { readonly kind: 'done' }) | ReadFailure;

export interface UploadFile {
  readonly fileName: string;
  readonly bytes: {
    readonly length: number;
    readonly open: () => AsyncIterable<Uint8Array>;
  };
}

interface FileHooks {
  /** The stop: breaks every wait before the request. */
  readonly signal?: AbortSignal | undefined;
  /** Tears down the request that is in flight. */
  readonly abort?: AbortSignal | undefined;
  /** Runs after every wait; where it throws, nothing is sent, and the call rejects with its error. */
  readonly beforeSend?: (() => void | Promise<void>) | undefined;
}

/** `content=file`, export and import. */
export interface FileClient {
  /** After `retry` the sink may have taken a part: the next try starts from the first byte. */
  exportFile(target: Target, sink: Sink, hooks?: FileHooks): Promise<ExportFileAnswer>;
  /** Overwrites what is stored. A `retry` may have had its effect. */
  importFile(target: Target, file: UploadFile, hooks?: FileHooks): Promise<ImportFileAnswer>;
}

export interface RecordQuery {
  /** All records where absent; at most 500. */
  readonly records?: readonly string[] | undefined;
  /** At most 500, the record-ID field among them. */
  readonly fields: readonly string[];
  readonly events?: readonly string[] | undefined;
  /** REDCap logic that chooses records. */
  readonly filterLogic?: string | undefined;
}

/** An object of the server's JSON; flags are numbers or strings, by version, and keys come and go. */
export type ServerObject = Readonly<Record<string, unknown>>;

/** The calls that only read. */
export interface Reader {
  version(): Promise<ReadAnswer<string>>;
  project(): Promise<ReadAnswer<ServerObject>>;
  /** The whole data dictionary, or of these fields; never without a field. */
  metadata(fields?: readonly string[]): Promise<ReadAnswer<readonly ServerObject[]>>;
  /** Classic projects answer with an error (400). */
  events(): Promise<ReadAnswer<readonly ServerObject[]>>;
  /** Classic projects answer with an error (400). */
  formEventMapping(): Promise<ReadAnswer<readonly ServerObject[]>>;
  /** Needs the Design right; an error (400) too where nothing repeats. */
  repeatingFormsEvents(): Promise<ReadAnswer<readonly ServerObject[]>>;
  /** The forms, with their labels. */
  instruments(): Promise<ReadAnswer<readonly ServerObject[]>>;
  /** Needs the User Rights right. Whose token it is, no answer says. */
  users(): Promise<ReadAnswer<readonly ServerObject[]>>;
  exportRecords(query: RecordQuery): Promise<ReadAnswer<readonly ExportRow[]>>;
  /** The rows of a report that was built in REDCap, with its own columns; an error (403) for one of another project. */
  exportReport(id: string): Promise<ReadAnswer<readonly ExportRow[]>>;
}
