import { describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../../src/sandbox/handler.ts';
import type { SandboxOptions } from '../../src/sandbox/options.ts';
import { ask, askText, makeRegistry, makeStudy, type Params } from './ask.ts';

const PHOTO = { record: '001', field: 'photo', event: 'base_arm_1', instance: '' };
const SCAN_3 = { record: '001', field: 'scan', event: 'base_arm_1', instance: '3' };
const DELETE: Params = { content: 'file', action: 'delete' };
const study = (options: SandboxOptions = {}): Sandbox =>
  createSandbox({ project: makeStudy(), ...options });
const place = (target: typeof PHOTO): Params => ({
  record: target.record,
  field: target.field,
  event: target.event,
  ...(target.instance === '' ? {} : { repeat_instance: target.instance }),
});

async function upload(
  sandbox: Sandbox,
  params: Params,
  name: string,
  bytes: Uint8Array,
): Promise<Response> {
  const body = new FormData();
  const all = {
    token: sandbox.token,
    content: 'file',
    action: 'import',
    returnFormat: 'json',
    ...params,
  };
  for (const [key, value] of Object.entries(all)) body.append(key, value);
  body.append('file', new File([Buffer.from(bytes)], name));
  return sandbox.handle(new Request('http://127.0.0.1/api/', { method: 'POST', body }));
}

describe('delete', () => {
  it('answers 200 without a byte, then that there is no file', async () => {
    const sandbox = study();
    expect(await askText(sandbox, { ...DELETE, ...place(PHOTO) })).toEqual([200, '']);
    expect(sandbox.project.hasFile(PHOTO)).toBe(false);
    expect(await askText(sandbox, { ...DELETE, ...place(PHOTO) })).toEqual([
      400,
      '{"error":"There is no file to delete for this record"}',
    ]);
    expect(sandbox.ledger.deletions()).toEqual([{ target: PHOTO, count: 1 }]);
    expect(sandbox.ledger.entries).toMatchObject([
      { kind: 'delete', effect: true, status: 200, answered: true },
      { kind: 'delete', effect: false, status: 400, answered: true },
    ]);
  });

  it('takes a missing instance for 1, and no other', async () => {
    const sandbox = study();
    await ask(sandbox, { ...DELETE, ...place({ ...SCAN_3, instance: '' }) });
    expect(sandbox.project.hasFile({ ...SCAN_3, instance: '1' })).toBe(false);
    expect(sandbox.project.hasFile(SCAN_3)).toBe(true);
    expect(sandbox.ledger.deletions()).toEqual([
      { target: { ...SCAN_3, instance: '1' }, count: 1 },
    ]);
  });

  it('finds the record in any letter case, and the ledger has its own name', async () => {
    const sandbox = study();
    sandbox.project.putFile({ ...PHOTO, record: 'Ab' }, 'p.jpg');
    await ask(sandbox, { ...DELETE, ...place({ ...PHOTO, record: 'aB ' }) });
    expect(sandbox.ledger.deletions()).toEqual([{ target: { ...PHOTO, record: 'Ab' }, count: 1 }]);
  });

  const NO_FILE = 'There is no file to delete for this record';
  it.each([
    [{ field: 'age' }, `The field 'age' does not exist or is not a 'file' field`],
    [{ field: 'nothing' }, `The field 'nothing' does not exist or is not a 'file' field`],
    [{ event: '' }, 'The parameter "event" is required for longitudinal projects'],
    [
      { event: 'nowhere_arm_1' },
      `The value of the parameter "event" is not valid: 'nowhere_arm_1'`,
    ],
    [{ event: 'visit_arm_1' }, NO_FILE],
    [{ record: 'nobody' }, NO_FILE],
    [{ repeat_instance: '2' }, NO_FILE],
    [{ repeat_instance: 'x' }, 'The value of the parameter "repeat_instance" is not valid'],
    [{ field: 'scan', repeat_instance: '2' }, NO_FILE],
  ] satisfies [Params, string][])('refuses %j', async (params, error) => {
    const sandbox = study();
    const before = [...sandbox.project.files()];
    const response = await ask(sandbox, { ...DELETE, ...place(PHOTO), ...params });
    expect([response.status, await response.json()]).toEqual([400, { error }]);
    expect([...sandbox.project.files()]).toEqual(before);
  });

  it('ignores an event in a classic project', async () => {
    const sandbox = createSandbox({ project: makeRegistry() });
    const answer = await askText(sandbox, {
      ...DELETE,
      record: '1',
      field: 'doc',
      event: 'any_arm_1',
    });
    expect(answer).toEqual([200, '']);
    expect(sandbox.ledger.deletions()).toEqual([
      { target: { record: '1', field: 'doc', event: '', instance: '' }, count: 1 },
    ]);
  });

  it('needs the import right', async () => {
    const sandbox = study({ rights: { import: false } });
    expect(await askText(sandbox, { ...DELETE, ...place(PHOTO) })).toEqual([
      403,
      '{"error":"You do not have API Import/Update privileges"}',
    ]);
    expect(sandbox.project.hasFile(PHOTO)).toBe(true);
  });
});

describe('export', () => {
  const EXPORT: Params = { content: 'file', action: 'export' };

  it.each([
    ['f.txt', 'text/plain; name="f.txt";charset=UTF-8'],
    ['m.jpg', 'image/jpeg; name="m.jpg"'],
    ['odd', 'application/octet-stream; name="odd"'],
    ['ü.pdf', 'application/pdf; name="\u00c3\u00bc.pdf"'],
    ['a\r\nb.pdf', 'application/pdf; name="ab.pdf"'],
  ])('names %j in the content type', async (name, type) => {
    const sandbox = study();
    const bytes = Uint8Array.of(0, 255, 10);
    sandbox.project.putFile(PHOTO, name, bytes);
    const response = await ask(sandbox, { ...EXPORT, ...place(PHOTO) });
    expect(response.headers.get('content-type')).toBe(type);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  it('gives the same content each time, and names none where the server does not', async () => {
    const sandbox = study({ fileNames: 'none' });
    const answers = [1, 2].map(async () => ask(sandbox, { ...EXPORT, ...place(SCAN_3) }));
    const [first, second] = await Promise.all(answers);
    expect(first?.headers.get('content-type')).toBe('text/plain');
    expect(await first?.text()).toBe(await second?.text());
  });

  it('refuses where no file is, and where the right is missing', async () => {
    expect((await ask(study(), { ...EXPORT, ...place({ ...SCAN_3, instance: '2' }) })).status).toBe(
      400,
    );
    const blind = study({ rights: { export: false } });
    expect((await ask(blind, { ...EXPORT, ...place(PHOTO) })).status).toBe(403);
    const half = study({ rights: { hiddenFields: ['photo'] } });
    expect((await ask(half, { ...EXPORT, ...place(PHOTO) })).status).toBe(403);
  });
});

describe('import', () => {
  const BYTES = Uint8Array.of(1, 0, 13, 10, 13, 10, 45, 45, 2);

  it('stores and overwrites, names and bytes as they came', async () => {
    const sandbox = study();
    const response = await upload(sandbox, place(PHOTO), 'résumé ü.pdf', BYTES);
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(sandbox.project.readFile(PHOTO)).toEqual({ name: 'résumé ü.pdf', bytes: BYTES });
    expect(sandbox.ledger.entries).toMatchObject([{ kind: 'import', target: PHOTO, effect: true }]);
  });

  it('takes a file of 0 bytes', async () => {
    const sandbox = study();
    await upload(sandbox, place(PHOTO), 'empty.txt', new Uint8Array());
    expect(sandbox.project.readFile(PHOTO)).toEqual({ name: 'empty.txt', bytes: new Uint8Array() });
  });

  it('makes records and instances that are missing', async () => {
    const sandbox = study();
    const target = { ...SCAN_3, record: 'new', instance: '7' };
    expect((await upload(sandbox, place(target), 'n.txt', BYTES)).status).toBe(200);
    expect(
      [...sandbox.project.files()].filter(({ target: { record } }) => record === 'new'),
    ).toEqual([{ target, fileName: 'n.txt', signature: false }]);
  });

  it.each([
    [{ field: 'sig' }, 'signature'],
    [{ event: 'visit_arm_1' }, 'cannot hold a file'],
    [{ field: 'age' }, 'does not exist'],
  ] satisfies [Params, string][])('refuses %j', async (params, text) => {
    const sandbox = study();
    const before = [...sandbox.project.files()];
    const response = await upload(sandbox, { ...place(PHOTO), ...params }, 'x.txt', BYTES);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(text);
    expect([...sandbox.project.files()]).toEqual(before);
  });

  it('refuses a request without a file', async () => {
    const response = await ask(study(), { content: 'file', action: 'import', ...place(PHOTO) });
    expect(response.status).toBe(400);
  });
});
