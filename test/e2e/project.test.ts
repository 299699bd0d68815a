import { describe, expect, it } from 'vitest';
import { makeDefaultProject } from '../../src/sandbox/default-project.ts';
import { makeStudy } from '../sandbox/ask.ts';
import { namesIn } from '../support/cli.ts';
import { FAST, openFixture } from '../support/fixture.ts';

const RATE = ['--rate', '600/min'] as const;

describe('project', () => {
  it('shows what the token reaches, and changes nothing', async () => {
    const fixture = await openFixture({
      project: makeDefaultProject({ kind: 'longitudinal', records: 25, seed: 1 }),
    });
    const files = [...fixture.project.files()].length;
    const ended = await fixture.sweep(['project', ...RATE]);
    expect([ended.code, ended.stderr]).toEqual([0, '']);
    expect(ended.stdout).toBe(`Project   Sandbox imaging study (longitudinal) (id 1002)
Status    development
Server    ${fixture.url} (REDCap 16.1.3)
Records   25 that this token sees; the record id is record_id
Export    yes: all file fields come with their records
Import    yes, by the project's list of users
Design    yes: what repeats can be read
User      sandbox_user, the only user of the project whose rights fit

Events  5
  baseline_arm_1  Baseline  arm 1
  visit_arm_1     Visit     arm 1  repeats
  followup_arm_1  Followup  arm 1
  baseline_arm_2  Baseline  arm 2
  followup_arm_2  Followup  arm 2

File fields  5 on 4 forms

  documents  Documents
    consent_file  Consent file
    photo         Photo
    in baseline_arm_1, followup_arm_1, baseline_arm_2, followup_arm_2

  signing  Signing
    signature     Signature     signature
    in baseline_arm_1, baseline_arm_2

  imaging  Imaging
    scan          Scan
    repeats in baseline_arm_1, baseline_arm_2

  visit_report  Visit report
    visit_file    Visit file
    in visit_arm_1 (repeating as a whole)
`);
    const kinds = new Set(fixture.sandbox.ledger.entries.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['meta', 'export']));
    expect(fixture.sandbox.ledger.entries.every(({ effect }) => !effect)).toBe(true);
    expect([...fixture.project.files()]).toHaveLength(files);
    expect(await namesIn(fixture.folder)).toEqual([]);
  });

  it('says the same as JSON', async () => {
    const fixture = await openFixture({ project: makeStudy(), rights: { hiddenFields: ['sig'] } });
    const ended = await fixture.sweep(['project', '--json', ...RATE]);
    expect(ended.code).toBe(0);
    const field = { label: expect.any(String) as string, signature: false, exported: true };
    const files = { ...field, form: 'files', formLabel: 'Files' };
    const inFiles = [
      { event: 'base_arm_1', repeats: 'none' },
      { event: 'late_arm_2', repeats: 'none' },
    ];
    expect(JSON.parse(ended.stdout)).toEqual({
      tool: expect.stringMatching(/^redcap-sweep \d/) as string,
      kind: 'project',
      url: fixture.url,
      project: {
        id: '7',
        title: 'Study',
        redcapVersion: '16.1.3',
        status: 'development',
        longitudinal: true,
        recordIdField: 'record_id',
      },
      records: 2,
      rights: { export: 'partial', import: true, design: true, user: 'sandbox_user' },
      events: [
        { name: 'base_arm_1', label: 'Base', arm: '1', repeats: false },
        { name: 'visit_arm_1', label: 'Visit', arm: '1', repeats: true },
        { name: 'late_arm_2', label: 'Late', arm: '2', repeats: false },
      ],
      fileFields: [
        { name: 'photo', ...files, places: inFiles },
        { name: 'sig', ...files, signature: true, exported: false, places: inFiles },
        {
          name: 'scan',
          ...field,
          form: 'imaging',
          formLabel: 'Imaging',
          places: [{ event: 'base_arm_1', repeats: 'form' }],
        },
        {
          name: 'report',
          ...field,
          form: 'visit',
          formLabel: 'Visit',
          places: [{ event: 'visit_arm_1', repeats: 'event' }],
        },
      ],
      notes: [],
      requests: fixture.sandbox.ledger.entries.length,
      exitCode: 0,
    });
  });

  it.each<[string, Parameters<typeof openFixture>[0], RegExp[]]>([
    [
      'fields that are left out',
      { rights: { hiddenFields: ['photo'] } },
      [/^Export +in part: an export leaves out photo\./m, /^ +photo +Photo +not exported$/m],
    ],
    [
      'hashed ids',
      { rights: { hashedRecords: true } },
      [/^Export +in part: record ids come hashed/m],
    ],
    ['no Import right', { rights: { import: false } }, [/^Import +no, .*cannot\s+delete files/m]],
    [
      'a classic project',
      {},
      [/^Records +20 /m, /^Design +not asked: nothing repeats$/m, /^ {2}papers {2}Papers$/m],
    ],
  ])('%s: what a token may not see is said, and the exit is 0', async (_what, options, words) => {
    const ended = await (await openFixture(options)).sweep(['project', ...FAST]);
    expect(ended.code).toBe(0);
    for (const word of words) expect(ended.stdout).toMatch(word);
  });

  it('no Design right: what repeats is not known', async () => {
    const fixture = await openFixture({ project: makeStudy(), rights: { design: false } });
    const ended = await fixture.sweep(['project', ...FAST]);
    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/^Design +no$/m);
    expect(ended.stdout).toMatch(/needs the Project Design/);
    expect(ended.stdout).not.toMatch(/repeats in|as a whole/);
  });

  it.each<[string, object, RegExp]>([
    [
      'production',
      { in_production: 1, production_time: '2024-02-01 09:00:00' },
      /^Status +production$/m,
    ],
    [
      'inactive',
      { in_production: 0, production_time: '2024-02-01 09:00:00' },
      /^Status +not in production any more; it went there on 2024-02-01 09:00:00$/m,
    ],
    ['not told', { in_production: undefined }, /^Status +not told by the server$/m],
  ])('a project that is %s', async (status, info, words) => {
    const fixture = await openFixture();
    fixture.between.answer = (form, body) =>
      form.get('content') === 'project'
        ? JSON.stringify({ ...(JSON.parse(body) as object), ...info })
        : body;
    expect((await fixture.sweep(['project', ...FAST])).stdout).toMatch(words);
    const { stdout } = await fixture.sweep(['project', '--json', ...FAST]);
    expect(JSON.parse(stdout)).toMatchObject({
      project: { status: status === 'not told' ? null : status },
    });
  });
});

