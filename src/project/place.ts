import type { Target } from '../rows/target.ts';
import { asText, placeOf } from './cells.ts';
import type { ExportRow } from '../rows/look.ts';
import { showName, showTwoNames } from '../words/names.ts';
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
      ? `field ${showName(field)} holds no files any more`
      : `the project has no field ${showName(field)} any more`;
  }
  if (form !== formBefore) {
    if (formBefore === undefined) return `field ${showName(field)} is new`;
    const [is, was] = showTwoNames(form, formBefore);
    return `field ${showName(field)} is on form ${is} now, not on ${was}`;
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
    if (renamed === undefined) return `the project has no event ${showName(name)} any more`;
    const [was, is] = showTwoNames(name, renamed.name);
    return `event ${was} is ${is} now`;
  }
  if (old?.id !== undefined && event.id !== undefined && old.id !== event.id) {
    return `${showName(name)} is another event now`;
  }
  if (old !== undefined && armOf(before, name) !== armOf(now, name)) {
    return `event ${showName(name)} is in arm ${event.arm} now`;
  }
  if (now.eventForms[name]?.includes(form) === true) return undefined;
  return `form ${showName(form)} is not in event ${showName(name)} any more`;
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
  if (now === 'event') return `event ${showName(event)} repeats now`;
  return now === 'form'
    ? `form ${showName(form)} repeats now${inEvent(event)}`
    : `form ${showName(form)} does not repeat any more${inEvent(event)}`;
}

function inEvent(event: string): string {
  return event === '' ? '' : ` in event ${showName(event)}`;
}

/** What an export shows that cannot be as the structure has it. */
export interface Contradiction {
  readonly why: string;
  /** Of other fields at the target's place it says nothing. */
  readonly ofField: boolean;
}

/** Does it hold for the target's place, or only for a field that has come there since? */
export function isOfPlace(
  { ofField }: Contradiction,
  before: ProjectModel,
  now: ProjectModel,
  { field }: Target,
): boolean {
  return !ofField || formOf(before, field) === formOf(now, field);
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
): Contradiction | undefined {
  const form = formOf(model, target.field) ?? '';
  const kind = repeatKind(model, target.event, form);
  for (const row of rows) {
    const { event } = placeOf(row);
    if (model.longitudinal ? armOf(model, event) === undefined : event !== '') {
      const where = event === '' ? 'no event' : `event ${showName(event)}`;
      return {
        why: `the export has rows of ${where}, which the project does not have`,
        ofField: false,
      };
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
): Contradiction | undefined {
  const { form: repeatingForm, instance } = placeOf(row);
  const holdsFile = asText(row[target.field]).trim() !== '';
  // An instance of this form, or of the event as a whole; other forms may repeat as they like.
  const ofForm = instance !== '' && repeatingForm === form;
  const ofEvent = instance !== '' && repeatingForm === '';
  // Words are made where there is something to say: a record may have thousands of rows.
  const where = (): string => inEvent(target.event);
  const event = (): string => `event ${showName(target.event)}`;
  const named = (): string => `form ${showName(form)}`;
  const anInstance = (): string =>
    `the export shows an instance of ${ofEvent ? event() : named() + where()}`;
  const aFile = (): string =>
    `the export shows a file of ${showName(target.field)} without an instance`;
  const ofPlace = (why: string): Contradiction => ({ why, ofField: false });
  const ofField = (why: string): Contradiction => ({ why, ofField: true });
  switch (kind) {
    case 'none':
      return ofForm || ofEvent ? ofPlace(`${anInstance()}, where nothing repeats`) : undefined;
    case 'event':
      if (ofForm) return ofPlace(`${anInstance()}, which repeats as a whole`);
      return instance === ''
        ? ofPlace(`the export has a row without an instance${where()}, which repeats as a whole`)
        : undefined;
    case 'form':
      if (ofEvent) return ofPlace(`${anInstance()}, where ${named()} repeats`);
      return instance === '' && holdsFile
        ? ofField(`${aFile()}, where ${named()} repeats`)
        : undefined;
    case 'unknown':
      // What the check found stands in the instance that it sends.
      if (target.instance === '') return ofForm || ofEvent ? ofField(anInstance()) : undefined;
      return target.instance !== '1' && instance === '' && holdsFile ? ofField(aFile()) : undefined;
  }
}
