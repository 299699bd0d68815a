import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../support/cli.ts';
import { findRun } from '../support/run-files.ts';
import { FAST, openFixture, photosManifest, type Fixture } from '../support/fixture.ts';
import { hasTerminals, openTerminal, plainText } from '../support/terminal.ts';

async function prepare(production = false): Promise<Fixture> {
  const fixture = await openFixture();
  if (production) {
    fixture.between.answer = (form, body) =>
      form.get('content') === 'project'
        ? JSON.stringify({ ...(JSON.parse(body) as object), in_production: 1 })
        : body;
  }
  await fixture.write('m.csv', photosManifest(12));
  return fixture;
}

/** The plan alone. */
function planOf(stdout: string): string {
  return stdout.slice(0, stdout.indexOf('Requests  '));
}

describe('the plan, before anything is asked', () => {
  it('counts files and records, and shows the first ten rows', async () => {
    const fixture = await prepare();
    await fixture.write(
      'm.csv',
      `record,field\n${Array.from({ length: 12 }, (_, at) => `${at + 1},photo\n`).join('')}1,scan\n1,photo\n`,
    );
    const { stdout } = await fixture.sweep(['check', 'm.csv', ...FAST]);
    expect(planOf(stdout)).toMatch(/^Files to delete +12$/m);
    expect(planOf(stdout)).toMatch(/^Of records +12 \(participants\)$/m);
    const table = planOf(stdout).slice(planOf(stdout).indexOf('The first 10 of 12 files:'));
    const rows = table.trimEnd().split('\n').slice(1);
    expect(rows).toEqual([
      '  line  record  field  stored file',
      ...Array.from(
        { length: 10 },
        (_, at) =>
          `  ${String(at + 2).padEnd(4)}  ${String(at + 1).padEnd(6)}  photo  photo-${at + 1}.jpg`,
      ),
    ]);
  });

  it('says what was chosen, and where the copies go', async () => {
    const fixture = await prepare();
    const chosen =
      '--backup --limit 5 --stop-at 05:30 --skip-invalid --max-failures 5% --max-deletions 50 --no-verify --run-dir pilot'.split(
        ' ',
      );
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...chosen, ...FAST]);
    expect(ended.code).toBe(3);
    const plan = planOf(ended.stdout);
    expect(plan).toMatch(/^Chosen {4}--backup: .*pilot\/backup before it is deleted/m);
    expect(plan).toMatch(
      /^ {10}--limit 5: stops once 5 rows have been sent; 7 files are left for resume$/m,
    );
    expect(plan).toMatch(/^ {10}--stop-at 05:30: stops in about .*; resume does the rest$/m);
    for (const option of ['skip-invalid', 'max-failures 5%', 'max-deletions 50', 'no-verify']) {
      expect(plan).toMatch(new RegExp(`^ {10}--${option}: `, 'm'));
    }
    expect(ended.stdout).toContain('settle the 7 rows that are still open');
  });

  it('says nothing of options that were not given', async () => {
    const fixture = await prepare();
    const { stdout } = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST]);
    expect(stdout).not.toContain('Chosen');
  });

  it('without a check too', async () => {
    const fixture = await prepare();
    const { stdout } = await fixture.sweep(['run', 'm.csv', '--yes', '--no-check', ...FAST]);
    expect(planOf(stdout)).toMatch(/^Of records +12 /m);
    expect(planOf(stdout)).toMatch(/^ {2}2 +1 +photo +\(nobody has seen it\)$/m);
  });
});

describe.skipIf(!hasTerminals)('on a terminal (skipped without Python)', () => {
  const COLOUR = '\u001b[1;33mproduction';

  it.each<[string, boolean, Readonly<Record<string, string>>, boolean]>([
    ['production stands out', true, {}, true],
    ['never against NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['development does not', false, {}, false],
  ])('%s', async (_what, production, env, coloured) => {
    const fixture = await prepare(production);
    const terminal = await openTerminal(fixture, ['check', 'm.csv', ...FAST], '', { env });
    const { stdout, code } = await terminal.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(production ? /Status +\S*production/ : /Status +development/);
    expect(stdout.includes(COLOUR)).toBe(coloured);
  });

  it('what a token reaches, too', async () => {
    const terminal = await openTerminal(await prepare(true), ['project', ...FAST]);
    expect((await terminal.ended).stdout).toContain(`Status    ${COLOUR}`);
  });

  it('a pipe gets no colour, no link and whole lines', async () => {
    const fixture = await prepare(true);
    const args = ['check', 'm.csv', ...FAST];
    const redirect = '> out.txt';
    await (
      await openTerminal(fixture, args, redirect, { env: { FORCE_HYPERLINK: '1' } })
    ).ended;
    const text = await readFile(join(fixture.folder, 'out.txt'), 'utf8');
    expect(text).toMatch(/^Status +production$/m);
    expect(text).not.toContain('\u001b');
  });

  it('failures stand out, the page can be clicked, and lines are wrapped at words', async () => {
    const fixture = await openFixture({
      scripts: [
        {
          match: ({ kind }) => kind === 'delete',
          answers: [() => Response.json({ error: 'The form is locked' }, { status: 400 })],
        },
      ],
    });
    await fixture.write('m.csv', photosManifest(2));
    const terminal = await openTerminal(fixture, ['run', 'm.csv', '--yes', ...FAST], '', {
      columns: 60,
      env: { FORCE_HYPERLINK: '1' },
    });
    const { stdout } = await terminal.ended;
    expect(stdout).toContain('\u001b[1;31m        1  failed  -> error.csv\u001b[0m');
    const page = `${await findRun(fixture.folder)}/report.html`;
    expect(stdout).toContain(`\u001b]8;;file://${page}\u001b\\${page}\u001b]8;;\u001b\\`);
    const lines = plainText(stdout.slice(stdout.lastIndexOf('\u001b[2K')))
      .split('\r\n')
      .filter((line) => !/^(?:Look at|Reports) |redcap-sweep /.test(line));
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    expect(lines.length).toBeGreaterThan(10);
  });

  it.each([80, 60])('in %i columns the progress keeps the time left', async (columns) => {
    const fixture = await openFixture({ latencyMs: 300 });
    await fixture.write('m.csv', photosManifest(20));
    const args = ['run', 'm.csv', '--yes', '--backup', '--rate', '4/s', '--concurrency', '2'];
    const terminal = await openTerminal(fixture, args, '', { columns });
    await until(() => /Deleting [^\r]*about \d+ s left/.test(terminal.stdout()));
    terminal.type('\u0003');
    const drawn = terminal.stdout().split('\r').map(plainText);
    const bars = drawn.filter((line) => line.startsWith('Deleting') && !line.includes('\n'));
    expect(Math.max(...bars.map((line) => line.length))).toBeLessThan(columns);
    await terminal.ended;
  });
});
