import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScriptedAnswer } from '../../src/sandbox/script.ts';
import { A, B, C, deleted, imports, states } from './deleted.ts';
import { openFixture, scanOf, textFile, type Fixture } from './fixture.ts';
import { makeTerminal } from './terminal.ts';

function scriptImports(
  fixture: Fixture,
  answers: readonly ScriptedAnswer[],
  lasting = false,
): void {
  fixture.sandbox.script(({ kind }) => kind === 'import', answers, { lasting });
}

describe('an upload', () => {
  const refused = (status: number) => (): Response => Response.json({ error: 'no' }, { status });

  it.each<[string, ScriptedAnswer, string]>([
    ['refused', refused(400), 'failed http_400'],
    ['forbidden', refused(403), 'failed http_403'],
    ['too large for the web server', () => new Response('', { status: 413 }), 'failed http_413'],
    ['answered by 500', '500', 'failed http_5xx'],
    ['answered by a page', 'html', 'failed unexpected_answer'],
    ['broken off', 'reset-before', 'failed connection'],
    ['accepted and not stored', () => new Response(''), 'failed not_stored'],
  ])('that is %s', async (_what, answer, state) => {
    const fixture = await deleted();
    scriptImports(fixture, [answer], true);
    expect((await fixture.restore({ rows: '2' })).code).toBe(1);
    expect(states(fixture)).toEqual([`2 ${state}`]);
    expect(fixture.stored()[1]).toBeUndefined();
  });

  it.each<ScriptedAnswer>(['reset-after', '503-after', 'html-after', '503'])(
    'whose answer is lost (%s) is known by what is stored',
    async (answer) => {
      const fixture = await deleted();
      scriptImports(fixture, [answer]);
      expect((await fixture.restore({ rows: '2' })).code).toBe(0);
      expect(states(fixture)).toEqual(['2 restored']);
      expect(fixture.stored()[1]).toEqual(B);
      expect(imports(fixture)).toBe(answer === '503' ? 2 : 1);
    },
  );

  it('whose every answer is lost is known by what is stored', async () => {
    const fixture = await deleted();
    scriptImports(fixture, ['503-after'], true);
    expect((await fixture.restore({ rows: '2', retries: '0' })).code).toBe(0);
    expect(states(fixture)).toEqual(['2 restored']);
  });

  it('is sent again only over what it may overwrite', async () => {
    const fixture = await deleted();
    scriptImports(fixture, [
      () => {
        fixture.sandbox.project.putFile(scanOf(2), 'new.txt', C.bytes);
        return new Response('', { status: 503 });
      },
    ]);
    expect((await fixture.restore({ rows: '2' })).code).toBe(1);
    expect(states(fixture)).toEqual(['2 refused other_file']);
    expect(fixture.sandbox.project.fileName(scanOf(2))).toBe('new.txt');
  });

  it('that stores other bytes is failed', async () => {
    const fixture = await deleted();
    scriptImports(fixture, [
      () => {
        fixture.sandbox.project.putFile(scanOf(2), 'b.txt', C.bytes);
        return new Response('');
      },
    ]);
    expect((await fixture.restore({ rows: '2' })).code).toBe(1);
    expect(states(fixture)).toEqual(['2 failed not_stored']);
  });

  it('that cannot be read back is failed, and restored when it is tried again', async () => {
    const fixture = await deleted();
    fixture.sandbox.script(({ kind }) => kind === 'export_file', ['html', 'html']);
    expect((await fixture.restore({ rows: '2' })).code).toBe(1);
    expect(states(fixture)).toEqual(['2 failed unverified']);
    expect((await fixture.restore({ rows: '2' })).code).toBe(0);
    expect(states(fixture)).toEqual(['2 restored already_there']);
  });

  it('is in the journal before it leaves, behind a torn line too', async () => {
    const fixture = await deleted();
    const journal = join(fixture.runDir, 'journal.ndjson');
    appendFileSync(journal, '{"row":1,"state":"se');
    const told: string[] = [];
    scriptImports(
      fixture,
      [
        (_call, proceed) => {
          told.push(readFileSync(journal, 'utf8').trimEnd().split('\n').at(-1) ?? '');
          return proceed();
        },
      ],
      true,
    );
    expect((await fixture.restore({ concurrency: '1' })).code).toBe(0);
    expect(told.map((line) => (JSON.parse(line) as { row: number; state: string }).row)).toEqual([
      1, 2, 3,
    ]);
  });
});

