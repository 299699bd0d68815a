import { appendFile, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { until } from '../support/cli.ts';
import { findRun, readRun } from '../support/run-files.ts';
import {
  audit,
  FAST,
  makeArchive,
  openFixture,
  photosManifest,
  type Fixture,
} from '../support/fixture.ts';
import { editJournal, ROWS, stopped } from '../support/stopped-run.ts';

interface Refusal {
  readonly name: string;
  readonly says: RegExp;
  readonly options?: readonly string[];
  readonly run?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  prepare?(
    fixture: Fixture & { directory: string },
  ): Promise<Readonly<Record<string, string>> | void>;
}

const REFUSALS: readonly Refusal[] = [
  {
    name: 'another manifest',
    says: /not the manifest of this run/,
    prepare: async ({ directory }) => appendFile(join(directory, 'manifest.csv'), '21,photo\n'),
  },
  {
    name: 'another project',
    says: /project 815.*of project 4711/,
    prepare: async ({ sandbox }) => {
      const answer = JSON.stringify({
        project_id: 815,
        project_title: 'Other',
        is_longitudinal: 0,
      });
      const headers = { 'content-type': 'application/json' };
      sandbox.script(
        ({ content }) => content === 'project',
        [() => new Response(answer, { headers })],
        { lasting: true },
      );
    },
  },
  {
    name: 'another address',
    says: /belongs to http/,
    prepare: async () => {
      const other = await serveSandbox(createSandbox({ project: makeArchive(ROWS) }));
      setTimeout(() => void other.close(), 20_000).unref();
      return { REDCAP_API_URL: other.url };
    },
  },
  {
    name: 'another token, where nobody read the project',
    says: /not the token that the run was begun with/,
    run: ['--no-check'],
    env: { REDCAP_API_TOKEN: 'ABCDEF0123456789ABCDEF0123456789' },
  },
  {
    name: 'another journal version',
    says: /version 99.*version 1/,
    prepare: async ({ directory }) =>
      editJournal(directory, ([first = '', ...rest]) => [
        first.replace('"version":1', '"version":99'),
        ...rest,
      ]),
  },
  {
    name: 'a journal that lost its beginning',
    says: /version undefined|first line/,
    prepare: async ({ directory }) => editJournal(directory, (lines) => lines.slice(1)),
  },
  {
    name: 'an empty journal',
    says: /holds no run/,
    prepare: async ({ directory }) => truncate(join(directory, 'journal.ndjson'), 0),
  },
  { name: 'options of the run', says: /max-failures/, options: ['--max-failures', '3'] },
  { name: '--no-verify, likewise', says: /no-verify/, options: ['--no-verify'] },
];

describe('what resume refuses', () => {
  it.each(REFUSALS)('$name', async ({ says, options = [], run = [], env = {}, prepare }) => {
    const fixture = await stopped(run);
    const more = { ...env, ...(await prepare?.(fixture)) };
    const before = await readFile(join(fixture.directory, 'journal.ndjson'));
    const ended = await fixture.sweep(['resume', fixture.directory, ...options], more);
    expect(ended.stderr).toMatch(says);
    expect(ended.code).toBe(2);
    expect(ended.stderr).not.toMatch(/\bat .*\.js:\d+|bug/);
    expect(fixture.deletions()).toBe(4);
    expect((await readFile(join(fixture.directory, 'journal.ndjson'))).equals(before)).toBe(true);
  });

  it('a check, what is no run, and what is not there', async () => {
    const fixture = await openFixture();
    await fixture.write('m.csv', photosManifest(3));
    expect((await fixture.sweep(['check', 'm.csv', ...FAST])).code).toBe(0);
    for (const [directory, says] of [
      [await findRun(fixture.folder), '--approved'],
      [fixture.folder, 'no run directory'],
      [join(fixture.folder, 'gone'), 'no run directory'],
    ] as const) {
      const ended = await fixture.sweep(['resume', directory]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(says);
    }
    expect(fixture.deletions()).toBe(0);
  });

  it('a run that another process is at, which report does not mind', async () => {
    const fixture = await openFixture({ latencyMs: 100 });
    await fixture.write('m.csv', photosManifest(ROWS));
    const args = ['run', 'm.csv', '--yes', '--rate', '4/s', '--concurrency', '1'];
    const started = fixture.start(args);
    await until(() => fixture.deletions() >= 2);
    const directory = await findRun(fixture.folder);
    const second = await fixture.sweep(['resume', directory, ...FAST]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain('Another redcap-sweep is at work');
    const reported = await fixture.sweep(['report', directory, '--json']);
    expect(reported.code).toBe(3);
    const live = await readRun(directory);
    expect(JSON.parse(reported.stdout)).toEqual(live.summary);
    expect(live.summary.totals['deleted']).toBeGreaterThan(0);
    expect(live.summary.totals['not_attempted']).toBeGreaterThan(0);
    // The run goes on meanwhile: only what is told as deleted can be held against the server.
    const gone = new Set(fixture.sandbox.ledger.deletions().map(({ target }) => target.record));
    for (const row of live.success) expect(gone).toContain(row['record']);
    // The run's own reports come last, and nothing was lost by the others.
    expect((await started.ended).code).toBe(0);
    const run = await fixture.run();
    expect(run.success).toHaveLength(ROWS);
    audit(run, fixture);
  });
});
