import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/errors.ts';
import { parseMissingCodes } from '../../src/project/answers.ts';
import { readModel, readProjectId, readStructure } from '../../src/project/read-model.ts';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import { makeStudy } from '../sandbox/ask.ts';
import { readSandbox, readScripted, STUDY_REPEATS } from './builders.ts';

const DESIGN_NOTE =
  'The repeating setup could not be read (it needs the Project Design right): a field counts as repeating where the export shows an instance.';

const METADATA = [
  { field_name: 'subject_id', form_name: 'base', field_type: 'text' },
  {
    field_name: 'photo',
    form_name: 'base',
    field_type: 'file',
    text_validation_type_or_show_slider_number: '',
  },
  { field_name: 'scan', form_name: 'imaging', field_type: 'file' },
];
const EVENTS = [{ event_name: 'Baseline', arm_num: 1, unique_event_name: 'baseline_arm_1' }];
const MAPPING = [
  { arm_num: 1, unique_event_name: 'baseline_arm_1', form: 'base' },
  { arm_num: 1, unique_event_name: 'baseline_arm_1', form: 'imaging' },
];
const REPEATS = [{ event_name: 'baseline_arm_1', form_name: 'imaging', custom_form_label: '' }];
const error = (text: string) => ({ error: text });

/** An honest longitudinal server; single answers are replaced. */
const LONGITUDINAL: Readonly<Record<string, readonly [number, unknown]>> = {
  version: [200, '16.1.3'],
  project: [200, { project_id: 7, project_title: 'P', is_longitudinal: 1, in_production: 0 }],
  metadata: [200, METADATA],
  event: [200, EVENTS],
  formEventMapping: [200, MAPPING],
  repeatingFormsEvents: [200, REPEATS],
};

describe('a project as the sandbox serves it', () => {
  it('reads a longitudinal project with a repeating instrument and a repeating event', async () => {
    const model = await readModel(readSandbox(createSandbox({ project: makeStudy() })));
    expect(model).toEqual({
      id: '7',
      title: 'Study',
      redcapVersion: '16.1.3',
      production: false,
      longitudinal: true,
      recordIdField: 'record_id',
      missingCodes: ['-999'],
      fileFields: {
        photo: { form: 'files', signature: false, label: 'Photo' },
        sig: { form: 'files', signature: true, label: 'Sig' },
        scan: { form: 'imaging', signature: false, label: 'Scan' },
        report: { form: 'visit', signature: false, label: 'Report' },
      },
      otherFields: ['record_id', 'age', 'quality'],
      events: [
        { name: 'base_arm_1', arm: '1', label: 'Base', id: '40001' },
        { name: 'visit_arm_1', arm: '1', label: 'Visit', id: '40002' },
        { name: 'late_arm_2', arm: '2', label: 'Late', id: '40003' },
      ],
      eventForms: {
        base_arm_1: ['base', 'files', 'imaging'],
        visit_arm_1: ['visit'],
        late_arm_2: ['files'],
      },
      repeats: STUDY_REPEATS,
      notes: [],
    });
  });

  it('reads labels without their markup, and does without them', async () => {
    const labels = ['<b class="x">Consent</b><br>form\n (scan)', 'age < 5', undefined];
    const metadata = labels.map((field_label, at) => ({
      field_name: `f${at}`,
      form_name: 'base',
      field_type: 'file',
      field_label,
    }));
    const events = [{ unique_event_name: 'baseline_arm_1', arm_num: 1 }];
    const answers = { ...LONGITUDINAL, metadata: [200, metadata], event: [200, events] } as const;
    const model = await readModel(readScripted(answers));
    expect(Object.values(model.fileFields)).toEqual([
      { form: 'base', signature: false, label: 'Consent form (scan)' },
      { form: 'base', signature: false, label: 'age < 5' },
      { form: 'base', signature: false },
    ]);
    expect(model.events).toEqual([{ name: 'baseline_arm_1', arm: '1' }]);
  });

  it('asks no event call of a classic project, and reads its repeating forms', async () => {
    const sandbox = createSandbox({ kind: 'classic', records: 1 });
    const model = await readModel(readSandbox(sandbox));
    expect(model).toMatchObject({
      longitudinal: false,
      events: [],
      eventForms: {},
      repeats: { kind: 'known', events: [], forms: [{ event: '', form: 'imaging' }] },
    });
    expect(sandbox.ledger.counts().meta).toBe(4);
  });

  it('knows from the flag alone that nothing repeats', async () => {
    const project = buildProject({
      kind: 'classic',
      inProduction: true,
      forms: [{ name: 'one', fields: [{ name: 'f', type: 'file' }] }],
    });
    const model = await readModel(readSandbox(createSandbox({ project })));
    expect(model).toMatchObject({ production: true, repeats: { kind: 'none' }, notes: [] });
  });

  it('goes on without the repeating setup where the Design right is missing', async () => {
    const sandbox = createSandbox({ project: makeStudy(), rights: { design: false } });
    const model = await readModel(readSandbox(sandbox));
    expect(model).toMatchObject({ repeats: { kind: 'unknown' }, notes: [DESIGN_NOTE] });
  });
});

