import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Target } from '../../src/rows/target.ts';
import { createDeleter } from '../../src/redcap/deleter.ts';
import { createFileClient } from '../../src/redcap/file-client.ts';
import { createReader } from '../../src/redcap/reader.ts';
import { createClient, type RedcapClient } from '../../src/redcap/client.ts';
import { createPacer } from '../../src/redcap/pacer.ts';
import { createRedactor } from '../../src/words/one-line.ts';
import { connect, listenHttp, type Seen } from './servers.ts';

const TOKEN = '0123456789ABCDEF0123456789ABCDEF';
const TARGET: Target = { record: '001 ä', field: 'scan', event: 'base_arm_1', instance: '2' };

async function serve(
  answer: Parameters<typeof listenHttp>[0],
): Promise<{ readonly client: RedcapClient; readonly seen: Seen[] }> {
  const { url, seen } = await listenHttp(answer);
  const client = createClient({
    transport: connect(url),
    token: TOKEN,
    pacer: createPacer({ intervalMs: 0, clock: systemClock }),
    redact: createRedactor([TOKEN]),
    about: { url },
  });
  return { client, seen };
}

const formOf = (seen: Seen | undefined): object =>
  Object.fromEntries(new URLSearchParams(seen?.body.toString()));

describe('a deletion', () => {
  it('names record, field, event and instance', async () => {
    const { client, seen } = await serve((_seen, response) => response.end());
    const { deleteFile } = createDeleter(client);
    expect(await deleteFile(TARGET)).toMatchObject({ kind: 'done', httpStatus: 200 });
    expect(await deleteFile({ ...TARGET, event: '', instance: '' })).toMatchObject({
      kind: 'done',
    });
    const fixed = { token: TOKEN, content: 'file', action: 'delete', returnFormat: 'json' };
    expect(seen.map(formOf)).toEqual([
      { ...fixed, record: '001 ä', field: 'scan', event: 'base_arm_1', repeat_instance: '2' },
      { ...fixed, record: '001 ä', field: 'scan' },
    ]);
  });

  it('says of each row what is its own, whatever the one before said', async () => {
    const { client, seen } = await serve((_seen, response) => response.end());
    const { deleteFile } = createDeleter(client);
    const targets = [
      TARGET,
      { ...TARGET, record: '002&x=y' },
      { ...TARGET, field: 'photo' },
      { ...TARGET, event: 'next_arm_1' },
      { ...TARGET, event: '' },
      { ...TARGET, instance: '3' },
      { ...TARGET, instance: '' },
    ];
    const sent: Target[] = [];
    for (const target of targets.flatMap((one) => targets.flatMap((other) => [one, other]))) {
      await deleteFile(target);
      sent.push(target);
    }
    expect(seen.map(formOf)).toEqual(
      sent.map(({ record, field, event, instance }) => ({
        token: TOKEN,
        content: 'file',
        action: 'delete',
        returnFormat: 'json',
        record,
        field,
        ...(event === '' ? {} : { event }),
        ...(instance === '' ? {} : { repeat_instance: instance }),
      })),
    );
  });

  it('keeps the token out of messages', async () => {
    const { client } = await serve((seen, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: `bad ${seen.body.toString().toLowerCase()}` }));
    });
    const answer = await createDeleter(client).deleteFile(TARGET);
    expect(answer).toMatchObject({ kind: 'refused', code: 'http_400', trustworthy: true });
    expect(JSON.stringify(answer).toUpperCase()).not.toContain(TOKEN);
  });

  it('that is given up in flight may have had its effect; before, it was not sent', async () => {
    const { client } = await serve(() => undefined);
    const abort = new AbortController();
    const begun = createDeleter(client).deleteFile(TARGET, { abort: abort.signal });
    setTimeout(() => {
      abort.abort();
    }, 100);
    expect(await begun).toMatchObject({ kind: 'retry', effect: 'possible', sent: true });
    const after = createDeleter(client).deleteFile(TARGET, { abort: abort.signal });
    expect(await after).toEqual({ kind: 'not_sent' });
  });
});

describe('reading', () => {
  it('asks for JSON, the arrays one by one and last', async () => {
    const answers: Readonly<Record<string, string>> = {
      version: '14.5.1',
      project: '{"project_id":7}',
      metadata: '[{"field_name":"id"}]',
      event: '[{"unique_event_name":"e"}]',
      formEventMapping: '[{"unique_event_name":"e","form":"f"}]',
      repeatingFormsEvents: '[{"event_name":"e","form_name":""}]',
      record: '[{"id":"1","redcap_repeat_instance":1}]',
    };
    const { client, seen } = await serve((one, response) => {
      const form = new URLSearchParams(one.body.toString());
      response.end(answers[form.get('content') ?? '']);
    });
    const reader = createReader(client);
    expect(await reader.version()).toMatchObject({ kind: 'value', value: '14.5.1' });
    expect(await reader.project()).toMatchObject({ value: { project_id: 7 } });
    expect(await reader.metadata()).toMatchObject({ value: [{ field_name: 'id' }] });
    expect(await reader.events()).toMatchObject({ value: [{ unique_event_name: 'e' }] });
    expect(await reader.formEventMapping()).toMatchObject({ value: [{ form: 'f' }] });
    expect(await reader.repeatingFormsEvents()).toMatchObject({ value: [{ form_name: '' }] });
    const query = {
      records: ['1', '2'],
      fields: ['id', 'scan'],
      events: ['e'],
      filterLogic: '[a]=1',
    };
    expect(await reader.exportRecords(query)).toMatchObject({
      value: [{ id: '1', redcap_repeat_instance: 1 }],
    });
    expect(formOf(seen[1])).toEqual({
      token: TOKEN,
      content: 'project',
      format: 'json',
      returnFormat: 'json',
    });
    expect(decodeURIComponent(seen.at(-1)?.body.toString() ?? '')).toBe(
      `token=${TOKEN}&content=record&action=export&type=flat&rawOrLabel=raw&filterLogic=[a]=1&format=json&returnFormat=json&fields[0]=id&fields[1]=scan&events[0]=e&records[0]=1&records[1]=2`,
    );
  });

  it('that the stop came before was not sent', async () => {
    const { client, seen } = await serve((_seen, response) => response.end());
    const answer = await createReader(client, { signal: AbortSignal.abort() }).version();
    expect([answer.kind, seen.length]).toEqual(['not_sent', 0]);
  });
});

