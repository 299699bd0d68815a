import { describe, expect, it } from 'vitest';
import type { ScriptedAnswer } from '../../src/sandbox/script.ts';
import { rowOutcomes, pick } from '../support/run-files.ts';
import { FAST, openFixture, photo, photosManifest } from '../support/fixture.ts';

const html = (status: number, text: string): ScriptedAnswer => {
  const page = `<html><body><h1>${text}</h1></body></html>`;
  return () => new Response(page, { status, headers: { 'content-type': 'text/html' } });
};
const json = (status: number, body: unknown): ScriptedAnswer => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return () =>
    new Response(text, { status, headers: { 'content-type': 'application/json; charset=utf-8' } });
};
const refused = json(400, { error: 'The form is locked' });

interface Case {
  readonly name: string;
  readonly answers: readonly ScriptedAnswer[];
  /** Status, code, attempts, verified: without a look, and with one. */
  readonly blind: string;
  readonly looked: string;
  readonly http?: string;
}

/** One row each; row 1 goes well, so that the token is known to be right. */
const CASES: readonly Case[] = [
  {
    name: 'an HTML page at 200, for ever',
    answers: ['html'],
    blind: 'unknown unexpected_answer 3 skipped',
    looked: 'failed still_present 3 no',
    http: '200',
  },
  {
    name: 'an HTML page at 200, after the effect',
    answers: ['html-after', 'ok'],
    blind: 'deleted  2 skipped',
    looked: 'deleted  2 yes',
    http: '400',
  },
  {
    name: 'a timeout after the effect, then "no file"',
    answers: ['hang-after', 'ok'],
    blind: 'deleted  2 skipped',
    looked: 'deleted  2 yes',
    http: '400',
  },
  {
    name: 'a timeout after the effect, then another 400',
    answers: ['hang-after', refused],
    blind: 'unknown http_400 2 skipped',
    looked: 'deleted  2 yes',
    http: '400',
  },
  {
    name: 'a lost answer without effect, then another 400',
    answers: ['reset-before', refused],
    blind: 'unknown http_400 2 skipped',
    looked: 'failed still_present 2 no',
    http: '400',
  },
  {
    name: 'a lost answer, then 429 to the end',
    answers: ['reset-after', json(429, ''), json(429, '')],
    blind: 'unknown http_429 3 skipped',
    looked: 'deleted  3 yes',
    http: '429',
  },
  {
    name: '429 alone, to the end',
    answers: [json(429, '')],
    blind: 'failed http_429 3 ',
    looked: 'failed http_429 3 ',
    http: '429',
  },
  {
    name: '408 alone, to the end',
    answers: [json(408, '')],
    blind: 'failed http_408 3 ',
    looked: 'failed http_408 3 ',
    http: '408',
  },
  {
    name: '524 after the effect, for ever',
    answers: [
      async (_call, proceed) => {
        await proceed();
        return new Response('<html>A timeout occurred</html>', { status: 524 });
      },
    ],
    blind: 'unknown http_5xx 3 skipped',
    looked: 'deleted  3 yes',
    http: '524',
  },
  {
    name: '520 without effect, for ever',
    answers: ['520'],
    blind: 'unknown http_5xx 3 skipped',
    looked: 'failed still_present 3 no',
    http: '520',
  },
  {
    name: '500 without a body, for ever',
    answers: ['500'],
    blind: 'unknown http_5xx 3 skipped',
    looked: 'failed still_present 3 no',
    http: '500',
  },
  {
    name: 'an answer that is no HTTP, for ever',
    answers: ['garbage'],
    blind: 'unknown connection 3 skipped',
    looked: 'failed still_present 3 no',
  },
  {
    name: '501',
    answers: [json(501, { error: 'The requested method is not implemented.' })],
    blind: 'failed http_5xx 1 ',
    looked: 'failed http_5xx 1 ',
    http: '501',
  },
  {
    name: 'a refusal in words',
    answers: [refused],
    blind: 'failed http_400 1 ',
    looked: 'failed http_400 1 ',
    http: '400',
  },
  {
    name: '404 from REDCap itself',
    answers: [json(404, { error: 'The record does not exist' })],
    blind: 'failed http_404 1 ',
    looked: 'failed http_404 1 ',
    http: '404',
  },
  {
    name: '403, once the token is known to be right',
    answers: [json(403, { error: 'You do not have permissions to use the API' })],
    blind: 'failed http_403 1 ',
    looked: 'failed http_403 1 ',
    http: '403',
  },
  {
    name: 'the words of a ban inside a JSON error',
    answers: [json(400, { error: 'note: "banned due to suspected abuse" is no valid value' })],
    blind: 'failed http_400 1 ',
    looked: 'failed http_400 1 ',
    http: '400',
  },
  {
    name: 'a 200 that did nothing',
    answers: ['empty'],
    blind: 'deleted  1 skipped',
    looked: 'failed still_present 1 no',
    http: '200',
  },
  {
    name: 'the documented JSON',
    answers: [
      async (_call, proceed) => {
        await proceed();
        return new Response('{"success": true, "message": "File deleted successfully"}');
      },
    ],
    blind: 'deleted  1 skipped',
    looked: 'deleted  1 yes',
    http: '200',
  },
  {
    name: 'a JSON error at 200',
    answers: [json(200, { error: 'Something is wrong' })],
    blind: 'unknown unexpected_answer 3 skipped',
    looked: 'failed still_present 3 no',
    http: '200',
  },
  {
    name: '204',
    answers: [
      async (_call, proceed) => {
        await proceed();
        return new Response(null, { status: 204 });
      },
    ],
    blind: 'unknown unexpected_answer 3 skipped',
    looked: 'deleted  3 yes',
    http: '204',
  },
  {
    name: 'a proxy page at 503, then success',
    answers: [html(503, 'Bad gateway'), 'ok'],
    blind: 'deleted  2 skipped',
    looked: 'deleted  2 yes',
    http: '200',
  },
];