describe('flags, by version', () => {
  it.each<[string, object, boolean | undefined, boolean]>([
    ['numbers', { is_longitudinal: 1, in_production: 1 }, true, true],
    ['strings', { is_longitudinal: '1', in_production: '0' }, false, true],
    ['booleans', { is_longitudinal: true, in_production: false }, false, true],
    ['absent', {}, undefined, true],
    ['classic, a string', { is_longitudinal: '0', in_production: '1' }, true, false],
  ])('%s', async (_what, info, production, longitudinal) => {
    const model = await readModel(readScripted({ ...LONGITUDINAL, project: [200, info] }));
    expect([model.production, model.longitudinal]).toEqual([production, longitudinal]);
  });

  it('asks for the repeating setup where no flag says that nothing repeats', async () => {
    const reader = readScripted({ ...LONGITUDINAL, project: [200, { is_longitudinal: '1' }] });
    expect((await readModel(reader)).repeats).toEqual({
      kind: 'known',
      events: [],
      forms: [{ event: 'baseline_arm_1', form: 'imaging' }],
    });
    expect(reader.asked).toContain('repeatingFormsEvents');
  });

  it('takes the first field of the dictionary for the record id', async () => {
    expect((await readModel(readScripted(LONGITUDINAL))).recordIdField).toBe('subject_id');
  });
});

describe('a classic project of a server that sends no flags', () => {
  const CLASSIC = {
    version: [200, '7.3.5'],
    project: [200, { project_id: '9', project_title: 'Old' }],
    metadata: [200, METADATA],
    event: [400, error('You cannot export events for classic projects')],
    repeatingFormsEvents: [
      400,
      error(
        'You cannot export repeating instruments and events because the project does not contain any repeating instruments and events',
      ),
    ],
  } as const;

  it('is known by its 400 answers', async () => {
    expect(await readModel(readScripted(CLASSIC))).toMatchObject({
      longitudinal: false,
      repeats: { kind: 'none' },
      redcapVersion: '7.3.5',
      notes: [],
    });
  });

  it('is not guessed where the event call is refused for another reason', async () => {
    const reader = readScripted({ ...CLASSIC, event: [403, error('no such right')] });
    await expect(readModel(reader)).rejects.toThrow(/does not give the list of events/);
  });
});

describe('a repeating setup that does not come', () => {
  it.each<[string, readonly [number, unknown]]>([
    ['403', [403, error("You do not have 'Project Setup/Design' privileges")]],
    ['400 for lack of rights', [400, error('Insufficient user privileges')]],
    ['a page in its place', [200, "<html><body>access wasn't granted</body></html>"]],
    ['200 without a body', [200, '']],
    ['a server fault', [500, '']],
    ['an empty list, against the flag', [200, []]],
  ])('%s: unknown, and said', async (_what, answer) => {
    const project = { is_longitudinal: 1, has_repeating_instruments_or_events: 1 };
    const model = await readModel(
      readScripted({ ...LONGITUDINAL, project: [200, project], repeatingFormsEvents: answer }),
    );
    expect([model.repeats, model.notes]).toEqual([{ kind: 'unknown' }, [DESIGN_NOTE]]);
  });

  it('is no lack of rights where the token is rejected', async () => {
    const reader = readScripted({ ...LONGITUDINAL, repeatingFormsEvents: [401, error('no')] });
    await expect(readModel(reader)).rejects.toThrow(/does not accept the token/);
  });
});

