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

/** What a reader takes for one letter, marks included, however many characters that is. */
export interface Letter {
  readonly raw: string;
  /** As it is shown. */
  readonly text: string;
  /** As it looks beside other letters: nothing, where it cannot be seen. */
  readonly look: string;
}

/** Two that are equal for longer are not told apart. */
const LONGEST = 10_000;
const ODD_BLANK = /^(?! )\p{Zs}$/u;
/** The last of these only looks like a character that is written out. */
const WRITTEN_OUT = new RegExp(`${UNSEEN.source}|(?! )\\p{Zs}|<(?=U\\+[0-9A-F]{4,6}>)`, 'gu');
/** Korean syllables in parts, and whatever has marks or is joined. */
const LETTERS =
  /[\u{1100}-\u{115e}][\u{1161}-\u{11a7}][\u{11a8}-\u{11ff}]?|.\p{M}*(?:\u{200d}.\p{M}*)*/gsu;

/** The letters of a name, each with its text and its look. */
export function lettersOf(name: string): Letter[] {
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

/** A table's text with what cannot be seen written out, its lines apart. */
export function writeOutUnseen(text: string): string {
  return text.replace(UNSEEN, (character) =>
    /[\r\n]/.test(character) ? character : `<${codePoint(character)}>`,
  );
}

/** `U+00A0`. */
export function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Letters of other scripts that look like Latin ones, in the order of `LATIN`. */
const LOOK_LATIN = 'аеорсухѕіјһԁԛԝѵАВЕКМНОРСТХУЅІЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧον';
const LATIN = 'aeopcyxsijhdqwvABEKMHOPCTXYSIJABEZHIKMNOPTYXov';
const LIKE_LATIN = new RegExp(`[${LOOK_LATIN}]`, 'gu');

/** What texts have in common that a reader cannot tell apart. */
export function skeletonOf(text: string): string {
  return text
    .normalize('NFKC')
    .replace(LIKE_LATIN, (letter) => LATIN[LOOK_LATIN.indexOf(letter)] ?? letter)
    .replace(UNSEEN, '')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/ +/g, ' ');
}
