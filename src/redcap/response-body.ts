import { oneLine } from '../words/one-line.ts';
import { namesFile } from './response-headers.ts';
import type { ResponseHead } from './transport.ts';

/** White space or a byte order mark alone is nothing too; `trim` takes both. */
export function isBlank(body: string): boolean {
  return body === '' || body.trim() === '';
}

/** The article's success body, which real servers do not send: JSON with `success: true`. */
export function saysSuccess(body: string): boolean {
  const json = parseObject(body);
  return json?.['success'] === true && !json['error'];
}

const XML_ERROR =
  /^\s*(?:<\?xml[^>]*\?>\s*)?(?:<hash>\s*)?<error>\s*(?:<!\[CDATA\[)?([\s\S]*?)(?:\]\]>)?\s*<\/error>/i;
const CSV_ERROR = /^\s*"?ERROR:\s*([\s\S]*)$/i;

/**
 * The message of a REDCap error in one of its three recorded shapes: JSON with
 * `error`, XML with `<error>`, text after `ERROR:`. Undefined for anything else.
 */
export function readRedcapError(body: string): string | undefined {
  if (isBlank(body)) return undefined;
  const xml = XML_ERROR.exec(body)?.[1];
  if (xml !== undefined) return decodeEntities(xml);
  const csv = CSV_ERROR.exec(body)?.[1];
  if (csv !== undefined) return csv.trim();
  const error = parseObject(body)?.['error'];
  if (error === undefined || error === null || error === false || error === '') return undefined;
  return typeof error === 'string' ? error : JSON.stringify(error);
}

const BAN_TEXT = /banned\s+due\s+to\s+suspected\s+abuse/i;

/**
 * REDCap's page for a banned address, at any status. The words are not looked
 * for in JSON, which holds people's data, nor in a file. A list that is cut off
 * is no JSON any more, and yet no page either.
 */
export function isBanPage(body: string, head: ResponseHead): boolean {
  if (!BAN_TEXT.test(body) || namesFile(head)) return false;
  return !/^\s*(?:\[\s*)?\{\s*"/.test(body) && parseJson(body) === undefined;
}

/** The server's own words as one line; of a page, its text without the markup. */
export function readWords(body: string): string {
  const error = readRedcapError(body);
  if (error !== undefined) return oneLine(error);
  const head = body.slice(0, 20_000);
  if (!/<(?:!doctype|html|head|body|title|h1|p|div)\b/i.test(head)) return oneLine(body, 200);
  const text = head
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ')
    .replace(/<title\b[^>]*>([\s\S]*?)<\/title>/i, '$1 - ')
    .replace(/<!--[\s\S]*?-->|<[^>]*>/g, ' ');
  return oneLine(decodeEntities(text), 200);
}

export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body.startsWith('\ufeff') ? body.slice(1) : body) as unknown;
  } catch {
    return undefined;
  }
}

function parseObject(body: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^[\s\ufeff]*\{/.test(body)) return undefined;
  const json = parseJson(body.trim());
  return isObject(json) ? json : undefined;
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  '#039': "'",
  nbsp: ' ',
  amp: '&',
};

function decodeEntities(text: string): string {
  return text.replace(
    /&(lt|gt|quot|apos|#0?39|nbsp|amp);/g,
    (all, name: string) => ENTITIES[name] ?? all,
  );
}
