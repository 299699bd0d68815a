import type { ExportRow, TroubleCause } from '../rows/look.ts';

/** A list of records that is asked for. */
export interface ListQuery {
  readonly records: readonly string[];
  readonly fields: readonly string[];
  /** REDCap logic that chooses among the records. */
  readonly filterLogic?: string | undefined;
}

/**
 * `all` tries as the command has them, or, for a part of a list that the
 * server failed on, two at most. What is no fault of the list (a 429, a
 * connection that was never made) is tried again as often as ever.
 */
export type Tries = 'all' | 'two';

/** How a list of records is asked for; retries are behind it. */
export type ExportRecords = (query: ListQuery, tries?: Tries) => Promise<ExportAnswer>;

/** The same for a list that may also name no records: all that the project has. */
export type ExportAny = (
  query: Omit<ListQuery, 'records'> & { readonly records?: readonly string[] | undefined },
  tries?: Tries,
) => Promise<ExportAnswer>;

export type ExportAnswer =
  | { readonly kind: 'rows'; readonly rows: readonly ExportRow[] }
  /** 200 without a body: loaded servers send that, and it says nothing. */
  | { readonly kind: 'bodyless' }
  | {
      readonly kind: 'unreadable';
      readonly message: string;
      readonly status?: number | undefined;
      /** What kind of trouble it is; a page where it is not told. */
      readonly cause?: TroubleCause | undefined;
      /** The server failed on the list itself (5xx, 413, a timeout, a page), so that a shorter one may do. */
      readonly shorterMayDo?: boolean;
    }
  /** The wait for it was broken by a stop. */
  | { readonly kind: 'stopped' };

/** What came of a list, asked for in parts where that was needed. */
export type ListAnswer =
  | {
      readonly kind: 'rows';
      readonly rows: readonly ExportRow[];
      /** Records that the server fails on alone, with why: the list says nothing of them. */
      readonly failed: ReadonlyMap<string, string>;
    }
  | Unusable;

type Unusable = Exclude<ExportAnswer, { kind: 'rows' | 'bodyless' }>;

/** What the lists of one command have shown so far; each command has one of these. */
export interface Lists {
  /** How many could be read. */
  readable: number;
  /** A list of one record that could be read: it shows whether the server is down or a record is bad. */
  known: ListQuery | undefined;
  /** Records that failed alone since a list was read. */
  failedInARow: number;
  /** How many may, before the known one is asked for again. */
  patience: number;
  /** Lists of more records than this have been too long. */
  longest: number;
  /** A list on its way down before any could be read: the others wait for what comes of it. */
  first: Promise<ListAnswer> | undefined;
  /** What came of the last one of these that was given up. */
  givenUp: ListAnswer | undefined;
}

export function createLists(): Lists {
  return {
    readable: 0,
    known: undefined,
    failedInARow: 0,
    patience: PATIENCE,
    longest: Number.POSITIVE_INFINITY,
    first: undefined,
    givenUp: undefined,
  };
}

export const BODYLESS = 'the server answered without a body, twice';
const PATIENCE = 2;
/** One bad hour must not make every later list a tiny one. */
const SHORTEST = 10;

/**
 * Asks for a list, and where the server fails on it, for its halves, down to
 * single records. A record that fails alone is no reason to give up, as long
 * as the server still reads another one: else nothing can be read, and the
 * whole list is unreadable, after a dozen requests and not after hundreds.
 */
export async function askForList(
  exportRecords: ExportRecords,
  query: ListQuery,
  lists: Lists,
): Promise<ListAnswer> {
  const { records } = query;
  if (records.length > lists.longest) return askInPieces(exportRecords, query, lists);
  const givenUpBefore = lists.givenUp;
  const answer = await exportRecords(query);
  const whole = answer.kind === 'bodyless' ? await exportRecords(query) : answer;
  if (whole.kind === 'rows') {
    noteReadable(lists, query);
    return { kind: 'rows', rows: whole.rows, failed: new Map() };
  }
  if (!mayBeShorter(whole)) return whole;
  while (lists.readable === 0 && lists.first !== undefined) await lists.first;
  // Another list, asked for meanwhile, has found out that nothing can be read.
  if (lists.readable === 0 && lists.givenUp !== givenUpBefore && lists.givenUp !== undefined) {
    return lists.givenUp;
  }
  const descent = descend(exportRecords, query, lists, whole);
  if (lists.readable > 0 || records.length === 1) return descent;
  lists.first = descent.then((found) => {
    lists.first = undefined;
    if (found.kind === 'unreadable') lists.givenUp = found;
    return found;
  });
  return lists.first;
}