describe('what ends in 2, without the advice of a run', () => {
  it.each<[string, Parameters<typeof openFixture>[0], Readonly<Record<string, string>>, RegExp]>([
    [
      'a token that is not accepted',
      {},
      { REDCAP_API_TOKEN: 'ABCDEF0123456789ABCDEF0123456789' },
      /does not accept the token, or its user has no API rights.*You do not have permissions/,
    ],
    [
      'nobody listening',
      {},
      { REDCAP_API_URL: 'http://127.0.0.1:9/api/' },
      /nothing accepts connections there.*--url/,
    ],
    [
      'no Export right',
      { rights: { export: false } },
      {},
      /access wasn't granted.*API Export right/,
    ],
    [
      'a list of records that fails',
      {
        scripts: [
          { match: ({ content }) => content === 'record', answers: ['500'], lasting: true },
        ],
      },
      {},
      /the list of records cannot be used/,
    ],
    ['no address', {}, { REDCAP_API_URL: '' }, /No server address was given/],
  ])('%s', async (_what, options, env, words) => {
    const fixture = await openFixture(options);
    const ended = await fixture.sweep(['project', '--retries', '0', ...FAST], env);
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toMatch(words);
    expect(ended.stderr).not.toMatch(/--no-check|\.\./);
    const json = await fixture.sweep(['project', '--json', '--retries', '0', ...FAST], env);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toEqual({
      error: { exitCode: 2, message: expect.stringMatching(words) as string },
    });
  });
});

it('check gives the same sentence for a token that is not accepted, and no advice against it', async () => {
  const fixture = await openFixture();
  await fixture.write('m.csv', 'record,field\n1,photo\n');
  const env = { REDCAP_API_TOKEN: 'ABCDEF0123456789ABCDEF0123456789' };
  const ended = await fixture.sweep(['check', 'm.csv', ...FAST], env);
  expect(ended.code).toBe(2);
  expect(ended.stderr).toMatch(/does not accept the token, or its user has no API rights/);
  expect(ended.stderr).not.toMatch(/--no-check/);
});
