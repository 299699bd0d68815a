import { RefusedError } from '../errors.ts';
import { quoted } from '../words/quote.ts';
import { unreadableLine } from './lines.ts';

export type KnownColumn =
  | 'record'
  | 'field'
  | 'event'
  | 'instance'
  | 'expect_filename'
  | 'expect_sha256'
  | 'redcap_repeat_instrument';

export type ColumnChoices = Readonly<Partial<Record<KnownColumn, string>>>;

/** Every header that serves a column by itself. */
export const COLUMN_NAMES: Readonly<Record<KnownColumn, readonly string[]>> = {
  record: ['record', 'record_id'],
  field: ['field', 'field_name'],
  event: ['event', 'redcap_event_name', 'unique_event_name'],
  instance: ['instance', 'repeat_instance', 'redcap_repeat_instance'],
  redcap_repeat_instrument: ['redcap_repeat_instrument'],
  expect_filename: ['expect_filename'],
  expect_sha256: ['expect_sha256'],
};
const KNOWN_COLUMNS: readonly KnownColumn[] = [
  'record',
  'field',
  'event',
  'instance',
  'redcap_repeat_instrument',
  'expect_filename',
  'expect_sha256',
];

/** Where each column stands in the manifest's lines. */
export interface ColumnLayout {
  /** Cells that a valid line has, the columns of an earlier report included. */
  readonly width: number;
  /** Places of the manifest's own columns, in order. */
  readonly own: readonly number[];
  /** Their names as they stand. */
  readonly header: readonly string[];
  readonly places: Readonly<Partial<Record<KnownColumn, number>>>;
  readonly names: ColumnChoices;
}

/** Headers match without regard to case and surrounding white space. */
export function foldHeader(name: string): string {
  return name.trim().toLowerCase();
}

const SHOWN_HEADERS = 40;
const OUR_PREFIX = 'sweep_';

/** Finds the columns in the header, or throws RefusedError with what to do about it. */
export function layOutColumns(
  header: readonly string[],
  line: number,
  choices: ColumnChoices = {},
): ColumnLayout {
  const folded = header.map(foldHeader);
  const own = folded.flatMap((name, at) => (name.startsWith(OUR_PREFIX) ? [] : [at]));
  const headers = own.map((at) => header[at] ?? '');
  const placeOf = placeHeaders(own, header, line);
  const seen = listHeaders(headers);

  const places: Partial<Record<KnownColumn, number>> = {};
  const serves = new Map<number, KnownColumn>();
  for (const column of KNOWN_COLUMNS) {
    const choice = choices[column];
    if (choice === undefined) continue;
    const at = placeOf.get(foldHeader(choice));
    if (at === undefined) {
      throw new RefusedError(
        `--column ${column}=${choice}: the manifest has no header ${quoted(choice)} (line ${line}). ${seen}`,
      );
    }
    const other = serves.get(at);
    if (other !== undefined) {
      throw new RefusedError(
        `--column: the header ${quoted(choice)} (line ${line}) cannot serve both ${other} and ${column}. Name another one.`,
      );
    }
    places[column] = at;
    serves.set(at, column);
  }
  for (const column of KNOWN_COLUMNS) {
    if (places[column] !== undefined) continue;
    const found = COLUMN_NAMES[column].flatMap((name) => {
      const at = placeOf.get(name);
      return at === undefined || serves.has(at) ? [] : [at];
    });
    const [at, second] = found;
    if (at === undefined) continue;
    if (second !== undefined) {
      const names = found.map((place) => quoted(header[place] ?? '')).join(' and ');
      throw unreadableLine(
        line,
        `the headers ${names} both name the column ${column}. Say which one counts with --column ${column}=<header>, or rename the other.`,
      );
    }
    places[column] = at;
  }
  refuseMissing(places, line, seen);
  const names = Object.fromEntries(
    Object.entries(places).map(([column, at]) => [column, header[at] ?? '']),
  );
  return { width: header.length, own, header: headers, places, names };
}

/** Names are unique but for nameless columns, which are carried however many. */
function placeHeaders(
  own: readonly number[],
  header: readonly string[],
  line: number,
): ReadonlyMap<string, number> {
  const placeOf = new Map<string, number>();
  for (const at of own) {
    const name = foldHeader(header[at] ?? '');
    if (name === '') continue;
    const first = placeOf.get(name);
    if (first !== undefined) {
      throw unreadableLine(
        line,
        `the header ${quoted(header[at] ?? '')} stands twice, in columns ${first + 1} and ${at + 1}. Rename or remove one of them.`,
      );
    }
    placeOf.set(name, at);
  }
  return placeOf;
}

function refuseMissing(
  places: Readonly<Partial<Record<KnownColumn, number>>>,
  line: number,
  seen: string,
): void {
  const missing = (['record', 'field'] as const).filter((name) => places[name] === undefined);
  if (missing.length === 0) return;
  const wanted = missing.map((column) => COLUMN_NAMES[column].map((n) => quoted(n)).join(' or '));
  const options = missing.map((column) => `--column ${column}=<header>`).join(' ');
  const noun = missing.length === 1 ? 'a header is missing' : 'headers are missing';
  throw unreadableLine(
    line,
    `${noun}: ${wanted.join('; and ')}. ${seen} If a column has another name, say so with ${options}.`,
  );
}

function listHeaders(headers: readonly string[]): string {
  const named = headers.filter((name) => name.trim() !== '');
  if (named.length === 0) return 'No header has a name.';
  const rest = named.length > SHOWN_HEADERS ? ` and ${named.length - SHOWN_HEADERS} more` : '';
  const shown = named.slice(0, SHOWN_HEADERS).map((name) => quoted(name));
  return `Headers seen: ${shown.join(', ')}${rest}.`;
}
