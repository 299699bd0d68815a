import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { Look } from '../../src/rows/look.ts';
import { deleteRow } from '../../src/run/delete-row.ts';
import {
  needsVerifying,
  type BeforeDelete,
  type DeleteContext,
} from '../../src/run/row-progress.ts';
import type { Outcome } from '../../src/rows/outcome.ts';
import type { RowToDelete } from '../../src/run/row-source.ts';
import { ANSWERS, createHarness, ROW, type Harness, type Scripted } from './harness.ts';

const { done, noFile, refused, forbidden, lost, busy, unmade, notSent } = ANSWERS;
const { banned, distrusted, tooBusy } = ANSWERS;

async function play(
  answers: Parameters<typeof createHarness>[0],
  {
    row = {},
    confirmedBefore = true,
    ...more
  }: Partial<DeleteContext> & { row?: Partial<RowToDelete>; confirmedBefore?: boolean } = {},
): Promise<{ harness: Harness; outcome: Outcome; confirmed: boolean; ending: string }> {
  const harness = createHarness(answers, more);
  if (confirmedBefore) harness.context.server.confirmed = true;
  const ending = deleteRow({ ...ROW, ...row }, harness.context);
  await harness.clock.runTo(10_000_000);
  const { outcome, confirmed } = await ending;
  const { status, code, attempts, effect } = outcome;
  const stop = harness.control.reason?.code ?? '';
  return {
    harness,
    outcome,
    confirmed,
    ending: `${status} ${code} ${attempts} ${effect} ${stop}`.trim(),
  };
}

const EARLIER = {
  attempts: 1,
  effect: 'possible',
  startedAt: 5,
  code: 'timeout',
  said: undefined,
  httpStatus: undefined,
  file: undefined,
} as const;

