import { describe, expect, it } from 'vitest';
import { validateRow, type Validated } from '../../src/plan/validate.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import { manifestOf } from '../manifest/manifest-of.ts';
import { makeClassicModel, makeModel, makeTarget } from '../project/builders.ts';

const HEADER = 'record,field,event,instance,redcap_repeat_instrument,expect_sha256';

async function validated(line: string, model: ProjectModel, fallback?: string): Promise<Validated> {
  const { rows } = await manifestOf(`${HEADER}\n${line}\n`);
  const [row] = rows;
  if (row === undefined) throw new Error('the line is no row');
  return validateRow(row, model, fallback);
}

async function codes(line: string, model: ProjectModel): Promise<string[]> {
  const one = await validated(line, model);
  return one.kind === 'invalid' ? one.faults.map(({ code }) => code) : [];
}

async function message(line: string, model: ProjectModel): Promise<string> {
  const one = await validated(line, model);
  return one.kind === 'invalid' ? one.faults.map((fault) => fault.message).join('; ') : '';
}

type ValidRow = Validated & { readonly kind: 'valid' };

const LONGITUDINAL = makeModel();
const CLASSIC = makeClassicModel();
const LABELLED = makeModel({
  fileFields: {
    photo: { form: 'files', signature: false, label: 'Photo of the wound' },
    sig: { form: 'files', signature: true, label: 'signed' },
    scan: { form: 'imaging', signature: false, label: 'Photo of the wound' },
  },
  events: [
    { name: 'base_arm_1', arm: '1', label: 'Baseline' },
    { name: 'visit_arm_1', arm: '1', label: 'Visit' },
    { name: 'late_arm_2', arm: '2', label: 'Baseline' },
  ],
});
const UNKNOWN = makeModel({ repeats: { kind: 'unknown' } });

describe('a longitudinal project with a repeating instrument and a repeating event', () => {
  it.each<[string, string[]]>([
    ['1,photo,base_arm_1,,,', []],
    ['1,photo,base_arm_1,1,,', []],
    ['1,photo,base_arm_1,,files,', []],
    ['1,scan,base_arm_1,2,imaging,', []],
    ['1,report,visit_arm_1,3,,', []],
    [',photo,base_arm_1,,,', ['missing_value']],
    ['1,,base_arm_1,,,', ['missing_value']],
    ['1,pho to,base_arm_1,,,', ['bad_field_name']],
    ['1,photo,base_arm_1,0,,', ['bad_instance']],
    ['1,photo,base_arm_1,,,abc', ['bad_sha256']],
    ['1,photo,base_arm_1,,', ['ragged_row']],
    ['1,photos,base_arm_1,,,', ['unknown_field']],
    ['1,age,base_arm_1,,,', ['not_a_file_field']],
    ['1,photo,,,,', ['event_required']],
    ['1,photo,base_arm_2,,,', ['unknown_event']],
    ['1,photo,visit_arm_1,,,', ['field_not_in_event']],
    ['1,photo,base_arm_1,,imaging,', ['instrument_mismatch']],
    ['1,scan,base_arm_1,,,', ['instance_required']],
    ['1,report,visit_arm_1,,,', ['instance_required']],
    ['1,photo,base_arm_1,2,,', ['instance_not_allowed']],
  ])('%s: %j', async (line, expected) => {
    expect(await codes(line, LONGITUDINAL)).toEqual(expected);
  });
});

describe('a classic project with a repeating instrument', () => {
  it.each<[string, string[]]>([
    ['1,photo,,,,', []],
    ['1,photo,,1,,', []],
    ['1,scan,,2,,', []],
    [',photo,,,,', ['missing_value']],
    ['1,1photo,,,,', ['bad_field_name']],
    ['1,scan,,NA,,', ['bad_instance']],
    ['1,photo,,,,abc', ['bad_sha256']],
    ['1,photo', ['ragged_row']],
    ['1,photos,,,,', ['unknown_field']],
    ['1,record_id,,,,', ['not_a_file_field']],
    ['1,photo,base_arm_1,,,', ['event_not_allowed']],
    ['1,photo,NA,,,', ['event_not_allowed']],
    ['1,photo,,,imaging,', ['instrument_mismatch']],
    ['1,scan,,,,', ['instance_required']],
    ['1,photo,,2,,', ['instance_not_allowed']],
  ])('%s: %j', async (line, expected) => {
    expect(await codes(line, CLASSIC)).toEqual(expected);
  });
});

