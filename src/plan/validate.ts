import type { TargetIndex } from '../manifest/duplicates.ts';
import { repeatKind, type FileField, type ProjectModel } from '../project/model.ts';
import { createLabels, describeUnknownName, type Labels } from '../project/labels.ts';
import type { InvalidCode } from '../rows/outcome.ts';
import type { ManifestRow } from '../rows/row.ts';
import type { Target } from '../rows/target.ts';
import { listNames, showName, showTwoNames } from '../words/names.ts';

export interface Fault {
  readonly code: InvalidCode;
  readonly message: string;
}

/** A row checked against the project's rules, before anybody looked at its record. */
export type Validated =
  | {
      readonly kind: 'invalid';
      readonly row: ManifestRow;
      readonly faults: readonly Fault[];
      /** What it names all the same, so that a later row can be its duplicate. */
      readonly target: Target | undefined;
    }
  | {
      readonly kind: 'valid';
      readonly row: ManifestRow;
      readonly target: Target;
      readonly signature: boolean;
      /** The instance is blank and only a look can tell whether one is required. */
      readonly undecided: boolean;
    };

/** The same once the rows before it are known: `of` is the earlier row with the same target. */
export type ValidatedRow =
  Validated | { readonly kind: 'duplicate'; readonly row: ManifestRow; readonly of: number };

/** Validates the rows in their order, and finds those that repeat a target that `seen` knows by then. */
export async function* validateRows(
  rows: AsyncIterable<readonly ManifestRow[]>,
  validate: (row: ManifestRow) => Validated,
  seen: TargetIndex | undefined,
): AsyncIterable<readonly ValidatedRow[]> {
  for await (const batch of rows) {
    yield batch.map((row) => {
      const one = validate(row);
      const of = one.target === undefined ? 0 : (seen?.claim(one.target, row.row) ?? 0);
      return of === 0 ? one : { kind: 'duplicate', row, of };
    });
  }
}

/** Without a check only the faults of the row itself are known. */
export function validateUnchecked(
  row: ManifestRow,
  defaultInstance: string | undefined,
): Validated {
  const { record, field, event, problems } = row;
  if (problems.length > 0) return { kind: 'invalid', row, faults: problems, target: undefined };
  const instance = row.instance === '' ? (defaultInstance ?? '') : row.instance;
  const target = { record, field, event, instance };
  return { kind: 'valid', row, target, signature: false, undecided: false };
}

/** Faults of the row itself: it names no target, and so shadows none. */
const NAMES_NO_TARGET: ReadonlySet<InvalidCode> = new Set([
  'missing_value',
  'bad_field_name',
  'bad_instance',
  'bad_sha256',
  'ragged_row',
  'instrument_mismatch',
  'instance_required',
]);

/**
 * Checks a row against the project: fields, events, forms and repeats. All
 * faults of the row are found. `defaultInstance` serves rows that leave the
 * instance out where one is required.
 */
export function validateRow(
  row: ManifestRow,
  model: ProjectModel,
  defaultInstance: string | undefined,
  labels: Labels = createLabels(model),
): Validated {
  const faults: Fault[] = [...row.problems];
  if (faults.some((fault) => fault.code === 'ragged_row')) {
    return { kind: 'invalid', row, faults, target: undefined };
  }
  const field = row.field === '' ? undefined : validateField(row, model, labels, faults);
  const eventFault = validateEvent(row, model, labels, field);
  if (eventFault !== undefined) faults.push(eventFault);
  let instance = row.instance;
  let undecided = false;
  const badInstance = faults.some((fault) => fault.code === 'bad_instance');
  // Of an event that does not exist, nobody knows what repeats there.
  if (field !== undefined && eventFault === undefined && !badInstance) {
    const kind = repeatKind(model, row.event, field.form);
    if (kind === 'none') {
      if (instance === '1') instance = '';
      if (instance !== '') {
        faults.push({
          code: 'instance_not_allowed',
          message: `nothing repeats here, so that there is no instance ${instance}; leave the instance blank`,
        });
      }
    } else if (instance === '') {
      if (defaultInstance !== undefined && kind !== 'unknown') instance = defaultInstance;
      else if (kind === 'unknown') undecided = true;
      else faults.push(instanceRequired(row, kind === 'event', field.form));
    }
  }
  const target: Target = { record: row.record, field: row.field, event: row.event, instance };
  if (faults.length === 0) {
    return { kind: 'valid', row, target, signature: field?.signature ?? false, undecided };
  }
  const shadows = !faults.some((fault) => NAMES_NO_TARGET.has(fault.code));
  return { kind: 'invalid', row, faults, target: shadows ? target : undefined };
}

