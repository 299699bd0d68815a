import { InterruptedError, RefusedError } from '../errors.ts';
import type { ReadAnswer, Reader, ServerObject } from '../rows/server.ts';
import { asText } from './look.ts';
import type { FileField, ProjectEvent, ProjectModel, Repeats } from './model.ts';

/** The calls that describe a project; retries are behind them. */
export type ProjectReader = Pick<
  Reader,
  'version' | 'project' | 'metadata' | 'events' | 'formEventMapping' | 'repeatingFormsEvents'
>;

/**
 * Reads what the rules need of a project. Throws RefusedError where an answer
 * that the check cannot do without is refused or cannot be read.
 */
export async function readModel(reader: ProjectReader): Promise<ProjectModel> {
  const notes: string[] = [];
  const info = needed(await reader.project(), 'project information');
  const metadata = needed(await reader.metadata(), 'the data dictionary');
  const setup = await readSetup(reader, info, notes);
  return {
    id: asText(info['project_id']),
    title: asText(info['project_title']),
    redcapVersion: await readVersion(reader, notes),
    production: flag(info['in_production']),
    recordIdField: asText(metadata[0]?.['field_name']) || 'record_id',
    ...readFields(metadata),
    ...setup,
    notes,
  };
}

/** Requests that one reading of the structure takes. */
export function structureRequests({ longitudinal, repeats }: ProjectModel): number {
  return 2 + (longitudinal ? 2 : 0) + (repeats.kind === 'none' ? 0 : 1);
}

export type StructureAnswer =
  | { readonly kind: 'read'; readonly model: ProjectModel }
  | { readonly kind: 'unreadable'; readonly message: string }
  | { readonly kind: 'stopped' };

/** PHP cuts forms that hold more than 1,000 values: so many fields, and the dictionary is read whole. */
const FIELDS_AT_MOST = 400;

/**
 * Reads the structure again, as far as these file fields depend on it: of the
 * dictionary only them and the record id, unless one of them is missing.
 * Fields that were not asked for stay as `known` has them.
 */
export async function readStructure(
  reader: ProjectReader,
  known: ProjectModel,
  fields: readonly string[],
): Promise<StructureAnswer> {
  try {
    const info = needed(await reader.project(), 'project information');
    const id = asText(info['project_id']);
    if (id !== known.id) {
      const message = `the token belongs to project ${id} by now, not to ${known.id}`;
      return { kind: 'unreadable', message };
    }
    const asked = [...new Set([known.recordIdField, ...fields])];
    const some = asked.length > FIELDS_AT_MOST ? undefined : await readSome(reader, asked);
    const whole = some === undefined;
    const metadata = some ?? needed(await reader.metadata(), 'the data dictionary');
    const read = readFields(metadata);
    const model: ProjectModel = {
      ...known,
      ...(await readSetup(reader, info, [], known.repeats.kind !== 'unknown')),
      ...(whole
        ? { ...read, recordIdField: asText(metadata[0]?.['field_name']) || known.recordIdField }
        : {
            fileFields: { ...without(known.fileFields, asked), ...read.fileFields },
            otherFields: [...new Set([...known.otherFields, ...read.otherFields])],
          }),
    };
    return { kind: 'read', model };
  } catch (error) {
    if (error instanceof InterruptedError) return { kind: 'stopped' };
    if (!(error instanceof RefusedError)) throw error;
    const message = error instanceof UnreadableAnswer ? error.reason : error.message;
    return { kind: 'unreadable', message };
  }
}

/** These fields of the dictionary; `undefined` where one of them is not in the answer. */
async function readSome(
  reader: ProjectReader,
  fields: readonly string[],
): Promise<readonly ServerObject[] | undefined> {
  const answer = await reader.metadata(fields);
  if (answer.kind !== 'value') {
    stopReading(answer);
    return undefined;
  }
  const rows = answer.value;
  const names = new Set(rows.map((row) => asText(row['field_name'])));
  return fields.every((field) => names.has(field)) ? rows : undefined;
}

function without(
  fields: ProjectModel['fileFields'],
  names: readonly string[],
): Record<string, FileField> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function readFields(
  metadata: readonly ServerObject[],
): Pick<ProjectModel, 'fileFields' | 'otherFields'> {
  const fileFields: Record<string, FileField> = {};
  const otherFields: string[] = [];
  for (const field of metadata) {
    const name = asText(field['field_name']);
    if (field['field_type'] === 'file') {
      fileFields[name] = {
        form: asText(field['form_name']),
        signature: field['text_validation_type_or_show_slider_number'] === 'signature',
      };
    } else otherFields.push(name);
  }
  return { fileFields, otherFields };
}

/** Events, which forms are in them, what repeats, and the codes that stand for "missing". */
async function readSetup(
  reader: ProjectReader,
  info: ServerObject,
  notes: string[],
  hadRepeats = false,
): Promise<
  Pick<ProjectModel, 'longitudinal' | 'missingCodes' | 'events' | 'eventForms' | 'repeats'>
