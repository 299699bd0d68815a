import { describe, expect, it } from 'vitest';
import type { Look } from '../../src/rows/look.ts';
import type { DeleteContext, Safeguarded } from '../../src/run/delete-context.ts';
import { deleteRow } from '../../src/run/delete-row.ts';
import { needsVerifying } from '../../src/run/end-row.ts';
import type { Outcome } from '../../src/rows/outcome.ts';
import type { WorkRow } from '../../src/run/work.ts';
import { ANSWERS, setScene, WORK, type Scene, type Scripted } from './scene.ts';

const { done, noFile, refused, forbidden, lost, busy, unmade, notSent } = ANSWERS;
const { banned, distrusted, tooBusy } = ANSWERS;

async function play(
  answers: Parameters<typeof setScene>[0],
  {
    work = {},
    earned = true,
    ...more
  }: Partial<DeleteContext> & { work?: Partial<WorkRow>; earned?: boolean } = {},
): Promise<{ scene: Scene; outcome: Outcome; trusted: boolean; fate: string }> {
  const scene = setScene(answers, more);
  if (earned) scene.trust.earn();
  const ending = deleteRow({ ...WORK, ...work }, scene.context);
  await scene.clock.runTo(10_000_000);
  const { outcome, trusted } = await ending;
  const { status, code, attempts, effect } = outcome;
  const stop = scene.control.reason?.code ?? '';
  return {
    scene,
    outcome,
    trusted,
    fate: `${status} ${code} ${attempts} ${effect} ${stop}`.trim(),
  };
}

const PRIOR = {
  attempts: 1,
  effect: 'possible',
  startedAt: 5,
  code: 'timeout',
  said: undefined,
  httpStatus: undefined,
  file: undefined,
} as const;

describe('what becomes of a row', () => {
  it.each<{ name: string; answers: Scripted[]; is: string; trusted: boolean }>([
    { name: 'a success', answers: [done], is: 'deleted  1 none', trusted: true },
    {
      name: 'no file, where the check had seen one',
      answers: [noFile],
      is: 'already_empty gone_since_check 1 none',
      trusted: true,
    },
    { name: 'a refusal', answers: [refused], is: 'failed http_400 1 none', trusted: true },
    { name: 'a 403 later', answers: [forbidden], is: 'failed http_403 1 none', trusted: true },
    { name: 'lost, then success', answers: [lost, done], is: 'deleted  2 possible', trusted: true },
    {
      name: 'lost, then no file',
      answers: [lost, noFile],
      is: 'deleted  2 possible',
      trusted: true,
    },
    {
      name: 'lost, then refused',
      answers: [lost, refused],
      is: 'unknown http_400 2 possible',
      trusted: true,
    },
    {
      name: 'lost, then a 403',
      answers: [lost, forbidden],
      is: 'unknown http_403 2 possible',
      trusted: true,
    },
    {
      name: 'lost, then busy to the end',
      answers: [lost, busy],
      is: 'unknown http_429 3 possible',
      trusted: false,
    },
    { name: 'lost to the end', answers: [lost], is: 'unknown timeout 3 possible', trusted: false },
    {
      name: 'lost, then no connection',
      answers: [lost, unmade],
      is: 'unknown connection 1 possible',
      trusted: false,
    },
    {
      name: 'busy, then no file',
      answers: [busy, noFile],
      is: 'already_empty gone_since_check 2 none',
      trusted: true,
    },
    { name: 'busy to the end', answers: [busy], is: 'failed http_429 3 none', trusted: false },
    {
      name: 'no connection at all',
      answers: [unmade],
      is: 'failed connection 0 none',
      trusted: false,
    },
    { name: 'a ban', answers: [banned], is: 'not_attempted banned 1 none banned', trusted: false },
    {
      name: 'lost, then a ban',
      answers: [lost, banned],
      is: 'unknown unexpected_answer 2 possible banned',
      trusted: false,
    },
    {
      name: 'no trust in the certificate',
      answers: [distrusted],
      is: 'not_attempted untrusted_certificate 0 none untrusted_certificate',
      trusted: false,
    },
    {
      name: 'busy for hours, with an effect',
      answers: [tooBusy],
      is: 'unknown http_5xx 1 possible server_busy',
      trusted: false,
    },
    {
      name: 'not sent, for the run had stopped',
      answers: [notSent],
      is: 'not_attempted interrupted 0 none',
      trusted: false,
    },
  ])('$name', async ({ answers, is, trusted }) => {
    const played = await play(answers);
    expect([played.fate, played.trusted]).toEqual([is, trusted]);
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
    const { fate, scene } = await play(answers, { earned: false });
    expect(fate).toBe(is);
    expect(scene.trust.earned).toBe(answers.includes(done));
  });

  it.each<{ name: string; answers: Scripted[]; is: string }>([
    { name: 'no file', answers: [noFile], is: 'deleted  2 possible' },
    { name: 'refused', answers: [refused], is: 'unknown http_400 2 possible' },
    { name: 'no connection', answers: [unmade], is: 'unknown connection 1 possible' },
    { name: 'not sent at all', answers: [notSent], is: 'unknown timeout 1 possible' },
  ])('a row that an earlier session left in the air: $name', async ({ answers, is }) => {
    expect((await play(answers, { work: { prior: PRIOR } })).fate).toBe(is);
  });

  it('says what may have removed a file that the check had seen', async () => {
    const { outcome } = await play([{ ...noFile, message: `There is no file ${'x'.repeat(480)}` }]);
    expect(outcome.message).toContain('There is no file');
    expect(outcome.message).toMatch(/somebody removed it since, .* lagged behind, .* twice$/);
    expect(outcome.message.length).toBeLessThanOrEqual(500);
    const unseen = await play([noFile], { work: { seen: undefined } });
    expect(unseen.fate).toBe('already_empty  1 none');
    expect(unseen.outcome.message).toBe('no file');
  });

  it('tells that an answer was lost wherever "deleted" rests on it', async () => {
    for (const answers of [
      [lost, done],
      [lost, noFile],
    ]) {
      expect((await play(answers)).outcome.message).toContain('may have removed it');
    }
    expect((await play([done], { work: { prior: PRIOR } })).outcome.message).toContain('may have');
    expect((await play([done])).outcome.message).toBe('');
    // Only a mark says that it may have been sent, and the look before it showed the file.
    const marked = { ...PRIOR, attempts: 0, effect: 'marked', code: 'interrupted' } as const;
    expect((await play([done], { work: { prior: marked } })).outcome.message).toBe('');
  });
});