export function instanceRequired(row: ManifestRow, wholeEvent: boolean, form: string): Fault {
  const what = wholeEvent
    ? `event ${showName(row.event)} repeats`
    : `form ${showName(form)} repeats`;
  return {
    code: 'instance_required',
    message: `${what}: write the instance to delete from (REDCap would take 1), or give --default-instance`,
  };
}

function validateField(
  row: ManifestRow,
  model: ProjectModel,
  labels: Labels,
  faults: Fault[],
): FileField | undefined {
  const badName = faults.findIndex((fault) => fault.code === 'bad_field_name');
  if (badName !== -1) {
    const labelled = labels.fieldsLabelled(row.field);
    if (labelled.length > 0) {
      const message = `${showName(row.field, 'quoted')} is no field name but a label; write the variable name (${listed(labelled)})`;
      faults[badName] = { code: 'bad_field_name', message };
    }
    return undefined;
  }
  const field = Object.hasOwn(model.fileFields, row.field)
    ? model.fileFields[row.field]
    : undefined;
  if (field === undefined) {
    if (model.otherFields.includes(row.field)) {
      faults.push({
        code: 'not_a_file_field',
        message: `field ${showName(row.field)} holds no files; file fields are ${listed(Object.keys(model.fileFields))}`,
      });
    } else {
      const message = describeUnknownName('field', row.field, {
        labelled: labels.fieldsLabelled(row.field),
        known: [...Object.keys(model.fileFields), ...model.otherFields],
      });
      faults.push({ code: 'unknown_field', message });
    }
    return undefined;
  }
  if (row.repeatInstrument !== '' && row.repeatInstrument !== field.form) {
    const [form, other] = showTwoNames(field.form, row.repeatInstrument);
    faults.push({
      code: 'instrument_mismatch',
      message: `field ${showName(row.field)} is on form ${form}, not on ${other}`,
    });
  }
  return field;
}

function validateEvent(
  row: ManifestRow,
  model: ProjectModel,
  labels: Labels,
  field: FileField | undefined,
): Fault | undefined {
  if (!model.longitudinal) {
    if (row.event === '') return undefined;
    return {
      code: 'event_not_allowed',
      message: `the project is not longitudinal, so that there is no event ${showName(row.event)}; leave the event blank`,
    };
  }
  const names = model.events.map((event) => event.name);
  const holds = (name: string): boolean =>
    field === undefined || model.eventForms[name]?.includes(field.form) === true;
  if (row.event === '') {
    return {
      code: 'event_required',
      message: `the project is longitudinal: write the unique event name (${listed(names.filter(holds))})`,
    };
  }
  if (!names.includes(row.event)) {
    const labelled = labels.eventsLabelled(row.event);
    const fitting = labelled.filter(holds);
    const message = describeUnknownName('event', row.event, {
      labelled: fitting.length > 0 ? fitting : labelled,
      known: names,
    });
    return { code: 'unknown_event', message };
  }
  if (field === undefined || holds(row.event)) return undefined;
  return {
    code: 'field_not_in_event',
    message: `form ${showName(field.form)} with field ${showName(row.field)} is not in event ${showName(row.event)}; it is in ${listed(names.filter(holds))}`,
  };
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : listNames(names);
}
