import type { AnswerContext } from './answers.ts';
import type { Door, SendOptions } from './door.ts';
import type { FormFields } from './form.ts';
import { jsonOf, readAnswer, type ReadAnswer } from './read-answers.ts';
import {
  readEventForms,
  readEvents,
  readMetadata,
  readProjectInfo,
  readRecordRows,
  readRepeats,
  readVersion,
  type EventForm,
  type EventInfo,
  type MetadataField,
  type ProjectInfo,
  type RecordRow,
  type RepeatInfo,
} from './shapes.ts';

export interface RecordQuery {
  /** All records where absent; at most 500. */
  readonly records?: readonly string[] | undefined;
  /** At most 500, the record-ID field among them. */
  readonly fields: readonly string[];
  readonly events?: readonly string[] | undefined;
  /** REDCap logic that chooses records. */
  readonly filterLogic?: string | undefined;
}

/** The calls that only read, one try each. */
export interface Reader {
  version(): Promise<ReadAnswer<string>>;
  project(): Promise<ReadAnswer<ProjectInfo>>;
  metadata(): Promise<ReadAnswer<readonly MetadataField[]>>;
  /** Classic projects answer with an error (400). */
  events(): Promise<ReadAnswer<readonly EventInfo[]>>;
  /** Classic projects answer with an error (400). */
  formEventMapping(): Promise<ReadAnswer<readonly EventForm[]>>;
  /** Needs the Design right; an error (400) too where nothing repeats. */
  repeatingFormsEvents(): Promise<ReadAnswer<readonly RepeatInfo[]>>;
  exportRecords(query: RecordQuery): Promise<ReadAnswer<readonly RecordRow[]>>;
}

export type ReadHooks = Pick<SendOptions, 'signal' | 'abort'>;

export function createReader(door: Door, hooks: ReadHooks = {}): Reader {
  const about: AnswerContext = door.about ?? {};
  const ask = async <T>(
    fields: FormFields,
    parse: (body: string) => T | undefined,
  ): Promise<ReadAnswer<T>> =>
    // The default format of older servers is XML: it is always named.
    readAnswer(await door.send({ ...fields, format: 'json' }, hooks), parse, about);

  return {
    version: () => ask({ content: 'version' }, readVersion),
    project: () => ask({ content: 'project' }, jsonOf(readProjectInfo)),
    metadata: () => ask({ content: 'metadata' }, jsonOf(readMetadata)),
    events: () => ask({ content: 'event' }, jsonOf(readEvents)),
    formEventMapping: () => ask({ content: 'formEventMapping' }, jsonOf(readEventForms)),
    repeatingFormsEvents: () => ask({ content: 'repeatingFormsEvents' }, jsonOf(readRepeats)),
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
        jsonOf(readRecordRows),
      ),
  };
}
