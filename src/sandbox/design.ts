/** How a sandbox project is described: what a REDCap designer would set up by hand, and its data. */
export interface ProjectSpec {
  readonly kind: 'classic' | 'longitudinal';
  readonly projectId?: number;
  readonly title?: string;
  /** Name of the record id field; it becomes the first field of the first form. Default `record_id`. */
  readonly recordIdField?: string;
  readonly forms: readonly FormSpec[];
  /** Longitudinal only, in order. */
  readonly events?: readonly EventSpec[];
  /** As REDCap writes them: `-999, Not done | -998, Refused`. */
  readonly missingDataCodes?: string;
  readonly inProduction?: boolean;
  /** Unique names of its data access groups. */
  readonly groups?: readonly string[];
  readonly reports?: readonly ReportSpec[];
  readonly records?: readonly RecordSpec[] | GeneratedRecords;
}

export interface FormSpec {
  readonly name: string;
  readonly fields: readonly FieldSpec[];
  /** A repeating instrument; in longitudinal projects a list names the events where it repeats. */
  readonly repeats?: boolean | readonly string[];
  /** Filled in by participants as well, so that exports can show when. */
  readonly survey?: boolean;
}

/** A report that somebody built in the project. */
export interface ReportSpec {
  /** Its number, as the list of reports shows it. */
  readonly id: string;
  readonly title: string;
  /** In the order of its columns; one without the record id shows neither record, event nor instance. */
  readonly fields: readonly string[];
  /** Rows for which this logic holds. */
  readonly filter?: string;
  readonly events?: readonly string[];
}

export interface FieldSpec {
  readonly name: string;
  /** A REDCap field type; default `text`. */
  readonly type?: 'text' | 'notes' | 'radio' | 'file' | 'descriptive' | 'calc';
  readonly signature?: boolean;
  readonly identifier?: boolean;
}

export interface EventSpec {
  /** Unique event name: `baseline_arm_1`. The arm is read from its end. */
  readonly name: string;
  readonly forms: readonly string[];
  /** A repeating event. */
  readonly repeats?: boolean;
}

export interface RecordSpec {
  readonly id: string;
  /** Unique name of its data access group. */
  readonly group?: string;
  readonly rows: readonly RowSpec[];
}

/** Data of one event (and instance); each value finds the row of its own form by itself. */
export interface RowSpec {
  readonly event?: string;
  readonly instance?: number;
  readonly values?: Readonly<Record<string, string>>;
  /** File field -> file name (made-up content), or name and bytes. */
  readonly files?: Readonly<Record<string, string | FileContent>>;
}

export interface FileContent {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Records that are made when they are asked for, so that 100,000 of them cost little. */
export interface GeneratedRecords {
  readonly count: number;
  idAt(index: number): string;
  recordAt(index: number): RecordSpec;
}

export interface Field extends FieldSpec {
  readonly form: string;
}

/** Where a value of one field lives: the row of a record that REDCap would export it on. */
export interface Place {
  /** Blank in classic projects. */
  readonly event: string;
  /** Blank unless the instrument repeats there. */
  readonly instrument: string;
  /** 0 where nothing repeats. */
  readonly instance: number;
}

type Misplaced = 'unknown_field' | 'unknown_event' | 'not_in_event' | 'no_such_instance';

/** The project's structure, looked up by name. */
export interface Design {
  readonly spec: ProjectSpec;
  readonly longitudinal: boolean;
  readonly recordIdField: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly forms: readonly FormSpec[];
  readonly events: readonly EventSpec[];
  readonly hasRepeats: boolean;
}

export function buildDesign(spec: ProjectSpec): Design {
  const recordIdField = spec.recordIdField ?? 'record_id';
  const forms = spec.forms.map((form, index) =>
    index > 0 || form.fields[0]?.name === recordIdField
      ? form
      : { ...form, fields: [{ name: recordIdField }, ...form.fields] },
  );
  const longitudinal = spec.kind === 'longitudinal';
  const events = longitudinal ? (spec.events ?? []) : [];
  const fields = new Map<string, Field>();
  for (const form of forms) {
    for (const field of form.fields) fields.set(field.name, { ...field, form: form.name });
  }
  const hasRepeats =
    forms.some((form) => form.repeats !== undefined && form.repeats !== false) ||
    events.some((event) => event.repeats === true);
  return { spec, longitudinal, recordIdField, fields, forms, events, hasRepeats };
}

/** What a data export can show: a field, or the status of a form, which comes after its fields. */
export interface Column {
  readonly name: string;
  readonly form: string;
  readonly isFile: boolean;
}

export function columnsOf({ forms }: Design): Column[] {
  return forms.flatMap(({ name: form, fields }) => [
    ...fields
      .filter(({ type }) => type !== 'descriptive')
      .map(({ name, type }) => ({ name, form, isFile: type === 'file' })),
    { name: completeOf(form), form, isFile: false },
  ]);
}

/** The name of a form's status: `enrolment_complete`. */
export function completeOf(formName: string): string {
  return `${formName}_complete`;
}

/** When a survey was completed: the column before the form's own. */
export function timestampOf(formName: string): string {
  return `${formName}_timestamp`;
}

/** The choices of every radio field, coded from 1. */
export const CHOICES: readonly string[] = ['One', 'Two', 'Three'];

/** What people read in place of a unique name. */
export function labelOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** An event's label without its arm: `Baseline`. */
export function labelOfEvent(name: string): string {
  return labelOf(name.replace(/_arm_\d+[a-z]?$/, ''));
}

/** The arm number at the end of a unique event name, `baseline_arm_2b` included; else 1. */
export function armOf(eventName: string): number {
  return Number(/_arm_(\d+)[a-z]?$/.exec(eventName)?.[1] ?? 1);
}

export function repeatsIn(form: FormSpec, event: string): boolean {
  if (form.repeats === undefined || form.repeats === false) return false;
  return form.repeats === true || form.repeats.includes(event);
}

export function isFileField(field: Field | undefined): field is Field {
  return field?.type === 'file';
}

/**
 * Finds the row for a field. A classic project ignores the event, as real
 * servers do; an instance above 1 where nothing repeats is no place at all.
 */
export function placeOf(
  design: Design,
  fieldName: string,
  eventName: string,
  instance: number,
): Place | Misplaced {
  const field = design.fields.get(fieldName);
  if (field === undefined) return 'unknown_field';
  const form = design.forms.find((one) => one.name === field.form);
  if (form === undefined) return 'unknown_field';
  let event = '';
  if (design.longitudinal) {
    const found = design.events.find((one) => one.name === eventName);
    if (found === undefined) return 'unknown_event';
    event = found.name;
    // The record id belongs to every event.
    if (!found.forms.includes(form.name) && fieldName !== design.recordIdField) {
      return 'not_in_event';
    }
    if (found.repeats === true) return { event, instrument: '', instance };
  }
  if (repeatsIn(form, event)) return { event, instrument: form.name, instance };
  return instance === 1 ? { event, instrument: '', instance: 0 } : 'no_such_instance';
}
