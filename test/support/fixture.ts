import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { createSandbox, type Sandbox } from '../../src/sandbox/handler.ts';
import { keyOf } from '../../src/sandbox/ledger.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { buildProject, type SandboxProject } from '../../src/sandbox/project.ts';
import { serveSandbox, type SandboxServer } from '../../src/sandbox/serve.ts';
import type { ApiCall } from '../../src/sandbox/script.ts';
import type { Target } from '../../src/rows/target.ts';
import { makeFolder, startSweep, sweep, type Ended, type Started } from './cli.ts';
import { readRun, findRun, type Cells, type RunFiles } from './run-files.ts';

/** A folder to work in, a served sandbox, and the program between them. */
export interface Fixture extends SandboxServer {
  readonly folder: string;
  readonly project: SandboxProject;
  /** Address and token, as the program finds them in its environment. */
  readonly env: Readonly<Record<string, string>>;
  write(name: string, text: string | Buffer): Promise<string>;
  start(args: readonly string[], more?: Readonly<Record<string, string>>): Started;
  sweep(args: readonly string[], more?: Readonly<Record<string, string>>): Promise<Ended>;
  /** The one run below `reports`, checked against the promise. */
  run(): Promise<RunFiles>;
  /** Deletion requests that reached the server. */
  deletions(): number;
  /** What stands between the program and the server; nothing at first. */
  readonly between: Between;
}

/** Changes what goes to the server and what comes back: a project that is redesigned, a replica that lags. */
export interface Between {
  request?: ((form: string) => string) | undefined;
  answer?: ((form: URLSearchParams, body: string) => string) | undefined;
}

/** Time runs ten times as fast for the program that is started with it. */
export const FAST_CLOCK = {
  NODE_OPTIONS: `--import=${new URL('./fast-clock.mjs', import.meta.url).href}`,
} as const;

const servers: SandboxServer[] = [];

afterEach(async () => {
  for (const fixture of servers.splice(0)) await fixture.close();
});

/** As fast as it goes, so that tests need not wait. */
export const FAST = ['--rate', 'unlimited'] as const;

export async function openFixture(options: SandboxOptions = {}): Promise<Fixture> {
  const sandbox = createSandbox({ requestsPerMinute: 0, project: makeArchive(20), ...options });
  const between: Between = {};
  const server = await serveSandbox({ ...sandbox, handle: handleBetween(sandbox, between) });
  servers.push(server);
  const folder = await makeFolder();
  const env = { REDCAP_API_URL: server.url, REDCAP_API_TOKEN: sandbox.token };
  return {
    ...server,
    folder,
    env,
    project: sandbox.project,
    async write(name, text) {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    },
    start: (args, more = {}) => startSweep(args, { cwd: folder, env: { ...env, ...more } }),
    sweep: (args, more = {}) => sweep(args, { cwd: folder, env: { ...env, ...more } }),
    run: async () => readRun(await findRun(folder)),
    deletions: () => sandbox.ledger.counts().delete,
    between,
  };
}

function handleBetween({ handle }: Sandbox, between: Between): Sandbox['handle'] {
  return async (request) => {
    if (between.request === undefined && between.answer === undefined) return handle(request);
    const asked = await request.text();
    const sent = between.request?.(asked) ?? asked;
    const { method, url } = request;
    const headers = new Headers(request.headers);
    headers.delete('content-length');
    const response = await handle(new Request(url, { method, headers, body: sent }));
    if (between.answer === undefined || !response.ok) return response;
    const body = between.answer(new URLSearchParams(asked), await response.text());
    const answered = new Headers(response.headers);
    answered.delete('content-length');
    return new Response(body, { status: response.status, headers: answered });
  };
}

/** Classic project: records 1 to n, each with a photo `photo-<id>.jpg`; `scan` is empty everywhere. */
export function makeArchive(records: number, projectId = 4711): SandboxProject {
  return buildProject({
    kind: 'classic',
    projectId,
    title: 'Archive',
    forms: [
      {
        name: 'papers',
        fields: [{ name: 'record_id' }, { name: 'photo', type: 'file' }, { name: 'note' }],
      },
      { name: 'imaging', fields: [{ name: 'scan', type: 'file' }] },
    ],
    records: {
      count: records,
      idAt: (index) => String(index + 1),
      recordAt: (index) => ({
        id: String(index + 1),
        rows: [{ values: { note: 'n' }, files: { photo: `photo-${index + 1}.jpg` } }],
      }),
    },
  });
}

export function photo(record: number | string): Target {
  return { record: String(record), field: 'photo', event: '', instance: '' };
}

/** A manifest of photos: records 1 to n. */
export function photosManifest(records: number, from = 1): string {
  const lines = Array.from({ length: records }, (_, at) => `${from + at},photo\n`);
  return `record,field\n${lines.join('')}`;
}

export function isDeletion({ kind }: ApiCall): boolean {
  return kind === 'delete';
}

/**
 * Compares the reports with what the server itself did: each `deleted` row was
 * deleted (or the message says "may have"), and each deletion has a row that
 * admits it.
 */
export function audit(run: RunFiles, { sandbox }: Pick<Fixture, 'sandbox'>): void {
  const deleted = new Set(sandbox.ledger.deletions().map(({ target }) => keyOf(target)));
  const owned = new Set<string>();
  const reported = new Map<string, string>();
  const lies: string[] = [];
  for (const row of run.rows.values()) {
    const key = keyOf(sandbox.project.canonical(targetOf(row)) ?? targetOf(row));
    const status = row['sweep_status'] ?? '';
    reported.set(key, `${status} ${row['sweep_code']}`);
    if (status === 'deleted' || status === 'unknown') owned.add(key);
    const hedged = (row['sweep_message'] ?? '').includes('may have');
    if (status === 'deleted' && !hedged && !deleted.has(key)) {
      lies.push(`row ${row['sweep_row']} says deleted, and never was`);
    }
  }
  for (const key of deleted) {
    if (owned.has(key)) continue;
    lies.push(`${key.replaceAll('\0', ' ')} was deleted, and its row says ${reported.get(key)}`);
  }
  expect(lies).toEqual([]);
}

function targetOf(row: Cells): Target {
  const { record = '', field = '', event = '', instance = '' } = row;
  return { record, field, event, instance };
}
