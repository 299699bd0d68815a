import type { FileContent } from './spec.ts';

export interface Part {
  readonly name: string;
  readonly value: string;
  readonly file?: FileContent;
}

const BLANK_LINE = Buffer.from('\r\n\r\n');

/**
 * Reads multipart/form-data the way PHP does: names are raw UTF-8, a
 * backslash escapes a quote, `filename*` is not understood (such a part is a
 * plain value), and of a path only the last component is kept.
 */
export function readParts(body: Buffer, contentType: string): Part[] {
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
