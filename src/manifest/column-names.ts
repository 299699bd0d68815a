import { distance } from 'fastest-levenshtein';
import { skeletonOf } from '../words/letters.ts';

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
/** Without its `expect_` a name is short, and what is a word of its own is not far from it. */
const SLIP_LETTERS_OF_BARE = 1;
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
  // Letters of another script or width, and what cannot be seen, are slips too.
  const name = foldHeader(skeletonOf(header));
  if (name === '' || CARRIED.has(foldHeader(header))) return false;
  if (column === 'event' && squash(name) === 'eventname') return true;
  return COLUMN_NAMES[column].some((known) => isNearlyNamed(name, known));
}

function isNearlyNamed(name: string, known: string): boolean {
  if (isSlip(name, known, SLIP_LETTERS)) return true;
  const bare = known.startsWith(PREFIX) ? known.slice(PREFIX.length) : undefined;
  return bare !== undefined && isSlip(name, bare, SLIP_LETTERS_OF_BARE);
}

function isSlip(name: string, known: string, letters: number): boolean {
  const [one, other] = [squash(name), squash(known)];
  if (one === other) return true;
  if (hasFurtherWord(name, known)) return false;
  return distance(name, known) <= letters || distance(one, other) <= letters;
}

/** Without underscores and the plural's s. */
function squash(name: string): string {
  return withoutPlural(name.replaceAll('_', ''));
}

function withoutPlural(word: string): string {
  return word.replace(/s$/, '');
}

function hasFurtherWord(name: string, known: string): boolean {
  const words = name.split('_').map(withoutPlural);
  const knownWords = known.split('_').map(withoutPlural);
  return words.length > knownWords.length && knownWords.every((word) => words.includes(word));
}
