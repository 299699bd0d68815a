import { describe, expect, it } from 'vitest';
import { readDeleteResponse } from '../../src/redcap/delete-response.ts';
import { type DeleteAnswer } from '../../src/rows/server.ts';
import type { TransportResult } from '../../src/redcap/transport.ts';
import { knownHeaders } from './known-headers.ts';

type Headers = Readonly<Record<string, string>>;

function answer(status: number, body: string, headers: Headers = {}): TransportResult {
  return { kind: 'response', status, headers: knownHeaders(headers), body };
}

const json = (error: string): string => JSON.stringify({ error });
const BAN = 'Your IP address (10.0.0.1) has been banned due to suspected abuse.';
const PAGE = '<!DOCTYPE html><html><head><title>REDCap</title></head><body>NOTICE</body></html>';
const NO_FILE = 'There is no file to delete for this record';

/** The meaning, without the message. */
function sum(read: DeleteAnswer): string {
  const parts: unknown[] = [read.kind];
  if ('code' in read) parts.push(read.code);
  if ('stop' in read) parts.push(read.stop);
  if ('effect' in read) parts.push(read.effect);
  if ('sent' in read) parts.push(read.sent ? 'sent' : 'not sent');
  if (read.trustworthy) parts.push('trustworthy');
  return parts.join(' ');
}

