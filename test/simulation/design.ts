import type { Target } from '../../src/rows/target.ts';

/** One field of one record, event and instance, as the database knows it: whatever its event is called. */
export interface Cell {
  readonly record: string;
  readonly event: number;
  readonly field: string;
  readonly instance: number;
}

export interface DesignedEvent {
  readonly id: number;
  name: string;
  readonly arm: string;
  readonly forms: Set<string>;
  /** Repeats as a whole. */
  repeats: boolean;
}

export interface DesignedField {
  readonly name: string;
  form: string;
  type: 'file' | 'text';
  readonly signature: boolean;
}

export type Repeating = 'none' | 'event' | 'form';

/** What the project is made of at this moment. Classic projects have one event without a name. */
export interface Design {
  readonly longitudinal: boolean;
  events: DesignedEvent[];
  readonly fields: DesignedField[];
  /** Forms that repeat, by `repeatKey`. */
  readonly repeatingForms: Set<string>;
  readonly missingCodes: string[];
  /** Without the Design right, the repeating setup is not told. */
  readonly tellsRepeats: boolean;
  /** Older servers do not tell the number that stays where an event is renamed. */
  readonly tellsEventIds: boolean;
}

export function repeatKey(event: number, form: string): string {
  return `${event} ${form}`;
}

export function repeatingOf(design: Design, event: DesignedEvent, form: string): Repeating {
  if (event.repeats) return 'event';
  return design.repeatingForms.has(repeatKey(event.id, form)) ? 'form' : 'none';
}

/** What a request or a row names, where the project has it now. */
export function findCell(design: Design, target: Target): Cell | undefined {
  const event = design.events.find(({ name }) => name === target.event);
  const field = design.fields.find(({ name }) => name === target.field);
  if (event === undefined || field?.type !== 'file' || !event.forms.has(field.form)) {
    return undefined;
  }
  const instance = target.instance === '' ? 1 : Number(target.instance);
  if (instance > 1 && repeatingOf(design, event, field.form) === 'none') return undefined;
  return { record: target.record, event: event.id, field: field.name, instance };
}

/** Where the structure has a target, as a token may read it, and as it is. The same text, the same place. */
export function placeTexts(
  design: Design,
  { field: name, event: eventName }: Target,
): { readonly told: string; readonly whole: string } {
  const event = design.events.find((one) => one.name === eventName);
  const field = design.fields.find((one) => one.name === name);
  if (event === undefined || field?.type !== 'file' || !event.forms.has(field.form)) {
    return { told: 'none', whole: 'none' };
  }
  const id = design.tellsEventIds ? event.id : 0;
  const place = `${id} ${event.arm} ${field.form}`;
  const whole = `${place} ${repeatingOf(design, event, field.form)}`;
  return { told: design.tellsRepeats ? whole : place, whole };
}

/** What somebody does to the project in the designer. */
export type Redesign =
  | { readonly what: 'rename_event'; readonly event: string; readonly to: string }
  /** Its data goes with it; another event may take its name. */
  | { readonly what: 'remove_event'; readonly event: string; readonly reuse: boolean }
  | { readonly what: 'repeat_form'; readonly form: string; readonly event: string }
  | { readonly what: 'repeat_event'; readonly event: string }
  | { readonly what: 'take_out_form'; readonly form: string; readonly event: string }
  | { readonly what: 'move_field'; readonly field: string; readonly to: string }
  | { readonly what: 'to_text'; readonly field: string }
  | { readonly what: 'add_code'; readonly code: string };

/** Does so, or undoes it where it was done before; gives the event that is gone. */
export function redesign(design: Design, change: Redesign): DesignedEvent | undefined {
  const event =
    'event' in change ? design.events.find(({ name }) => name === change.event) : undefined;
  switch (change.what) {
    case 'rename_event':
      if (design.events.some(({ name }) => name === change.to)) return undefined;
      if (event !== undefined) event.name = change.to;
      return undefined;
    case 'remove_event':
      if (event === undefined || (design.events.length === 1 && !change.reuse)) return undefined;
      design.events = design.events.filter((one) => one !== event);
      if (change.reuse) {
        const id = event.id + 100;
        design.events.push({ ...event, id, forms: new Set(event.forms) });
        for (const form of event.forms) {
          if (design.repeatingForms.has(repeatKey(event.id, form))) {
            design.repeatingForms.add(repeatKey(id, form));
          }
        }
      }
      return event;
    case 'repeat_form':
      if (event === undefined || event.repeats) return undefined;
      toggle(design.repeatingForms, repeatKey(event.id, change.form));
      return undefined;
    case 'repeat_event':
      if (event === undefined || !design.longitudinal) return undefined;
      event.repeats = !event.repeats;
      return undefined;
    case 'take_out_form':
      if (event === undefined || !design.longitudinal) return undefined;
      toggle(event.forms, change.form);
      return undefined;
    case 'move_field': {
      const field = design.fields.find(({ name }) => name === change.field);
      if (field !== undefined) field.form = change.to;
      return undefined;
    }
    case 'to_text': {
      const field = design.fields.find(({ name }) => name === change.field);
      if (field !== undefined) field.type = 'text';
      return undefined;
    }
    case 'add_code':
      design.missingCodes.push(change.code);
      return undefined;
  }
}

function toggle<T>(set: Set<T>, one: T): void {
  if (!set.delete(one)) set.add(one);
}
