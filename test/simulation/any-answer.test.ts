import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDeleteResponse } from '../../src/redcap/delete-response.ts';
import { readResponse } from '../../src/redcap/read-response.ts';
import { jsonOf } from '../../src/redcap/read-response.ts';
import { readObjects } from '../../src/redcap/reader.ts';
import type { TransportResult } from '../../src/redcap/transport.ts';
import { knownHeaders } from '../redcap/known-headers.ts';

const PIECES = [
  '<html><body>',
  '<?xml version="1.0"?><hash><error>',
  '</error></hash>',
  'ERROR: ',
  '{"error":"',
  '{"error":',
  '{"success":true',
  '"}',
  '}',
  '[{"',
  'There is no file to delete',
  'has been banned due to suspected abuse',
  '<![CDATA[',
  '&amp;',
  '&#039;',
  '<script>',
  '\ufeff',
  '\ud800',
  '\u2028',
  '\0',
  ' ',
  '\n',
  '=1+1',
] as const;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 6 })), { maxLength: 8 })
    .map((pieces) => pieces.join('')),
  fc.json({ maxDepth: 2 }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
);
const headers = fc
  .dictionary(
    fc.constantFrom('retry-after', 'date', 'location', 'content-type', 'x-squid-error'),
    fc.oneof(
      fc.constantFrom(
        '3',
        '601',
        '-1',
        '1e3',
        'Wed, 21 Oct 2026 07:28:00 GMT',
        'a; name="x"',
        '/x',
      ),
      text,
    ),
  )
  .map(knownHeaders);
const answers: fc.Arbitrary<TransportResult> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        status: fc.oneof(
          fc.constantFrom(200, 202, 204, 301, 400, 401, 403, 404, 408, 429, 500, 501, 503, 524),
          fc.integer({ min: 200, max: 999 }),
        ),
        headers,
        body: text,
        truncated: fc.boolean(),
      })
      .map(({ truncated, ...head }) => ({
        kind: 'response' as const,
        ...head,
        ...(truncated ? { truncated } : {}),
      })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('failed' as const),
      code: fc.constantFrom('timeout', 'connection', 'certificate', 'aborted'),
      sent: fc.boolean(),
      message: text,
    }),
  },
);
const context = fc.constantFrom({}, { url: new URL('https://redcap.test/api/') }, { proxy: 'p:1' });
const isOneLine = (message: string): boolean =>
  message.length <= 500 && !/[\n\r\u2028\0]/.test(message);

describe('any answer of a server', () => {
  it('to a deletion is read without an exception, and never as more than it is', () => {
    fc.assert(
      fc.property(answers, context, (answer, about) => {
        const read = readDeleteResponse(answer, about);
        if (answer.kind === 'failed') {
          expect(['retry', 'stop']).toContain(read.kind);
          if (read.kind === 'retry') expect(read.effect).toBe(answer.sent ? 'possible' : 'none');
          return;
        }
        const { status, body } = answer;
        expect(isOneLine(read.message)).toBe(true);
        expect(read.httpStatus).toBe(status);
        if (read.kind === 'done') {
          expect(status).toBe(200);
          expect(answer.truncated).not.toBe(true);
          expect(body.trim() === '' || /"success"\s*:\s*true/.test(body)).toBe(true);
        }
        if (read.kind === 'no_file') expect(body).toMatch(/there is no file to delete/i);
        // "No effect" is the short list; whatever else was sent may have had one.
        const harmless = status >= 300 && status < 500;
        const banned = /banned\s+due\s+to\s+suspected\s+abuse/i.test(body);
        const tells = read.kind === 'done' || read.kind === 'no_file';
        if (!harmless && status !== 501 && !banned && !tells) {
          expect(read).toHaveProperty('effect', 'possible');
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('to a reading request is read without an exception', () => {
    fc.assert(
      fc.property(answers, context, (answer, about) => {
        const read = readResponse(
          answer,
          jsonOf((json) => readObjects(json, [])),
          about,
        );
        if (read.kind === 'value') {
          expect(answer).toMatchObject({ kind: 'response', status: 200 });
          expect(Array.isArray(read.value)).toBe(true);
        } else if (answer.kind === 'response') expect(isOneLine(read.message)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});
