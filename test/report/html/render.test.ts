import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { buildPage, buildRow, unsent } from './build.ts';
import { HOSTILE_VALUES, hostileRun } from './hostile.ts';
import { check, completeRun, failingRun, manyRows, refusedRun } from './scenes.ts';

function digestOf(page: string, tag: 'style' | 'script'): string {
  const text = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)?.[1] ?? '';
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** What a reader sees, roughly. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
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

  it('stays below 2 MB, and says how many of how many rows it shows', () => {
    const page = buildPage(manyRows(40_000), { context: { exitCode: 1 } });
    const shown = page.split('<tr data-state=').length - 1;
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    expect(shown).toBeGreaterThan(300);
    expect(textOf(page)).toContain(
      `The first ${String(shown).replace(/(\d)(?=(\d{3})$)/, '$1,')} of 4,444 are shown.`,
    );
    const plain = buildPage(
      Array.from({ length: 2500 }, (_, at) =>
        buildRow(at + 1, { outcome: { status: 'failed', code: 'http_400', message: 'no' } }),
      ),
      { context: { exitCode: 1 } },
    );
    expect(textOf(plain)).toContain('The first 2,000 of 2,500 are shown.');
  });
});
