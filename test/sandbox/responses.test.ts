import { describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../../src/sandbox/handler.ts';
import { ask, askText, makeRegistry, makeStudy } from './ask.ts';

const study = (): Sandbox => createSandbox({ project: makeStudy() });
const registry = (): Sandbox => createSandbox({ project: makeRegistry() });

const send = async (path: string, method: string): Promise<Response> =>
  study().handle(new Request(`http://127.0.0.1${path}`, { method }));

describe('the format of data', () => {
  it.each(['csv', 'xml', 'odm', ''])(
    'refuses data in the format %j and says so',
    async (format) => {
      for (const content of ['metadata', 'record', 'project', 'exportFieldNames']) {
        const response = await ask(study(), { content, format });
        expect([response.status, await response.json()]).toEqual([
          400,
          {
            error:
              'The value of the parameter "format" is not valid: the sandbox exports data as JSON alone (format=json)',
          },
        ]);
      }
    },
  );
});

describe('the format of errors', () => {
  const REFUSAL = 'You cannot export events for classic projects';
  const JSON_ERROR = `{"error":"${REFUSAL}"}`;
  const CSV_ERROR = `ERROR: ${REFUSAL}`;
  const XML_ERROR = `<?xml version="1.0" encoding="UTF-8" ?><hash><error>${REFUSAL}</error></hash>`;

  it.each([
    ['json', 'csv', JSON_ERROR],
    ['csv', 'json', CSV_ERROR],
    ['xml', 'json', XML_ERROR],
    ['', 'csv', CSV_ERROR],
    ['', 'json', JSON_ERROR],
    ['', 'xml', XML_ERROR],
    ['', '', XML_ERROR],
    ['nonsense', 'csv', CSV_ERROR],
    ['nonsense', 'odm', XML_ERROR],
  ])('is returnFormat (%j), else format (%j)', async (returnFormat, format, body) => {
    const answer = await askText(registry(), { content: 'event', format, returnFormat });
    expect(answer).toEqual([400, body]);
  });

  it('is XML where the request names neither', async () => {
    const sandbox = registry();
    const body = new URLSearchParams({ token: sandbox.token, content: 'event' });
    const request = new Request('http://127.0.0.1/api/', { method: 'POST', body });
    expect(await (await sandbox.handle(request)).text()).toBe(XML_ERROR);
  });

  it('escapes what XML would take for markup', async () => {
    const form = { content: 'exportFieldNames', field: '<a&b>', returnFormat: 'xml' };
    expect((await askText(study(), form))[1]).toContain(`'&lt;a&amp;b&gt;'</error></hash>`);
  });
});

describe('addresses and methods', () => {
  it('answers GET with 501 as REDCap does', async () => {
    const response = await send('/api/', 'GET');
    expect([response.status, await response.text()]).toEqual([
      501,
      '<?xml version="1.0" encoding="UTF-8" ?><hash><error>The requested method is not implemented.</error></hash>',
    ]);
  });

  it('moves an address without its final slash', async () => {
    const response = await send('/redcap/api', 'POST');
    expect([response.status, response.headers.get('location')]).toEqual([
      301,
      'http://127.0.0.1/redcap/api/',
    ]);
  });

  it('answers any other path as Apache does', async () => {
    const response = await send('/redcap/', 'POST');
    expect(response.status).toBe(404);
    expect(await response.text()).toBe(
      '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>404 Not Found</title>\n</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n</body></html>\n',
    );
  });

  it('serves the other usual path too', async () => {
    const sandbox = study();
    const body = new URLSearchParams({ token: sandbox.token, content: 'version' });
    const request = new Request('http://127.0.0.1/redcap/api/', { method: 'POST', body });
    expect(await (await sandbox.handle(request)).text()).toBe('16.1.3');
  });
});