describe('files that are refused one by one', () => {
  const page = (status: number) => (): Response =>
    new Response('<html><h1>No</h1></html>', {
      status,
      headers: { 'content-type': 'text/html' },
    });
  const error = (status: number, text: string) => (): Response =>
    Response.json({ error: text }, { status });

  it.each<[string, ScriptedAnswer, string]>([
    ['a proxy takes no more than 1 MB', page(413), 'http_413'],
    ['PHP takes no file of this size', error(400, 'upload_max_filesize'), 'http_400'],
    [
      'PHP lost the token with all other variables',
      error(403, 'You do not have permissions to use the API'),
      'http_403',
    ],
    ['a firewall shows a page', page(403), 'http_403'],
    ['a firewall shows another page', page(404), 'http_404'],
    ['a firewall wants a login', page(401), 'http_401'],
    ['a length is asked for', page(411), 'http_411'],
    ['there is no such place', error(404, 'no such event'), 'http_404'],
  ])('are failed, and all others come back: %s', async (_what, answer, code) => {
    const fixture = await openFixture();
    const files = Array.from({ length: 16 }, (_, at) => textFile(`${at}.txt`, `${at}`));
    fixture.store(files);
    await fixture.run();
    fixture.sandbox.script(
      ({ kind, target }) => kind === 'import' && target?.record === '1',
      [answer],
      { lasting: true },
    );
    const ended = await fixture.restore({ concurrency: '1' });
    expect(ended.code).toBe(1);
    expect(ended.err).not.toContain('run the same restore again');
    expect(states(fixture)).toEqual(
      files.map((_file, at) => `${at + 1} ${at < 10 ? `failed ${code}` : 'restored'}`),
    );
    expect(fixture.stored().slice(10)).toEqual(files.slice(10));
  });

  it('are no reason to stop in reading back and comparing either', async () => {
    const fixture = await openFixture();
    const files = Array.from({ length: 12 }, (_, at) => textFile(`${at}.txt`, `${at}`));
    fixture.store(files);
    await fixture.run();
    fixture.sandbox.project.putFile(scanOf(1), 'new.txt', C.bytes);
    fixture.sandbox.script(
      ({ kind, target }) => kind === 'export_file' && target?.record === '1',
      [page(404)],
      { lasting: true },
    );
    expect((await fixture.restore({ concurrency: '1' })).code).toBe(1);
    expect(states(fixture)).toEqual([
      '1 refused not_confirmed',
      ...Array.from({ length: 9 }, (_, at) => `${at + 2} failed unverified`),
      '11 restored',
      '12 restored',
    ]);
  });
});

describe('a stop', () => {
  it.each<[string, ScriptedAnswer, string]>([
    [
      'a ban',
      () => new Response('Your IP address has been banned due to suspected abuse', { status: 403 }),
      'banned',
    ],
    [
      'a redirect',
      () => new Response('', { status: 302, headers: { location: 'https://login.example.edu/' } }),
      'wrong_address',
    ],
  ])('comes of %s at once', async (_what, answer, code) => {
    const fixture = await deleted();
    scriptImports(fixture, [answer], true);
    expect((await fixture.restore({ concurrency: '1' })).code).toBe(1);
    expect(states(fixture)).toEqual([`1 failed ${code}`, `2 refused ${code}`, `3 refused ${code}`]);
    expect(imports(fixture)).toBe(1);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s ends with what is done, and the rest is for another time',
    async (signal, code) => {
      const fixture = await deleted();
      const terminal = makeTerminal(fixture.folder);
      fixture.sandbox.script(
        ({ kind, target }) => kind === 'import' && target?.instance === '2',
        [
          (_call, proceed) => {
            terminal.signal(signal);
            return proceed();
          },
        ],
      );
      const ended = await fixture.restore({ concurrency: '1' }, terminal);
      expect([ended.code, states(fixture)]).toEqual([
        code,
        ['1 restored', '2 failed interrupted', '3 refused interrupted'],
      ]);
      expect((await fixture.restore()).code).toBe(0);
      expect(fixture.stored()).toEqual([A, B, C]);
    },
  );

  it('comes of a server that gives no answer to ten files in a row', async () => {
    const fixture = await openFixture();
    fixture.store(Array.from({ length: 30 }, (_, at) => textFile(`${at}.txt`, `${at}`)));
    await fixture.run();
    fixture.sandbox.script(({ content }) => content === 'record', ['reset-before'], {
      lasting: true,
    });
    expect((await fixture.restore({ retries: '0', concurrency: '1' })).code).toBe(1);
    const codes = fixture.rows('restore.csv').map((row) => row['code']);
    expect(codes.filter((code) => code === 'not_confirmed')).toHaveLength(10);
    expect(codes.filter((code) => code === 'no_answers')).toHaveLength(20);
  });
});

describe('resume after a restore', () => {
  it('leaves alone what was put back, though nobody has looked at it yet', async () => {
    const fixture = await openFixture();
    fixture.store([A, B, C]);
    const terminal = makeTerminal(fixture.folder);
    fixture.sandbox.script(
      ({ kind, target }) => kind === 'delete' && target?.instance === '2',
      [
        async (_call, proceed) => {
          await proceed();
          terminal.signal('SIGINT');
          return new Response('', { status: 503 });
        },
      ],
    );
    expect((await fixture.run({ concurrency: '1' }, terminal)).code).toBe(130);
    expect((await fixture.restore()).code).toBe(0);
    expect(states(fixture)).toEqual(['1 restored', '2 restored']);
    expect((await fixture.resume()).code).toBe(1);
    expect(fixture.stored()).toEqual([A, B, undefined]);
  });
});
