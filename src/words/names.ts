/**
 * Characters that nobody sees, and that change what is read: direction
 * overrides make `exe.pdf` of `fdp.exe`.
 */
export const UNSEEN = new RegExp(
  [
    // Controls, line and paragraph separators, halves of surrogate pairs.
    '[\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}]',
    // Soft hyphen, joiner of graphemes, marks and overrides of direction, the Mongolian ones.
    '[\\u{ad}\\u{34f}\\u{61c}\\u{180b}-\\u{180f}\\u{200e}\\u{200f}\\u{202a}-\\u{202e}]',
    // Without width, or letters that are blank.
    '[\\u{115f}\\u{1160}\\u{17b4}\\u{17b5}\\u{200b}\\u{2060}-\\u{206f}\\u{2800}\\u{3164}\\u{feff}\\u{ffa0}]',
    // Annotations, tags and what else is there to be ignored.
    '[\\u{fff9}-\\u{fffb}\\u{e0000}-\\u{e0fff}]',
    // Joiners are part of many scripts, and have no business beside Latin letters and digits.
    '(?<!\\P{ASCII})[\\u{200c}\\u{200d}]|[\\u{200c}\\u{200d}](?!\\P{ASCII})',
  ].join('|'),
  'gu',
);

/** `style` says how a name stands among its neighbours: bare, or always in quotation marks. */
export type NameStyle = 'bare' | 'quoted';

const SHOWN_CHARACTERS = 60;
/** Of a name that is too long: its beginning, and what stands before the difference. */
const BEGINNING = 15;
const BEFORE_DIFFERENCE = 10;
const NOTES_AT_MOST = 3;
/** Two that are equal for longer are not told apart. */
const LONGEST = 10_000;

/**
 * A name of a user's manifest or of the server (a record, a file, a header) as
 * a message shows it: what cannot be seen is written out (`<U+00A0>`), blanks
 * at its ends are held by quotation marks, and it is shortened.
 */
export function showName(name: string, style: NameStyle = 'bare'): string {
  const shown = isOrdinary(name) ? name : textOf(excerptFrom(lettersOf(name), 0));
  return quoteWhereNeeded(shown, name, style);
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

function quoteWhereNeeded(shown: string, name: string, style: NameStyle): string {
  return style === 'quoted' || NEEDS_QUOTES.test(name) ? `"${shown}"` : shown;
}

/** Of a guard on the file name, by whichever stage it is judged. */
export function otherFileMessage(stored: string, expected: string): string {
  const [now, wanted] = showTwoNames(stored.trim(), expected.trim());
  return `the stored file is ${now}, not ${wanted}; nothing is deleted`;
}

/** What a reader takes for one letter, marks included, however many characters that is. */
interface Letter {
  readonly raw: string;
  /** As it is shown. */
  readonly text: string;
  /** As it looks beside other letters: nothing, where it cannot be seen. */
  readonly look: string;
}

/** What is shown of a name. */
interface Excerpt {
  readonly lead: string;
  readonly letters: readonly Letter[];
  readonly isCut: boolean;
}

const NEEDS_QUOTES = /^$|^[\s"]|[\s"]$/u;
const ODD_BLANK = /^(?! )\p{Zs}$/u;
/** The last of these only looks like a character that is written out. */
const WRITTEN_OUT = new RegExp(`${UNSEEN.source}|(?! )\\p{Zs}|<(?=U\\+[0-9A-F]{4,6}>)`, 'gu');
/** Korean syllables in parts, and whatever has marks or is joined. */
const LETTERS =
  /[\u{1100}-\u{115e}][\u{1161}-\u{11a7}][\u{11a8}-\u{11ff}]?|.\p{M}*(?:\u{200d}.\p{M}*)*/gsu;
const ASCII = /^\p{ASCII}*$/u;

/** Nearly every name: nothing to write out, nothing to cut. */
function isOrdinary(name: string): boolean {
  return name.length <= SHOWN_CHARACTERS && /^[ -;=-~]*$/.test(name);
}

function lettersOf(name: string): Letter[] {
  // A cell may hold megabytes.
  const head = name.slice(0, LONGEST);
  const writtenOut = new Set(Array.from(head.matchAll(WRITTEN_OUT), ({ index }) => index));
  return Array.from(head.matchAll(LETTERS), ({ 0: raw, index }) => {
    let text = '';
    let look = '';
    let at = index;
    for (const character of raw) {
      const isWritten = writtenOut.has(at);
      text += isWritten ? `<${codePoint(character)}>` : character;
      if (ODD_BLANK.test(character)) look += ' ';
      else if (!isWritten || character === '<') look += character;
      at += character.length;
    }
    return { raw, text, look };
  });
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

function excerptFrom(letters: readonly Letter[], from: number): Excerpt {
  const beginning = takeWidth(letters.slice(0, from), BEGINNING);
  const lead = beginning.length < from ? `${join(beginning)}…` : join(beginning);
  const rest = letters.slice(from);
  const room = SHOWN_CHARACTERS - lead.length;
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

/** `U+00A0`. */
export function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** As it looks where a run of blanks is shown as one. */
function collapseBlanks(text: string): string {
  return text.replace(/ +/g, ' ');
}

function writeBlanks(text: string): string {
  return text.replace(/(?<= ) /g, '<U+0020>');
}
