import { count } from './counts.ts';
import { codePoint, lettersOf, skeletonOf, type Letter } from './letters.ts';

/** `style` says how a name stands among its neighbours: bare, or always in quotation marks. */
export type NameStyle = 'bare' | 'quoted';

const SHOWN_CHARACTERS = 60;
const LONGEST_PATH = 300;
/** Of a name that is too long: its beginning, and what stands before the difference. */
const BEGINNING = 15;
const BEFORE_DIFFERENCE = 10;
const NOTES_AT_MOST = 3;

/**
 * A name of a user's manifest or of the server (a record, a file, a header) as
 * a message shows it: what cannot be seen is written out (`<U+00A0>`), blanks
 * at its ends are held by quotation marks, and it is shortened.
 */
export function showName(
  name: string,
  style: NameStyle = 'bare',
  limit = SHOWN_CHARACTERS,
): string {
  const shown = isOrdinary(name, limit) ? name : textOf(excerptFrom(lettersOf(name), 0, limit));
  return quoteWhereNeeded(shown, name, style);
}

/** A path as a message names it; one that is to be typed is quoted for the shell (`quotePath`). */
export function showPath(path: string): string {
  return showName(path, 'bare', LONGEST_PATH);
}

/**
 * Two names of one message, so that they can be told apart: where they look the
 * same, what differs stands behind each (`résumé.pdf (é is U+0065 U+0301)`), and
 * long ones are shown from shortly before they differ.
 */
export function showTwoNames(
  one: string,
  other: string,
  style: NameStyle = 'bare',
): readonly [string, string] {
  if (
    one === other ||
    (isOrdinary(one) && isOrdinary(other) && collapseBlanks(one) !== collapseBlanks(other))
  ) {
    return [showName(one, style), showName(other, style)];
  }
  const letters = [lettersOf(one), lettersOf(other)] as const;
  const from = whereToBegin(...letters);
  const first = excerptFrom(letters[0], from);
  const second = excerptFrom(letters[1], from);
  const notes = noteDifferences(first, second);
  const shown = [
    quoteWhereNeeded(textOf(first), one, style) + notes[0],
    quoteWhereNeeded(textOf(second), other, style) + notes[1],
  ] as const;
  // What shows messages may make one blank of many.
  return collapseBlanks(shown[0]) === collapseBlanks(shown[1])
    ? [writeBlanks(shown[0]), writeBlanks(shown[1])]
    : shown;
}

/** Several names of one message: each as it is shown alone, and where two look the same, with what differs. */
export function showNames(names: readonly string[], style: NameStyle = 'bare'): readonly string[] {
  const alike = new Map<string, string[]>();
  for (const name of names) {
    const look = skeletonOf(showName(name));
    const others = alike.get(look);
    if (others === undefined) alike.set(look, [name]);
    else others.push(name);
  }
  return names.map((name) => {
    const twin = alike.get(skeletonOf(showName(name)))?.find((one) => one !== name);
    return twin === undefined ? showName(name, style) : showTwoNames(name, twin, style)[0];
  });
}

interface ListStyle {
  readonly style?: NameStyle;
  /** Of more names than these, the rest is counted. */
  readonly most?: number;
  /** Before the last one; a comma alone by default. */
  readonly word?: 'and' | 'or' | undefined;
  /** Names that stand in the same message. */
  readonly beside?: readonly string[];
}

const LISTED_NAMES = 6;

