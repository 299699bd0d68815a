import { RefusedError } from '../errors.ts';
import type { ReadAnswer } from '../redcap/read-answers.ts';
import type { Reader } from '../redcap/reader.ts';
import { asText } from './look.ts';
import type { FileField, ProjectModel, Repeats } from './model.ts';

/** The calls that describe a project; retries are behind them. */
export type ProjectReader = Pick<
  Reader,
  'version' | 'project' | 'metadata' | 'events' | 'formEventMapping' | 'repeatingFormsEvents'
>;

type Row = Readonly<Record<string, unknown>>;

/** The wait for an answer was broken by a stop. */
export class ReadingStopped extends Error {
  override name = 'ReadingStopped';
}

/**
 * Reads what the rules need of a project. Throws RefusedError where an answer
 * that the check cannot do without is refused or cannot be read.
 */
export async function readModel(reader: ProjectReader): Promise<ProjectModel> {
  const notes: string[] = [];
  const info = needed(await reader.project(), 'project information') as Row;
  const metadata = needed(await reader.metadata(), 'the data dictionary') as readonly Row[];
  const longitudinalFlag = flag(info['is_longitudinal']);
  const events = await readEvents(reader, longitudinalFlag);
  const longitudinal = events.length > 0;
  const eventForms = longitudinal ? await readEventForms(reader) : {};
  const repeats = await readRepeats(reader, info, notes);

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
  return {
    id: asText(info['project_id']),
    title: asText(info['project_title']),
    redcapVersion: await readVersion(reader, notes),
    production: flag(info['in_production']),
    longitudinal,
    recordIdField: asText(metadata[0]?.['field_name']) || 'record_id',
    missingCodes: parseMissingCodes(asText(info['missing_data_codes'])),
    fileFields,
    otherFields,
    events: events.map((event) => ({
      name: asText(event['unique_event_name']),
      arm: asText(event['arm_num']),
    })),
    eventForms,
    repeats,
    notes,
  };
}

/** Which project is this? Throws RefusedError where the server does not tell. */
export async function readProjectId(reader: Pick<ProjectReader, 'project'>): Promise<string> {
  return asText((needed(await reader.project(), 'project information') as Row)['project_id']);
}

async function readEvents(
  reader: ProjectReader,
  longitudinal: boolean | undefined,
): Promise<readonly Row[]> {
  if (longitudinal === false) return [];
  const answer = await reader.events();
  // A classic project answers 400: "You cannot export events for classic projects".
  if (longitudinal === undefined && answer.kind === 'error' && answer.httpStatus === 400) return [];
  const events = needed(answer, 'the list of events') as readonly Row[];
  // Without its events a longitudinal project would be taken for a classic one.
  if (longitudinal === true && events.length === 0) {
    throw unreadable('the list of events', 'it is empty');
  }
  return events;
}

async function readEventForms(reader: ProjectReader): Promise<Record<string, string[]>> {
  const mapping = needed(await reader.formEventMapping(), 'the forms of each event');
  const forms: Record<string, string[]> = {};
  for (const row of mapping as readonly Row[]) {
    (forms[asText(row['unique_event_name'])] ??= []).push(asText(row['form']));
  }
  return forms;
}

/** An absent flag says nothing (servers before 8 lack it); the call itself does. */
async function readRepeats(reader: ProjectReader, info: Row, notes: string[]): Promise<Repeats> {
  const repeating = flag(info['has_repeating_instruments_or_events']);
  if (repeating === false) return { kind: 'none' };
  const answer = await reader.repeatingFormsEvents();
  const rows = answer.kind === 'value' ? (answer.value as readonly Row[]) : undefined;
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
  throw unreadable(what, answer.message);
}

/** What ends the command in every phase: a stop of the user's, or of the server's. */
function stopReading(answer: ReadAnswer<unknown>): void {
  if (answer.kind === 'not_sent') throw new ReadingStopped('interrupted');
  if (answer.kind === 'stop') throw new RefusedError(answer.message);
}

/** Who cannot look does not delete, unless told to. */
export function unreadable(what: string, message: string): RefusedError {
  return new RefusedError(
    `The server's answer for ${what} cannot be used: ${message}. Nothing was deleted. A token without the API Export right can delete without a check: --no-check.`,
  );
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
