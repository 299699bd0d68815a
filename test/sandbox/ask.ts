import { expect } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../src/sandbox/handler.ts';
import { buildProject, type SandboxProject } from '../../src/sandbox/project.ts';
import { toCsv } from '../support/csv.ts';

export type Params = Readonly<Record<string, string>>;

/** One urlencoded request, token and JSON asked for unless said otherwise. */
export async function ask(sandbox: Sandbox, params: Params): Promise<Response> {
  const body = new URLSearchParams({
    token: sandbox.token,
    format: 'json',
    returnFormat: 'json',
    ...params,
  });
  return sandbox.handle(new Request('http://127.0.0.1/api/', { method: 'POST', body }));
}

export async function askJson(sandbox: Sandbox, params: Params): Promise<unknown> {
  return (await ask(sandbox, params)).json();
}

const ROWS = z.array(z.record(z.string(), z.unknown()));

export async function askRows(sandbox: Sandbox, params: Params): Promise<z.infer<typeof ROWS>> {
  return ROWS.parse(await askJson(sandbox, params));
}

/** Exported rows as lines of CSV, the columns on top: all of them must have the same ones, in order. */
export async function askTable(sandbox: Sandbox, params: Params): Promise<string[]> {
  const rows = await askRows(sandbox, params);
  const header = Object.keys(rows[0] ?? {});
  for (const row of rows) expect(Object.keys(row)).toEqual(header);
  return toCsv([header, ...rows.map((row) => Object.values(row).map(String))]).split('\n');
}

/** Status and body, the pair that most expectations are about. */
export async function askText(sandbox: Sandbox, params: Params): Promise<[number, string]> {
  const response = await ask(sandbox, params);
  return [response.status, await response.text()];
}

/** A small longitudinal project with one of everything. */
export function makeStudy(): SandboxProject {
  return buildProject({
    kind: 'longitudinal',
    projectId: 7,
    title: 'Study',
    missingDataCodes: '-999, Not done',
    forms: [
      { name: 'base', fields: [{ name: 'record_id' }, { name: 'age' }] },
      {
        name: 'files',
        fields: [
          { name: 'photo', type: 'file' },
          { name: 'sig', type: 'file', signature: true },
        ],
      },
      {
        name: 'imaging',
        repeats: ['base_arm_1'],
        fields: [{ name: 'scan', type: 'file' }, { name: 'quality' }],
      },
      { name: 'visit', fields: [{ name: 'report', type: 'file' }] },
    ],
    events: [
      { name: 'base_arm_1', forms: ['base', 'files', 'imaging'] },
      { name: 'visit_arm_1', forms: ['visit'], repeats: true },
      { name: 'late_arm_2', forms: ['files'] },
    ],
    records: [
      {
        id: '001',
        rows: [
          { event: 'base_arm_1', values: { age: '40' }, files: { photo: 'a.jpg', sig: 's.png' } },
          { event: 'base_arm_1', instance: 1, files: { scan: 's1.txt' } },
          {
            event: 'base_arm_1',
            instance: 3,
            files: { scan: 's3.txt' },
            values: { quality: 'bad' },
          },
          { event: 'visit_arm_1', instance: 2, files: { report: 'r.docx' } },
        ],
      },
      { id: 'B 2', rows: [{ event: 'late_arm_2', values: { photo: '-999' } }] },
    ],
  });
}

/** A classic project in which nothing repeats. */
export function makeRegistry(): SandboxProject {
  return buildProject({
    kind: 'classic',
    recordIdField: 'id',
    forms: [{ name: 'only', fields: [{ name: 'doc', type: 'file' }, { name: 'note' }] }],
    records: [
      { id: '1', rows: [{ files: { doc: 'x.pdf' } }] },
      { id: '2', rows: [] },
    ],
  });
}
