import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RequestKind } from '../../src/sandbox/ledger.ts';
import { startSweep, type Started } from '../support/cli.ts';
import { openFixture, scanOf, sha256, textFile, type Fixture } from './fixture.ts';

/** At which request of a session the program is killed, and whether that request still has its effect. */
interface Kill {
  readonly kind: RequestKind;
  readonly at: number;
  readonly effect: boolean;
}

const KILLS: readonly Kill[] = [
  { kind: 'export_file', at: 1, effect: true },
  { kind: 'delete', at: 1, effect: false },
  { kind: 'delete', at: 2, effect: true },
  { kind: 'export_file', at: 6, effect: false },
  { kind: 'delete', at: 5, effect: true },
  { kind: 'export_file', at: 9, effect: true },
  { kind: 'delete', at: 7, effect: false },
];
const FILES = 60;

/** Digests of what is whole in the backup folder for a row. */
function savedFor(fixture: Fixture, row: number): string[] {
  const folder = join(fixture.runDir, 'backup');
  const prefix = new RegExp(`^0*${row}(\\.\\d+)?-`);
  return readdirSync(folder)
    .filter((name) => prefix.test(name))
    .map((name) => sha256(readFileSync(join(folder, name))));
}

it('killed anywhere: no file is deleted whose own bytes are not whole on disk', async () => {
  const fixture = await openFixture();
  const { project } = fixture.sandbox;
  const rowOf = new Map(
    Array.from({ length: FILES }, (_, at) => [JSON.stringify(scanOf(at + 1)), at + 1]),
  );
  fixture.store(
    Array.from({ length: FILES }, (_, at) => textFile(`scan-${at}.txt`, `${at}`.repeat(20_000))),
  );
  let program: Started | undefined;
  let kill: Kill | undefined;
  let requests = 0;
  let died = 0;
  const lost: number[] = [];
  fixture.sandbox.script(
    ({ kind }) => kind === 'delete' || kind === 'export_file',
    [
      (call, proceed) => {
        const { kind, target } = call;
        const row = rowOf.get(JSON.stringify(target)) ?? 0;
        if (kind === kill?.kind) requests += 1;
        const dies = kind === kill?.kind && requests === kill.at;
        if (dies) {
          died = row;
          program?.kill('SIGKILL');
        }
        if (dies && kill?.effect === false) return new Response('', { status: 503 });
        const file = target && project.readFile(target);
        if (kind === 'delete' && file !== undefined) {
          if (!savedFor(fixture, row).includes(sha256(file.bytes))) lost.push(row);
        }
        return proceed();
      },
    ],
    { lasting: true },
  );

  const url = fixture.url;
  const connection = ['--url', url, '--token-file', 'token', '--rate', 'unlimited', '--quiet'];
  const session = async (args: readonly string[]): Promise<number> => {
    requests = 0;
    program = startSweep([...args, ...connection], { cwd: fixture.folder });
    return (await program.ended).code;
  };
  const first = ['run', 'manifest.csv', '--yes', '--backup', '--run-dir', 'run'];
  for (const [at, one] of KILLS.entries()) {
    kill = one;
    expect(await session(at === 0 ? first : ['resume', 'run'])).toBe(-1);
    // Meanwhile somebody replaces files under the same name, the one in the air first.
    for (const row of [died, at + 20, FILES - at]) {
      const target = scanOf(row);
      // One that is gone already, and comes back, would be seen as still present.
      if (!project.hasFile(target)) continue;
      const name = `scan-${row - 1}.txt`;
      project.putFile(target, name, new TextEncoder().encode(`new in round ${at} of ${row}`));
    }
  }
  kill = undefined;
  expect(await session(['resume', 'run'])).toBe(0);
  expect(lost).toEqual([]);
  const rows = fixture.rows('success.csv');
  expect(rows).toHaveLength(FILES);
  expect(
    readdirSync(join(fixture.runDir, 'backup')).filter((name) => name.endsWith('.part')),
  ).toEqual([]);
  for (const row of rows) {
    const saved = savedFor(fixture, Number(row['sweep_row']));
    expect(saved).toContain(row['sweep_file_sha256']);
  }
});
