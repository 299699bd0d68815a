import { InterruptedError, RefusedError } from '../errors.ts';
import type { ReadAnswer, ReadFailure, Reader, ServerObject } from '../rows/server.ts';
import type { ExportRow, TroubleCause } from '../rows/look.ts';
import { showName } from '../words/names.ts';
import { nameTrouble, type Trouble } from '../words/trouble.ts';
import { asFlag, asText } from './cells.ts';
import { BODYLESS, type ExportAnswer } from './export-lists.ts';
import type { FileField, ProjectEvent, ProjectModel, Repeats } from './model.ts';

/** The calls that describe a project; retries are behind them. */
export type ProjectReader = Pick<
  Reader,
  'version' | 'project' | 'metadata' | 'events' | 'formEventMapping' | 'repeatingFormsEvents'
>;

/** An answer that the command cannot do without: who cannot look does not delete. */
export class UnreadableAnswer extends RefusedError {
  override name = 'UnreadableAnswer';
  readonly reason: string;
  readonly trouble: Trouble;

  /** Without `about`: an answer that came after others, and is no answer of REDCap's. */
  constructor(
    what: string,
    message: string,
    about: Partial<Pick<Trouble, 'cause' | 'status' | 'accepted'>> = {},
  ) {
    const trouble = { cause: 'page', accepted: true, ...about, what, message } as const;
    super(`${nameTrouble(trouble)} Nothing was deleted.`);
    this.trouble = trouble;
    this.reason = `${what}: ${message}`;
  }
}

/** A list of records that the command cannot do without. */
export function unreadableList(
  what: string,
  answer: Extract<ExportAnswer, { kind: 'bodyless' | 'unreadable' }>,
): UnreadableAnswer {
  return answer.kind === 'bodyless'
    ? new UnreadableAnswer(what, BODYLESS, { cause: 'fault' })
    : new UnreadableAnswer(what, answer.message, causeAndStatus(answer));
}

/** Names of the records in a list. Throws RefusedError where a row has none: such a list says nothing of anybody. */
export function namesInList(
  rows: readonly ExportRow[],
  { recordIdField }: ProjectModel,
): Set<string> {
  const names = new Set(rows.map((row) => asText(row[recordIdField])));
  if (!names.has('')) return names;
  throw new RefusedError(
    `The server's list of records has rows without the record ID (${showName(recordIdField)}): this token's exports leave it out (de-identified export rights). Ask for the full export right.`,
  );
}

/** As far as the answer has them. */
export function causeAndStatus({
  cause,
  status,
}: Pick<Trouble, 'status'> & { readonly cause?: TroubleCause | undefined }): Partial<
  Pick<Trouble, 'cause' | 'status'>
> {
  return { ...(cause === undefined ? {} : { cause }), status };
}

/** What kind of trouble an answer without a value is. */
export function troubleCause(answer: ReadFailure): TroubleCause {
  switch (answer.kind) {
    case 'retry':
      return answer.httpStatus === undefined ? 'no_answer' : 'fault';
    case 'error':
      if (answer.trustworthy) return 'refusal';
      return answer.httpStatus >= 500 ? 'fault' : 'page';
    case 'unreadable':
      return 'page';
    case 'empty':
    case 'not_sent':
    case 'stop':
      return 'fault';
  }
}

/** The data dictionary, or a part of it. */
export interface Dictionary {
  readonly firstField: string;
  readonly fileFields: Readonly<Record<string, FileField>>;
  readonly otherFields: readonly string[];
}

export async function readDictionary(reader: ProjectReader): Promise<Dictionary> {
  return parseDictionary(valueOf(await reader.metadata(), 'the data dictionary'));
}

/** These fields of the dictionary; `undefined` where one of them is not in the answer. */
export async function readDictionaryOf(
  reader: ProjectReader,
  fields: readonly string[],
): Promise<Dictionary | undefined> {
  const answer = await reader.metadata(fields);
  throwStop(answer);
  if (answer.kind !== 'value') return undefined;
  const dictionary = parseDictionary(answer.value);
  const names = new Set([...Object.keys(dictionary.fileFields), ...dictionary.otherFields]);
  return fields.every((field) => names.has(field)) ? dictionary : undefined;
}

function parseDictionary(variables: readonly ServerObject[]): Dictionary {
  const fileFields: Record<string, FileField> = {};
  const otherFields: string[] = [];
  for (const variable of variables) {
    const name = asText(variable['field_name']);
    if (variable['field_type'] === 'file') {
      const form = asText(variable['form_name']);
      const validation = variable['text_validation_type_or_show_slider_number'];
      const label = labelOf(variable['field_label']);
      fileFields[name] = { form, signature: validation === 'signature', ...label };
    } else otherFields.push(name);
  }
  return { firstField: asText(variables[0]?.['field_name']), fileFields, otherFields };
}

/** Designers write labels with markup and line breaks. */
export function labelOf(value: unknown): { readonly label?: string } {
  const label = asText(value)
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return label === '' ? {} : { label };
}

/** What the server says of the project itself. A flag that it leaves out says nothing. */
export interface ProjectInfo {
  readonly id: string;
  readonly title: string;
  readonly production: boolean | undefined;
  /** Blank where it never was. */
  readonly productionTime: string;
  readonly longitudinal: boolean | undefined;
  /** Servers before 8 leave it out. */
  readonly repeating: boolean | undefined;
  readonly missingCodes: readonly string[];
}

