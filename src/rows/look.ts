/** A row of a flat record export, as REDCap sends it. */
export type ExportRow = Readonly<Record<string, unknown>>;

/** What kind of trouble it is that an answer has no value. */
export type TroubleCause =
  /** No connection, or one that broke. */
  | 'no_answer'
  /** A server that is busy or broken: 5xx, or an answer without a body. */
  | 'fault'
  /** REDCap itself says no. */
  | 'refusal'
  /** Something that is no answer of REDCap's API. */
  | 'page';

/**
 * What a look says about a target. Four answers, and merging any two of them
 * would make a report lie somewhere.
 */
export type Look =
  /** A file is there. `mark` tells it from another one: its name, or its document id; absent where the server shows neither. */
  | { readonly kind: 'there'; readonly mark?: string; readonly name?: string }
  | { readonly kind: 'gone' }
  /** `moved`: the place is no longer the one that was planned, or an export says so. */
  | { readonly kind: 'nothing'; readonly why: string; readonly moved?: true }
  | { readonly kind: 'no_record'; readonly arms?: readonly string[]; readonly near?: string };

/** What came of looking at a batch of targets. */
export type LookedBatch =
  | {
      readonly kind: 'looked';
      readonly looks: readonly Look[];
      /** The rows of each record, for rules that need more than one target's look. */
      readonly rowsOf: (record: string) => readonly ExportRow[];
      /** No record of the list was one that was asked for: this token sees hashed ids. */
      readonly blind: boolean;
    }
  | {
      readonly kind: 'unreadable';
      readonly message: string;
      readonly status?: number | undefined;
      readonly cause?: TroubleCause | undefined;
    }
  | { readonly kind: 'stopped' };

const PRESENT_WITHOUT_NAME = '[document]';
const DOCUMENT_ID = /^\d+$/;

/** The look that a mark kept in the journal stands for. */
export function markedLook(mark: string): Look {
  if (mark === PRESENT_WITHOUT_NAME) return { kind: 'there' };
  // A document id tells two files apart, yet it is no name to show or to guard by.
  if (DOCUMENT_ID.test(mark)) return { kind: 'there', mark };
  return { kind: 'there', mark, name: mark };
}

/** Do two marks stand for two files? A name and a document id, by two versions, may be of one. */
export function isOtherMark(mark: string, seen: string): boolean {
  return mark !== seen && DOCUMENT_ID.test(mark) === DOCUMENT_ID.test(seen);
}
