import type { ServerObject } from '../rows/server.ts';

/** The shapes of what REDCap sends, no stricter than its versions differ: old servers lack keys, new ones have more. */
export function readObject(json: unknown): ServerObject | undefined {
  return isObject(json) ? json : undefined;
}

/** A list of objects, at least so many, each of which has a text or number under these keys. */
export function readObjects(
  json: unknown,
  keys: readonly string[],
  atLeast = 0,
): readonly ServerObject[] | undefined {
  if (!Array.isArray(json) || json.length < atLeast) return undefined;
  const rows: readonly unknown[] = json;
  return rows.every(
    (row): row is ServerObject => isObject(row) && keys.every((key) => isCell(row[key])),
  )
    ? rows
    : undefined;
}

function isObject(json: unknown): json is ServerObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function isCell(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

const VERSION = /^\d+(?:\.\d+)+\w*$/;

/** `content=version` is plain text, whatever format was asked for. */
export function readVersion(body: string): string | undefined {
  const text = body
    .replace(/^\ufeff/, '')
    .trim()
    .replace(/^"(.*)"$/, '$1');
  return VERSION.test(text) ? text : undefined;
}
