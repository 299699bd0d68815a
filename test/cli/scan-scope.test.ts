import { describe, expect, it } from 'vitest';
import { chooseScope } from '../../src/cli/scan-scope.ts';
import { RefusedError } from '../../src/errors.ts';
import { makeClassicModel, makeModel } from '../project/builders.ts';

const MODEL = makeModel({
  fileFields: {
    photo: { form: 'files', signature: false, label: 'A photo, please' },
    scan: { form: 'imaging', signature: false, label: 'photo, scan' },
  },
});

describe('what narrows a scan', () => {
  it.each<[string, object, object]>([
    ['nothing', {}, { fields: ['photo', 'scan'], areNamed: false, events: undefined }],
    ['fields', { field: ' scan,,photo,scan ' }, { fields: ['scan', 'photo'] }],
    ['names that together are a label', { field: 'photo, scan' }, { fields: ['photo', 'scan'] }],
    ['events', { event: 'visit_arm_1' }, { events: ['visit_arm_1'] }],
  ])('%s', (_what, flags, scope) => {
    expect(chooseScope(flags, MODEL)).toMatchObject(scope);
  });

  it.each<[string, object, string]>([
    ['no name', { field: ' , ' }, '--field names nothing.'],
    [
      'a near name',
      { field: 'photo,scam' },
      '--field: the project has no file field scam; did you mean scan?',
    ],
    ['no near name', { field: 'weight' }, '--field: the project has no file field weight.'],
    [
      'a label with a comma in it',
      { field: 'A photo, please' },
      '--field: the project has no file field A photo, please, which is a label; write the variable name (photo).',
    ],
    [
      'a name with what cannot be seen',
      { event: 'base_arm_1\u00a0x' },
      '--event: the project has no event base_arm_1<U+00A0>x; did you mean base_arm_1?',
    ],
  ])('refuses %s', (_what, flags, message) => {
    expect(() => chooseScope(flags, MODEL)).toThrow(new RefusedError(message));
  });

  it('refuses events in a classic project', () => {
    expect(() => chooseScope({ event: 'x' }, makeClassicModel())).toThrow(/not longitudinal/);
  });
});