describe('all problems of a row are found', () => {
  it.each<[string, ProjectModel, string[]]>([
    [
      ',photos,nowhere,x,,abc',
      LONGITUDINAL,
      ['missing_value', 'bad_instance', 'bad_sha256', 'unknown_field', 'unknown_event'],
    ],
    ['1,photo,NA,,imaging,', CLASSIC, ['instrument_mismatch', 'event_not_allowed']],
    // Of an event that does not exist nobody knows what repeats there: nothing is said of the instance.
    ['1,scan,nowhere,2,,', LONGITUDINAL, ['unknown_event']],
    ['1,scan,,2,,', LONGITUDINAL, ['event_required']],
    ['1,scan,NA,2,,', CLASSIC, ['event_not_allowed']],
    ['1,photo,visit_arm_1,2,,', LONGITUDINAL, ['field_not_in_event']],
  ])('%s', async (line, model, expected) => {
    expect(await codes(line, model)).toEqual(expected);
  });
});

describe('messages', () => {
  it.each<[string, ProjectModel, RegExp]>([
    ['1,photos,base_arm_1,,,', LONGITUDINAL, /no field photos; did you mean photo\?/],
    ['1,zzz,base_arm_1,,,', LONGITUDINAL, /no field zzz$/],
    [
      '1,age,base_arm_1,,,',
      LONGITUDINAL,
      /age holds no files; file fields are photo, sig, scan, report/,
    ],
    ['1,photo,base_arm_2,,,', LONGITUDINAL, /no event base_arm_2; did you mean base_arm_1\?/],
    ['1,photo,,,,', LONGITUDINAL, /write the unique event name \(base_arm_1, late_arm_2\)/],
    [
      '1,photo,visit_arm_1,,,',
      LONGITUDINAL,
      /is not in event visit_arm_1; it is in base_arm_1, late_arm_2/,
    ],
    ['1,photo,base_arm_1,,imaging,', LONGITUDINAL, /photo is on form files, not on imaging/],
    ['1,scan,base_arm_1,,,', LONGITUDINAL, /form imaging repeats.*--default-instance/],
    ['1,report,visit_arm_1,,,', LONGITUDINAL, /event visit_arm_1 repeats.*--default-instance/],
    ['1,photo,base_arm_1,2,,', LONGITUDINAL, /nothing repeats here.*leave the instance blank/],
    ['1,photo,NA,,,', CLASSIC, /not longitudinal.*no event NA; leave the event blank/],
    [
      '1,photo,Baseline,,,',
      LABELLED,
      /no event Baseline, which is a label; write the unique event name \(base_arm_1, late_arm_2\)$/,
    ],
    [
      '1,photo,Baseline (Arm 2: Control),,,',
      LABELLED,
      /no event Baseline \(Arm 2: Control\), which is a label; .* \(late_arm_2\)$/,
    ],
    // Of several events, those that have the field's form.
    ['1,scan,baseline,1,,', LABELLED, /write the unique event name \(base_arm_1\)$/],
    ['1,photo,Visit,,,', LABELLED, /write the unique event name \(visit_arm_1\)$/],
    [
      '1,Photo of the wound,base_arm_1,,,',
      LABELLED,
      /^"Photo of the wound" is no field name but a label; write the variable name \(photo, scan\)$/,
    ],
    [
      '1,signed,base_arm_1,,,',
      LABELLED,
      /no field signed, which is a label; write the variable name \(sig\)$/,
    ],
    ['1,Sign here,base_arm_1,,,', LABELLED, /^"Sign here" is no field name\. Write it as/],
    [
      '1,photo,b\u0430se_arm_1,,,',
      LABELLED,
      /no event b\u0430se_arm_1 \(\u0430 is U\+0430\); did you mean base_arm_1 \(a is U\+0061\)\?/,
    ],
  ])('%s', async (line, model, words) => {
    expect(await message(line, model)).toMatch(words);
  });

  it('lists a few names of many', async () => {
    const fileFields = Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`f${at}`, { form: 'files', signature: false }]),
    );
    expect(await message('1,age,,,,', makeClassicModel({ fileFields }))).toMatch(
      /file fields are f0, f1, f2, f3, f4, f5 and 3 more/,
    );
  });

  it('has no field or event that JavaScript alone knows', async () => {
    expect(await codes('1,constructor,base_arm_1,,,', LONGITUDINAL)).toEqual(['unknown_field']);
    expect(await codes('1,photo,constructor,,,', LONGITUDINAL)).toEqual(['unknown_event']);
  });
});

