import { z } from 'zod';

/**
 * The shapes of what REDCap sends, no stricter than its versions differ: flags
 * are numbers or strings, old servers lack keys, new ones have more.
 */
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((value) => {
  if (value === null || value === false) return value === null ? '' : '0';
  return value === true ? '1' : String(value);
});
const optionalCell = cell.optional();

const projectInfo = z.object({
  project_id: optionalCell,
  project_title: optionalCell,
  in_production: optionalCell,
  is_longitudinal: optionalCell,
  has_repeating_instruments_or_events: optionalCell,
  missing_data_codes: optionalCell,
});

const metadataField = z.object({
  field_name: cell,
  form_name: optionalCell,
  field_type: optionalCell,
  text_validation_type_or_show_slider_number: optionalCell,
  identifier: optionalCell,
});

const event = z.object({
  unique_event_name: cell,
  event_name: optionalCell,
  arm_num: optionalCell,
  event_id: optionalCell,
});

const eventForm = z.object({ unique_event_name: cell, form: cell, arm_num: optionalCell });

/** A blank `form_name` stands for an event that repeats as a whole; classic projects have no `event_name`. */
const repeat = z.object({
  event_name: optionalCell,
  form_name: optionalCell,
  custom_form_label: optionalCell,
});

export type ProjectInfo = z.output<typeof projectInfo>;
export type MetadataField = z.output<typeof metadataField>;
export type EventInfo = z.output<typeof event>;
export type EventForm = z.output<typeof eventForm>;
export type RepeatInfo = z.output<typeof repeat>;
/** A row of a flat export: the repeat columns may be absent, and the instance a number, a string or ''. */
export type RecordRow = Readonly<Record<string, unknown>>;

export const readProjectInfo = reader(projectInfo);
export const readMetadata = reader(z.array(metadataField).min(1));
export const readEvents = reader(z.array(event));
export const readEventForms = reader(z.array(eventForm));
export const readRepeats = reader(z.array(repeat));

/** By hand: a schema would copy each of a million cells. */
export function readRecordRows(json: unknown): readonly RecordRow[] | undefined {
  if (!Array.isArray(json)) return undefined;
  return json.every(isRow) ? json : undefined;
}

function isRow(row: unknown): row is RecordRow {
  return typeof row === 'object' && row !== null && !Array.isArray(row);
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

function reader<T>(schema: z.ZodType<T>): (json: unknown) => T | undefined {
  return (json) => {
    const read = schema.safeParse(json);
    return read.success ? read.data : undefined;
  };
}
