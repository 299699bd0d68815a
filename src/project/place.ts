import type { Target } from '../rows/target.ts';
import { asText, placeOf } from './cells.ts';
import type { ExportRow } from '../rows/look.ts';
import { armOf, repeatKind, type ProjectModel, type RepeatKind } from './model.ts';

/**
 * What has changed of a target's place between two readings of the structure:
 * its field's form in that event, repeating or not. `undefined`: nothing.
 */
export function placeChange(
  before: ProjectModel,
  now: ProjectModel,
  target: Target,
): string | undefined {
  const { field, event } = target;
  const formBefore = formOf(before, field);
  const form = formOf(now, field);
  if (form === undefined) {
    return now.otherFields.includes(field)
      ? `field ${field} holds no files any more`
      : `the project has no field ${field} any more`;
  }
  if (form !== formBefore) {
    return formBefore === undefined
      ? `field ${field} is new`
      : `field ${field} is on form ${form} now, not on ${formBefore}`;
  }
  if (before.longitudinal !== now.longitudinal) {
    return now.longitudinal
      ? 'the project is longitudinal now'
      : 'the project is not longitudinal any more';
  }
  return (
    (now.longitudinal ? eventChange(before, now, event, form) : undefined) ??
    repeatChange(repeatKind(before, event, form), repeatKind(now, event, form), target, form)
  );
}

function formOf({ fileFields }: ProjectModel, field: string): string | undefined {
  return Object.hasOwn(fileFields, field) ? fileFields[field]?.form : undefined;
}

function eventChange(
  before: ProjectModel,
  now: ProjectModel,
  name: string,
  form: string,
): string | undefined {
  const old = before.events.find((event) => event.name === name);
  const event = now.events.find((one) => one.name === name);
  if (event === undefined) {
    const renamed = now.events.find((one) => one.id !== undefined && one.id === old?.id);
    return renamed === undefined
      ? `the project has no event ${name} any more`
      : `event ${name} is ${renamed.name} now`;
  }
  if (old?.id !== undefined && event.id !== undefined && old.id !== event.id) {
    return `${name} is another event now`;
  }
  if (old !== undefined && armOf(before, name) !== armOf(now, name)) {
    return `event ${name} is in arm ${event.arm} now`;
  }
  if (now.eventForms[name]?.includes(form) === true) return undefined;
  return `form ${form} is not in event ${name} any more`;
}

/** Where the setup cannot be read, a place keeps what was found before, until an export contradicts it. */
function repeatChange(
  before: RepeatKind,
  now: RepeatKind,
  { event, instance }: Target,
  form: string,
): string | undefined {
  if (now === before || now === 'unknown') return undefined;
  // What only an export had shown is compared with the instance that it led to.
  const fits = now === 'none' ? instance === '' || instance === '1' : instance !== '';
  if (before === 'unknown' && fits) return undefined;
  if (now === 'event') return `event ${event} repeats now`;
  const where = event === '' ? '' : ` in event ${event}`;
  return now === 'form'
    ? `form ${form} repeats now${where}`
    : `form ${form} does not repeat any more${where}`;
}

/**
 * What in the rows of one record cannot be as the structure has it: the export
 * is of another structure, or is no full one. A look that is read from such
 * rows would take a file that stands elsewhere for one that is gone.
 */
export function findContradiction(
  rows: readonly ExportRow[],
  target: Target,
  model: ProjectModel,
): string | undefined {
  const form = formOf(model, target.field) ?? '';
  const kind = repeatKind(model, target.event, form);
  for (const row of rows) {
    const { event } = placeOf(row);
    if (model.longitudinal ? armOf(model, event) === undefined : event !== '') {
      return `the export has rows of ${event === '' ? 'no event' : `event ${event}`}, which the project does not have`;
    }
    if (model.longitudinal && event !== target.event) continue;
    const found = contradictsRepeats(row, target, kind, form);
    if (found !== undefined) return found;
  }
  return undefined;
}

function contradictsRepeats(
  row: ExportRow,
  target: Target,
  kind: RepeatKind,
  form: string,
): string | undefined {
  const { form: repeatingForm, instance } = placeOf(row);
  const holdsFile = asText(row[target.field]).trim() !== '';
  // An instance of this form, or of the event as a whole; other forms may repeat as they like.
  const ofForm = instance !== '' && repeatingForm === form;
  const ofEvent = instance !== '' && repeatingForm === '';
  const where = target.event === '' ? '' : ` in event ${target.event}`;
  const repeats = ofEvent ? `event ${target.event}` : `form ${form}${where}`;
  switch (kind) {
    case 'none':
      return ofForm || ofEvent
        ? `the export shows an instance of ${repeats}, where nothing repeats`
        : undefined;
    case 'event':
      if (ofForm)
        return `the export shows an instance of form ${form}${where}, which repeats as a whole`;
      return instance === ''
        ? `the export has a row without an instance${where}, which repeats as a whole`
        : undefined;
    case 'form':
      if (ofEvent)
        return `the export shows an instance of event ${target.event}, where form ${form} repeats`;
      return instance === '' && holdsFile
        ? `the export shows a file of ${target.field} without an instance, where form ${form} repeats`
        : undefined;
    case 'unknown':
      // What the check found stands in the instance that it sends.
      if (target.instance === '') {
        return ofForm || ofEvent ? `the export shows an instance of ${repeats}` : undefined;
      }
      return target.instance !== '1' && instance === '' && holdsFile
        ? `the export shows a file of ${target.field} without an instance`
        : undefined;
  }
}
