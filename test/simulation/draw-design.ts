import { repeatKey, type Design, type DesignedEvent, type Redesign } from './design.ts';
import type { Chance } from './random.ts';

/** A change that a designer makes after so long. */
export interface Planned {
  readonly afterMs: number;
  readonly change: Redesign;
}

const FORMS = ['visit', 'base'] as const;

export function drawDesign(chance: Chance): Design {
  const longitudinal = chance.is(0.3);
  const events: DesignedEvent[] = longitudinal
    ? ['one_arm_1', 'two_arm_1', ...(chance.is(0.3) ? ['one_arm_2'] : [])].map((name, at) => ({
        id: at + 1,
        name,
        arm: name.slice(-1),
        forms: new Set(chance.is(0.2) ? [chance.pick(FORMS)] : FORMS),
        repeats: chance.is(0.15),
      }))
    : [{ id: 1, name: '', arm: '1', forms: new Set(FORMS), repeats: false }];
  const repeatingForms = new Set<string>();
  if (chance.is(0.3)) {
    for (const { id, repeats, forms } of events) {
      if (!repeats && forms.has('visit') && (!longitudinal || chance.is(0.6))) {
        repeatingForms.add(repeatKey(id, 'visit'));
      }
    }
  }
  return {
    longitudinal,
    events,
    fields: [
      { name: 'scan', form: 'visit', type: 'file', signature: false },
      { name: 'photo', form: 'base', type: 'file', signature: false },
      { name: 'sig', form: 'base', type: 'file', signature: true },
    ],
    repeatingForms,
    missingCodes: chance.is(0.5) ? ['NA'] : ['NA', 'NOT DONE'],
    tellsRepeats: !chance.is(0.08),
    tellsEventIds: chance.is(0.7),
  };
}

export function drawRedesigns(design: Design, chance: Chance): Planned[] {
  if (!chance.is(0.45)) return [];
  const spreadMs = chance.pick([2000, 30_000, 300_000, 2_000_000]);
  return Array.from({ length: chance.pick([1, 1, 2, 4]) }, () => ({
    afterMs: chance.whole(0, spreadMs),
    change: drawChange(design, chance),
  })).toSorted((one, other) => one.afterMs - other.afterMs);
}

function drawChange({ longitudinal, events }: Design, chance: Chance): Redesign {
  const event = chance.pick(events).name;
  const form = chance.pick(FORMS);
  const what = chance.weighted<Redesign['what']>([
    [3, 'repeat_form'],
    [2, 'move_field'],
    [1, 'to_text'],
    [1, 'add_code'],
    ...(longitudinal
      ? ([
          [4, 'rename_event'],
          [2, 'remove_event'],
          [1, 'repeat_event'],
          [2, 'take_out_form'],
        ] as const)
      : []),
  ]);
  switch (what) {
    case 'rename_event':
      return { what, event, to: `day_${chance.whole(1, 9)}_arm_${event.slice(-1)}` };
    case 'remove_event':
      return { what, event, reuse: chance.is(0.6) };
    case 'repeat_event':
      return { what, event };
    case 'repeat_form':
    case 'take_out_form':
      return { what, event, form };
    case 'move_field': {
      const field = chance.pick(['scan', 'photo', 'sig']);
      return { what, field, to: form };
    }
    case 'to_text':
      return { what, field: chance.pick(['scan', 'photo', 'sig']) };
    case 'add_code':
      return { what, code: chance.pick(['UNK', 'REFUSED']) };
  }
}
