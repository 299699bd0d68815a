import { codePoint, UNSEEN } from '../../words/letters.ts';

/** No value is worth more of the page. */
const LONGEST_VALUE = 2000;

/** Text that is HTML already. Only this module makes it, so that nothing else slips in unescaped. */
export interface Markup {
  readonly markup: string;
}

export type Child = Markup | string | number | undefined | readonly Child[];

/**
 * HTML with holes: what fills them is escaped, in text and in quoted
 * attributes alike, unless it is markup. Lists are joined, `undefined` is nothing.
 */
export function html(strings: TemplateStringsArray, ...holes: readonly Child[]): Markup {
  const parts = unindent(strings);
  let markup = parts[0] ?? '';
  for (const [at, hole] of holes.entries()) markup += fill(hole) + (parts[at + 1] ?? '');
  return { markup };
}

/** The source is indented to be read; thousands of rows need not carry that. */
function unindent(strings: TemplateStringsArray): readonly string[] {
  return strings.map((part) => part.replace(/\s*\n\s*/g, '\n'));
}

function fill(child: Child): string {
  if (child === undefined) return '';
  if (typeof child === 'string') return escapeText(child);
  if (typeof child === 'number') return String(child);
  if (isList(child)) return child.map(fill).join('');
  return child.markup;
}

function isList(child: Child): child is readonly Child[] {
  return Array.isArray(child);
}

/** Markup of the program's own making: style sheet, script, never a value. */
export function trusted(markup: string): Markup {
  return { markup };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeText(text: string): string {
  return plainVisible(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/**
 * A value from the manifest or the server: kept apart from the direction of
 * the text around it, characters that cannot be seen named.
 */
export function value(text: string): Markup {
  const pieces = splitVisible(shorten(text, LONGEST_VALUE)).map((piece) =>
    piece.unseen ? html`<span class="unseen">${piece.text}</span>` : html`${piece.text}`,
  );
  return html`<bdi>${pieces}</bdi>`;
}

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
export function splitVisible(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  const marked = markSpaces(text);
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
export function plainVisible(text: string): string {
  return text.replace(UNSEEN, (character) => `[${codePoint(character)}]`);
}

function markSpaces(text: string): string {
  return text.replace(EDGE_SPACE, (spaces) => spaces.replaceAll(' ', '\u2423'));
}

/**
 * A value cut for showing. The copy shares no memory with the text that it was
 * cut from: keeping it keeps no cell of megabytes.
 */
export function shorten(text: string, most: number): string {
  const short =
    text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/u, '')}…`;
  return Buffer.from(short, 'utf16le').toString('utf16le');
}

/** Figures as the page writes them: British grouping, times in UTC. */

/** Never 0 % of something, and never 100 % of less than all. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0 || part === 0) return '0 %';
  if (part === whole) return '100 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return 'under 0.1 %';
  if (percent > 99.9) return 'over 99.9 %';
  return `${percent.toFixed(1)} %`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `24 Nov 2026, 03:12:07 UTC` */
export function formatTime(atMs: number): string {
  const iso = toIso(atMs);
  if (iso === undefined) return 'not known';
  return `${formatDay(atMs)} ${iso.slice(0, 4)}, ${iso.slice(11, 19)} UTC`;
}

/** `(04:12:07 local time, UTC+01:00)`, with the day where it is another one. */
export function localTime(
  atMs: number,
  /** What is to be added to UTC, in minutes. */
  offset = -new Date(atMs).getTimezoneOffset(),
): string {
  if (offset === 0) return '(local time is UTC)';
  const iso = toIso(atMs + offset * 60_000);
  if (iso === undefined) return '';
  const day = formatDay(atMs + offset * 60_000);
  const minutes = Math.abs(offset);
  const zone = `${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  return `(${day === formatDay(atMs) ? '' : `${day}, `}${iso.slice(11, 19)} local time, UTC${offset < 0 ? '−' : '+'}${zone})`;
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}

/** `24 Nov` */
export function formatDay(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}`;
}

/** `undefined` for what is no time. */
export function toIso(atMs: number): string | undefined {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