describe('what becomes of a row', () => {
  it.each<{ name: string; answers: Scripted[]; is: string; confirmed: boolean }>([
    { name: 'a success', answers: [done], is: 'deleted  1 none', confirmed: true },
    {
      name: 'no file, where the check had seen one',
      answers: [noFile],
      is: 'already_empty gone_since_check 1 none',
      confirmed: true,
    },
    { name: 'a refusal', answers: [refused], is: 'failed http_400 1 none', confirmed: true },
    { name: 'a 403 later', answers: [forbidden], is: 'failed http_403 1 none', confirmed: true },
    {
      name: 'lost, then success',
      answers: [lost, done],
      is: 'deleted  2 possible',
      confirmed: true,
    },
    {
      name: 'lost, then no file',
      answers: [lost, noFile],
      is: 'deleted  2 possible',
      confirmed: true,
    },
    {
      name: 'lost, then refused',
      answers: [lost, refused],
      is: 'unknown http_400 2 possible',
      confirmed: true,
    },
    {
      name: 'lost, then a 403',
      answers: [lost, forbidden],
      is: 'unknown http_403 2 possible',
      confirmed: true,
    },
    {
      name: 'lost, then busy to the end',
      answers: [lost, busy],
      is: 'unknown http_429 3 possible',
      confirmed: false,
    },
    {
      name: 'lost to the end',
      answers: [lost],
      is: 'unknown timeout 3 possible',
      confirmed: false,
    },
    {
      name: 'lost, then no connection',
      answers: [lost, unmade],
      is: 'unknown connection 1 possible',
      confirmed: false,
    },
    {
      name: 'busy, then no file',
      answers: [busy, noFile],
      is: 'already_empty gone_since_check 2 none',
      confirmed: true,
    },
    { name: 'busy to the end', answers: [busy], is: 'failed http_429 3 none', confirmed: false },
    {
      name: 'no connection at all',
      answers: [unmade],
      is: 'failed connection 0 none',
      confirmed: false,
    },
    {
      name: 'a ban',
      answers: [banned],
      is: 'not_attempted banned 1 none banned',
      confirmed: false,
    },
    {
      name: 'lost, then a ban',
      answers: [lost, banned],
      is: 'unknown unexpected_answer 2 possible banned',
      confirmed: false,
    },
    {
      name: 'no trust in the certificate',
      answers: [distrusted],
      is: 'not_attempted untrusted_certificate 0 none untrusted_certificate',
      confirmed: false,
    },
    {
      name: 'busy for hours, with an effect',
      answers: [tooBusy],
      is: 'unknown http_5xx 1 possible server_busy',
      confirmed: false,
    },
    {
      name: 'not sent, for the run had stopped',
      answers: [notSent],
      is: 'not_attempted interrupted 0 none',
      confirmed: false,
    },
  ])('$name', async ({ answers, is, confirmed }) => {
    const played = await play(answers);
    expect([played.ending, played.confirmed]).toEqual([is, confirmed]);
  });

  it.each<{ name: string; answers: Scripted[]; is: string }>([
    {
      name: 'a 403 before any trustworthy answer',
      answers: [forbidden],
      is: 'not_attempted rejected_token 1 none rejected_token',
    },
    {
      name: 'lost, then such a 403',
      answers: [lost, forbidden],
      is: 'unknown http_403 2 possible rejected_token',
    },
    { name: 'a success', answers: [done], is: 'deleted  1 none' },
  ])('the first deletion: $name', async ({ answers, is }) => {
    const { ending, harness } = await play(answers, { confirmedBefore: false });
    expect(ending).toBe(is);
    expect(harness.context.server.confirmed).toBe(answers.includes(done));
  });

  it.each<{ name: string; answers: Scripted[]; is: string }>([
    { name: 'no file', answers: [noFile], is: 'deleted  2 possible' },
    { name: 'refused', answers: [refused], is: 'unknown http_400 2 possible' },
    { name: 'no connection', answers: [unmade], is: 'unknown connection 1 possible' },
    { name: 'not sent at all', answers: [notSent], is: 'unknown timeout 1 possible' },
  ])('a row that an earlier session left in the air: $name', async ({ answers, is }) => {
    expect((await play(answers, { row: { earlier: EARLIER } })).ending).toBe(is);
  });

  it('says what may have removed a file that the check had seen', async () => {
    const { outcome } = await play([{ ...noFile, message: `There is no file ${'x'.repeat(480)}` }]);
    expect(outcome.message).toContain('There is no file');
    expect(outcome.message).toMatch(/somebody removed it since, .* lagged behind, .* twice$/);
    expect(outcome.message.length).toBeLessThanOrEqual(500);
    const unseen = await play([noFile], { row: { seen: undefined } });
    expect(unseen.ending).toBe('already_empty  1 none');
    expect(unseen.outcome.message).toBe('no file');
  });

  it('tells that an answer was lost wherever "deleted" rests on it', async () => {
    for (const answers of [
      [lost, done],
      [lost, noFile],
    ]) {
      expect((await play(answers)).outcome.message).toContain('may have removed it');
    }
    expect((await play([done], { row: { earlier: EARLIER } })).outcome.message).toContain(
      'may have',
    );
    expect((await play([done])).outcome.message).toBe('');
    // Only a mark says that it may have been sent, and the look before it showed the file.
    const marked = { ...EARLIER, attempts: 0, effect: 'marked', code: 'interrupted' } as const;
    expect((await play([done], { row: { earlier: marked } })).outcome.message).toBe('');
  });
});

