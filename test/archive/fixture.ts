import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import type { ApiCall } from '../../src/sandbox/script.ts';
import type { Ended } from '../support/cli.ts';
import {
  FAST,
  openFixture,
  photo,
  photosManifest,
  type Fixture as Served,
} from '../support/fixture.ts';
import { pick, readRun, type RunFiles } from '../support/run-files.ts';

export const ROWS = 12;

/** A served project, a manifest of photos, and the check over it. */
export interface Fixture extends Served {
  /** The check's directory. */
  readonly directory: string;
  check(...flags: readonly string[]): Promise<Ended>;
  resume(...flags: readonly string[]): Promise<Ended>;
  approve(...flags: readonly string[]): Promise<Ended>;
  /** The check as it stands, held against the disk and the server. */
  archive(): Promise<RunFiles>;
}

export async function openArchive(
  options: SandboxOptions = {},
  manifest = photosManifest(ROWS),
): Promise<Fixture> {
  const served = await openFixture(options);
  await served.write('m.csv', manifest);
  const directory = join(served.folder, 'check');
  return {
    ...served,
    directory,
    check: (...flags) =>
      served.sweep(['check', 'm.csv', '--backup', '--run-dir', directory, ...FAST, ...flags]),
    resume: (...flags) => served.sweep(['resume', directory, ...FAST, ...flags]),
    approve: (...flags) =>
      served.sweep(['run', '--approved', directory, '--yes', ...FAST, ...flags]),
    async archive() {
      expect(served.deletions()).toBe(0);
      const run = await readRun(directory);
      await auditArchive(run);
      return run;
    },
  };
}

/** What the reports call saved stands on the disk with that size and digest, and nothing else is called so. */
export async function auditArchive(run: RunFiles): Promise<void> {
  for (const row of run.rows.values()) {
    const [code, backup = '', bytes, sha256] = pick(
      row,
      'code',
      'backup',
      'file_bytes',
      'file_sha256',
    );
    if (code !== 'would_delete') {
      expect(backup).toBe('');
      continue;
    }
    expect(await factsOn(join(run.directory, backup))).toEqual([bytes, sha256]);
  }
}

async function factsOn(path: string): Promise<string[]> {
  const bytes = await readFile(path);
  return [String(bytes.length), digest(bytes)];
}

export function digest(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Status and code of each row, in order. */
export function states(run: RunFiles): string[] {
  return [...run.rows.keys()]
    .toSorted((a, b) => a - b)
    .map((row) => pick(run.rows.get(row), 'status', 'code').join(' ').trim());
}

export const SAVED = 'not_attempted would_delete';

export function times<T>(n: number, one: T): T[] {
  return Array.from({ length: n }, () => one);
}

export function isExport({ kind }: ApiCall): boolean {
  return kind === 'export_file';
}

export function isExportOf(record: number): (call: ApiCall) => boolean {
  return (call) => isExport(call) && call.target?.record === photo(record).record;
}

/** Exports of files that reached the server. */
export function exportsOf({ sandbox }: Served): number {
  return sandbox.ledger.counts().export_file;
}

/** The server holds every export behind the first ones, until it is released. */
export function holdExports(
  { sandbox }: Served,
  first: number,
): { readonly begun: () => number; release: () => void } {
  let begun = 0;
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  sandbox.script(
    isExport,
    [
      async (_call, proceed) => {
        begun += 1;
        if (begun > first) await released;
        return proceed();
      },
    ],
    { lasting: true },
  );
  return {
    begun: () => begun,
    release: () => {
      release();
    },
  };
}
