import { describe, expect, it } from 'vitest';
import type { DeleteContext } from '../../src/run/delete-context.ts';
import { deleteRow } from '../../src/run/delete-row.ts';
import { needsVerifying } from '../../src/run/end-row.ts';
import type { Outcome } from '../../src/run/outcome.ts';
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
  air: 'sent',
  code: 'timeout',
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
    const marked = { ...PRIOR, attempts: 0, air: 'mark', code: 'interrupted' } as const;
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
    const { fate, scene } = await play([lost, slow(lost), done], {
      look: () => Promise.resolve(look),
    });
    expect(fate).toBe(is);
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

describe('guards and backup', () => {
  const no = {
    kind: 'end',
    status: 'guard_mismatch',
    code: 'guard_sha256',
    message: 'other bytes',
    httpStatus: 200,
    file: { name: 'a.pdf', sha256: 'ab' },
    trusted: true,
  } as const;

  it.each([
    { name: 'before the first try', results: [no], is: 'guard_mismatch guard_sha256 0 none' },
    {
      name: 'a backup that failed',
      results: [{ ...no, status: 'failed', code: 'backup_failed' }],
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