> {
  const events = await readEvents(reader, flag(info['is_longitudinal']));
  const longitudinal = events.length > 0;
  const eventForms = longitudinal ? await readEventForms(reader) : {};
  return {
    longitudinal,
    missingCodes: parseMissingCodes(asText(info['missing_data_codes'])),
    events: events.map(readEvent),
    eventForms,
    repeats: await readRepeats(reader, info, notes, hadRepeats),
  };
}

function readEvent(event: ServerObject): ProjectEvent {
  const id = asText(event['event_id']);
  return {
    name: asText(event['unique_event_name']),
    arm: asText(event['arm_num']),
    ...(id === '' ? {} : { id }),
  };
}

/** Which project is this? Throws RefusedError where the server does not tell. */
export async function readProjectId(reader: Pick<ProjectReader, 'project'>): Promise<string> {
  return asText(needed(await reader.project(), 'project information')['project_id']);
}

async function readEvents(
  reader: ProjectReader,
  longitudinal: boolean | undefined,
): Promise<readonly ServerObject[]> {
  if (longitudinal === false) return [];
  const answer = await reader.events();
  // A classic project answers 400: "You cannot export events for classic projects".
  if (longitudinal === undefined && answer.kind === 'error' && answer.httpStatus === 400) return [];
  const events = needed(answer, 'the list of events');
  // Without its events a longitudinal project would be taken for a classic one.
  if (longitudinal === true && events.length === 0) {
    throw unreadable('the list of events', 'it is empty');
  }
  return events;
}

async function readEventForms(reader: ProjectReader): Promise<Record<string, string[]>> {
  const mapping = needed(await reader.formEventMapping(), 'the forms of each event');
  const forms: Record<string, string[]> = {};
  for (const row of mapping) {
    (forms[asText(row['unique_event_name'])] ??= []).push(asText(row['form']));
  }
  return forms;
}

/** An absent flag says nothing (servers before 8 lack it); the call itself does. */
async function readRepeats(
  reader: ProjectReader,
  info: ServerObject,
  notes: string[],
  hadRepeats: boolean,
): Promise<Repeats> {
  const repeating = flag(info['has_repeating_instruments_or_events']);
  if (repeating === false) return { kind: 'none' };
  const answer = await reader.repeatingFormsEvents();
  const rows = answer.kind === 'value' ? answer.value : undefined;
  // An empty list that the flag contradicts is no answer.
  if (rows !== undefined && (rows.length > 0 || repeating === undefined)) {
    const forms = rows.filter((row) => asText(row['form_name']) !== '');
    return {
      kind: 'known',
      events: rows
        .filter((row) => asText(row['form_name']) === '')
        .map((row) => asText(row['event_name'])),
      forms: forms.map((row) => ({
        event: asText(row['event_name']),
        form: asText(row['form_name']),
      })),
    };
  }
  if (answer.kind === 'error' && /does not contain any repeating/i.test(answer.message)) {
    return { kind: 'none' };
  }
  stopReading(answer);
  // A token that could read it and meets a failing server is no token without the right.
  if (hadRepeats && answer.kind !== 'error' && answer.kind !== 'value') {
    throw unreadable('the repeating setup', answer.message);
  }
  notes.push(
    'The repeating setup could not be read (it needs the Project Design right): a field counts as repeating where the export shows an instance.',
  );
  return { kind: 'unknown' };
}

async function readVersion(reader: ProjectReader, notes: string[]): Promise<string> {
  const answer = await reader.version();
  if (answer.kind === 'value') return answer.value;
  stopReading(answer);
  notes.push('The server did not tell its REDCap version.');
  return '';
}

/** A value that the check cannot do without. */
function needed<T>(answer: ReadAnswer<T>, what: string): T {
  if (answer.kind === 'value') return answer.value;
  stopReading(answer);
  const answered = answer.kind !== 'retry' || answer.httpStatus !== undefined;
  throw unreadable(what, answer.message, answered);
}

/** What ends the command in every phase: a stop of the user's, or of the server's. */
function stopReading(answer: ReadAnswer<unknown>): void {
  if (answer.kind === 'not_sent') throw new InterruptedError();
  if (answer.kind === 'stop') throw new RefusedError(answer.message);
}

/** An answer that the command cannot do without. */
export class UnreadableAnswer extends RefusedError {
  override name = 'UnreadableAnswer';
  readonly reason: string;
  /** Did the server answer at all? */
  readonly answered: boolean;

  constructor(what: string, message: string, answered: boolean) {
    super(`The server's answer for ${what} cannot be used: ${message}. Nothing was deleted.`);
    this.answered = answered;
    this.reason = `${what}: ${message}`;
  }
}

/** Who cannot look does not delete. */
export function unreadable(what: string, message: string, answered = true): RefusedError {
  return new UnreadableAnswer(what, message, answered);
}

/** Flags come as numbers or strings, by version. */
function flag(value: unknown): boolean | undefined {
  const text = asText(value);
  if (text === '1' || text === 'true') return true;
  return text === '0' || text === 'false' ? false : undefined;
}

/** `-999, Not asked | NI, No information`, one a line on some versions. */
export function parseMissingCodes(text: string): string[] {
  return text
    .split(/[|\r\n]+/)
    .map((one) => one.split(',')[0]?.trim() ?? '')
    .filter((code) => code !== '');
}
