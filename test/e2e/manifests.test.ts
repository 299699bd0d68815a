import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { namesIn, startProgram, BIN, startSweep, sweep } from '../support/cli.ts';
import { findRun, readRun } from '../support/run-files.ts';
import { audit, FAST, openFixture, photosManifest } from '../support/fixture.ts';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('where a manifest comes from', () => {
  it('standard input: copied byte for byte, and resumed from the copy', async () => {
    const fixture = await openFixture();
    const text = photosManifest(6);
    const args = ['run', '-', ...FAST];
    const io = { cwd: fixture.folder, env: fixture.env, stdin: text };
    const unasked = await sweep(args, io);
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain('--yes');
    expect(fixture.deletions()).toBe(0);
    const ended = await sweep([...args, '--yes', '--limit', '2'], io);
    expect(ended.code).toBe(3);
    const directory = await findRun(fixture.folder);
    expect(await readFile(join(directory, 'manifest.csv'), 'utf8')).toBe(text);
    expect((await fixture.sweep(['resume', directory, ...FAST])).code).toBe(0);
    expect((await fixture.run()).success).toHaveLength(6);
  });

  it.each([
    { name: 'gzip', bytes: gzipSync(photosManifest(6)) },
    {
      name: 'a spreadsheet’s UTF-16 with tabs',
      bytes: Buffer.from(`\ufeff${photosManifest(6).replaceAll(',', '\t')}`, 'utf16le'),
    },
    {
      name: 'semicolons, a byte order mark and CRLF',
      bytes: Buffer.from(
        `\ufeff${photosManifest(6).replaceAll(',', ';').replaceAll('\n', '\r\n')}`,
      ),
    },
  ])('$name: read as it is, kept as it is', async ({ bytes }) => {
    const fixture = await openFixture();
    await fixture.write('odd.csv', bytes);
    const ended = await fixture.sweep(['run', 'odd.csv', '--yes', ...FAST]);
    expect(ended.code).toBe(0);
    const run = await fixture.run();
    const copy = await readFile(join(run.directory, 'manifest.csv'));
    expect(copy.equals(bytes)).toBe(true);
    expect(run.summary.sha256['manifest']).toBe(sha256(bytes));
    for (const name of ['success', 'error', 'unprocessed']) {
      const made = await readFile(join(run.directory, `${name}.csv`));
      expect(run.summary.sha256[name]).toBe(sha256(made));
      expect(made.includes('\r')).toBe(false);
    }
    expect(run.success).toHaveLength(6);
    audit(run, fixture);
  });

  it.skipIf(process.platform === 'win32')('a pipe by its path is read once', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(6));
    const script = `"$0" "$1" run <(cat m.csv) --yes --rate unlimited`;
    const { ended } = startProgram('bash', ['-c', script, process.execPath, BIN], {
      cwd: fixture.folder,
      env: fixture.env,
    });
    expect(await ended).toMatchObject({ code: 0 });
    expect((await fixture.run()).success).toHaveLength(6);
  });
});

describe('the name of a run directory', () => {
  it.skipIf(process.platform === 'win32').each([
    { name: 'of 255 bytes', file: `${'x'.repeat(251)}.csv` },
    { name: 'of 250 bytes in ü', file: `${'ü'.repeat(123)}.csv` },
    { name: 'that looks like an option', file: './-x.csv' },
    { name: 'of dots', file: '..csv' },
    { name: 'with a line break', file: 'a\nb.csv' },
    { name: 'of a device', file: 'CON.csv' },
  ])('from a manifest’s name $name', async ({ file }) => {
    const fixture = await openFixture();
    await fixture.write(file, photosManifest(3));
    const ended = await fixture.sweep(['run', file, '--yes', ...FAST]);
    expect(ended.code).toBe(0);
    const names = await namesIn(join(fixture.folder, 'reports'));
    expect(names).toHaveLength(1);
    expect(names[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(-[^\s<>:"/\\|?*\p{C}]*[^-. ])?$/u);
    expect(Buffer.byteLength(names[0] ?? '')).toBeLessThanOrEqual(255);
    expect((await fixture.run()).success).toHaveLength(3);
  });

  it('four runs of the same name in the same second do not meet', async () => {
    const fixture = await openFixture();
    const starts = await Promise.all(
      [1, 4, 7, 10].map(async (from) => {
        await mkdir(join(fixture.folder, String(from)));
        await fixture.write(`${from}/m.csv`, photosManifest(3, from));
        const args = ['run', `${from}/m.csv`, '--yes', ...FAST, '--json'];
        return { from, ...startSweep(args, { cwd: fixture.folder, env: fixture.env }) };
      }),
    );
    for (const { from, ended } of starts) {
      const { code, stdout } = await ended;
      expect(code).toBe(0);
      const { directory } = JSON.parse(stdout) as { directory: string };
      const run = await readRun(join(fixture.folder, directory));
      expect(run.success.map((row) => row['record'])).toEqual(
        [from, from + 1, from + 2].map(String),
      );
    }
    expect(await namesIn(join(fixture.folder, 'reports'))).toHaveLength(4);
    expect(fixture.deletions()).toBe(12);
  });

  it('--run-dir: an empty folder is taken, and nobody else may look in', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    await mkdir(join(fixture.folder, 'mine'));
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, '--run-dir', 'mine/']);
    expect(ended.code).toBe(0);
    const run = await readRun(join(fixture.folder, 'mine'));
    expect(run.success).toHaveLength(3);
    if (process.platform === 'win32') return;
    expect((await stat(run.directory)).mode & 0o777).toBe(0o700);
    for (const name of await namesIn(run.directory)) {
      const { mode } = await stat(join(run.directory, name));
      // The copy of the manifest is not to be edited.
      const expected = name === 'manifest.csv' ? 0o400 : 0o600;
      expect([name, mode & 0o777]).toEqual([name, expected]);
    }
    expect(await namesIn(run.directory)).toEqual([
      'error.csv',
      'journal.ndjson',
      'manifest.csv',
      'report.html',
      'run.log',
      'success.csv',
      'summary.json',
      'unprocessed.csv',
    ]);
  });

  it('a run directory that was moved is resumed and reported where it is', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(6));
    await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, '--limit', '2']);
    await rename(await findRun(fixture.folder), join(fixture.folder, 'elsewhere with blanks'));
    const ended = await fixture.sweep(['resume', 'elsewhere with blanks', ...FAST]);
    expect(ended.code).toBe(0);
    expect((await readRun(join(fixture.folder, 'elsewhere with blanks'))).success).toHaveLength(6);
  });
});
