import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { demoSandboxOptions } from '../../src/sandbox/demo.ts';
import { createSandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { runProgram } from '../support/run-program.ts';
import { codeSpans, readPage, tableRows } from './markdown.ts';

const MANIFESTS = fileURLToPath(new URL('../../manifests/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'examples-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The server that each example fits. */
const FITS: Readonly<Record<string, SandboxOptions>> = {
  'demo.csv': demoSandboxOptions,
  'classic.csv': { kind: 'classic' },
  'longitudinal.csv': {},
  'guarded.csv': {},
};

describe('the example manifests', () => {
  it('are all described', () => {
    const described = tableRows(readPage('manifests/README.md')).flatMap(([cell = '']) =>
      codeSpans(cell).filter((name) => name.endsWith('.csv')),
    );
    const files = readdirSync(MANIFESTS).filter((name) => name.endsWith('.csv'));
    expect(described.toSorted()).toEqual(files.toSorted());
    expect(Object.keys(FITS).toSorted()).toEqual(files.toSorted());
  });

  it.each(Object.entries(FITS))('%s fits its sandbox, row by row', async (name, options) => {
    const server = await serveSandbox(createSandbox({ ...options, requestsPerMinute: 0 }));
    const env = { REDCAP_API_URL: server.url, REDCAP_API_TOKEN: server.sandbox.token };
    const directory = join(folder, name);
    const { exitCode, stdout } = await runProgram(
      [
        'check',
        join(MANIFESTS, name),
        '--rate',
        'unlimited',
        '--run-dir',
        directory,
        '--json',
        '--quiet',
      ],
      { env, cwd: folder },
    );
    await server.close();
    const { plan } = JSON.parse(stdout) as { plan: Readonly<Record<string, number>> };
    expect(plan).toMatchObject({ invalid: 0, unconfirmed: 0 });
    expect(plan['delete']).toBeGreaterThan(0);
    // guarded.csv shows a row that is left alone.
    expect(exitCode).toBe(plan['guard_mismatch'] === 0 ? 0 : 1);
  });
});
