import type { Reader, ReadAnswer, ServerObject } from '../rows/server.ts';
import type { RedcapClient, SendOptions } from './client.ts';
import type { FormFields } from './form.ts';
import { jsonOf, readResponse } from './read-response.ts';

export type ReadHooks = Pick<SendOptions, 'signal' | 'abort'>;

/** The calls that only read, one try each. */
export function createReader(client: RedcapClient, hooks: ReadHooks = {}): Reader {
  const ask = async <T>(
    fields: FormFields,
    parse: (body: string) => T | undefined,
  ): Promise<ReadAnswer<T>> =>
    // The default format of older servers is XML: it is always named.
    readResponse(
      await client.send({ ...fields, format: 'json' }, hooks),
      parse,
      client.about ?? {},
    );

  return {
    version: () => ask({ content: 'version' }, readVersion),
    project: () => ask({ content: 'project' }, jsonOf(readObject)),
    metadata: (fields) =>
      ask(
        { content: 'metadata', ...(fields === undefined ? {} : { fields }) },
        // Every project has a field: without one this is no dictionary.
        jsonOf((json) => readObjects(json, ['field_name'], 1)),
      ),
    events: () =>
      ask(
        { content: 'event' },
        jsonOf((json) => readObjects(json, ['unique_event_name'])),
      ),
    formEventMapping: () =>
      ask(
        { content: 'formEventMapping' },
        jsonOf((json) => readObjects(json, ['unique_event_name', 'form'])),
      ),
    repeatingFormsEvents: () =>
      ask(
        { content: 'repeatingFormsEvents' },
        jsonOf((json) => readObjects(json, [])),
      ),
    instruments: () =>
      ask(
        { content: 'instrument' },
        jsonOf((json) => readObjects(json, ['instrument_name'])),
      ),
    users: () =>
      ask(
        { content: 'user' },
        jsonOf((json) => readObjects(json, ['username'])),
      ),
    exportRecords: ({ records, fields, events, filterLogic }) =>
      ask(
        {
          content: 'record',
          action: 'export',
          type: 'flat',
          rawOrLabel: 'raw',
          ...(filterLogic === undefined || filterLogic === '' ? {} : { filterLogic }),
          fields,
          ...(events === undefined ? {} : { events }),
          ...(records === undefined ? {} : { records }),
        },
        jsonOf((json) => readObjects(json, [])),
      ),
    exportReport: (id) =>
      ask(
        { content: 'report', report_id: id, rawOrLabel: 'raw', rawOrLabelHeaders: 'raw' },
        jsonOf((json) => readObjects(json, [])),
      ),
  };
}

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
