import { randomUUID } from 'node:crypto';
import type { UploadFile } from '../rows/server.ts';
import type { BodyStream } from './transport.ts';

/** Scalars are sent before arrays. */
export type FormFields = Readonly<Record<string, string | readonly string[]>>;

/** PHP cuts variables beyond 1,000 (`max_input_vars`) without a word; half is a safe measure. */
export const MAX_ARRAY_VALUES = 500;
const MAX_VARIABLES = 990;

export const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * Encodes a form as browsers do, arrays as `fields[0]=…` (comma lists are not
 * reliable). Names must need no encoding. Throws for more values than PHP
 * would read: callers must batch.
 */
export function encodeForm(fields: FormFields): string {
  let scalars = '';
  let arrays = '';
  let variables = 0;
  for (const name of Object.keys(fields)) {
    const value = fields[name] ?? '';
    if (typeof value === 'string') {
      variables += 1;
      scalars += `&${name}=${encodeFormValue(value)}`;
      continue;
    }
    if (value.length > MAX_ARRAY_VALUES) {
      throw new RangeError(`${value.length} values of ${name} in one request`);
    }
    variables += value.length;
    value.forEach((one, at) => {
      arrays += `&${name}%5B${at}%5D=${encodeFormValue(one)}`;
    });
  }
  if (variables > MAX_VARIABLES) throw new RangeError(`${variables} variables in one request`);
  return (scalars + arrays).slice(1);
}

const PLAIN = /^[\w.*-]*$/;

/** Lone surrogates, which are no text, become U+FFFD instead of throwing. */
export function encodeFormValue(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text.toWellFormed())
    .replace(/%20/g, '+')
    .replace(/[!'()~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * An upload as PHP reads it: the length is known, the name stands in
 * `filename="…"` as raw UTF-8 with quotes and backslashes behind a backslash,
 * which is the only escape that PHP undoes. There is no `filename*`: PHP sees
 * no file in such a part.
 */
export function encodeMultipart(
  fields: Readonly<Record<string, string>>,
  part: string,
  file: UploadFile,
): { readonly body: BodyStream; readonly contentType: string } {
  const boundary = `----redcap-sweep-${randomUUID()}`;
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"\r\n\r\n${value}\r\n`,
  );
  const head = Buffer.from(
    `${parts.join('')}--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(part)}"; filename="${escapeName(file.fileName)}"\r\nContent-Type: application/octet-stream\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: {
      length: head.length + file.bytes.length + tail.length,
      async *open() {
        yield head;
        yield* file.bytes.open();
        yield tail;
      },
    },
  };
}

function escapeName(name: string): string {
  return name.replace(/[\\"]/g, '\\$&').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}
