import type { FileContent } from './design.ts';

/** The variables of one API request, as PHP would hand them to REDCap. */
export interface ApiForm {
  /** A scalar; blank when it is missing or was sent as a list. */
  text(name: string): string;
  has(name: string): boolean;
  /** `name[0]`, `name[]` …, or a scalar with commas; undefined when none was sent. */
  list(name: string): readonly string[] | undefined;
  file(name: string): FileContent | undefined;
}

interface Part {
  readonly name: string;
  readonly value: string;
  readonly file?: FileContent;
}

/** PHP drops what lies beyond `max_input_vars` without a word. */
const MAX_INPUT_VARS = 1_000;
const BLANK_LINE = Buffer.from('\r\n\r\n');

/** Reads both encodings; any other leaves the form empty, as in PHP. */
export async function readForm(request: Request): Promise<ApiForm> {
  const type = request.headers.get('content-type') ?? '';
  if (/^multipart\/form-data/i.test(type)) {
    return collect(readParts(Buffer.from(await request.arrayBuffer()), type));
  }
  const body = await request.text();
  if (!/^application\/x-www-form-urlencoded/i.test(type)) return collect([]);
  const variables = new URLSearchParams(body);
  return collect([...variables].map(([name, value]) => ({ name, value })));
}

function collect(parts: readonly Part[]): ApiForm {
  const scalars = new Map<string, string>();
  const lists = new Map<string, string[]>();
  const files = new Map<string, FileContent>();
  let variables = 0;
  for (const { name, value, file } of parts) {
    if (file !== undefined) {
      files.set(name, file);
      continue;
    }
    variables += 1;
    if (variables > MAX_INPUT_VARS) continue;
    const listName = /^([^[\]]+)\[[^[\]]*\]$/.exec(name)?.[1];
    if (listName === undefined) scalars.set(name, value);
    else if (lists.get(listName)?.push(value) === undefined) lists.set(listName, [value]);
  }
  return {
    text: (name) => scalars.get(name) ?? '',
    has: (name) => scalars.has(name) || lists.has(name),
    list: (name) => {
      const list = lists.get(name);
      if (list !== undefined) return list;
      const scalar = scalars.get(name) ?? '';
      return scalar === '' ? undefined : scalar.split(',').map((item) => item.trim());
    },
    file: (name) => files.get(name),
  };
}

/**
 * Reads multipart/form-data the way PHP does: names are raw UTF-8, a
 * backslash escapes a quote, `filename*` is not understood (such a part is a
 * plain value), and of a path only the last component is kept.
 */
function readParts(body: Buffer, contentType: string): Part[] {
  const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  const marker = boundary?.[1] ?? boundary?.[2];
  if (marker === undefined) return [];
  const delimiter = Buffer.from(`--${marker}`);
  const parts: Part[] = [];
  let at = body.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    if (body.subarray(start, start + 2).toString('latin1') === '--') break;
    const next = body.indexOf(Buffer.concat([Buffer.from('\r\n'), delimiter]), start);
    const headEnd = body.indexOf(BLANK_LINE, start);
    if (next === -1 || headEnd === -1) break;
    const head = body.subarray(start, headEnd).toString('utf8');
    const content = body.subarray(headEnd + BLANK_LINE.length, next);
    const part = readPart(head, content);
    if (part !== undefined) parts.push(part);
    at = next + 2;
  }
  return parts;
}

function readPart(head: string, content: Buffer): Part | undefined {
  const disposition = /^content-disposition:\s*form-data(.*)$/im.exec(head)?.[1];
  if (disposition === undefined) return undefined;
  const name = readParameter(disposition, 'name');
  if (name === undefined) return undefined;
  const fileName = readParameter(disposition, 'filename');
  if (fileName === undefined) return { name, value: content.toString('utf8') };
  // A copy: the view would keep the whole request in memory.
  const file = { name: fileName.replace(/^.*[/\\]/s, ''), bytes: Uint8Array.from(content) };
  return { name, value: '', file };
}

function readParameter(disposition: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}=(?:"((?:\\\\.|[^"\\\\])*)"|([^;\\s]*))`, 'is').exec(
    disposition,
  );
  const quoted = found?.[1]?.replace(/\\(["\\])/g, '$1');
  return quoted ?? found?.[2];
}
