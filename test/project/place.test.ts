import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/rows/target.ts';
import type { ExportRow } from '../../src/rows/look.ts';
import type { ProjectModel, Repeats } from '../../src/project/model.ts';
import { findContradiction, placeChange } from '../../src/project/place.ts';
import { makeClassicModel, makeModel, makeTarget } from './builders.ts';

const PHOTO = makeTarget('1', 'photo', 'late_arm_2');
const SCAN = makeTarget('1', 'scan', 'base_arm_1', '2');
const REPORT = makeTarget('1', 'report', 'visit_arm_1', '2');
const events = (more: object = {}): ProjectModel['events'] =>
  makeModel().events.map((event) => (event.name === 'late_arm_2' ? { ...event, ...more } : event));
const known = (forms: { event: string; form: string }[], whole: string[] = []): Repeats => ({
  kind: 'known',
  events: whole,
  forms,
});

describe('what has changed of a place', () => {
  it.each<[string, Target, Partial<ProjectModel>, string | undefined]>([
    ['nothing', PHOTO, {}, undefined],
    ['another form came', PHOTO, { otherFields: [] }, undefined],
    ['the field is gone', PHOTO, { fileFields: {} }, 'the project has no field photo any more'],
    [
      'the field holds text',
      PHOTO,
      { fileFields: {}, otherFields: ['photo'] },
      'field photo holds no files any more',
    ],
    [
      'the field moved',
      PHOTO,
      { fileFields: { photo: { form: 'visit', signature: false } } },
      'field photo is on form visit now, not on files',
    ],
    [
      'the field moved to a form that looks the same',
      PHOTO,
      { fileFields: { photo: { form: 'fіles', signature: false } } },
      'field photo is on form fіles (і is U+0456) now, not on files (i is U+0069)',
    ],
    [
      'the event is renamed to what looks the same',
      PHOTO,
      { events: events({ name: 'late_arm_2\u200b', id: '3' }) },
      'event late_arm_2 is late_arm_2<U+200B> now',
    ],
    [
      'not longitudinal',
      PHOTO,
      { longitudinal: false, events: [], eventForms: {} },
      'the project is not longitudinal any more',
    ],
    [
      'the event is gone',
      PHOTO,
      { events: events().slice(0, 2) },
      'the project has no event late_arm_2 any more',
    ],
    [
      'another event has the name',
      PHOTO,
      { events: events({ id: '9' }) },
      'late_arm_2 is another event now',
    ],
    [
      'another arm',
      PHOTO,
      { events: events({ arm: '3', id: '3' }) },
      'event late_arm_2 is in arm 3 now',
    ],
    [
      'the form left the event',
      PHOTO,
      { eventForms: { ...makeModel().eventForms, late_arm_2: [] } },
      'form files is not in event late_arm_2 any more',
    ],
    [
      'the form repeats',
      PHOTO,
      { repeats: known([{ event: 'late_arm_2', form: 'files' }]) },
      'form files repeats now in event late_arm_2',
    ],
    [
      'the event repeats',
      PHOTO,
      { repeats: known([], ['late_arm_2']) },
      'event late_arm_2 repeats now',
    ],
    [
      'the form repeats no more',
      SCAN,
      { repeats: { kind: 'none' } },
      'form imaging does not repeat any more in event base_arm_1',
    ],
    [
      'the event in place of the form',
      SCAN,
      { repeats: known([], ['base_arm_1']) },
      'event base_arm_1 repeats now',
    ],
    ['the setup cannot be read', SCAN, { repeats: { kind: 'unknown' } }, undefined],
  ])('%s', (_what, target, now, expected) => {
    const before = makeModel({ events: events({ id: '3' }) });
    expect(placeChange(before, { ...before, ...now }, target)).toBe(expected);
  });

  it.each<[string, string, Repeats, string | undefined]>([
    ['none, and none was sent', '', { kind: 'none' }, undefined],
    ['none, and 1 is the same', '1', { kind: 'none' }, undefined],
    ['none, and 2 was to be sent', '2', { kind: 'none' }, 'form files does not repeat any more'],
    ['the form, and 2', '2', known([{ event: '', form: 'files' }]), undefined],
    ['the form, and none', '', known([{ event: '', form: 'files' }]), 'form files repeats now'],
  ])(
    'a setup that only the export had shown, and can be read now: %s',
    (_what, instance, repeats, expected) => {
      const before = makeClassicModel({ repeats: { kind: 'unknown' } });
      const target = makeTarget('1', 'photo', '', instance);
      expect(placeChange(before, { ...before, repeats }, target)).toBe(expected);
    },
  );
});

const row = (
  event: string,
  instrument: string,
  instance: string | number,
  more = {},
): ExportRow => ({
  record_id: '1',
  redcap_event_name: event,
  redcap_repeat_instrument: instrument,
  redcap_repeat_instance: instance,
  ...more,
});

describe('an export that contradicts the structure', () => {
  it.each<[string, Target, ExportRow, boolean]>([
    ['a base row where nothing repeats', PHOTO, row('late_arm_2', '', ''), false],
    ['no repeat columns', PHOTO, { record_id: '1', redcap_event_name: 'late_arm_2' }, false],
    ['an instance of the form', PHOTO, row('late_arm_2', 'files', 1), true],
    ['an instance of the event', PHOTO, row('late_arm_2', '', 2), true],
    ['an instance of another form', PHOTO, row('late_arm_2', 'visit', 2), false],
    ['an instance in another event', PHOTO, row('base_arm_1', 'imaging', 2), false],
    ['an event that is not known', PHOTO, row('day_9_arm_2', '', ''), true],
    ['no event', PHOTO, { record_id: '1' }, true],
    ['a row of the event without an instance', REPORT, row('visit_arm_1', '', ''), true],
    ['an instance of the repeating event', REPORT, row('visit_arm_1', '', '3'), false],
    ['an instance of the form alone', REPORT, row('visit_arm_1', 'visit', '3'), true],
    ['a base row beside a repeating form', SCAN, row('base_arm_1', '', '', { scan: '' }), false],
    ['a file on the base row', SCAN, row('base_arm_1', '', '', { scan: 'a.dcm' }), true],
    ['an instance of the repeating form', SCAN, row('base_arm_1', 'imaging', 7), false],
    ['an instance of the event as a whole', SCAN, row('base_arm_1', '', 7), true],
  ])('%s', (_what, target, one, contradicts) => {
    expect(findContradiction([one], target, makeModel()) !== undefined).toBe(contradicts);
  });

  it.each<[string, string, ExportRow, boolean]>([
    ['sent without an instance: a base row', '', { record_id: '1', photo: 'a' }, false],
    ['sent without an instance: one of the form', '', row('', 'files', 1), true],
    ['sent as 2: an instance', '2', row('', 'files', 3), false],
    ['sent as 2: a file without one', '2', { record_id: '1', photo: 'a' }, true],
    ['sent as 1: a file without one', '1', { record_id: '1', photo: 'a' }, false],
    ['a row of an event in a classic project', '', row('base_arm_1', '', ''), true],
  ])('where the setup cannot be read, %s', (_what, instance, one, contradicts) => {
    const model = makeClassicModel({ repeats: { kind: 'unknown' } });
    const target = makeTarget('1', 'photo', '', instance);
    expect(findContradiction([one], target, model) !== undefined).toBe(contradicts);
  });
});
