/**
 * Text from a manifest or a server may hold characters that nobody sees and
 * that change what is read: direction overrides make `exe.pdf` of `fdp.exe`.
 * They are shown by their number instead of being obeyed.
 */
const UNSEEN = new RegExp(
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

/** White space at either end of a value makes another value of it: hard spaces and the like are named there. */
const EDGE_SPACE = /^\s+|\s+$/gu;
const UNSEEN_OR_EDGE = new RegExp(
  `${UNSEEN.source}|(?<=^[\\s\u2423]*)[^\\S ]|[^\\S ](?=[\\s\u2423]*$)`,
  'gu',
);

export interface TextPiece {
  readonly text: string;
  /** The piece stands for characters that cannot be seen. */
  readonly unseen: boolean;
}

/** Cuts a value into what can be read and what has to be named. */
export function splitVisible(value: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  const marked = markSpaces(value);
  let from = 0;
  for (const found of marked.matchAll(UNSEEN_OR_EDGE)) {
    if (found.index > from) pieces.push({ text: marked.slice(from, found.index), unseen: false });
    const last = pieces.at(-1);
    const name = codePoint(found[0]);
    if (last?.unseen === true && found.index === from) {
      pieces[pieces.length - 1] = { text: `${last.text} ${name}`, unseen: true };
    } else {
      pieces.push({ text: name, unseen: true });
    }
    from = found.index + found[0].length;
  }
  if (from < marked.length) pieces.push({ text: marked.slice(from), unseen: false });
  return pieces;
}

/** The same in plain text, for places that hold no markup. */
export function plainVisible(value: string): string {
  return value.replace(UNSEEN, (character) => `[${codePoint(character)}]`);
}

function markSpaces(value: string): string {
  return value.replace(EDGE_SPACE, (spaces) => spaces.replaceAll(' ', '\u2423'));
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * A value cut for showing. The copy shares no memory with the text it was cut
 * from (a cell is a view of many rows), so that keeping it keeps nothing else.
 */
export function shorten(value: string, most: number): string {
  const short =
    value.length <= most ? value : `${value.slice(0, most - 1).replace(/[\ud800-\udbff]$/u, '')}…`;
  return Buffer.from(short, 'utf16le').toString('utf16le');
}