describe('the tries of a row', () => {
  it('are announced before they leave, and written down when they end', async () => {
    const { scene } = await play([lost, unmade, done]);
    expect(scene.journal.lines).toEqual([
      { row: 1, state: 'sending', at: 0, attempt: 1 },
      { row: 1, state: 'tried', at: 0, code: 'timeout', effect: 'possible', sent: true },
      { row: 1, state: 'sending', at: 500, attempt: 2, effect: 'possible' },
      { row: 1, state: 'tried', at: 500, code: 'connection', effect: 'none', sent: false },
      { row: 1, state: 'sending', at: 1500, attempt: 2, effect: 'possible' },
    ]);
  });

  it('wait longer each time, up to half a minute', async () => {
    const { scene } = await play([busy], { retries: 8 });
    const waits = scene.sentAt.slice(1).map((at, index) => at - (scene.sentAt[index] ?? 0));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  it('leave Retry-After to the door, which holds back everyone', async () => {
    const { scene } = await play([{ ...busy, retryAfterMs: 7000 }, done]);
    expect(scene.sentAt).toEqual([0, 0]);
  });

  it.each([
    { name: 'a lost answer', answer: lost, is: 'unknown timeout 1 possible interrupted' },
    { name: 'a 429', answer: busy, is: 'not_attempted interrupted 1 none interrupted' },
    { name: 'no connection', answer: unmade, is: 'not_attempted interrupted 0 none interrupted' },
  ])('end with the run while they wait after $name', async ({ answer, is }) => {
    const scene = setScene([answer, done]);
    const ending = deleteRow(WORK, scene.context);
    await scene.clock.runTo(100);
    scene.control.stop('interrupted', 'Interrupted by SIGINT.');
    const { outcome } = await ending;
    const { status, code, attempts, effect } = outcome;
    expect(`${status} ${code} ${attempts} ${effect} interrupted`).toBe(is);
    expect(scene.sentAt).toHaveLength(1);
  });

  it('send nothing where the stop came while the line went to the disk', async () => {
    const scene = setScene([done]);
    const announce = scene.journal.announce.bind(scene.journal);
    scene.journal.announce = async (line) => {
      await announce(line);
      scene.control.stop('max_failures', 'so many');
    };
    const { outcome } = await deleteRow(WORK, scene.context);
    expect([outcome.status, outcome.code, outcome.attempts]).toEqual([
      'not_attempted',
      'max_failures',
      0,
    ]);
    expect(scene.sentAt).toEqual([]);
  });

  it('wait while nothing may be sent, whenever their turn comes', async () => {
    let scene: Scene | undefined;
    // From 100 ms to a minute: the first try has left by then.
    const held = (): Promise<void> | undefined => {
      const clock = scene?.clock;
      if (clock === undefined || clock.now() < 100 || clock.now() >= 60_000) return undefined;
      return clock.sleep(60_000 - clock.now()).then(() => undefined);
    };
    scene = setScene([busy, done], { held });
    scene.trust.earn();
    const ending = deleteRow(WORK, scene.context);
    await scene.clock.runTo(200_000);
    expect((await ending).outcome).toMatchObject({ status: 'deleted', attempts: 2 });
    expect(scene.sentAt).toHaveLength(2);
    expect(scene.sentAt[1]).toBeGreaterThanOrEqual(60_000);
  });

  it('end where the run stops while they are held', async () => {
    const scene = setScene([done], {
      held: () =>
        Promise.resolve().then(() => {
          scene.control.stop('no_answers', 'silence');
        }),
    });
    const { outcome } = await deleteRow(WORK, scene.context);
    expect(outcome).toMatchObject({ status: 'not_attempted', code: 'no_answers', attempts: 0 });
    expect(scene.sentAt).toEqual([]);
  });

  it('go no further where the journal cannot be written', async () => {
    const scene = setScene([done]);
    scene.journal.announce = () => Promise.reject(new Error('disk full'));
    await expect(deleteRow(WORK, scene.context)).rejects.toThrow('disk full');
    expect(scene.sentAt).toEqual([]);
  });
});

describe('a row that waited over a minute with a lost answer', () => {
  const slow =
    (answer: Scripted) =>
    async ({ clock }: Scene): Promise<Scripted> => {
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
    const { fate, scene, trusted } = await play([lost, slow(lost), done], {
      look: () => Promise.resolve(look),
    });
    expect(fate).toBe(is);
    // Ten rows that nothing says anything of are silence; a look that shows something is none.
    expect(trusted).toBe(look.kind === 'gone' || look.kind === 'there');
    expect(scene.sentAt).toHaveLength(sent);
  });

  it('is not, without a check', async () => {
    const { fate } = await play([lost, slow(lost), done]);
    expect(fate).toBe('deleted  3 possible');
  });

  it('is not, where every answer said that nothing was done', async () => {
    let looks = 0;
    const look = (): Promise<never> => {
      looks += 1;
      return Promise.reject(new Error('no look is due'));
    };
    const { fate } = await play([slow(busy), slow(busy), done], { look });
    expect([fate, looks]).toEqual(['deleted  3 none', 0]);
  });
});

describe('a row that only the journal’s mark says may have been sent', () => {
  const MARKED = { ...PRIOR, attempts: 0, effect: 'marked', code: 'interrupted' } as const;
  const other = { kind: 'there', name: 'b.pdf', mark: 'b.pdf' } as const;
  const waited = { prior: MARKED, lookedAt: { wallMs: -61_000, monotonicMs: -61_000 } };
  const late =
    (answer: Scripted) =>
    async ({ clock }: Scene): Promise<Scripted> => {
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
    const { fate, outcome } = await play([done], { work: waited, look: see(look) });
    expect(fate).toBe(is);
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
    const work = { prior: MARKED, lookedAt: { wallMs: 0, monotonicMs: 0 } };
    const played = await play([late(answer), done], { work, look: see(other) });
    expect(played.fate).toBe(is);
    expect(played.scene.journal.lines[0]).toMatchObject({ effect: 'possible', air: 'mark' });
    // And what a kill at this point leaves behind says the same.
    const again = await play([late(answer), done], {
      work,
      look: see({ kind: 'there', name: 'a.pdf', mark: 'a.pdf' }),
    });
    const second = again.scene.journal.lines.at(-1);
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
    const { fate, outcome } = await play([answer], { work: { prior: MARKED } });
    expect(fate).toBe(is);
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
  ] as const)('ends by a safeguard: $state.code', async ({ state, is }) => {
    const safeguard = async (): Promise<Safeguarded> => ({
      kind: 'end',
      state,
      message: 'other bytes',
      httpStatus: 200,
      file: undefined,
      trusted: true,
    });
    const { fate, outcome } = await play([done], { work: { prior: MARKED }, safeguard });
    expect(fate).toBe(is);
    if (state.code === 'guard_sha256')
      expect(outcome.message).toMatch(/^other bytes; .*cannot be told$/);
  });
});

