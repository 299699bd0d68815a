import { distance } from 'fastest-levenshtein';

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
export const KNOWN_COLUMNS: readonly KnownColumn[] = [
  'record',
  'field',
  'event',
  'instance',
  'redcap_repeat_instrument',
  'expect_filename',
  'expect_sha256',
];

/** Columns that a manifest may be said to lack, by `--column <name>=`. */
export const DISPENSABLE_COLUMNS = [
  'event',
  'instance',
  'expect_filename',
  'expect_sha256',
] as const satisfies readonly KnownColumn[];

/** Case, outer white space, and what stands between words do not tell two headers apart. */
export function foldHeader(name: string): string {
  return foldLightly(name).replace(/[\s_-]+/gu, '_');
}

/** Carried headers may differ in anything but this. */
export function foldLightly(name: string): string {
  return name.trim().toLowerCase();
}

/** A slip of the pen: so many letters more, fewer or others. */
const SLIP_LETTERS = 2;
/** Names that people carry beside a list, and that a scan writes. */
const CARRIED: ReadonlySet<string> = new Set(['file_name', 'file_names']);
const PREFIX = 'expect_';

/**
 * Is a header nearly a name of this column? What would narrow or guard a
 * deletion must not be passed over because of its spelling: a plural, other
 * underscores, one or two letters, `expect_` left out. A header that has a
 * further word (`event_date`) means something else.
 */
export function isNearly(header: string, column: KnownColumn): boolean {
  const name = foldHeader(header);
  if (name === '' || CARRIED.has(name)) return false;
  if (column === 'event' && squash(name) === 'eventname') return true;
  return COLUMN_NAMES[column].some((known) => isNearlyNamed(name, known));
}

function isNearlyNamed(name: string, known: string): boolean {
  const bare = known.startsWith(PREFIX) ? known.slice(PREFIX.length) : undefined;
  if ([known, bare].some((one) => one !== undefined && squash(name) === squash(one))) return true;
  return !hasFurtherWord(name, known) && distance(name, known) <= SLIP_LETTERS;
}

/** Without underscores and the plural's s. */
function squash(name: string): string {
  return name.replaceAll('_', '').replace(/s$/, '');
}

function hasFurtherWord(name: string, known: string): boolean {
  const words = name.split('_');
  const knownWords = known.split('_');
  return words.length > knownWords.length && knownWords.every((word) => words.includes(word));
}
