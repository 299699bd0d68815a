import type { Reader } from '../rows/server.ts';
import type { Door, SendOptions } from './door.ts';
import type { FormFields } from './form.ts';
import { jsonOf, readAnswer } from './read-answers.ts';
import { readObject, readObjects, readVersion } from './shapes.ts';
import type { ReadAnswer } from '../rows/server.ts';

export type ReadHooks = Pick<SendOptions, 'signal' | 'abort'>;

/** The calls that only read, one try each. */
export function createReader(door: Door, hooks: ReadHooks = {}): Reader {
  const ask = async <T>(
    fields: FormFields,
    parse: (body: string) => T | undefined,
  ): Promise<ReadAnswer<T>> =>
    // The default format of older servers is XML: it is always named.
    readAnswer(await door.send({ ...fields, format: 'json' }, hooks), parse, door.about ?? {});

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
  };
}
