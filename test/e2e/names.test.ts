import { describe, expect, it } from 'vitest';
import { buildProject, type SandboxProject } from '../../src/sandbox/project.ts';
import { rowOutcomes, pick } from '../support/run-files.ts';
import { FAST, openFixture, photo, type Fixture } from '../support/fixture.ts';

const COMPOSED = 'r\u00e9sum\u00e9.pdf';
const DECOMPOSED = 're\u0301sume\u0301.pdf';
const LONG = 'abc'.repeat(66);

/** A classic project: records by id, each with a photo of this name. */
function photos(...files: readonly (readonly [record: string, name: string])[]): SandboxProject {
  return buildProject({
    kind: 'classic',
    forms: [{ name: 'one', fields: [{ name: 'record_id' }, { name: 'photo', type: 'file' }] }],
    records: files.map(([id, name]) => ({ id, rows: [{ files: { photo: name } }] })),
  });
}

async function messages(fixture: Fixture): Promise<readonly (string | undefined)[]> {
  return (await fixture.run()).error.map((row) => pick(row, 'message')[0]);
}

describe('two names in one message can be told apart', () => {
  it.each<[string, string, string, string]>([
    [
      'decomposed and composed',
      DECOMPOSED,
      COMPOSED,
      `the stored file is ${DECOMPOSED} (e\u0301 is U+0065 U+0301), not ${COMPOSED} (\u00e9 is U+00E9); nothing is deleted`,
    ],
    [
      'a no-break blank',
      'my\u00a0file.pdf',
      'my file.pdf',
      'the stored file is my<U+00A0>file.pdf, not my file.pdf; nothing is deleted',
    ],
    [
      'two blanks and one',
      'my  file.pdf',
      'my file.pdf',
      'the stored file is my <U+0020>file.pdf, not my file.pdf; nothing is deleted',
    ],
    [
      'nothing that can be seen',
      'my\u200bfile.pdf',
      'myfile.pdf',
      'the stored file is my<U+200B>file.pdf, not myfile.pdf; nothing is deleted',
    ],
    [
      'a mark of direction',
      'file\u202efdp.exe',
      'file\u200ffdp.exe',
      'the stored file is file<U+202E>fdp.exe, not file<U+200F>fdp.exe; nothing is deleted',
    ],
    [
      'a tab',
      'my file.pdf',
      'my\tfile.pdf',
      'the stored file is my file.pdf, not my<U+0009>file.pdf; nothing is deleted',
    ],
    [
      'a Cyrillic letter',
      '\u0430.pdf',
      'a.pdf',
      'the stored file is \u0430.pdf (\u0430 is U+0430), not a.pdf (a is U+0061); nothing is deleted',
    ],
    [
      'the end of 200 characters',
      `${LONG}.pdf`,
      `${LONG}.PDF`,
      'the stored file is abcabcabcabcabc…abcabcabc.pdf, not abcabcabcabcabc…abcabcabc.PDF; nothing is deleted',
    ],
  ])('%s', async (_what, stored, expected, message) => {
    const fixture = await openFixture({ project: photos(['1', stored]) });
    await fixture.write('m.csv', `record,field,expect_filename\n1,photo,${expected}\n`);
    const ended = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain(message);
    expect(await messages(fixture)).toEqual([message]);
  });

  it('in a guard that is judged on the exported file, too', async () => {
    const project = photos(['1', DECOMPOSED]);
    const fixture = await openFixture({ project, fileNames: 'document' });
    await fixture.write('m.csv', `record,field,expect_filename\n1,photo,${COMPOSED}\n`);
    expect(await fixture.sweep(['run', 'm.csv', '--yes', ...FAST])).toMatchObject({ code: 1 });
    expect((await messages(fixture))[0]).toMatch(/U\+0065 U\+0301.*U\+00E9/);
  });

  it('where a file was exchanged between a check and its run', async () => {
    const fixture = await openFixture({ project: photos(['1', COMPOSED]) });
    await fixture.write('m.csv', 'record,field\n1,photo\n');
    await fixture.sweep(['check', 'm.csv', '--run-dir', 'checked', ...FAST]);
    fixture.project.putFile(photo(1), DECOMPOSED);
    const ended = await fixture.sweep(['run', '--approved', 'checked', '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(
      `it saw file ${COMPOSED} (\u00e9 is U+00E9), now there is file ${DECOMPOSED} (e\u0301 is U+0065 U+0301)`,
    );
    expect(fixture.deletions()).toBe(0);
  });
});

describe('a record under another spelling', () => {
  const LACKS = 'does not exist, or this token may not see it (data access group); the project has';

  it.each<[string, string, string]>([
    ['1 ', '" 1 "', '1'],
    ['1\u00a0', '"1<U+00A0>"', '1'],
    ['x\u200by', 'x<U+200B>y', 'xy'],
    ['\u200e1', '<U+200E>1', '1'],
    ['1', '1', '1<U+200B>'],
    ['re\u0301my', 're\u0301my (e\u0301 is U+0065 U+0301)', 'r\u00e9my (\u00e9 is U+00E9)'],
    ['r\u00e9my', 'r\u00e9my (\u00e9 is U+00E9)', 're\u0301my (e\u0301 is U+0065 U+0301)'],
    ['１２', '１２ (１ is U+FF11, ２ is U+FF12)', '12 (1 is U+0031, 2 is U+0032)'],
    ['Site  B 18', 'Site <U+0020>B 18', 'Site B 18'],
    ['1e+05', '1e+05', '100000: a spreadsheet or R wrote the number so'],
    ['1.00E+05', '1.00E+05', '100000: a spreadsheet or R wrote the number so'],
    ['7.0', '7.0', '7: a spreadsheet or R wrote the number so'],
  ])('%j', async (cell, shown, near) => {
    const record = cell === '1 ' ? ' 1 ' : cell;
    const stored = near.replace(/ \(.*|: a.*/, '').replace('<U+200B>', '\u200b');
    const fixture = await openFixture({ project: photos(['55', 'a.pdf'], [stored, 'b.pdf']) });
    await fixture.write('m.csv', `record,field\n55,photo\n${record},photo\n`);
    await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(await messages(fixture)).toEqual([`record ${shown} ${LACKS} ${near}`]);
  });

  it('a number of which digits are lost', async () => {
    const fixture = await openFixture({ project: photos(['123456789012', 'a.pdf']) });
    await fixture.write('m.csv', 'record,field\n1.23457E+11,photo\n');
    const ended = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(ended.stdout).toMatch(/1\.23457E\+11 does not exist.*as a spreadsheet or R writes it/);
  });

  it('lost zeros are said once, with the number of ids; error.csv names each', async () => {
    const ids = Array.from({ length: 150 }, (_, at) => String(at + 1).padStart(3, '0'));
    const fixture = await openFixture({
      project: photos(...ids.map((id) => [id, 'a.pdf'] as const)),
    });
    const lost = ids.map((id) => `${Number(id)},photo\n`).join('');
    await fixture.write('m.csv', `record,field\n777,photo\n${lost}P-1,photo\n`);
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/101 rows need attention/);
    expect(ended.stderr).toMatch(/line 2 \(row 1\) +unknown_record: record 777 /);
    expect(ended.stderr).toMatch(
      /line 3 \(row 2\) and 98 more +unknown_record: 99 ids of this list have lost their leading zeros: 1 is 001, 2 is 002, 3 is 003 and so on\./,
    );
    expect(ended.stderr).toMatch(/line 153 \(row 152\) +unknown_record: record P-1 /);
    expect(ended.stderr.match(/unknown_record/g)).toHaveLength(3);
    expect(ended.stderr).not.toMatch(/holds all of them/);
    const near = (await messages(fixture)).filter((message) =>
      message?.includes('the project has'),
    );
    expect(near).toHaveLength(99);
    expect(near[98]).toMatch(/record 99 .*the project has 099$/);
    expect(fixture.deletions()).toBe(0);
  });

  it('one id that lost its zeros is a problem as any other', async () => {
    const fixture = await openFixture({ project: photos(['007', 'a.pdf']) });
    await fixture.write('m.csv', 'record,field\n7,photo\n');
    const ended = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(ended.stdout).toMatch(/line 2 \(row 1\) +unknown_record: record 7 .*has 007$/m);
  });
});

describe('a label in place of a unique name', () => {
  const project = () =>
    buildProject({
      kind: 'longitudinal',
      forms: [
        { name: 'papers', fields: [{ name: 'record_id' }, { name: 'consent_file', type: 'file' }] },
        { name: 'imaging', repeats: true, fields: [{ name: 'scan', type: 'file' }] },
      ],
      events: [
        { name: 'baseline_arm_1', forms: ['papers', 'imaging'] },
        { name: 'baseline_arm_2', forms: ['papers'] },
        { name: 'follow_up_arm_1', forms: ['papers'] },
      ],
      records: [{ id: '1', rows: [{ event: 'baseline_arm_1', files: { consent_file: 'c.pdf' } }] }],
    });

  it('is answered with the unique names of that label', async () => {
    const fixture = await openFixture({ project: project() });
    const rows = [
      '1,consent_file,Baseline,',
      '1,consent_file,Baseline (Arm 2: Arm 2),',
      '1,scan,baseline,2',
      '1,consent_file,Follow up,',
      '1,Consent file,baseline_arm_1,',
    ];
    await fixture.write('m.csv', `record,field,event,instance\n${rows.join('\n')}\n`);
    expect(await fixture.sweep(['check', 'm.csv', ...FAST])).toMatchObject({ code: 1 });
    expect(await messages(fixture)).toEqual([
      'the project has no event Baseline, which is a label; write the unique event name (baseline_arm_1, baseline_arm_2)',
      'the project has no event Baseline (Arm 2: Arm 2), which is a label; write the unique event name (baseline_arm_2)',
      'the project has no event baseline, which is a label; write the unique event name (baseline_arm_1)',
      'the project has no event Follow up, which is a label; write the unique event name (follow_up_arm_1)',
      '"Consent file" is no field name but a label; write the variable name (consent_file)',
    ]);
  });

  it("as REDCap's own export with labels has it, its columns named", async () => {
    const fixture = await openFixture({ project: project() });
    await fixture.write(
      'm.csv',
      '"Subject ID","Event Name","Repeat Instance","Data Access Group","field"\n"1","Baseline (Arm 1: Arm 1)","","Site A","consent_file"\n',
    );
    const columns = ['record=Subject ID', 'event=Event Name', 'instance=Repeat Instance'];
    const flags = columns.flatMap((column) => ['--column', column]);
    expect(await fixture.sweep(['check', 'm.csv', ...flags, ...FAST])).toMatchObject({ code: 1 });
    expect(rowOutcomes(await fixture.run())).toEqual(['invalid unknown_event 0 ']);
    expect((await messages(fixture))[0]).toMatch(/write the unique event name \(baseline_arm_1\)$/);
  });
});
