import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileContent } from '../../src/sandbox/design.ts';
import { openFixture, scanOf, sha256, textFile } from './fixture.ts';
import { makeBinary, ODD_NAMES } from './odd-files.ts';

const LARGE_BYTES = 50_000_000;

function nameAndDigest(file: FileContent | undefined): string[] {
  return file === undefined ? [] : [file.name, sha256(file.bytes)];
}

describe('backup, delete, restore', () => {
  it('leaves 500 files as they were: names and bytes', async () => {
    const fixture = await openFixture();
    const files = Array.from({ length: 500 }, (_, at) => {
      const name = ODD_NAMES[at % 40] ?? `file-${at % 7}.bin`;
      if (at === 20) return { name: 'large.bin', bytes: new Uint8Array(LARGE_BYTES).fill(7) };
      return { name, bytes: at % 50 === 1 ? new Uint8Array() : makeBinary(at, (at * 37) % 5000) };
    });
    fixture.store(files);
    const before = files.map(nameAndDigest);

    const ran = await fixture.run();
    expect([ran.code, fixture.stored().filter((file) => file !== undefined)]).toEqual([0, []]);
    const rows = fixture.rows('success.csv');
    expect(rows.map((row) => [row['sweep_file_name'], row['sweep_file_sha256']])).toEqual(before);
    expect(rows.map((row) => sha256(fixture.readBackup(row['sweep_backup'] ?? '')))).toEqual(
      before.map(([, digest]) => digest),
    );
    expect(rows.map((row) => Number(row['sweep_file_bytes']))).toEqual(
      files.map(({ bytes }) => bytes.length),
    );
    expect(fixture.backups()).toHaveLength(500);

    const restored = await fixture.restore();
    expect(restored.code).toBe(0);
    expect(fixture.stored().map(nameAndDigest)).toEqual(before);
    const report = fixture.rows('restore.csv');
    expect(report.map((row) => [row['sweep_row'], row['file_name'], row['sha256']])).toEqual(
      before.map(([name, digest], at) => [String(at + 1), name, digest]),
    );
    expect(new Set(report.map((row) => `${row['status']}/${row['code']}`))).toEqual(
      new Set(['restored/']),
    );

    // Again: a field that holds its bytes is left alone.
    expect((await fixture.restore({ rows: '3,480-490' })).code).toBe(0);
    expect(fixture.sandbox.ledger.counts().import).toBe(500);
    const again = fixture.rows('restore.csv');
    expect(again.map((row) => row['sweep_row'])).toEqual(
      [3, 480, 481, 482, 483, 484, 485, 486, 487, 488, 489, 490].map(String),
    );
    expect(new Set(again.map((row) => row['code']))).toEqual(new Set(['already_there']));
  });

  it('keeps what it saved from others', async () => {
    const fixture = await openFixture();
    fixture.store([textFile('a.txt', 'a')]);
    await fixture.run();
    const mode = (path: string): number => statSync(join(fixture.runDir, path)).mode & 0o777;
    expect([mode('backup'), mode('backup/000001-a.txt')]).toEqual([0o700, 0o600]);
  });

  it('speaks PHP: a length, and no filename* behind which it sees no file', async () => {
    const fixture = await openFixture();
    const seen: (string | null)[] = [];
    fixture.sandbox.script(
      ({ kind }) => kind === 'import',
      [
        ({ headers, form }, proceed) => {
          seen.push(headers.get('content-length'), headers.get('transfer-encoding'));
          if (headers.get('content-length') === null) return new Response('', { status: 411 });
          if (form.file('file') === undefined) return new Response('no file', { status: 400 });
          return proceed();
        },
      ],
      { lasting: true },
    );
    const files = [
      textFile('plain.txt', 'plain'),
      textFile('résumé ü.pdf', 'accents'),
      textFile('李.png', 'beyond'),
      { name: 'empty.dat', bytes: new Uint8Array() },
      { name: 'large.dat', bytes: makeBinary(5, 5_000_000) },
    ];
    fixture.store(files);
    expect((await fixture.run()).code).toBe(0);
    expect((await fixture.restore()).code).toBe(0);
    expect(fixture.stored().map(nameAndDigest)).toEqual(files.map(nameAndDigest));
    expect(seen.filter((_one, at) => at % 2 === 1)).toEqual([null, null, null, null, null]);
  });
});

describe('a project without a check', () => {
  it('is read when its files are put back', async () => {
    const fixture = await openFixture();
    fixture.store([textFile('a.txt', 'a')]);
    expect((await fixture.run({ check: false })).code).toBe(0);
    expect(fixture.sandbox.project.hasFile(scanOf(1))).toBe(false);
    expect((await fixture.restore()).code).toBe(0);
    expect(fixture.sandbox.project.fileName(scanOf(1))).toBe('a.txt');
  });
});
