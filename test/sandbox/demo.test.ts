import { parse } from 'csv-parse/sync';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/rows/target.ts';
import { demoSandboxOptions } from '../../src/sandbox/demo.ts';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { keyOf } from '../../src/sandbox/ledger.ts';
import type { SandboxProject } from '../../src/sandbox/project.ts';

type Row = Readonly<Record<string, string>>;

function readRows(name: string): Row[] {
  const path = new URL(`../../manifests/${name}`, import.meta.url);
  return parse<Row>(readFileSync(path), { columns: true });
}

function targetOf(row: Row): Target {
  const { record = '', field = '', event = '', instance = '' } = row;
  return { record, field, event, instance };
}

describe('manifests/demo.csv', () => {
  const { project } = createSandbox(demoSandboxOptions);
  const rows = readRows('demo.csv');

  it('names places that the demo project has, exactly as it has them', () => {
    for (const row of rows) {
      expect(project.canonical(targetOf(row))).toEqual(targetOf(row));
      expect(project.records.find(row['record'] ?? '')).toBeDefined();
    }
  });

  it('is empty where it says so, holds a file everywhere else', () => {
    expect(rows).toHaveLength(300);
    const empty = rows.filter((row) => !project.hasFile(targetOf(row)));
    expect(empty).toHaveLength(19);
    expect(new Set(empty.map((row) => row['reason']))).toEqual(
      new Set(['rehearsal: nothing is stored here']),
    );
  });

  it('has two duplicates, said so', () => {
    const seen = new Set<string>();
    const again = rows.filter((row) => {
      const key = keyOf(targetOf(row));
      const known = seen.has(key);
      seen.add(key);
      return known;
    });
    expect(again.map((row) => row['reason'])).toEqual(
      Array(2).fill('rehearsal: the same file as an earlier row'),
    );
  });

  it('has every row to which the server does something, and says which', () => {
    const scripts = demoSandboxOptions.scripts ?? [];
    for (const { match } of scripts) {
      const row = rows.find(
        (one) => typeof match !== 'function' && keyOf(targetOf(one)) === keyOf(match),
      );
      expect(row?.['reason']).toMatch(/^rehearsal: the (form is locked|server)/);
      expect(project.hasFile(targetOf(row ?? {}))).toBe(true);
    }
    const rehearsed = rows.filter((row) => /the (form is locked|server)/.test(row['reason'] ?? ''));
    expect(rehearsed).toHaveLength(scripts.length);
  });
});

describe('the example manifests fit the default sandbox', () => {
  it.each([
    ['classic.csv', 'classic'],
    ['longitudinal.csv', 'longitudinal'],
    ['guarded.csv', 'longitudinal'],
  ] as const)('%s', (name, kind) => {
    const { project } = createSandbox({ kind });
    for (const row of readRows(name))
      expect([row, project.hasFile(targetOf(row))]).toEqual([row, true]);
  });

  it('guarded.csv says truly which guards hold', () => {
    const { project } = createSandbox();
    for (const row of readRows('guarded.csv')) {
      expect([row['reason'], holds(project, row)]).toEqual([
        row['reason'],
        row['reason']?.endsWith(': deleted'),
      ]);
    }
  });
});

function holds(project: SandboxProject, row: Row): boolean {
  const file = project.readFile(targetOf(row));
  const digest = createHash('sha256')
    .update(file?.bytes ?? '')
    .digest('hex');
  const { expect_filename: name = '', expect_sha256: sha256 = '' } = row;
  return (name === '' || name === file?.name) && (sha256 === '' || sha256 === digest);
}