describe('a machine that sleeps, its one clock with it', () => {
  const NIGHT_MS = 8 * 3_600_000;

  async function sleepOver(
    answers: (sleep: () => void) => Parameters<typeof setScene>[0],
    onWait: (sleep: () => void) => void,
  ): Promise<{ readonly looks: number; readonly sent: number }> {
    let asleepMs = 0;
    let looks = 0;
    const sleep = (): void => {
      asleepMs = NIGHT_MS;
    };
    const scene = setScene(answers(sleep), {
      look: () => {
        looks += 1;
        return Promise.resolve({ kind: 'there', name: 'b.pdf', mark: 'b.pdf' });
      },
      onWait: () => onWait(sleep),
    });
    const { clock } = scene;
    const context = { ...scene.context, clock: { ...clock, now: () => clock.now() + asleepMs } };
    scene.trust.earn();
    const ending = deleteRow(WORK, context);
    await clock.runTo(1_000_000);
    expect((await ending).outcome).toMatchObject({ status: 'deleted' });
    return { looks, sent: scene.sentAt.length };
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
    const { fate } = await play([done], {
      work: { prior: PRIOR, lookedAt: { wallMs: -61_000, monotonicMs: 0 } },
      look: () => {
        looks += 1;
        return Promise.resolve({ kind: 'gone' });
      },
    });
    expect([fate, looks]).toEqual(['deleted  1 possible', 1]);
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
    const { outcome, scene } = await play(answers);
    expect([outcome.status, outcome.said]).toEqual(['unknown', said]);
    expect(outcome.message).toContain(said);
    // A kill would have left them too.
    const written = scene.journal.lines.filter((line) => 'said' in line);
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
    const work = { prior: { ...PRIOR, said: 'The file storage is full' } };
    const stopped = await play([notSent], { work });
    expect(stopped.outcome).toMatchObject({ status: 'unknown', said: 'The file storage is full' });
    expect(stopped.outcome.message).toContain('The file storage is full');
    const silent = await play([lost], { work });
    expect(silent.outcome.message).toContain('The file storage is full');
    expect(silent.scene.journal.lines[0]).toMatchObject({ said: 'The file storage is full' });
  });

  it('stays where a look, or a safeguard, ends the row', async () => {
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
    const safeguard = async (): Promise<Safeguarded> =>
      (at += 1) === 1
        ? { kind: 'go', file: undefined }
        : {
            kind: 'end',
            state: { status: 'failed', code: 'backup_failed' },
            message: 'no backup',
            httpStatus: 500,
            file: undefined,
            trusted: false,
          };
    const guarded = await play([full], { safeguard });
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
    trusted: true,
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
    const safeguard = async (): Promise<(typeof results)[number]> => {
      at += 1;
      return results[Math.min(at, results.length) - 1] as (typeof results)[number];
    };
    expect((await play([lost, done], { safeguard })).fate).toBe(is);
  });

  it('keep the file’s facts', async () => {
    const file = { name: 'a.pdf', bytes: 3, sha256: 'ab', backup: 'backup/1' };
    const { outcome } = await play([done], { safeguard: async () => ({ kind: 'go', file }) });
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
    const work = 'seen' in one ? { seen: one.seen } : {};
    const { outcome } = await play(answers, { work });
    expect(needsVerifying({ ...WORK, ...work }, outcome)).toBe(due);
    const unlooked = await play(answers, { work, verifies: false });
    expect(unlooked.outcome.verified).toBe(due ? 'skipped' : '');
  });
});