describe('what the check cannot do without', () => {
  it.each<[string, string, readonly [number, unknown], RegExp]>([
    [
      'no Export right',
      'project',
      [403, error('no API Export')],
      /project information.*no API Export/,
    ],
    ['a page', 'metadata', [200, '<html><title>Log in</title></html>'], /data dictionary.*Log in/],
    ['no body', 'metadata', [200, ''], /data dictionary.*without a body/],
    ['another shape', 'event', [200, { unique_event_name: 'x' }], /list of events/],
    ['no event at all', 'event', [200, []], /list of events/],
    [
      'a refusal',
      'formEventMapping',
      [400, error('no mapping')],
      /forms of each event.*no mapping/,
    ],
  ])('%s: refused, and names the way out', async (_what, content, answer, message) => {
    const failure = await readModel(readScripted({ ...LONGITUDINAL, [content]: answer })).catch(
      (thrown: unknown) => thrown,
    );
    expect(failure).toBeInstanceOf(RefusedError);
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toMatch(/Nothing was deleted\.$/);
  });

  it('goes on without the version', async () => {
    const model = await readModel(
      readScripted({ ...LONGITUDINAL, version: [200, '<html>access not granted</html>'] }),
    );
    expect([model.redcapVersion, model.notes]).toEqual([
      '',
      ['The server did not tell its REDCap version.'],
    ]);
  });

  it('reads which project it is, number or text', async () => {
    expect(await readProjectId(readScripted(LONGITUDINAL))).toBe('7');
    const reader = readScripted({ project: [200, { project_id: '77' }] });
    expect(await readProjectId(reader)).toBe('77');
  });
});

/** The project information that REDCap 7.3 sends: all strings, no repeating flag, no missing codes. */
const INFO_OF_7_3 = {
  project_id: '77',
  project_title: 'Old server',
  creation_time: '2016-01-02 03:04',
  production_time: '',
  in_production: '0',
  project_language: 'English',
  purpose: '0',
  is_longitudinal: '1',
  surveys_enabled: '0',
  record_autonumbering_enabled: '1',
};

it('reads an old server: absent flags say nothing, the calls do', async () => {
  const model = await readModel(
    readScripted({ ...LONGITUDINAL, version: [200, '7.3.0'], project: [200, INFO_OF_7_3] }),
  );
  expect(model).toMatchObject({
    id: '77',
    title: 'Old server',
    redcapVersion: '7.3.0',
    production: false,
    longitudinal: true,
    missingCodes: [],
    repeats: { kind: 'known', events: [], forms: [{ event: 'baseline_arm_1', form: 'imaging' }] },
  });
});

describe('missing-data codes', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['-999, Not done', ['-999']],
    ['-999, Not done | -998, Refused, or lost', ['-999', '-998']],
    ['NI, No information\nUNK, Unknown', ['NI', 'UNK']],
    ['NI,No information\r\n UNK , Unknown\r\n', ['NI', 'UNK']],
    ['-1', ['-1']],
    [' | ', []],
  ])('%j', (text, codes) => {
    expect(parseMissingCodes(text)).toEqual(codes);
  });
});

describe('the structure, read again', () => {
  it('is not read where the repeating setup could be read before and the server fails on it', async () => {
    const known = await readModel(readScripted(LONGITUDINAL));
    const failing = readScripted({ ...LONGITUDINAL, repeatingFormsEvents: [500, ''] });
    expect(await readStructure(failing, known, ['scan'])).toMatchObject({ kind: 'unreadable' });
  });

  it('leaves what repeats untold where the right to read it is gone', async () => {
    const known = await readModel(readScripted(LONGITUDINAL));
    const refusing = readScripted({
      ...LONGITUDINAL,
      repeatingFormsEvents: [403, error('You do not have Design rights')],
    });
    expect(await readStructure(refusing, known, ['scan'])).toMatchObject({
      kind: 'read',
      model: { repeats: { kind: 'unknown' } },
    });
  });
});
