import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RowIndex } from '../../../src/journal/row-index.ts';
import { archiveOf, buildPage, buildRow, savedRow, unsent, type PagePatch } from './build.ts';
import { HOSTILE_VALUES, hostileRun } from './hostile.ts';
import { check, completeRun, failingRun, manyRows, refusedRun } from './scenes.ts';

function digestOf(page: string, tag: 'style' | 'script'): string {
  const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] ?? '';
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** What a reader sees, roughly. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)\b[^>]*>[\s\S]*?<\/\1>/g, '')
    .replace(/<\/?(bdi|strong|code|span|time)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

describe('report.html', () => {
  it('allows its own style sheet and script by their digests, and nothing else', () => {
    const page = failingRun(40);
    const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(page)?.[1];
    expect(policy).toBe(
      `default-src 'none'; style-src ${digestOf(page, 'style')}; script-src ${digestOf(page, 'script')}; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/ (style|on[a-z]+)="/);
    expect(page).not.toMatch(/ (src|href)="(?!#)/);
  });

  it('names project, server, who, where, when, manifest and its digest', () => {
    const text = textOf(completeRun(20));
    for (const fact of [
      'Sleep and Recovery After Surgery',
      '(id 42)',
      'https://redcap.example.edu/api/',
      'REDCap 14.5.11',
      'in production',
      'm.example',
      'dm-workstation-7',
      '24 Nov 2026, 03:12:07 UTC',
      'cleanup.csv',
      'a1'.repeat(32),
      '300/min',
      'd4'.repeat(32),
    ]) {
      expect(text).toContain(fact);
    }
  });

  it('adds up before the reader’s eyes, and says when it does not', () => {
    const page = textOf(failingRun(400));
    expect(page).toContain(
      '340 in success.csv + 50 in error.csv + 10 in unprocessed.csv = 400 rows',
    );
    expect(page).toContain('all 400 rows of the manifest');
    const short = buildPage([buildRow(1)], {
      header: { manifest: { name: 'm.csv', sha256: '', bytes: 1, rows: 2 } },
    });
    expect(textOf(short)).toContain('these figures do not add up');
  });

  it('names the approved check that a run carried out', () => {
    expect(textOf(failingRun(40))).toContain(
      `2026-11-20T09-00-00-check-cleanup SHA-256 of the check’s journal ${'9c'.repeat(32)}`,
    );
  });

  it('shows who approves what would be deleted, what cannot be undone and the line to run', () => {
    const text = textOf(check());
    for (const words of [
      'up to 109 files would be deleted',
      '16 signatures of 109 files would be deleted. No API can put a signature back',
      '5 rows nobody can confirm:',
      '3 files cannot be told apart:',
      'redcap-sweep run --approved reports/2026-11-20T09-00-00-check-cleanup --skip-invalid',
      'scan_1.pdf',
      'all 120 rows of the manifest',
      'No row is guarded',
    ]) {
      expect(text).toContain(words);
    }
    expect(text).not.toContain('Was it read back?');
  });

  it('says of a refused run why, and that nothing was deleted', () => {
    const text = textOf(refusedRun());
    expect(text).toContain('Nothing was deleted: the run was refused before its first deletion.');
    expect(text).toContain('Reason: 2 rows of the manifest are invalid');
    expect(text).not.toContain('--approved');
  });

  it('says that a project was not read instead of guessing', () => {
    const text = textOf(buildPage([buildRow(1)], { header: { project: null } }));
    expect(text).toContain(
      'The project was not read (--no-check): how many of them are signatures',
    );
    expect(text).not.toContain('No signatures');
  });

  it('leaves out what there is nothing to say of', () => {
    const page = buildPage(
      [buildRow(1, { row: { event: '' }, outcome: unsent('already_empty', '') })],
      {
        run: { sent: false },
      },
    );
    for (const id of ['by-event', 'timing', 'verification', 'causes', 'attention']) {
      expect(page).not.toContain(`<h2 id="${id}"`);
    }
  });

  it.each(HOSTILE_VALUES.filter((value) => /[<>"'\u202E\u2066\u200B\u2028]/u.test(value)))(
    'holds no hostile value as it stands: %j',
    (value) => {
      expect(hostileRun().includes(value)).toBe(false);
    },
  );

  it('holds 20,000 rows of more, and says so and where all of them stand', () => {
    const page = buildPage(manyRows(25_000), { context: { exitCode: 1 } });
    expect(dataOf(page, 'rows')).toHaveLength(20_000);
    const text = textOf(page);
    for (const words of [
      'This page holds 20,000 of 25,000 rows: those that need attention before all others. All of them are in the CSV reports beside this page.',
      'Rows 1 to 100 of the 20,000 on this page, those that need attention first. To see the others here, the page has to be allowed to run its script',
    ]) {
      expect(text.includes(words), words).toBe(true);
    }
    expect(page.split('<tr>\n<th scope="row" class="number" data-head="Row">').length - 1).toBe(
      100,
    );
  });

  it('of a check holds every file that would be deleted, with the manifest’s own columns', () => {
    const page = check(350);
    const files = dataOf(page, 'list');
    const errors = dataOf(page, 'attention');
    expect(files.length + errors.length).toBe(350 - 20);
    expect(new Set([...files, ...errors].map(([row]) => row)).size).toBe(
      files.length + errors.length,
    );
    expect(files[0]).toEqual(
      [
        [1, 2, '1001', 'consent_signature', 'visit_2_arm_1', '', 'would_delete', 'scan_1.pdf'],
        [1, '', '', 'would_delete', '', '', 'T-1', 'consent ended'],
      ].flat(),
    );
    const text = textOf(page);
    for (const words of ['ticket', 'reason', 'T-1', 'Signed consent form', 'Baseline']) {
      expect(text).toContain(words);
    }
    expect(text).toContain('Rows 1 to 100 of 318, in the order of the manifest.');
  });

  it('ends a check’s page in a place to sign, with the digest that a run will name', () => {
    const text = textOf(check());
    expect(text).toContain('I approve the deletion of 109 files of 109 participants.');
    expect(text).toMatch(/Name .*Date .*Signature /);
    expect(text).toContain(`SHA-256 of this check’s journal.ndjson: ${'c3'.repeat(32)}`);
    expect(text).toContain('Of 5 of them no look could tell whether a file is there.');
    expect(text).toContain('4 other rows cannot be carried out as they stand');
    expect(check().indexOf('id="sign"')).toBeGreaterThan(check().indexOf('id="list"'));
  });

  it.each<[string, PagePatch]>([
    ['a run', { header: { kind: 'run' } }],
    ['a refused check', { run: { refused: 'no' } }],
    ['a stopped one', { run: { stop: { code: 'limit', message: '' } }, context: { exitCode: 3 } }],
    ['one that was killed', { context: { exitCode: undefined } }],
    [
      'one with lines that cannot be read',
      { run: { holes: { lines: 1, firstLine: 4, lastOffset: 9, inPlan: true } } },
    ],
  ])('has no place to sign for %s', (_, patch) => {
    const planned = buildRow(1, { outcome: unsent('not_attempted', 'would_delete') });
    const ofCheck: PagePatch = { header: { kind: 'check' }, run: { sent: false } };
    expect(buildPage([planned], ofCheck)).toContain('id="sign"');
    expect(buildPage([planned], { ...ofCheck, ...patch })).not.toContain('id="sign"');
    const lost = buildRow(2, { outcome: unsent('not_attempted', 'interrupted') });
    expect(buildPage([planned, lost], ofCheck)).not.toContain('id="sign"');
    const empty = buildRow(1, { outcome: unsent('not_attempted', 'nothing_to_delete') });
    expect(buildPage([empty], ofCheck)).not.toContain('id="sign"');
  });

  it('is the inventory of an archive, and signed as one', () => {
    const page = buildPage([savedRow(1), savedRow(2)], archiveOf(2));
    const text = textOf(page);
    expect(text).toContain('Archive before deletion');
    expect(text).toContain('Files 2');
    expect(text).toContain('Size 3.0 MB (3,000,000 bytes)');
    expect(text).toContain('Participants 2');
    expect(text).toMatch(/Folder reports\/2026-11-24T03-12-07-cleanup\/backup/);
    expect(text).toContain(`SHA-256 of journal.ndjson ${'c3'.repeat(32)}`);
    expect(text).toContain('I approve the deletion of 2 files of 2 participants.');
    expect(text).toContain('The archive holds them (3.0 MB)');
    expect(text).toContain('cannot be told from one that sent all of it');
    expect(text).not.toContain('cannot be told from the one seen here');
    // Name, size and digest of each.
    expect(text).toContain('1500000');
    expect(text).toContain('e7'.repeat(32));
    const partly = buildPage([savedRow(1)], { ...archiveOf(2, 2), context: { exitCode: 3 } });
    expect(partly).not.toContain('id="sign"');
    expect(textOf(partly)).toContain('not whole: 1 file is still to be saved');
  });

  it('says of a run that it went by an archive', () => {
    const archived = {
      name: 'consent.pdf',
      bytes: 1,
      sha256: 'e7',
      backup: 'backup/1-consent.pdf',
    };
    const row = buildRow(1, { report: { plan: { row: 1, plan: 'delete', archived } } });
    const text = textOf(
      buildPage([row], { header: { approved: { directory: 'c', sha256: 'd', archive: true } } }),
    );
    expect(text).toContain('1 has a copy in the archive of the check, from which restore can');
    expect(text).toContain('exported again right before its deletion');
  });

  it('marks the rows whose file a restore has sent, and takes no word back', () => {
    const index = new RowIndex();
    index.setRestoring(2);
    const page = buildPage([buildRow(1), buildRow(2)], { run: { index } });
    expect(dataOf(page, 'rows').map((row) => row[13])).toEqual(['', 1]);
    expect(textOf(page)).toContain('Since then');
    expect(buildPage([buildRow(1)])).not.toContain('Since then');
  });
});

/** The rows that a list of the page holds. */
function dataOf(page: string, id: string): readonly (readonly unknown[])[] {
  const text = new RegExp(`data-list="${id}">([^<]*)<`).exec(page)?.[1] ?? '';
  return (JSON.parse(text) as { rows: unknown[][] }).rows;
}