describe('the tries of a row', () => {
  it('are announced before they leave, and written down when they end', async () => {
    const { harness } = await play([lost, unmade, done]);
    expect(harness.journal.lines).toEqual([
      { row: 1, state: 'sending', at: 0, attempt: 1 },
      { row: 1, state: 'tried', at: 0, code: 'timeout', effect: 'possible', sent: true },
      { row: 1, state: 'sending', at: 500, attempt: 2, effect: 'possible' },
      { row: 1, state: 'tried', at: 500, code: 'connection', effect: 'none', sent: false },
      { row: 1, state: 'sending', at: 1500, attempt: 2, effect: 'possible' },
    ]);
  });

  it('wait longer each time, up to half a minute', async () => {
    const { harness } = await play([busy], { retries: 8 });
    const waits = harness.sentAt.slice(1).map((at, index) => at - (harness.sentAt[index] ?? 0));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('leave Retry-After to the door, which holds back everyone', async () => {
    const { harness } = await play([{ ...busy, retryAfterMs: 7000 }, done]);
    expect(harness.sentAt).toEqual([0, 0]);
  });

  it.each([
    { name: 'a lost answer', answer: lost, is: 'unknown timeout 1 possible interrupted' },
    { name: 'a 429', answer: busy, is: 'not_attempted interrupted 1 none interrupted' },
    { name: 'no connection', answer: unmade, is: 'not_attempted interrupted 0 none interrupted' },
  ])('end with the run while they wait after $name', async ({ answer, is }) => {
    const harness = createHarness([answer, done]);
    const ending = deleteRow(ROW, harness.context);
    await harness.clock.runTo(100);
    harness.control.stop('interrupted', 'Interrupted by SIGINT.');
    const { outcome } = await ending;
    const { status, code, attempts, effect } = outcome;
    expect(`${status} ${code} ${attempts} ${effect} interrupted`).toBe(is);
    expect(harness.sentAt).toHaveLength(1);
  });

  it('send nothing where the stop came while the line went to the disk', async () => {
    const harness = createHarness([done]);
    const announce = harness.journal.announce.bind(harness.journal);
    harness.journal.announce = async (line) => {
      await announce(line);
      harness.control.stop('max_failures', 'so many');
    };
    const { outcome } = await deleteRow(ROW, harness.context);
    expect([outcome.status, outcome.code, outcome.attempts]).toEqual([
      'not_attempted',
      'max_failures',
      0,
    ]);
    expect(harness.sentAt).toEqual([]);
  });

  it('wait while nothing may be sent, whenever their turn comes', async () => {
    let harness: Harness | undefined;
    // From 100 ms to a minute: the first try has left by then.
    const paused = (): Promise<void> | undefined => {
      const clock = harness?.clock;
      if (clock === undefined || clock.now() < 100 || clock.now() >= 60_000) return undefined;
      return clock.sleep(60_000 - clock.now()).then(() => undefined);
    };
    harness = createHarness([busy, done], { paused });
    harness.context.server.confirmed = true;
    const ending = deleteRow(ROW, harness.context);
    await harness.clock.runTo(200_000);
    expect((await ending).outcome).toMatchObject({ status: 'deleted', attempts: 2 });
    expect(harness.sentAt).toHaveLength(2);
    expect(harness.sentAt[1]).toBeGreaterThanOrEqual(60_000);
  });

  it('end where the run stops while they are held', async () => {
    const harness = createHarness([done], {
      paused: () =>
        Promise.resolve().then(() => {
          harness.control.stop('no_answers', 'silence');
        }),
    });
    const { outcome } = await deleteRow(ROW, harness.context);
    expect(outcome).toMatchObject({ status: 'not_attempted', code: 'no_answers', attempts: 0 });
    expect(harness.sentAt).toEqual([]);
  });

  it('go no further where the journal cannot be written', async () => {
    const harness = createHarness([done]);
    harness.journal.announce = () => Promise.reject(new Error('disk full'));
    await expect(deleteRow(ROW, harness.context)).rejects.toThrow('disk full');
    expect(harness.sentAt).toEqual([]);
  });
});

describe('a row that waited over a minute with a lost answer', () => {
  const slow =
    (answer: Scripted) =>
    async ({ clock }: Harness): Promise<Scripted> => {
      await clock.sleep(61_000);
      return answer;
    };

  it.each([
    { name: 'gone', look: { kind: 'gone' }, is: 'deleted  2 possible', sent: 2 },
    {
      name: 'the same file',
      look: { kind: 'there', name: 'a.pdf', mark: 'a.pdf' },
      is: 'deleted  3 possible',
      sent: 3,
    },
    {
      name: 'another file',
      look: { kind: 'there', name: 'b.pdf', mark: 'b.pdf' },
      is: 'deleted new_file 2 possible',
      sent: 2,
    },
    { name: 'no record', look: { kind: 'no_record' }, is: 'unknown timeout 2 possible', sent: 2 },
    {
      name: 'nothing',
      look: { kind: 'nothing', why: 'left out' },
      is: 'unknown timeout 2 possible',
      sent: 2,
    },
  ] as const)('is looked at before it is sent again: $name', async ({ look, is, sent }) => {
    // The first answer is lost early, the second try takes its minute.
    const { ending, harness, confirmed } = await play([lost, slow(lost), done], {
      look: () => Promise.resolve(look),
    });
    expect(ending).toBe(is);
    // Ten rows that nothing says anything of are silence; a look that shows something is none.
    expect(confirmed).toBe(look.kind === 'gone' || look.kind === 'there');
    expect(harness.sentAt).toHaveLength(sent);
  });

  it('is not, without a check', async () => {
    const { ending } = await play([lost, slow(lost), done]);
    expect(ending).toBe('deleted  3 possible');
  });

  it('is not, where every answer said that nothing was done', async () => {
    let looks = 0;
    const look = (): Promise<never> => {
      looks += 1;
      return Promise.reject(new Error('no look is due'));
    };
    const { ending } = await play([slow(busy), slow(busy), done], { look });
    expect([ending, looks]).toEqual(['deleted  3 none', 0]);
  });
});

describe('a row that only the journal’s mark says may have been sent', () => {
  const MARKED = { ...EARLIER, attempts: 0, effect: 'marked', code: 'interrupted' } as const;
  const other = { kind: 'there', name: 'b.pdf', mark: 'b.pdf' } as const;
  const waited = { earlier: MARKED, lookedAt: { wallMs: -61_000, monotonicMs: -61_000 } };
  const late =
    (answer: Scripted) =>
    async ({ clock }: Harness): Promise<Scripted> => {
      await clock.sleep(61_000);
      return answer;
    };
  const see =
    (...looks: readonly Look[]) =>
    (): Promise<Look> => {
      const [first, ...rest] = looks as [Look, ...Look[]];
      if (rest.length > 0) looks = rest;
      return Promise.resolve(first);
    };

  it.each<{ name: string; look: Look; is: string }>([
    {
      name: 'another file',
      look: other,
      is: 'guard_mismatch changed_since_check 0 marked',
    },
    { name: 'gone', look: { kind: 'gone' }, is: 'deleted  0 marked' },
    { name: 'no record', look: { kind: 'no_record' }, is: 'unknown interrupted 0 marked' },
    {
      name: 'nothing',
      look: { kind: 'nothing', why: 'left out' },
      is: 'unknown interrupted 0 marked',
    },
    {
      name: 'the same file',
      look: { kind: 'there', name: 'a.pdf', mark: 'a.pdf' },
      is: 'deleted  1 marked',
    },
  ])('and that waited for its turn over a minute: $name', async ({ look, is }) => {
    const { ending, outcome } = await play([done], { row: waited, look: see(look) });
    expect(ending).toBe(is);
    if (look === other) expect(outcome.message).toContain('cannot be told');
    if (look.kind === 'gone') expect(outcome.message).toContain('may have removed it');
  });

  it.each<{ name: string; answer: Scripted; is: string; line: object }>([
    {
      name: 'was really sent once an answer of this session is lost',
      answer: lost,
      is: 'deleted new_file 1 possible',
      line: { effect: 'possible' },
    },
    {
      name: 'is no more than that after a try without effect',
      answer: busy,
      is: 'guard_mismatch changed_since_check 1 marked',
      line: { effect: 'possible', air: 'mark' },
    },
  ])('$name', async ({ answer, is, line }) => {
    const row = { earlier: MARKED, lookedAt: { wallMs: 0, monotonicMs: 0 } };
    const played = await play([late(answer), done], { row, look: see(other) });
    expect(played.ending).toBe(is);
    expect(played.harness.journal.lines[0]).toMatchObject({ effect: 'possible', air: 'mark' });
    // And what a kill at this point leaves behind says the same.
    const again = await play([late(answer), done], {
      row,
      look: see({ kind: 'there', name: 'a.pdf', mark: 'a.pdf' }),
    });
    const second = again.harness.journal.lines.at(-1);
    expect(second).toEqual({
      row: 1,
      state: 'sending',
      at: expect.any(Number),
      attempt: 2,
      ...line,
    });
  });

  it.each<{ name: string; answer: Scripted; is: string }>([
    { name: 'no file', answer: noFile, is: 'deleted  1 marked' },
    { name: 'refused', answer: refused, is: 'unknown http_400 1 marked' },
    { name: 'not sent', answer: notSent, is: 'unknown interrupted 0 marked' },
  ])('is not settled by $name', async ({ answer, is }) => {
    const { ending, outcome } = await play([answer], { row: { earlier: MARKED } });
    expect(ending).toBe(is);
    if (answer === noFile)
      expect(outcome.message).toContain('may have removed it, if one had left');
  });

  it.each([
    {
      state: { status: 'guard_mismatch', code: 'guard_sha256' },
      is: 'guard_mismatch guard_sha256 0 marked',
    },
    {
      state: { status: 'guard_mismatch', code: 'guard_unreadable' },
      is: 'unknown guard_unreadable 0 marked',
    },
    {
      state: { status: 'failed', code: 'backup_failed' },
      is: 'unknown backup_failed 0 marked',
    },
  ] as const)('ends by guards or backup: $state.code', async ({ state, is }) => {
    const beforeDelete = async (): Promise<BeforeDelete> => ({
      kind: 'end',
      state,
      message: 'other bytes',
      httpStatus: 200,
      file: undefined,
      confirmed: true,
    });
    const { ending, outcome } = await play([done], { row: { earlier: MARKED }, beforeDelete });
    expect(ending).toBe(is);
    if (state.code === 'guard_sha256')
      expect(outcome.message).toMatch(/^other bytes; .*cannot be told$/);
  });
});

describe('a machine that sleeps, its one clock with it', () => {
  const NIGHT_MS = 8 * 3_600_000;

  async function sleepOver(
    answers: (sleep: () => void) => Parameters<typeof createHarness>[0],
    onWait: (sleep: () => void) => void,
  ): Promise<{ readonly looks: number; readonly sent: number }> {
    let asleepMs = 0;
    let looks = 0;
    const sleep = (): void => {
      asleepMs = NIGHT_MS;
    };
    const harness = createHarness(answers(sleep), {
      look: () => {
        looks += 1;
        return Promise.resolve({ kind: 'there', name: 'b.pdf', mark: 'b.pdf' });
      },
    });
    const { clock } = harness;
    const sleepy: Clock = {
      monotonic: () => clock.monotonic(),
      now: () => clock.now() + asleepMs,
      sleep: (ms, signal) => {
        onWait(sleep);
        return clock.sleep(ms, signal);
      },
    };
    const context = { ...harness.context, clock: sleepy };
    harness.context.server.confirmed = true;
    const ending = deleteRow(ROW, context);
    await clock.runTo(1_000_000);
    expect((await ending).outcome).toMatchObject({ status: 'deleted' });
    return { looks, sent: harness.sentAt.length };
  }

  it.each<{ name: string; asleep: 'between' | 'in the air' | 'never'; looks: number }>([
    { name: 'between a lost answer and the next try', asleep: 'between', looks: 1 },
    { name: 'while the request was in the air', asleep: 'in the air', looks: 1 },
    { name: 'not at all', asleep: 'never', looks: 0 },
  ])('$name: looks first', async ({ asleep, looks }) => {
    const played = await sleepOver(
      (sleep) => [
        () => {
          if (asleep === 'in the air') sleep();
          return lost;
        },
        done,
      ],
      (sleep) => {
        if (asleep === 'between') sleep();
      },
    );
    expect(played).toEqual({ looks, sent: 2 - looks });
  });

  it('between the look of a resume and the row’s turn: looks again', async () => {
    let looks = 0;
    const { ending } = await play([done], {
      row: { earlier: EARLIER, lookedAt: { wallMs: -61_000, monotonicMs: 0 } },
      look: () => {
        looks += 1;
        return Promise.resolve({ kind: 'gone' });
      },
    });
    expect([ending, looks]).toEqual(['deleted  1 possible', 1]);
  });
});

describe('what the server itself had said', () => {
  const fault = (message: string, trustworthy: boolean): Scripted => ({
    ...lost,
    code: 'http_5xx',
    httpStatus: 500,
    message,
    trustworthy,
  });
  const full = fault('The file storage is full', true);
  const BODYLESS = 'The server answered HTTP 502 without a body';
  const page = fault(BODYLESS, false);

  it.each<{ name: string; answers: Scripted[]; said: string }>([
    { name: 'to the end', answers: [full], said: 'The file storage is full' },
    { name: 'before a timeout', answers: [full, lost], said: 'The file storage is full' },
    { name: 'before a page', answers: [full, page], said: 'The file storage is full' },
    { name: 'after a page', answers: [page, full], said: 'The file storage is full' },
    {
      name: 'in new words',
      answers: [full, fault('The database is down', true)],
      said: 'The database is down',
    },
    { name: 'no more than a page', answers: [page, lost], said: BODYLESS },
    { name: 'before a refusal', answers: [full, refused], said: 'locked' },
  ])('stays with a row that ends unknown: $name', async ({ answers, said }) => {
    const { outcome, harness } = await play(answers);
    expect([outcome.status, outcome.said]).toEqual(['unknown', said]);
    expect(outcome.message).toContain(said);
    // A kill would have left them too.
    const written = harness.journal.lines.filter((line) => 'said' in line);
    if (answers[0] !== page) expect(written[0]).toMatchObject({ state: 'tried' });
    expect(new Set(written.map((line) => JSON.stringify(line))).size).toBe(written.length);
    expect(written.length).toBeLessThanOrEqual(2);
  });

  it('stays with a row that only silence follows, once', async () => {
    const { outcome } = await play([full, lost]);
    expect(outcome.message.split('The file storage is full')).toHaveLength(2);
    expect(outcome.message).toMatch(/; then: No answer within 60 s\.$/);
  });

  it('comes from an earlier session too, through a stop', async () => {
    const row = { earlier: { ...EARLIER, said: 'The file storage is full' } };
    const stopped = await play([notSent], { row });
    expect(stopped.outcome).toMatchObject({ status: 'unknown', said: 'The file storage is full' });
    expect(stopped.outcome.message).toContain('The file storage is full');
    const silent = await play([lost], { row });
    expect(silent.outcome.message).toContain('The file storage is full');
    expect(silent.harness.journal.lines[0]).toMatchObject({ said: 'The file storage is full' });
  });

  it('stays where a look, or a backup, ends the row', async () => {
    const nothing = { kind: 'nothing', why: 'left out' } as const;
    const looked = await play(
      [
        full,
        async ({ clock }) => {
          await clock.sleep(61_000);
          return lost;
        },
      ],
      { look: () => Promise.resolve(nothing) },
    );
    expect(looked.outcome.message).toMatch(/left out; .*The file storage is full/);
    let at = 0;
    const beforeDelete = async (): Promise<BeforeDelete> =>
      (at += 1) === 1
        ? { kind: 'go', file: undefined }
        : {
            kind: 'end',
            state: { status: 'failed', code: 'backup_failed' },
            message: 'no backup',
            httpStatus: 500,
            file: undefined,
            confirmed: false,
          };
    const guarded = await play([full], { beforeDelete });
    expect(guarded.outcome.message).toMatch(/The file storage is full; then: no backup$/);
  });

  it('is told of a row that failed by silence in the end', async () => {
    const { outcome } = await play([{ ...busy, trustworthy: true }, unmade]);
    expect(outcome).toMatchObject({ status: 'failed', code: 'connection' });
    expect(outcome.message).toBe('refused; the answer had been: slow down');
  });
});

describe('guards and backup', () => {
  const no = {
    kind: 'end',
    state: { status: 'guard_mismatch', code: 'guard_sha256' },
    message: 'other bytes',
    httpStatus: 200,
    file: { name: 'a.pdf', sha256: 'ab' },
    confirmed: true,
  } as const;

  it.each([
    { name: 'before the first try', results: [no], is: 'guard_mismatch guard_sha256 0 none' },
    {
      name: 'a backup that failed',
      results: [{ ...no, state: { status: 'failed', code: 'backup_failed' } }],
      is: 'failed backup_failed 0 none',
    },
    {
      name: 'no file',
      results: [{ kind: 'no_file' }],
      is: 'already_empty gone_since_check 0 none',
    },
    {
      name: 'after a lost answer',
      results: [{ kind: 'go', file: undefined }, no],
      is: 'unknown guard_sha256 1 possible',
    },
    {
      name: 'no file after a lost answer',
      results: [{ kind: 'go', file: undefined }, { kind: 'no_file' }],
      is: 'deleted  1 possible',
    },
    { name: 'stopped', results: [{ kind: 'stopped' }], is: 'not_attempted interrupted 0 none' },
  ] as const)('end the row: $name', async ({ results, is }) => {
    let at = 0;
    const beforeDelete = async (): Promise<(typeof results)[number]> => {
      at += 1;
      return results[Math.min(at, results.length) - 1] as (typeof results)[number];
    };
    expect((await play([lost, done], { beforeDelete })).ending).toBe(is);
  });

  it('keep the file’s facts', async () => {
    const file = { name: 'a.pdf', bytes: 3, sha256: 'ab', backup: 'backup/1' };
    const { outcome } = await play([done], { beforeDelete: async () => ({ kind: 'go', file }) });
    expect(outcome.file).toEqual(file);
  });
});

describe('which rows verification looks at', () => {
  it.each([
    { name: 'deleted', answers: [done], due: true },
    { name: 'unknown', answers: [lost], due: true },
    { name: 'no file where one was seen', answers: [noFile], due: true },
    { name: 'no file where nobody saw one', answers: [noFile], seen: undefined, due: false },
    { name: 'refused', answers: [refused], due: false },
    { name: 'never sent', answers: [unmade], due: false },
  ])('$name: $due', async ({ answers, due, ...one }) => {
    const row = 'seen' in one ? { seen: one.seen } : {};
    const { outcome } = await play(answers, { row });
    expect(needsVerifying({ ...ROW, ...row }, outcome)).toBe(due);
    const unlooked = await play(answers, { row, verifies: false });
    expect(unlooked.outcome.verified).toBe(due ? 'skipped' : '');
  });
});
