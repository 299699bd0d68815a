import type { AnswerContext } from './answers.ts';
import type { Door, SendOptions } from './door.ts';
import type { FormFields } from './form.ts';
import { jsonOf, readAnswer, type ReadAnswer } from './read-answers.ts';
import type {
  EventForm,
  EventInfo,
  MetadataField,
  ProjectInfo,
  RecordRow,
  RepeatInfo,
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
  /** The whole data dictionary, or of these fields. */
  metadata(fields?: readonly string[]): Promise<ReadAnswer<readonly MetadataField[]>>;
  /** Classic projects answer with an error (400). */
  events(): Promise<ReadAnswer<readonly EventInfo[]>>;
  /** Classic projects answer with an error (400). */
  formEventMapping(): Promise<ReadAnswer<readonly EventForm[]>>;
  /** Needs the Design right; an error (400) too where nothing repeats. */
  repeatingFormsEvents(): Promise<ReadAnswer<readonly RepeatInfo[]>>;
  exportRecords(query: RecordQuery): Promise<ReadAnswer<readonly RecordRow[]>>;
}

type Shapes = typeof import('./shapes.ts');
let loading: Promise<Shapes> | undefined;

/** Shapes are slow to load: that is done while the server works, and never by a run without a check. */
export function loadShapes(): Promise<Shapes> {
  return (loading ??= import('./shapes.ts'));
}

export type ReadHooks = Pick<SendOptions, 'signal' | 'abort'>;

export function createReader(door: Door, hooks: ReadHooks = {}): Reader {
  const about: AnswerContext = door.about ?? {};
  const ask = async <T>(
    fields: FormFields,
    parserOf: (shapes: Shapes) => (body: string) => T | undefined,
  ): Promise<ReadAnswer<T>> => {
    const [answer, loaded] = await Promise.all([
      // The default format of older servers is XML: it is always named.
      door.send({ ...fields, format: 'json' }, hooks),
      loadShapes(),
    ]);
    return readAnswer(answer, parserOf(loaded), about);
  };

  return {
    version: () => ask({ content: 'version' }, (shapes) => shapes.readVersion),
    project: () => ask({ content: 'project' }, (shapes) => jsonOf(shapes.readProjectInfo)),
    metadata: (fields) =>
      ask({ content: 'metadata', ...(fields === undefined ? {} : { fields }) }, (shapes) =>
        jsonOf(shapes.readMetadata),
      ),
    events: () => ask({ content: 'event' }, (shapes) => jsonOf(shapes.readEvents)),
    formEventMapping: () =>
      ask({ content: 'formEventMapping' }, (shapes) => jsonOf(shapes.readEventForms)),
    repeatingFormsEvents: () =>
      ask({ content: 'repeatingFormsEvents' }, (shapes) => jsonOf(shapes.readRepeats)),
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
        (shapes) => jsonOf(shapes.readRecordRows),
      ),
  };
}