export async function readInfo(reader: Pick<ProjectReader, 'project'>): Promise<ProjectInfo> {
  // It is the first answer of all: until then nothing shows that the token is accepted.
  const info = valueOf(await reader.project(), 'project information', false);
  return {
    id: asText(info['project_id']),
    title: asText(info['project_title']),
    production: asFlag(info['in_production']),
    productionTime: asText(info['production_time']),
    longitudinal: asFlag(info['is_longitudinal']),
    repeating: asFlag(info['has_repeating_instruments_or_events']),
    missingCodes: parseMissingCodes(asText(info['missing_data_codes'])),
  };
}

/** `-999, Not asked | NI, No information`, one a line on some versions. */
export function parseMissingCodes(text: string): string[] {
  return text
    .split(/[|\r\n]+/)
    .map((one) => one.split(',')[0]?.trim() ?? '')
    .filter((code) => code !== '');
}

interface SetupOptions {
  /** Takes what could not be read. */
  readonly notes: string[];
  /** This token could read the repeating setup before. */
  readonly couldRead?: boolean;
}

/** Events, which forms are in them, what repeats, and the codes that stand for "missing". */
export async function readSetup(
  reader: ProjectReader,
  info: ProjectInfo,
  options: SetupOptions,
): Promise<
  Pick<ProjectModel, 'longitudinal' | 'missingCodes' | 'events' | 'eventForms' | 'repeats'>
> {
  const events = await readEvents(reader, info.longitudinal);
  const longitudinal = events.length > 0;
  return {
    longitudinal,
    missingCodes: info.missingCodes,
    events,
    eventForms: longitudinal ? await readEventForms(reader) : {},
    repeats: await readRepeats(reader, info.repeating, options),
  };
}

async function readEvents(
  reader: ProjectReader,
  longitudinal: boolean | undefined,
): Promise<readonly ProjectEvent[]> {
  if (longitudinal === false) return [];
  const answer = await reader.events();
  // A classic project answers 400: "You cannot export events for classic projects".
  if (longitudinal === undefined && answer.kind === 'error' && answer.httpStatus === 400) return [];
  const events = valueOf(answer, 'the list of events');
  // Without its events a longitudinal project would be taken for a classic one.
  if (longitudinal === true && events.length === 0) {
    throw new UnreadableAnswer('the list of events', 'it is empty');
  }
  return events.map((event) => {
    const id = asText(event['event_id']);
    return {
      name: asText(event['unique_event_name']),
      arm: asText(event['arm_num']),
      ...labelOf(event['event_name']),
      ...(id === '' ? {} : { id }),
    };
  });
}

async function readEventForms(reader: ProjectReader): Promise<Record<string, string[]>> {
  const mapping = valueOf(await reader.formEventMapping(), 'the forms of each event');
  const forms: Record<string, string[]> = {};
  for (const row of mapping) {
    (forms[asText(row['unique_event_name'])] ??= []).push(asText(row['form']));
  }
  return forms;
}

/** `repeating` is the project's flag: where it says nothing, the call itself does. */
async function readRepeats(
  reader: ProjectReader,
  repeating: boolean | undefined,
  { notes, couldRead = false }: SetupOptions,
): Promise<Repeats> {
  if (repeating === false) return { kind: 'none' };
  const answer = await reader.repeatingFormsEvents();
  throwStop(answer);
  // An empty list that the flag contradicts is no answer.
  if (answer.kind === 'value' && (answer.value.length > 0 || repeating === undefined)) {
    const rows = answer.value.map((row) => ({
      event: asText(row['event_name']),
      form: asText(row['form_name']),
    }));
    return {
      kind: 'known',
      events: rows.filter(({ form }) => form === '').map(({ event }) => event),
      forms: rows.filter(({ form }) => form !== ''),
    };
  }
  if (answer.kind === 'error' && /does not contain any repeating/i.test(answer.message)) {
    return { kind: 'none' };
  }
  // A token that could read it and meets a failing server is no token without the right.
  if (couldRead && answer.kind !== 'error' && answer.kind !== 'value') {
    const cause = troubleCause(answer);
    throw new UnreadableAnswer('the repeating setup', answer.message, { cause });
  }
  notes.push(
    'The repeating setup could not be read (it needs the Project Design right): a field counts as repeating where the export shows an instance.',
  );
  return { kind: 'unknown' };
}

export async function readVersion(reader: ProjectReader, notes: string[]): Promise<string> {
  const answer = await reader.version();
  throwStop(answer);
  if (answer.kind === 'value') return answer.value;
  notes.push('The server did not tell its REDCap version.');
  return '';
}

/** The value of an answer that the command cannot do without. */
function valueOf<T>(answer: ReadAnswer<T>, what: string, accepted = true): T {
  throwStop(answer);
  if (answer.kind === 'value') return answer.value;
  const { message, httpStatus: status } = answer;
  throw new UnreadableAnswer(what, message, { cause: troubleCause(answer), status, accepted });
}

/** What ends the command in every phase: a stop of the user's, or of the server's. */
export function throwStop(answer: ReadAnswer<unknown>): void {
  if (answer.kind === 'not_sent') throw new InterruptedError();
  if (answer.kind === 'stop') throw new RefusedError(answer.message);
}