/** The same where such a long list has been too long before: that is not tried each time anew. */
async function askInPieces(
  exportRecords: ExportRecords,
  query: ListQuery,
  lists: Lists,
): Promise<ListAnswer> {
  const { records } = query;
  const size = Math.ceil(records.length / Math.ceil(records.length / lists.longest));
  const rows: ExportRow[] = [];
  const failed = new Map<string, string>();
  for (let at = 0; at < records.length; at += size) {
    const piece = { ...query, records: records.slice(at, at + size) };
    const answer = await askForList(exportRecords, piece, lists);
    if (answer.kind !== 'rows') return answer;
    rows.push(...answer.rows);
    for (const [record, why] of answer.failed) failed.set(record, why);
  }
  return { kind: 'rows', rows, failed };
}

/** Goes down the halves of a list that the server failed on, the first one first. */
async function descend(
  exportRecords: ExportRecords,
  query: ListQuery,
  lists: Lists,
  failure: Failure,
): Promise<ListAnswer> {
  const { records } = query;
  const rows: ExportRow[] = [];
  const failed = new Map<string, string>();

  /** `undefined`: go on. */
  const ask = async (part: readonly string[]): Promise<Unusable | undefined> => {
    if (part.length > lists.longest) return halve(part, false);
    const asked = { ...query, records: part };
    const answer = await exportRecords(asked, 'two');
    if (answer.kind === 'rows') {
      noteReadable(lists, asked);
      rows.push(...answer.rows);
      return undefined;
    }
    return mayBeShorter(answer) ? split(part, answer) : answer;
  };
  const split = (part: readonly string[], answer: Failure): Promise<Unusable | undefined> => {
    if (part.length > 1) return halve(part, true);
    failed.set(part[0] ?? '', describe(answer));
    return checkServer(exportRecords, query, lists, answer);
  };
  const halve = async (
    part: readonly string[],
    failedAsWhole: boolean,
  ): Promise<Unusable | undefined> => {
    const failedBefore = failed.size;
    const size = Math.ceil(part.length / 2);
    const ended = (await ask(part.slice(0, size))) ?? (await ask(part.slice(size)));
    // Each half could be read, and the whole could not: it was its length.
    if (ended === undefined && failedAsWhole && failed.size === failedBefore) {
      lists.longest = Math.min(lists.longest, Math.max(size, SHORTEST));
    }
    return ended;
  };

  return (await split(records, failure)) ?? { kind: 'rows', rows, failed };
}

/**
 * Does the server still read lists, now that a record failed alone? Two in a
 * row may be bad; then one that was read before is asked for again, or, while
 * there is none, the last one of this list. `undefined` says that it does.
 */
async function checkServer(
  exportRecords: ExportRecords,
  query: ListQuery,
  lists: Lists,
  failure: Failure,
): Promise<Unusable | undefined> {
  lists.failedInARow += 1;
  if (lists.readable > 0 && lists.failedInARow < lists.patience) return undefined;
  const { records } = query;
  const other = records.length > 1 ? { ...query, records: records.slice(-1) } : undefined;
  const control = lists.known ?? other;
  if (control === undefined) return failure.kind === 'bodyless' ? undefined : giveUp(failure);
  const { patience } = lists;
  const answer = await exportRecords(control, 'two');
  if (answer.kind !== 'rows') return mayBeShorter(answer) ? giveUp(failure) : answer;
  noteReadable(lists, control);
  // Many bad records in a row are not worth as many questions.
  lists.patience = patience * 2;
  return undefined;
}

type Failure = Exclude<ExportAnswer, { kind: 'rows' | 'stopped' }>;

/** Is this a failure that a shorter list may be spared? */
function mayBeShorter(answer: ExportAnswer): answer is Failure {
  return (
    answer.kind === 'bodyless' || (answer.kind === 'unreadable' && answer.shorterMayDo === true)
  );
}

function giveUp(failure: Failure): Unusable {
  if (failure.kind === 'bodyless') {
    return { kind: 'unreadable', message: BODYLESS, cause: 'fault' };
  }
  const { message, status, cause } = failure;
  return {
    kind: 'unreadable',
    message,
    ...(status === undefined ? {} : { status }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function describe(failure: Failure): string {
  return failure.kind === 'bodyless' ? BODYLESS : failure.message;
}

function noteReadable(lists: Lists, { records, ...query }: ListQuery): void {
  lists.readable += 1;
  lists.failedInARow = 0;
  lists.patience = PATIENCE;
  lists.known = { ...query, records: records.slice(0, 1) };
}
