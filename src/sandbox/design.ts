import type { EventSpec, FieldSpec, FormSpec, ProjectSpec } from './spec.ts';

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

export type Misplaced = 'unknown_field' | 'unknown_event' | 'not_in_event' | 'no_such_instance';

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
