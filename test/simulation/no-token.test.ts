import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeleter } from '../../src/redcap/deleter.ts';
import { createClient, type RedcapClient } from '../../src/redcap/client.ts';
import { createPacer } from '../../src/redcap/pacer.ts';
import { createReader } from '../../src/redcap/reader.ts';
import type { TransportResult } from '../../src/redcap/transport.ts';
import { createRedactor } from '../../src/words/one-line.ts';
import { oneLine } from '../../src/words/one-line.ts';
import { knownHeaders } from '../redcap/known-headers.ts';
import { createVirtualClock } from '../redcap/virtual-clock.ts';

const TOKEN = 'A1B2C3D4E5F60718293A4B5C6D7E8F90';

/** The token as a server may echo it: in any case, with anything before and behind. */
const echo = fc.array(fc.boolean(), { minLength: 32, maxLength: 32 }).map((cases) =>
  TOKEN.split('')
    .map((digit, at) => (cases[at] === true ? digit.toLowerCase() : digit))
    .join(''),
);
const around = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('{"error":"', '"}', '<error>', '</error>', '<b>', 'ERROR: ', '<html>', '\n', '0'),
  fc.string({ maxLength: 700, minLength: 400 }),
);
const echoing = fc.tuple(around, around, echo, around, around).map((parts) => parts.join(''));
const status = fc.constantFrom(200, 202, 301, 400, 401, 403, 404, 407, 429, 500, 501, 503);
const answers: fc.Arbitrary<TransportResult> = fc.oneof(
  fc.record({
    kind: fc.constant('response' as const),
    status,
    headers: fc
      .record({
        location: fc.oneof(
          echo.map((token) => `https://x.test/?token=${token}&a=b`),
          echoing,
        ),
        'retry-after': fc.oneof(fc.constant('700'), echoing),
        'content-type': echoing,
      })
      .map(knownHeaders),
    body: echoing,
  }),
  fc.record({
    kind: fc.constant('failed' as const),
    code: fc.constantFrom('timeout' as const, 'connection' as const, 'certificate' as const),
    sent: fc.boolean(),
    message: echoing,
  }),
);

function clientTo(answer: TransportResult): RedcapClient {
  const clock = createVirtualClock();
  return createClient({
    transport: () => Promise.resolve(answer),
    token: TOKEN,
    pacer: createPacer({ intervalMs: 0, clock }),
    redact: createRedactor([TOKEN]),
    about: { url: new URL('https://redcap.test/api/'), proxy: 'proxy.test:3128' },
  });
}

const holdsToken = (value: unknown): boolean =>
  JSON.stringify(value).toLowerCase().includes(TOKEN.toLowerCase());

describe('no message holds the token', () => {
  const target = { record: '1', field: 'scan', event: '', instance: '' };

  it('whatever a server echoes', async () => {
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const client = clientTo(answer);
        expect(holdsToken(await createDeleter(client).deleteFile(target))).toBe(false);
        expect(holdsToken(await createReader(client).project())).toBe(false);
        expect(holdsToken(await createReader(client).version())).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('nor does a text that is cut right in it', () => {
    const redact = createRedactor([TOKEN]);
    fc.assert(
      fc.property(echoing, fc.integer({ min: 1, max: 800 }), (text, max) => {
        const line = oneLine(redact(text), max);
        const digits = line.toLowerCase();
        // Half a token is a token's half given away.
        for (let from = 0; from + 8 <= TOKEN.length; from += 1) {
          expect(digits.includes(TOKEN.slice(from, from + 8).toLowerCase())).toBe(false);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
