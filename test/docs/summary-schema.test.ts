import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { STATUSES, STOP_CODES } from '../../src/rows/outcome.ts';
import { runProgram, type Ran } from '../support/run-program.ts';
import { codeSpans, readPage, sectionOf, tableRows } from './markdown.ts';

interface Schema {
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
}

const SCHEMA = JSON.parse(readPage('src/report/summary.schema.json')) as Schema;
const validate = z.fromJSONSchema(SCHEMA as Parameters<typeof z.fromJSONSchema>[0]);

const folder = mkdtempSync(join(tmpdir(), 'schema-'));
let server: Awaited<ReturnType<typeof serveSandbox>>;

beforeAll(async () => {
  server = await serveSandbox(createSandbox({ records: 10, requestsPerMinute: 0 }));
  writeFileSync(join(folder, 'good.csv'), manifest('001', '002', '003'));
  writeFileSync(join(folder, 'bad.csv'), manifest('001', 'nobody', '001'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function manifest(...records: string[]): string {
  const rows = records.map((record) => `${record},consent_file,baseline_arm_1`);
  return ['record,field,event', ...rows, ''].join('\n');
}

/** Runs a command on a manifest in a directory of its own and gives what it printed and wrote. */
async function summaries(
  name: string,
  command: readonly string[],
): Promise<{ ran: Ran; printed: unknown; written: unknown }> {
  const directory = join(folder, name);
  const made = command.includes('check') || command.includes('run');
  const ran = await runProgram(
    [
      ...command,
      ...(made ? ['--run-dir', directory] : [directory]),
      ...(command.includes('report') ? [] : ['--rate', 'unlimited']),
      '--json',
      '--quiet',
    ],
    { env: { REDCAP_API_URL: server.url, REDCAP_API_TOKEN: server.sandbox.token }, cwd: folder },
  );
  return {
    ran,
    printed: JSON.parse(ran.stdout),
    written: JSON.parse(readFileSync(join(directory, 'summary.json'), 'utf8')),
  };
}

const good = join(folder, 'good.csv');
const bad = join(folder, 'bad.csv');
const FULL = ['--backup', '--expect-project', '1002', '--default-instance', '1'];
const LIMITS = ['--max-deletions', '9', '--max-failures', '50%', '--stop-at', '04:00'];

/** In this order: later ones go on where earlier ones stopped. */
const COMMANDS: readonly (readonly [name: string, exitCode: number, command: readonly string[]])[] =
  [
    ['check', 0, ['check', good, '--default-instance', '1']],
    ['check-bad', 1, ['check', bad]],
    ['refused', 2, ['run', bad, '--yes']],
    ['stopped', 3, ['run', good, '--yes', '--limit', '1', ...FULL, ...LIMITS]],
    ['stopped', 0, ['resume']],
    ['stopped', 0, ['report']],
    ['approved', 2, ['run', '--approved', join(folder, 'check'), '--yes']],
    ['unchecked', 0, ['run', good, '--yes', '--no-check']],
  ];

describe('summary.schema.json', () => {
  it.each(COMMANDS)('holds for %s, exit code %i: %j', async (name, exitCode, command) => {
    const { ran, printed, written } = await summaries(name, command);
    expect(ran.exitCode).toBe(exitCode);
    expect(printed).toEqual(written);
    expect(validate.safeParse(printed).error).toBeUndefined();
  });

  it('refuses what is no summary', async () => {
    const { printed } = await summaries('again', ['check', good]);
    const summary = printed as Readonly<Record<string, unknown>>;
    for (const broken of [
      { ...summary, more: 1 },
      { ...summary, rows: '3' },
      { ...summary, kind: 'restore' },
      { ...summary, totals: {} },
      { ...summary, sha256: { ...(summary['sha256'] as object), error: 'none' } },
      { ...summary, stop: { code: 'tired', message: '' } },
      { ...summary, project: { id: '1' } },
      { ...summary, startedAt: 'yesterday' },
    ]) {
      expect(validate.safeParse(broken).success).toBe(false);
    }
    const { rows: _, ...less } = summary;
    expect(validate.safeParse(less).success).toBe(false);
  });

  it('has the statuses and stops of the program', () => {
    expect(Object.keys(SCHEMA.properties?.['totals']?.properties ?? {})).toEqual(STATUSES);
    expect(SCHEMA.properties?.['stop']?.anyOf?.[0]?.properties?.['code']?.enum).toEqual(STOP_CODES);
  });

  it('says of each field what it is, and lets none by that it does not name', () => {
    const fields = fieldsOf(SCHEMA);
    expect(fields.filter(([, { description = '' }]) => description === '')).toEqual([]);
    const open = fields.filter(([, schema]) =>
      [schema, ...(schema.anyOf ?? [])].some(
        (one) => one.properties !== undefined && one.additionalProperties !== false,
      ),
    );
    expect(open.map(([path]) => path)).toEqual([]);
  });

  it('is described in docs/json.md, field by field', () => {
    const section = sectionOf(readPage('docs/json.md'), 'summary.json');
    const spans = codeSpans(section);
    const missing = fieldsOf(SCHEMA).filter(
      ([path]) => !spans.includes(path.split('.').at(-1) ?? ''),
    );
    expect(missing.map(([path]) => path)).toEqual([]);
    const described = tableRows(section).flatMap(([cell = '']) => codeSpans(cell));
    expect(described.toSorted()).toEqual(Object.keys(SCHEMA.properties ?? {}).toSorted());
  });
});

function fieldsOf(schema: Schema, path = ''): [string, Schema][] {
  const inner = [schema, ...(schema.anyOf ?? [])].flatMap((one) => [
    ...Object.entries(one.properties ?? {}),
    ...(typeof one.additionalProperties === 'object'
      ? Object.entries(one.additionalProperties.properties ?? {})
      : []),
  ]);
  return inner.flatMap(([name, field]) => [
    [`${path}${name}`, field] satisfies [string, Schema],
    ...fieldsOf(field, `${path}${name}.`),
  ]);
}
