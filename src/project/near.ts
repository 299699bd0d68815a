import { distance } from 'fastest-levenshtein';
import type { LookedBatch } from '../rows/look.ts';
import type { Target } from '../rows/target.ts';
import { UNSEEN } from '../words/letters.ts';
import { asText } from './cells.ts';
import type { ExportRecords } from './export-lists.ts';
import type { ProjectModel } from './model.ts';

/** Names that one request may ask for; PHP cuts forms that hold more than 1,000 values. */
const ASK_AT_MOST = 400;
/** Record ids are seldom padded to more. */
const PADDED_TO = 8;

const UNSEEN_OR_BLANK = new RegExp(`${UNSEEN.source}|\\s`, 'gu');
/** `1e+05`, `1,5E3`, `7.0`: as software writes what it takes for a number. */
const NUMBER = /^(\d+)(?:[.,](\d+))?e\+?(\d{1,2})$|^(\d+)\.0+$/i;

/**
 * What spellings of one name have in common: neither letter case nor white
 * space, leading zeros, Unicode form and what cannot be seen count, and a number
 * is one however it is written.
 */
function fold(name: string): string {
  const plain = name.replace(UNSEEN_OR_BLANK, '').normalize('NFKC');
  return withoutZeros(readNumber(plain) ?? plain).toLowerCase();
}

function withoutZeros(text: string): string {
  return text.replace(/^0+(?=.)/u, '');
}

/** What is said of such a name, where the project has none and one that it may stand for. */
export const AS_NUMBER = 'it is a number as a spreadsheet or R writes it';
export const WRITTEN_AS_NUMBER = 'a spreadsheet or R wrote the number so';

/** The digits of a whole number that stands in another form than digits; `undefined`: it is none. */
export function readNumber(text: string): string | undefined {
  const found = NUMBER.exec(text.trim());
  if (found === null) return undefined;
  const [, whole = '', fraction = '', exponent = '0', decimal] = found;
  if (decimal !== undefined) return decimal;
  const places = Number(exponent);
  const rest = fraction.slice(places);
  return /^0*$/.test(rest) ? whole + fraction.slice(0, places).padEnd(places, '0') : undefined;
}

/** Looks for another spelling of a name among these, which are read when the first one is wanted. */
export type FindSpelling = (wanted: string) => string | undefined;

export function spellingFinder(names: Iterable<string>): FindSpelling {
  let byFold: Map<string, string[]> | undefined;
  return (wanted) => {
    byFold ??= indexByFold(names);
    return byFold.get(fold(wanted))?.find((name) => name !== wanted);
  };
}

function indexByFold(names: Iterable<string>): Map<string, string[]> {
  const index = new Map<string, string[]>();
  for (const name of names) {
    const folded = fold(name);
    const known = index.get(folded);
    if (known === undefined) index.set(folded, [name]);
    else known.push(name);
  }
  return index;
}

/** The most similar valid name, where one is near enough to be a slip of the pen. */
export function nearestName(wanted: string, names: Iterable<string>): string | undefined {
  const lower = wanted.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const far = distance(lower, name.toLowerCase());
    if (far < bestDistance) {
      best = name;
      bestDistance = far;
    }
  }
  return best;
}

const WORD = /[\p{L}]{3,}/gu;

/** The one name that has a word in common with another, as `consent_file` with `consent`; several say nothing. */
export function nameWithSameWord(wanted: string, names: readonly string[]): string | undefined {
  const words = new Set(wanted.toLowerCase().match(WORD));
  const alike = names.filter((name) => name.match(WORD)?.some((word) => words.has(word)) === true);
  return alike.length === 1 ? alike[0] : undefined;
}

/**
 * Names that a missing record may have in the project: spreadsheets drop
 * leading zeros and write `1E+05`, people type white space, a browser copies
 * hard blanks and what cannot be seen, a Mac takes letters apart. Case is left
 * to the server, which mostly takes no notice of it.
 */
export function otherSpellings(record: string): readonly string[] {
  const trimmed = record.trim();
  const plain = trimmed.replace(UNSEEN, '').normalize('NFKC').trim();
  const spellings = new Set<string>();
  for (const one of [trimmed, plain]) {
    for (const spaced of [one, one.replace(/\s+/gu, ' '), one.replace(/\s+/gu, '')]) {
      spellings.add(spaced).add(spaced.normalize('NFC')).add(spaced.normalize('NFD'));
    }
  }
  const number = readNumber(plain) ?? plain;
  if (/^\d/.test(number)) {
    const bare = number.replace(/^0+(?=.)/, '');
    for (let zeros = 0; zeros <= Math.max(3, PADDED_TO - bare.length); zeros += 1) {
      spellings.add('0'.repeat(zeros) + bare);
    }
  }
  spellings.add(plain.replaceAll(' ', '\u00a0')).add(`${plain}\u00a0`).add(`${plain}\u200b`);
  spellings.delete(record);
  spellings.delete('');
  return [...spellings];
}

/** The same, and as it is written: for the server, which mostly takes no notice of case. */
export function allSpellings(record: string): readonly string[] {
  return [record, ...otherSpellings(record)];
}

/**
 * Asks whether the project has a missing record under another spelling, so
 * that the message can name it. An answer that cannot be read names nothing.
 */
export async function nameNearRecords(
  exportRecords: ExportRecords,
  model: ProjectModel,
  targets: readonly Target[],
  looked: LookedBatch,
): Promise<LookedBatch> {
  if (looked.kind !== 'looked') return looked;
  const isNameless = (at: number): boolean => {
    const look = looked.looks[at];
    return look?.kind === 'no_record' && look.near === undefined && look.arms === undefined;
  };
  const missing = new Set(targets.flatMap(({ record }, at) => (isNameless(at) ? [record] : [])));
  const near = await findNearRecords(exportRecords, model, missing);
  if (near.size === 0) return looked;
  const looks = looked.looks.map((look, at) => {
    const name = isNameless(at) ? near.get(targets[at]?.record ?? '') : undefined;
    return name === undefined ? look : { kind: 'no_record' as const, near: name };
  });
  return { ...looked, looks };
}

/** The spellings under which the project has missing records; none where an answer cannot be read. */
export async function findNearRecords(
  exportRecords: ExportRecords,
  { recordIdField }: ProjectModel,
  missing: Iterable<string>,
  spellings: (record: string) => readonly string[] = otherSpellings,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...missing];
  const asked = [...new Set(wanted.flatMap((record) => spellings(record)))];
  const names = new Set<string>();
  for (let at = 0; at < asked.length; at += ASK_AT_MOST) {
    const records = asked.slice(at, at + ASK_AT_MOST);
    const answer = await exportRecords({ records, fields: [recordIdField] });
    if (answer.kind !== 'rows') return new Map();
    for (const row of answer.rows) names.add(asText(row[recordIdField]));
  }
  const findSpelling = spellingFinder(names);
  return new Map(
    wanted.flatMap((record) => {
      const near = findSpelling(record);
      return near === undefined ? [] : [[record, near] as const];
    }),
  );
}
