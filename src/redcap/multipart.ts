import { randomUUID } from 'node:crypto';
import type { UploadFile } from '../rows/server.ts';
import type { WireStream } from './transport.ts';

/**
 * An upload as PHP reads it: the length is known, the name stands in
 * `filename="…"` as raw UTF-8 with quotes and backslashes behind a backslash,
 * which is the only escape that PHP undoes, and there is no `filename*`, behind which PHP sees no file.
 */
export function encodeMultipart(
  fields: Readonly<Record<string, string>>,
  part: string,
  file: UploadFile,
): { readonly body: WireStream; readonly contentType: string } {
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