/** `a, b, c`, or `a, b and 12 more`. */
export function listNames(
  names: readonly string[],
  { style = 'bare', most = LISTED_NAMES, word, beside = [] }: ListStyle = {},
): string {
  const first = names.slice(0, most);
  const shown = showNames([...first, ...beside], style).slice(0, first.length);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(', ')} ${word ?? 'and'} ${count(more)} more`;
  if (word === undefined || shown.length < 2) return shown.join(', ');
  return `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1) ?? ''}`;
}

function quoteWhereNeeded(shown: string, name: string, style: NameStyle): string {
  return style === 'quoted' || NEEDS_QUOTES.test(name) ? `"${shown}"` : shown;
}

/** Of a guard on the file name, by whichever stage it is judged. */
export function otherFileMessage(stored: string, expected: string): string {
  const [now, wanted] = showTwoNames(stored.trim(), expected.trim());
  return `the stored file is ${now}, not ${wanted}; nothing is deleted`;
}

/** What is shown of a name. */
interface Excerpt {
  readonly lead: string;
  readonly letters: readonly Letter[];
  readonly isCut: boolean;
}

const NEEDS_QUOTES = /^$|^[\s"]|[\s"]$/u;
const ASCII = /^\p{ASCII}*$/u;

/** Nearly every name: nothing to write out, nothing to cut. */
function isOrdinary(name: string, limit = SHOWN_CHARACTERS): boolean {
  return name.length <= limit && /^[ -;=-~]*$/.test(name);
}

/** Marks take no room. */
function widthOf({ raw, text }: Letter): number {
  return raw === text ? 1 : text.length;
}

function widthOfAll(letters: readonly Letter[]): number {
  return letters.reduce((width, letter) => width + widthOf(letter), 0);
}

/** At the beginning, or, where the difference would be cut away, shortly before it. */
function whereToBegin(one: readonly Letter[], other: readonly Letter[]): number {
  if (widthOfAll(one) <= SHOWN_CHARACTERS && widthOfAll(other) <= SHOWN_CHARACTERS) return 0;
  const differs = one.findIndex(({ raw }, at) => raw !== other[at]?.raw);
  const at = differs === -1 ? one.length : differs;
  const isShown = widthOfAll(one.slice(0, at + BEFORE_DIFFERENCE)) < SHOWN_CHARACTERS;
  return isShown ? 0 : Math.max(0, at - BEFORE_DIFFERENCE);
}

function excerptFrom(letters: readonly Letter[], from: number, limit = SHOWN_CHARACTERS): Excerpt {
  const beginning = takeWidth(letters.slice(0, from), BEGINNING);
  const lead = beginning.length < from ? `${join(beginning)}…` : join(beginning);
  const rest = letters.slice(from);
  const room = limit - lead.length;
  if (widthOfAll(rest) <= room) return { lead, letters: rest, isCut: false };
  return { lead, letters: takeWidth(rest, room - 1), isCut: true };
}

function takeWidth(letters: readonly Letter[], most: number): readonly Letter[] {
  let room = most;
  const end = letters.findIndex((letter) => (room -= widthOf(letter)) < 0);
  return end === -1 ? letters : letters.slice(0, end);
}

function textOf({ lead, letters, isCut }: Excerpt): string {
  return `${lead}${join(letters)}${isCut ? '…' : ''}`;
}

function join(letters: readonly Letter[]): string {
  return letters.map(({ text }) => text).join('');
}

/**
 * What stands behind each of two names that look the same: the letters that
 * differ, by their code points. Nothing, where something else is plainly to be
 * seen: a letter more, or two of ASCII.
 */
function noteDifferences(one: Excerpt, other: Excerpt): readonly [string, string] {
  let ours = looksOf(one);
  let theirs = looksOf(other);
  if (one.isCut || other.isCut) {
    const shown = Math.min(ours.length, theirs.length);
    ours = ours.slice(0, shown);
    theirs = theirs.slice(0, shown);
  }
  if (ours.length !== theirs.length) {
    [ours, theirs] = withoutEqualEnds(ours, theirs);
    // One letter that looks like two: a ligature, three dots.
    const isAlike = ours.join('').normalize('NFKC') === theirs.join('').normalize('NFKC');
    return isAlike ? [note(ours), note(theirs)] : ['', ''];
  }
  const differing = ours.flatMap((look, at) => {
    const otherLook = theirs[at] ?? '';
    return look === otherLook ? [] : [[look, otherLook] as const];
  });
  if (differing.some((looks) => looks.every((look) => ASCII.test(look)))) return ['', ''];
  return [note(differing.map(([look]) => look)), note(differing.map(([, look]) => look))];
}

function looksOf({ letters }: Excerpt): readonly string[] {
  return letters.flatMap(({ look }) => (look === '' ? [] : [look]));
}

function withoutEqualEnds(
  one: readonly string[],
  other: readonly string[],
): [readonly string[], readonly string[]] {
  const most = Math.min(one.length, other.length);
  let begin = 0;
  while (begin < most && one[begin] === other[begin]) begin += 1;
  let end = 0;
  while (end < most - begin && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  return [one.slice(begin, one.length - end), other.slice(begin, other.length - end)];
}

function note(looks: readonly string[]): string {
  const named = [...new Set(looks)]
    .slice(0, NOTES_AT_MOST)
    .map((look) => `${look} is ${Array.from(look, codePoint).join(' ')}`);
  return named.length === 0 ? '' : ` (${named.join(', ')})`;
}

/** As it looks where a run of blanks is shown as one. */
function collapseBlanks(text: string): string {
  return text.replace(/ +/g, ' ');
}

function writeBlanks(text: string): string {
  return text.replace(/(?<= ) /g, '<U+0020>');
}
