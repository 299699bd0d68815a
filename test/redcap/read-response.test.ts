import { describe, expect, it } from 'vitest';
import { jsonOf, readResponse } from '../../src/redcap/read-response.ts';
import { readObject, readObjects, readVersion } from '../../src/redcap/reader.ts';
import type { TransportResult } from '../../src/redcap/transport.ts';
import { knownHeaders } from './known-headers.ts';

type Headers = Readonly<Record<string, string>>;
const readList = (json: unknown) => readObjects(json, []);
const BAN = 'banned due to suspected abuse';

function read(status: number, body: string, headers: Headers = {}) {
  return readResponse(
    { kind: 'response', status, headers: knownHeaders(headers), body },
    jsonOf(readList),
  );
}

describe('an answer to a reading request', () => {
  it.each<[string, number, string, Headers, object]>([
    ['a list', 200, '[{"a":"1"}]', {}, { kind: 'value', value: [{ a: '1' }], trustworthy: true }],
    ['an empty list', 200, '[]', {}, { kind: 'value', value: [] }],
    ['a list behind a byte order mark', 200, '\ufeff[]', {}, { kind: 'value', value: [] }],
    ['people who write of bans', 200, `[{"note":"${BAN}"}]`, {}, { kind: 'value' }],
    ['nothing', 200, '\n', {}, { kind: 'empty', trustworthy: false }],
    ['a page', 200, '<html>x</html>', {}, { kind: 'unreadable', trustworthy: false }],
    ['another shape', 200, '{"a":1}', {}, { kind: 'unreadable' }],
    ['a list of other things', 200, '[1]', {}, { kind: 'unreadable' }],
    ['a list cut off', 200, `[{"note":"${BAN}`, {}, { kind: 'unreadable' }],
    ['204', 204, '', {}, { kind: 'unreadable' }],
    [
      'an error with 200',
      200,
      '{"error":"no"}',
      {},
      { kind: 'error', httpStatus: 200, trustworthy: true, message: 'no' },
    ],
    ['an error', 400, '{"error":"no"}', {}, { kind: 'error', httpStatus: 400, trustworthy: true }],
    ['a 403', 403, '{"error":"no"}', {}, { kind: 'error', httpStatus: 403 }],
    ['a 501', 501, '', {}, { kind: 'error', httpStatus: 501 }],
    ['a 401', 401, '', {}, { kind: 'stop', stop: 'rejected_token' }],
    ['a redirect', 301, '', {}, { kind: 'stop', stop: 'wrong_address' }],
    ['a 404 of others', 404, '', {}, { kind: 'stop', stop: 'wrong_address' }],
    ['a 404 of REDCap', 404, '{"error":"no"}', {}, { kind: 'error', httpStatus: 404 }],
    ['a ban', 200, BAN, {}, { kind: 'stop', stop: 'banned' }],
    [
      'a 429',
      429,
      '',
      { 'retry-after': '3' },
      { kind: 'retry', code: 'http_429', retryAfterMs: 3000 },
    ],
    ['a 503', 503, '', {}, { kind: 'retry', code: 'http_5xx' }],
    [
      'a long wait',
      503,
      '',
      { 'retry-after': '900' },
      { kind: 'stop', stop: 'server_busy', effect: 'none' },
    ],
    [
      'a page with a long wait',
      200,
      '<p>',
      { 'retry-after': '900' },
      { kind: 'stop', stop: 'server_busy' },
    ],
  ])('%s', (_what, status, body, headers, expected) => {
    expect(read(status, body, headers)).toMatchObject(expected);
  });

  it.each<[object, object]>([
    [
      { kind: 'failed', code: 'timeout', sent: true },
      { kind: 'retry', code: 'timeout' },
    ],
    [
      { kind: 'failed', code: 'connection', sent: false },
      { kind: 'retry', code: 'connection' },
    ],
    [{ kind: 'failed', code: 'aborted', sent: true }, { kind: 'not_sent' }],
    [
      { kind: 'failed', code: 'certificate' },
      { kind: 'stop', stop: 'untrusted_certificate' },
    ],
    [{ kind: 'not_sent' }, { kind: 'not_sent' }],
    [
      { kind: 'response', status: 200, headers: knownHeaders({}), body: '[]', truncated: true },
      { kind: 'unreadable' },
    ],
  ])('%j', (answer, expected) => {
    expect(
      readResponse({ message: '', ...answer } as TransportResult, jsonOf(readList)),
    ).toMatchObject(expected);
  });
});

describe('shapes', () => {
  it('take lack and surplus of keys', () => {
    const rows = [
      { id: '1', redcap_repeat_instance: 1 },
      { id: 2 },
      { id: '3', redcap_repeat_instance: '' },
    ];
    expect(readObjects(rows, ['id'], 1)).toBe(rows);
    expect(readObject(rows[0])).toBe(rows[0]);
  });

  it.each([[[]], ['x'], [null]])('no object: %j', (json) => {
    expect(readObject(json)).toBeUndefined();
  });

  it.each<[unknown, readonly string[], number]>([
    [[], ['id'], 1],
    [[{ form_name: 'x' }], ['field_name'], 0],
    [[{ field_name: {} }], ['field_name'], 0],
    [{ '0': {} }, [], 0],
    [[[]], [], 0],
    [[null], [], 0],
  ])('no list: %j with %j', (json, keys, atLeast) => {
    expect(readObjects(json, keys, atLeast)).toBeUndefined();
  });

  it.each([
    ['13.10.3', '13.10.3'],
    [' 7.3.1\n', '7.3.1'],
    ['\ufeff"16.1.3"', '16.1.3'],
    ['<html>', undefined],
    ['', undefined],
    ['16', undefined],
  ])('version %j is %j', (body, version) => {
    expect(readVersion(body)).toBe(version);
  });
});