describe('a download', () => {
  it('returns name and size, and passes the bytes to the sink', async () => {
    const { client, seen } = await serve((_seen, response) => {
      const name = Buffer.from('résumé; "ü".pdf').toString('latin1');
      response.writeHead(200, { 'content-type': `application/pdf; name="${name}"` }).end('bytes');
    });
    const chunks: Uint8Array[] = [];
    const answer = await createFileClient(client).exportFile(
      TARGET,
      (chunk) => void chunks.push(chunk),
    );
    expect(answer).toEqual({
      kind: 'file',
      fileName: 'résumé; "ü".pdf',
      bytes: 5,
      lengthTold: true,
      httpStatus: 200,
      message: '',
      trustworthy: true,
      retryAfterMs: undefined,
    });
    expect(Buffer.concat(chunks).toString()).toBe('bytes');
    expect(formOf(seen[0])).toMatchObject({ action: 'export', repeat_instance: '2' });
  });

  it.each<[number, string, string, object]>([
    [200, 'text/html', '<html>busy</html>', { kind: 'no_name', trustworthy: false }],
    [200, 'application/pdf', '%PDF', { kind: 'no_name' }],
    [200, 'text/html', '', { kind: 'no_name' }],
    [200, 'application/json', '{"error":"no"}', { kind: 'error', httpStatus: 200 }],
    [200, 'text/html', 'banned due to suspected abuse', { kind: 'stop', stop: 'banned' }],
    [
      400,
      'application/json',
      '{"error":"no file"}',
      { kind: 'error', httpStatus: 400, message: 'no file' },
    ],
    [403, 'application/json', '{"error":"no"}', { kind: 'error', httpStatus: 403 }],
    [503, 'text/plain; name="x"', 'x', { kind: 'retry', code: 'http_5xx' }],
  ])('%i %s %j is no file', async (status, type, body, expected) => {
    const { client } = await serve((_seen, response) =>
      response.writeHead(status, { 'content-type': type }).end(body),
    );
    const taken: unknown[] = [];
    const answer = await createFileClient(client).exportFile(
      TARGET,
      (chunk) => void taken.push(chunk),
    );
    expect(answer).toMatchObject(expected);
    expect(taken).toEqual([]);
  });

  it('of no bytes is a file', async () => {
    const { client } = await serve((_seen, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; name="empty.txt"' }).end(),
    );
    const answer = await createFileClient(client).exportFile(TARGET, () => undefined);
    expect(answer).toMatchObject({ kind: 'file', fileName: 'empty.txt', bytes: 0 });
  });

  it('throws what the sink throws', async () => {
    const { client } = await serve((_seen, response) =>
      response.writeHead(200, { 'content-type': 'text/plain; name="x.txt"' }).end('bytes'),
    );
    const full = new Error('the disk is full');
    const asked = createFileClient(client).exportFile(TARGET, () => Promise.reject(full));
    await expect(asked).rejects.toBe(full);
  });
});

describe('an upload', () => {
  const file = {
    fileName: '李 "x".png',
    bytes: {
      length: 5,
      async *open() {
        yield Buffer.from('bytes');
      },
    },
  };

  it('has a length, and a name that PHP understands', async () => {
    const { client, seen } = await serve((_seen, response) => response.end('\n'));
    expect(await createFileClient(client).importFile(TARGET, file)).toMatchObject({ kind: 'done' });
    const { headers, body } = seen[0] ?? { headers: {}, body: Buffer.of() };
    expect(headers['content-length']).toBe(String(body.length));
    expect(headers['transfer-encoding']).toBeUndefined();
    const text = body.toString();
    expect(text).toContain('name="file"; filename="李 \\"x\\".png"\r\n');
    expect(text).toContain(`name="token"\r\n\r\n${TOKEN}\r\n`);
    expect(text).toContain('name="record"\r\n\r\n001 ä\r\n');
    expect(text).toContain('name="repeat_instance"\r\n\r\n2\r\n');
    expect(text).not.toContain('filename*');
  });

  it.each<[number, string, object]>([
    [200, '{"success":true}', { kind: 'done' }],
    [200, '<html>', { kind: 'unreadable' }],
    [400, '{"error":"a signature"}', { kind: 'error', message: 'a signature' }],
    [502, '', { kind: 'retry', code: 'http_5xx' }],
  ])('answered %i %j', async (status, body, expected) => {
    const { client } = await serve((_seen, response) => response.writeHead(status).end(body));
    expect(await createFileClient(client).importFile(TARGET, file)).toMatchObject(expected);
  });
});
