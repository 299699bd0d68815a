import { describe, expect, it } from 'vitest';
import { createLabels, describeUnknownName } from '../../src/project/labels.ts';
import { makeClassicModel, makeModel } from './builders.ts';

const MODEL = makeModel({
  events: [
    { name: 'base_arm_1', arm: '1', label: 'Baseline' },
    { name: 'base_arm_2', arm: '2', label: 'Baseline' },
    { name: 'visit_arm_1', arm: '1', label: 'Visit (Arm 1: week 2)' },
    { name: 'late_arm_1', arm: '1', label: 'Späte Visite' },
    { name: 'nameless_arm_1', arm: '1' },
  ],
  fileFields: {
    consent: { form: 'files', signature: false, label: 'Consent form' },
    consent_2: { form: 'files', signature: false, label: 'Consent form' },
    sig: { form: 'files', signature: true, label: 'Signature' },
    bare: { form: 'files', signature: false },
  },
});

describe('labels in place of unique names', () => {
  it.each<[string, readonly string[]]>([
    ['Baseline', ['base_arm_1', 'base_arm_2']],
    [' base\u00a0line', []],
    ['BASELINE ', ['base_arm_1', 'base_arm_2']],
    ['Baseline (Arm 2: Arm 2)', ['base_arm_2']],
    ['Baseline (Arm 1: Treatment (A))', ['base_arm_1']],
    ['Baseline (Arm 3: Arm 3)', []],
    // A label may look like one with its arm.
    ['Visit (Arm 1: week 2)', ['visit_arm_1']],
    ['Visit (Arm 1: week 2) (Arm 1: Arm 1)', ['visit_arm_1']],
    ['Visit', []],
    ['Spa\u0308te  Visite', ['late_arm_1']],
    ['Sp\u200bäte\u00a0Visite', ['late_arm_1']],
    ['', []],
    ['(Arm 1: Arm 1)', []],
  ])('%j is %j', (text, names) => {
    expect(createLabels(MODEL).eventsLabelled(text)).toEqual(names);
  });

  it.each<[string, readonly string[]]>([
    ['consent form', ['consent', 'consent_2']],
    ['Signature', ['sig']],
    ['sig', []],
    ['', []],
  ])('of fields: %j is %j', (text, names) => {
    expect(createLabels(MODEL).fieldsLabelled(text)).toEqual(names);
  });

  it('are none in a classic project without labels', () => {
    const labels = createLabels(makeClassicModel());
    expect([labels.eventsLabelled('Baseline'), labels.fieldsLabelled('Photo')]).toEqual([[], []]);
  });
});

describe('a name that the project does not have', () => {
  it.each<[Parameters<typeof describeUnknownName>, string]>([
    [
      ['event', 'Baseline', { labelled: ['base_arm_1'], known: ['base_arm_1'] }],
      'the project has no event Baseline, which is a label; write the unique event name (base_arm_1)',
    ],
    [
      ['file field', 'Photo\u00a0', { labelled: ['photo'], known: ['photo'] }],
      'the project has no file field "Photo<U+00A0>", which is a label; write the variable name (photo)',
    ],
    [
      ['field', 'phоto', { labelled: [], known: ['photo'] }],
      'the project has no field phоto (о is U+043E); did you mean photo (o is U+006F)?',
    ],
    [
      ['field', 'zebra\u200b', { labelled: [], known: ['photo'] }],
      'the project has no field zebra<U+200B>',
    ],
  ])('%j', (given, words) => {
    expect(describeUnknownName(...given)).toBe(words);
  });
});