describe('what each answer makes of a row', () => {
  it.each([
    { name: 'without verification', options: ['--no-verify'], which: 'blind' },
    { name: 'with verification', options: [], which: 'looked' },
  ] as const)('$name', async ({ options, which }) => {
    const fixture = await openFixture();
    CASES.forEach(({ answers }, at) => {
      const last = answers.at(-1);
      fixture.sandbox.script(photo(at + 2), answers, { lasting: last !== 'ok' });
    });
    // Enough rows, and good ones between, so that no condition stops the run.
    const order = CASES.flatMap((_, at) => [`${at + 2},photo`, `${at + 101},photo`]);
    for (let at = 0; at < CASES.length; at += 1) {
      fixture.project.putFile(photo(at + 2), `photo-${at + 2}.jpg`);
      fixture.project.putFile(photo(at + 101), 'good.jpg');
    }
    await fixture.write('m.csv', `record,field\n1,photo\n${order.join('\n')}\n`);
    const tried = ['--retries', '2', '--timeout', '2', '--concurrency', '8'];
    const ended = await fixture.sweep(['run', 'm.csv', '--yes', ...FAST, ...tried, ...options]);
    const run = await fixture.run();
    const reported = Object.fromEntries(
      CASES.map(({ name }, at) => [name, rowOutcomes(run)[1 + at * 2]]),
    );
    expect(reported).toEqual(Object.fromEntries(CASES.map((one) => [one.name, one[which]])));
    const statuses = CASES.map((_, at) => pick(run.rows.get(2 + at * 2), 'http_status')[0]);
    expect(statuses).toEqual(CASES.map(({ http }) => http ?? ''));
    expect(ended.code).toBe(1);
    const again = run.success.filter((row) => row['sweep_attempts'] !== '1');
    expect(again.length).toBeGreaterThan(2);
    for (const row of again) expect(row['sweep_message']).toContain('may have removed it');
  });

  it('a server that never answers: no_answers after ten rows, and nothing counts as sent', async () => {
    const fixture = await openFixture();
    await fixture.close();
    await fixture.write('m.csv', photosManifest(20));
    const args = ['run', 'm.csv', '--yes', '--no-check', ...FAST, '--retries', '1'];
    const ended = await fixture.sweep(args);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('Ten rows in a row');
    const run = await fixture.run();
    const expected = Array.from({ length: 20 }, (_, at) =>
      at < 10 ? 'failed connection 0 ' : 'not_attempted no_answers 0 ',
    );
    expect(rowOutcomes(run)).toEqual(expected);
    expect(run.summary.stop).toMatchObject({ code: 'no_answers' });
  });
});
