import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { restore } from '../../src/cli/restore.ts';
import { resume } from '../../src/cli/resume.ts';
import { run } from '../../src/cli/run.ts';
import type { Target } from '../../src/rows/target.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { buildProject } from '../../src/sandbox/project.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import type { FileContent, ProjectSpec } from '../../src/sandbox/design.ts';
import { makeTerminal, type Terminal } from './terminal.ts';

const closers: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backup-'));
  closers.push(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

type RunFlags = Parameters<typeof run>[2];
type RestoreFlags = Parameters<typeof restore>[2];

/** A repeating form with a file and a signature, for as many files as a test wants. */
export const SPEC: ProjectSpec = {
  kind: 'classic',
  projectId: 12,
  title: 'Backups',
  forms: [
    { name: 'base', fields: [{ name: 'record_id' }, { name: 'age' }] },
    {
      name: 'scans',
      repeats: true,
      fields: [
        { name: 'scan', type: 'file' },
        { name: 'sig', type: 'file', signature: true },
      ],
    },
    { name: 'papers', fields: [{ name: 'paper', type: 'file' }] },
  ],
  records: [{ id: '1', rows: [{ values: { age: '40' } }] }],
};

const INSTANCES = 10;

/** Where the file of a manifest row stands: ten instances in each record. */
export function scanOf(row: number): Target {
  const record = String(Math.ceil(row / INSTANCES));
  const instance = String(((row - 1) % INSTANCES) + 1);
  return { record, field: 'scan', event: '', instance };
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A sandbox that is served, and the commands against it. */
export interface Fixture {
  readonly sandbox: Sandbox;
  readonly url: string;
  readonly folder: string;
  readonly runDir: string;
  /** Stores files at `scanOf(1)` and on, and names them in the manifest. */
  store(files: readonly FileContent[], guards?: readonly string[]): void;
  stored(): readonly (FileContent | undefined)[];
  run(flags?: RunFlags, terminal?: Terminal): Promise<Ended>;
  resume(terminal?: Terminal): Promise<Ended>;
  restore(flags?: RestoreFlags, terminal?: Terminal): Promise<Ended>;
  rows(report: string): Record<string, string>[];
  /** Everything that stands in the backup folder. */
  backups(): string[];
  readBackup(path: string): Buffer;
}

export async function openFixture(options: SandboxOptions = {}): Promise<Fixture> {
  const sandbox = createSandbox({
    project: buildProject(SPEC),
    requestsPerMinute: 0,
    ...options,
  });
  const server = await serveSandbox(sandbox);
  closers.push(() => server.close());
  const folder = makeFolder();
  const runDir = join(folder, 'run');
  const manifest = join(folder, 'manifest.csv');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, sandbox.token, { mode: 0o600 });
  const connection = { url: server.url, tokenFile, rate: 'unlimited', retries: '1', timeout: '5' };
  const quiet = true as const;
  let count = 0;

  const perform = async (
    command: (io: Io) => Promise<number>,
    terminal = makeTerminal(folder),
  ): Promise<Ended> => {
    const code = await command(terminal.io);
    return { code, out: terminal.out(), err: terminal.err() };
  };

  return {
    sandbox,
    url: server.url,
    folder,
    runDir,
    store(files, guards = []) {
      count = files.length;
      files.forEach(({ name, bytes }, at) => {
        sandbox.project.putFile(scanOf(at + 1), name, bytes);
      });
      const lines = files.map((_file, at) => {
        const { record, instance } = scanOf(at + 1);
        return `${record},scan,${instance},${guards[at] ?? ','}`;
      });
      writeFileSync(
        manifest,
        `record,field,instance,expect_filename,expect_sha256\n${lines.join('\n')}\n`,
      );
    },
    stored: () =>
      Array.from({ length: count }, (_, at) => sandbox.project.readFile(scanOf(at + 1))),
    run: (flags = {}, terminal) =>
      perform(
        (io) =>
          run(io, manifest, { ...connection, quiet, runDir, yes: true, backup: true, ...flags }),
        terminal,
      ),
    resume: (terminal) => perform((io) => resume(io, runDir, { ...connection, quiet }), terminal),
    restore: (flags = {}, terminal) =>
      perform((io) => restore(io, runDir, { ...connection, quiet, yes: true, ...flags }), terminal),
    rows: (report) =>
      parse<Record<string, string>>(readFileSync(join(runDir, report)), { columns: true }),
    backups() {
      try {
        return readdirSync(join(runDir, 'backup')).toSorted();
      } catch {
        return [];
      }
    },
    readBackup: (path) => readFileSync(join(runDir, ...path.split('/'))),
  };
}

export function textFile(name: string, text: string): FileContent {
  return { name, bytes: new TextEncoder().encode(text) };
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