describe('an answer to a deletion', () => {
  it.each<[string, number, string, Headers, string]>([
    ['empty', 200, '', {}, 'done trustworthy'],
    ['white space', 200, ' \r\n\t', {}, 'done trustworthy'],
    ['a byte order mark', 200, '\ufeff', {}, 'done trustworthy'],
    ['a byte order mark and a line', 200, '\ufeff\r\n', {}, 'done trustworthy'],
    [
      "the article's body",
      200,
      '{"success": true, "message": "File deleted successfully"}',
      {},
      'done trustworthy',
    ],
    ['the same behind a byte order mark', 200, '\ufeff{"success":true}', {}, 'done trustworthy'],
    ['success false', 200, '{"success":false}', {}, 'retry unexpected_answer possible sent'],
    ['success in words', 200, '{"success":"true"}', {}, 'retry unexpected_answer possible sent'],
    [
      'success and error',
      200,
      '{"success":true,"error":"x"}',
      {},
      'retry unexpected_answer possible sent trustworthy',
    ],
    ['success in a list', 200, '[{"success":true}]', {}, 'retry unexpected_answer possible sent'],
    ['PyCap invention', 200, '[{}]', {}, 'retry unexpected_answer possible sent'],
    ['a page', 200, PAGE, {}, 'retry unexpected_answer possible sent'],
    [
      'database failure',
      200,
      'The hostname (x) / username (y) / password (z) combination could not connect',
      {},
      'retry unexpected_answer possible sent',
    ],
    [
      'an error with 200',
      200,
      json('odd'),
      {},
      'retry unexpected_answer possible sent trustworthy',
    ],
    ['empty 204', 204, '', {}, 'retry unexpected_answer possible sent'],
    ['empty 202', 202, '', {}, 'retry unexpected_answer possible sent'],
    ['success with 201', 201, '{"success":true}', {}, 'retry unexpected_answer possible sent'],

    ['no file', 400, json(NO_FILE), {}, 'no_file trustworthy'],
    ['no file with 200', 200, json(NO_FILE), {}, 'no_file trustworthy'],
    ['no file with 404', 404, json(NO_FILE), {}, 'no_file trustworthy'],
    [
      'no file in xml',
      400,
      `<?xml version="1.0" encoding="UTF-8" ?><hash><error>${NO_FILE}</error></hash>`,
      {},
      'no_file trustworthy',
    ],
    [
      'no file in xml, indented',
      400,
      `<?xml version="1.0" encoding="UTF-8" ?>\n<hash>\n  <error>\n${NO_FILE}</error></hash>`,
      {},
      'no_file trustworthy',
    ],
    ['no file in csv', 400, `ERROR: ${NO_FILE}`, {}, 'no_file trustworthy'],
    ['no file on a page', 400, `<html>${NO_FILE}</html>`, {}, 'refused http_400'],
    ['no file with 403', 403, json(NO_FILE), {}, 'forbidden http_403 trustworthy'],
    ['no file with 401', 401, json(NO_FILE), {}, 'stop rejected_token none sent trustworthy'],

    [
      'an unknown field',
      400,
      json("The field 'x' does not exist or is not a 'file' field"),
      {},
      'refused http_400 trustworthy',
    ],
    ['a page with 400', 400, PAGE, {}, 'refused http_400'],
    ['no length', 411, '<html>Length Required</html>', {}, 'refused http_411'],
    ['too large', 413, '', {}, 'refused http_413'],
    ['not acceptable', 406, json('x'), {}, 'refused http_406 trustworthy'],
    [
      'no such method',
      501,
      '<?xml version="1.0" encoding="UTF-8" ?><hash><error>The requested method is not implemented.</error></hash>',
      {},
      'refused http_5xx trustworthy',
    ],
    ['a REDCap 404', 404, json('no'), {}, 'refused http_404 trustworthy'],
    [
      'a bad token',
      403,
      json('You do not have permissions to use the API'),
      {},
      'forbidden http_403 trustworthy',
    ],
    ['an allow list', 403, '<html>not from there</html>', {}, 'forbidden http_403'],

    ['too many', 429, '', {}, 'retry http_429 none sent'],
    ['too slow', 408, '', {}, 'retry http_408 none sent'],
    ['a server fault', 500, '', {}, 'retry http_5xx possible sent'],
    ['a REDCap 500', 500, json('x'), {}, 'retry http_5xx possible sent trustworthy'],
    ['a bad gateway', 502, PAGE, {}, 'retry http_5xx possible sent'],
    ['origin timed out', 524, '', {}, 'retry http_5xx possible sent'],
    ['origin unknown', 520, '', {}, 'retry http_5xx possible sent'],

    ['a proxy inside the TLS', 407, PAGE, {}, 'stop proxy_refused none sent'],
    ['a 401', 401, '', {}, 'stop rejected_token none sent'],
    ['a wrong path', 404, '<html>404 Not Found</html>', {}, 'stop wrong_address none sent'],
    ['an empty 404', 404, '', {}, 'stop wrong_address none sent'],
    ['a redirect', 302, '', { location: '/login' }, 'stop wrong_address none sent'],
    ['a 304', 304, '', {}, 'stop wrong_address none sent'],

    ['banned', 200, BAN, {}, 'stop banned none sent'],
    [
      'banned on a page',
      403,
      `<html><b>${BAN.toUpperCase()}</b></html>`,
      {},
      'stop banned none sent',
    ],
    ['banned with 503', 503, BAN, {}, 'stop banned none sent'],
    ['banned with 401', 401, BAN, {}, 'stop banned none sent'],
    ['banned with 302', 302, BAN, { location: '/' }, 'stop banned none sent'],
    ['banned in json', 400, json(BAN), {}, 'refused http_400 trustworthy'],
    ['banned in cut json', 200, `[{"note":"${BAN}`, {}, 'retry unexpected_answer possible sent'],
    [
      'banned in a named file',
      200,
      BAN,
      { 'content-type': 'text/plain; name="x.txt"' },
      'retry unexpected_answer possible sent',
    ],

    ['asked to wait', 503, '', { 'retry-after': '600' }, 'retry http_5xx possible sent'],
    ['asked to wait long', 503, '', { 'retry-after': '601' }, 'stop server_busy possible sent'],
    [
      'asked to wait long, in vain',
      429,
      '',
      { 'retry-after': '3600' },
      'stop server_busy none sent',
    ],
    [
      'a page that asks to wait long',
      200,
      PAGE,
      { 'retry-after': '3600' },
      'stop server_busy possible sent',
    ],
    [
      'a refusal that asks to wait long',
      400,
      json('x'),
      { 'retry-after': '3600' },
      'refused http_400 trustworthy',
    ],
  ])('%s (%i)', (_what, status, body, headers, expected) => {
    expect(sum(readDeleteResponse(answer(status, body, headers)))).toBe(expected);
  });

  it.each<[string, boolean, string]>([
    ['timeout', true, 'retry timeout possible sent'],
    ['timeout', false, 'retry timeout none not sent'],
    ['connection', true, 'retry connection possible sent'],
    ['connection', false, 'retry connection none not sent'],
    ['aborted', true, 'retry interrupted possible sent'],
    ['certificate', false, 'stop untrusted_certificate none not sent'],
    ['proxy', false, 'stop proxy_refused none not sent'],
  ])('%s, sent: %s', (code, sent, expected) => {
    const broken = { kind: 'failed', code, sent, message: 'It broke.' } as TransportResult;
    const read = readDeleteResponse(broken);
    expect(sum(read)).toBe(expected);
    expect(read).toMatchObject({ message: 'It broke.', httpStatus: undefined });
  });

  it('that could not be unpacked is described by its coding, not by its bytes', () => {
    const cut = {
      ...answer(200, '\ufffd\u0001'),
      truncated: true,
      coding: 'zstd',
    } as TransportResult;
    const read = readDeleteResponse(cut);
    expect(sum(read)).toBe('retry unexpected_answer possible sent');
    expect(read.message).toBe(
      'The server answered HTTP 200 and a body that cannot be read as its content coding asks (Content-Encoding: zstd)',
    );
  });

  it('that is too long is described as such', () => {
    const cut = {
      ...answer(200, `[${'1,'.repeat(3 * 2 ** 19)}`),
      truncated: true,
    } as TransportResult;
    expect(readDeleteResponse(cut).message).toMatch(
      /^The server answered HTTP 200 and more than is read of one answer \(3 MB\); it begins: \[1,1,/,
    );
  });

  it('that did not come whole is no success', () => {
    const cut: TransportResult = { ...answer(200, ''), truncated: true } as TransportResult;
    expect(sum(readDeleteResponse(cut))).toBe('retry unexpected_answer possible sent');
  });
});

describe('the description of a response', () => {
  it.each<[number, string, Headers, string]>([
    [200, '', {}, ''],
    [400, json("The field 'x' does not\r\nexist"), {}, "The field 'x' does not exist"],
    [400, '=ERROR', {}, "The server answered HTTP 400 and a page that is not REDCap's: '=ERROR"],
    [400, json('=cmd()'), {}, "'=cmd()"],
    [400, '<hash><error>a &lt; b &amp;amp; c</error></hash>', {}, 'a < b &amp; c'],
    [400, '{"error":{"code":1}}', {}, '{"code":1}'],
    [500, '', {}, 'The server answered HTTP 500 without a body'],
    [
      200,
      PAGE,
      {},
      'The server answered HTTP 200 and something that is no answer of the REDCap API: REDCap - NOTICE',
    ],
    [
      502,
      '<html><style>p{}</style><h1>502&nbsp;Bad</h1><p>Gateway</html>',
      {},
      "The server answered HTTP 502 and a page that is not REDCap's: 502 Bad Gateway",
    ],
    [
      407,
      '',
      {},
      'A proxy on the way wants a user name and a password, or does not accept them. (The server answered HTTP 407 (made by the proxy http://proxy:8080) without a body)',
    ],
    [
      503,
      'busy',
      { 'x-squid-error': 'ERR' },
      "The server answered HTTP 503 (made by the proxy http://proxy:8080) and a page that is not REDCap's: busy",
    ],
    [
      302,
      '',
      { location: '/redcap/api/' },
      "The server points to another address (HTTP 302): https://redcap.test/redcap/api/. Redirects are not followed; if that is the right server, give its API's address by --url.",
    ],
    [
      301,
      '',
      { location: 'https://u:p@other.test/api/' },
      "The server points to another address (HTTP 301): https://other.test/api/. Redirects are not followed; if that is the right server, give its API's address by --url.",
    ],
    [
      307,
      '',
      {},
      'The server answered with a redirect (HTTP 307) that names no address. Redirects are not followed; check --url.',
    ],
    [
      503,
      '',
      { 'retry-after': '3600' },
      'The server asks to wait 60 minutes, longer than a command waits. Try again then. (The server answered HTTP 503 without a body)',
    ],
  ])('%i %j', (status, body, headers, message) => {
    const context = { url: new URL('https://redcap.test/api/'), proxy: 'http://proxy:8080' };
    expect(readDeleteResponse(answer(status, body, headers), context).message).toBe(message);
  });

  it('is the status, and what Retry-After asks for', () => {
    expect(readDeleteResponse(answer(429, '', { 'retry-after': '7' }))).toEqual({
      kind: 'retry',
      effect: 'none',
      code: 'http_429',
      sent: true,
      httpStatus: 429,
      message: 'The server answered HTTP 429 without a body',
      trustworthy: false,
      retryAfterMs: 7000,
    });
  });

  it('is short, whatever comes', () => {
    const long = readDeleteResponse(answer(400, json('x'.repeat(100_000))));
    expect(long.message).toHaveLength(500);
  });
});
