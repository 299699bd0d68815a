import { readParts, type Part } from './multipart.ts';
import type { FileContent } from './spec.ts';

/** The variables of one API request, as PHP would hand them to REDCap. */
export interface ApiForm {
  /** A scalar; blank when it is missing or was sent as a list. */
  text(name: string): string;
  has(name: string): boolean;
  /** `name[0]`, `name[]` …, or a scalar with commas; undefined when none was sent. */
  list(name: string): readonly string[] | undefined;
  file(name: string): FileContent | undefined;
}

/** PHP drops what lies beyond `max_input_vars` without a word. */
const MAX_INPUT_VARS = 1_000;

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
