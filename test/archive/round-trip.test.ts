import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildProject } from '../../src/sandbox/project.ts';
import type { FileContent } from '../../src/sandbox/design.ts';
import type { Target } from '../../src/rows/target.ts';
import { makeBinary, ODD_NAMES } from '../backup/odd-files.ts';
import { scanOf, SPEC } from '../backup/fixture.ts';
import type { Started } from '../support/cli.ts';
import { audit, FAST } from '../support/fixture.ts';
import { pick, readCsv, readRun } from '../support/run-files.ts';
import { digest, isExport, openArchive, states, times } from './fixture.ts';

const FILES = 500;
const LARGE_BYTES = 50_000_000;
const LARGE = 21;
/** Where the signature stands in the list. */
const SIGNATURE = 250;

function targetOf(row: number): Target {
  return row === SIGNATURE ? { ...scanOf(row), field: 'sig' } : scanOf(row);
}

function fileOf(row: number): FileContent {
  const name = ODD_NAMES[row % 40] ?? `file-${row % 7}.bin`;
  if (row === LARGE) return { name: 'large.bin', bytes: new Uint8Array(LARGE_BYTES).fill(7) };
  return { name, bytes: row % 50 === 1 ? new Uint8Array() : makeBinary(row, (row * 37) % 5000) };
}

function factsOf(file: FileContent | undefined): string[] {
  return file === undefined ? [] : [file.name, String(file.bytes.length), digest(file.bytes)];
}

/** In which request for a file the program is killed, and whether the server still answers it. */
const KILLS = [
  { at: 8, answers: true },
  // The fifty megabytes are on their way.
  { at: LARGE - 8 + 4, answers: true },
  { at: 200, answers: false },
];

it('500 files are archived with three kills on the way, deleted, and put back', async () => {
  const rows = Array.from({ length: FILES }, (_, at) => at + 1);
  const manifest = rows.map((row) => {
    const { record, field, instance } = targetOf(row);
    return `${record},${field},${instance}\n`;
  });
  const fixture = await openArchive(
    { project: buildProject(SPEC) },
    `record,field,instance\n${manifest.join('')}`,
  );
  const { project } = fixture;
  for (const row of rows) {
    const { name, bytes } = fileOf(row);
    project.putFile(targetOf(row), name, bytes);
  }
  const before = rows.map((row) => factsOf(project.readFile(targetOf(row))));

  let program: Started | undefined;
  let kill: (typeof KILLS)[number] | undefined;
  let exports = 0;
  fixture.sandbox.script(
    isExport,
    [
      (_call, proceed) => {
        exports += 1;
        if (exports !== kill?.at) return proceed();
        program?.kill('SIGKILL');
        return kill.answers ? proceed() : new Response('', { status: 503 });
      },
    ],
    { lasting: true },
  );
  const session = async (args: readonly string[]): Promise<number> => {
    exports = 0;
    program = fixture.start([...args, ...FAST]);
    return (await program.ended).code;
  };
  const check = ['check', 'm.csv', '--backup', '--run-dir', fixture.directory];
  for (const [at, one] of KILLS.entries()) {
    kill = one;
    expect(await session(at === 0 ? check : ['resume', fixture.directory])).toBe(-1);
    kill = undefined;
    // What is said of it in between is true.
    expect((await fixture.sweep(['report', fixture.directory])).code).toBe(3);
    const left = states(await fixture.archive()).filter((state) => !state.endsWith('would_delete'));
    expect(new Set(left)).toEqual(new Set(['not_attempted interrupted']));
  }
  expect(await session(['resume', fixture.directory])).toBe(0);
  const archive = await fixture.archive();
  expect(rows.map((row) => pick(archive.rows.get(row), ...FACTS))).toEqual(before);
  const bytes = before.reduce((sum, [, length]) => sum + Number(length), 0);
  expect(archive.summary).toMatchObject({
    archive: { whole: true, files: FILES, bytes, records: FILES / 10 },
  });

  expect((await fixture.approve()).code).toBe(0);
  const run = await fixture.run();
  audit(run, fixture);
  expect(states(run)).toEqual(times(FILES, 'deleted'));
  expect(rows.map((row) => pick(run.rows.get(row), ...FACTS))).toEqual(before);
  expect([...project.files()]).toEqual([]);
  for (const { count } of fixture.sandbox.ledger.deletions()) expect(count).toBe(1);
  expect(fixture.deletions()).toBe(FILES);

  // The signature is kept as a file, and named as one that nobody can put back.
  const back = await fixture.sweep(['restore', run.directory, '--yes', ...FAST]);
  expect(back.code).toBe(1);
  const after = rows.map((row) => factsOf(project.readFile(targetOf(row))));
  expect(after).toEqual(before.with(SIGNATURE - 1, []));
  const restored = readCsv(await readFile(join(run.directory, 'restore.csv'), 'utf8'));
  expect(restored.map(({ status }) => status)).toEqual(
    times(FILES, 'restored').with(SIGNATURE - 1, 'not_restorable'),
  );
  const signature = pick(archive.rows.get(SIGNATURE), 'backup')[0] ?? '';
  expect(digest(await readFile(join(fixture.directory, signature)))).toBe(
    before[SIGNATURE - 1]?.[2],
  );
  expect((await readRun(run.directory)).summary['restored']).toMatchObject({
    totals: { restored: FILES - 1, not_restorable: 1 },
  });
}, 180_000);

const FACTS = ['file_name', 'file_bytes', 'file_sha256'] as const;
