import { plainVisible, shorten, splitVisible } from './visible-text.ts';

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

const unindented = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The source is indented to be read; thousands of rows need not carry that. */
function unindent(strings: TemplateStringsArray): readonly string[] {
  let parts = unindented.get(strings);
  if (parts === undefined) {
    parts = strings.map((part) => part.replace(/\s*\n\s*/g, '\n'));
    unindented.set(strings, parts);
  }
  return parts;
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
export function shown(value: string): Markup {
  const pieces = splitVisible(shorten(value, LONGEST_VALUE)).map((piece) =>
    piece.unseen ? html`<span class="unseen">${piece.text}</span>` : html`${piece.text}`,
  );
  return html`<bdi>${pieces}</bdi>`;
}