describe('the target', () => {
  it.each<[string, ProjectModel, string | undefined, Omit<ValidRow, 'row'>]>([
    ['1,photo,base_arm_1,1,,', LONGITUDINAL, '5', valid(makeTarget('1', 'photo', 'base_arm_1'))],
    [
      '1,sig,base_arm_1,,,',
      LONGITUDINAL,
      undefined,
      valid(makeTarget('1', 'sig', 'base_arm_1'), { signature: true }),
    ],
    ['1,scan,base_arm_1,,,', LONGITUDINAL, '5', valid(makeTarget('1', 'scan', 'base_arm_1', '5'))],
    ['1,scan,base_arm_1,2,,', LONGITUDINAL, '5', valid(makeTarget('1', 'scan', 'base_arm_1', '2'))],
    [
      '1,scan,base_arm_1,,,',
      UNKNOWN,
      '5',
      valid(makeTarget('1', 'scan', 'base_arm_1'), { undecided: true }),
    ],
    [
      '1,scan,base_arm_1,2,,',
      UNKNOWN,
      undefined,
      valid(makeTarget('1', 'scan', 'base_arm_1', '2')),
    ],
    [
      ' 1 ,photo , base_arm_1,,,',
      LONGITUDINAL,
      undefined,
      valid(makeTarget(' 1 ', 'photo', 'base_arm_1')),
    ],
  ])('%s with --default-instance %s', async (line, model, fallback, expected) => {
    const one = await validated(line, model, fallback);
    expect(one).toEqual({ ...expected, row: one.row });
  });

  it.each<[string, boolean]>([
    ['1,photos,base_arm_1,,,', true],
    ['1,age,base_arm_1,,,', true],
    ['1,photo,,,,', true],
    ['1,photo,nowhere,,,', true],
    ['1,photo,visit_arm_1,,,', true],
    ['1,photo,base_arm_1,2,,', true],
    [',photo,base_arm_1,,,', false],
    ['1,pho to,base_arm_1,,,', false],
    ['1,photo,base_arm_1,0,,', false],
    ['1,photo,base_arm_1,,,abc', false],
    ['1,photo,base_arm_1', false],
    ['1,photo,base_arm_1,,imaging,', false],
    ['1,scan,base_arm_1,,,', false],
  ])('of the invalid row %s: named %s', async (line, named) => {
    const one = await validated(line, LONGITUDINAL);
    expect([one.kind, one.target !== undefined]).toEqual(['invalid', named]);
  });

  it('keeps an instance that is not allowed: it is another place than the base', async () => {
    const one = await validated('1,photo,base_arm_1,2,,', LONGITUDINAL);
    expect(one.target).toEqual(makeTarget('1', 'photo', 'base_arm_1', '2'));
  });
});

function valid(
  target: ReturnType<typeof makeTarget>,
  more: { readonly signature?: boolean; readonly undecided?: boolean } = {},
): Omit<ValidRow, 'row'> {
  return { kind: 'valid', target, signature: false, undecided: false, ...more };
}
