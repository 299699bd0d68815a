import { describe, expect, it } from 'vitest';
import type { LookedBatch } from '../../src/rows/look.ts';
import { createBreaker } from '../../src/run/breaker.ts';
import { deleteRows, type DeleteRowsOptions } from '../../src/run/delete-rows.ts';
import type { RowToDelete } from '../../src/run/row-source.ts';
import { ANSWERS, createHarness, ROW, type Harness, type Scripted } from './harness.ts';

const rowOf = (row: number): RowToDelete => ({ ...ROW, row });

/** Three rows at once, the second one slow and the third one to be tried again; then reading fails. */
async function playUntil(failure: Error) {
  const harness = createHarness([
    ANSWERS.done,
    async ({ clock }) => {
      await clock.sleep(100);
      return ANSWERS.done;
    },
    ANSWERS.busy,
  ]);
  async function* rows() {
    yield [rowOf(1), rowOf(2), rowOf(3)];
    // The rows have left by then.
    await harness.clock.sleep(1);
    throw failure;
  }
  const pass = deleteRows(rows(), {
    context: harness.context,
    concurrency: 3,
    breaker: createBreaker(undefined),
    verifier: undefined,
    watermark: undefined,
    probe: undefined,
    limit: undefined,
  });
  const ended = pass.then(
    () => `ended at ${harness.clock.now()}`,
    (error: unknown) => `${String(error)} at ${harness.clock.now()}`,
  );
  await harness.clock.runTo(60_000);
  const { journal, sentAt, control } = harness;
  const lines = journal.lines.filter((line) => !('attempt' in line));
  return { how: await ended, sentAt, lines, reason: control.reason };
}

const settings = {
  concurrency: 3,
  verifier: undefined,
  watermark: undefined,
  probe: undefined,
  limit: undefined,
} as const;

/** So many rows in one batch, played to their end. */
async function playRows(
  answers: Parameters<typeof createHarness>[0],
  rows: number,
  more: Partial<DeleteRowsOptions> = {},
) {
  const harness = createHarness(answers);
  let closed = false;
  async function* batches() {
    try {
      yield await Promise.resolve(Array.from({ length: rows }, (_, at) => rowOf(at + 1)));
    } finally {
      closed = true;
    }
  }
  const deleting = deleteRows(batches(), {
    context: harness.context,
    breaker: createBreaker(undefined),
    ...settings,
    ...more,
  });
  const ended = deleting.then(
    () => 'ended',
    (error: unknown) => String(error),
  );
  await harness.clock.runTo(1_000_000);
  const { journal, sentAt, control } = harness;
  const begun = journal.lines.flatMap((line) =>
    'attempt' in line && 'row' in line ? [line.row] : [],
  );
  return { how: await ended, sentAt, begun, reason: control.reason?.code, closed, journal };
}

const after =
  (ms: number, answer: Scripted) =>
  async ({ clock }: Harness): Promise<Scripted> => {
    await clock.sleep(ms);
    return answer;
  };

describe('how many rows are in hand', () => {
  it('is one until REDCap itself has answered, and then as many as may be', async () => {
    const lost = after(1000, { ...ANSWERS.lost });
    const done = after(1000, ANSWERS.done);
    const { sentAt, begun } = await playRows([lost, lost, lost, done], 7);
    expect(begun).toEqual([1, 1, 1, 2, 3, 4, 5, 6, 7]);
    // Row 1 waits 0.5 and 1 s between its tries; row 2 is the first with an answer of REDCap's.
    expect(sentAt).toEqual([0, 1500, 3500, 4500, 5500, 5500, 5500, 6500, 6500]);
  });

  it('is one where there are no more than that', async () => {
    const { sentAt, how, closed } = await playRows([after(1000, ANSWERS.done)], 3, {
      concurrency: 1,
    });
    expect([sentAt, how, closed]).toEqual([[0, 1000, 2000], 'ended', true]);
  });
});

describe('--limit', () => {
  it.each<{ name: string; answers: Scripted[]; rows: number; limit: number; sent: number }>([
    { name: 'stops before one row more', answers: [ANSWERS.done], rows: 9, limit: 5, sent: 5 },
    {
      name: 'is no stop where no row is left',
      answers: [ANSWERS.done],
      rows: 5,
      limit: 5,
      sent: 5,
    },
    {
      name: 'counts rows that were sent alone',
      answers: [ANSWERS.done, ANSWERS.unmade, ANSWERS.unmade, ANSWERS.unmade, ANSWERS.done],
      rows: 9,
      limit: 2,
      sent: 2,
    },
  ])('$name', async ({ answers, rows, limit, sent }) => {
    const { journal, reason } = await playRows(answers, rows, { limit });
    const deleted = journal.lines.filter((line) => 'state' in line && line.state === 'deleted');
    expect(deleted).toHaveLength(sent);
    expect(reason).toBe(rows > limit ? 'limit' : undefined);
  });

  it('keeps its last places for rows in hand that may not be sent in the end', async () => {
    const slow = after(1000, ANSWERS.distrusted);
    const { begun, reason } = await playRows([ANSWERS.done, slow], 9, { limit: 3 });
    // Rows 2 and 3 hold the last two places; what ends them stops the run before they are given back.
    expect([begun, reason]).toEqual([[1, 2, 3], 'untrusted_certificate']);
  });
});

describe('a row that is not begun', () => {
  it('waits for its turn alone, and is asked about again before it goes', async () => {
    const asked: string[] = [];
    let covered = 3;
    const { begun } = await playRows([after(10, ANSWERS.done)], 8, {
      watermark: {
        cover(row) {
          asked.push(`${row}${row <= covered ? '' : ' waits'}`);
          if (row <= covered) return undefined;
          return Promise.resolve().then(() => {
            covered += 3;
          });
        },
      },
    });
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(asked).toEqual(['1', '2', '3', '4 waits', '4', '5', '6', '7 waits', '7', '8']);
  });

  it('gets no line once the run stops, and those in hand come to their end', async () => {
    const { begun, journal, reason, closed } = await playRows(
      [
        ANSWERS.done,
        after(1000, ANSWERS.done),
        after(10, ANSWERS.banned),
        after(1000, ANSWERS.done),
      ],
      9,
    );
    expect([begun, reason, closed]).toEqual([[1, 2, 3, 4], 'banned', true]);
    const ends = journal.lines.filter((line) => !('attempt' in line));
    expect(ends).toMatchObject([
      { row: 1, state: 'deleted' },
      { row: 3, state: 'not_attempted', code: 'banned' },
      { row: 2, state: 'deleted' },
      { row: 4, state: 'deleted' },
    ]);
  });

  it('is left where a bug ends the run, and those in hand come to their end', async () => {
    const { begun, journal, how, reason } = await playRows(
      [ANSWERS.done, after(1000, ANSWERS.done)],
      9,
      {
        onEnded(row) {
          if (row === 1) throw new TypeError('x is not y');
        },
      },
    );
    expect([how, reason, begun]).toEqual(['TypeError: x is not y', 'interrupted', [1]]);
    expect(journal.lines).toHaveLength(2);
  });
});

describe('rows that cannot be read on', () => {
  it.each([
    {
      what: 'as the disk fails, stop the run',
      failure: Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' }),
      how: 'ended at 100',
      message: 'The rows could not be read on: EIO: i/o error, read',
    },
    {
      what: 'by a bug, end the run as one',
      failure: new TypeError('x is not y'),
      how: 'TypeError: x is not y at 100',
      message: 'the run ended early',
    },
  ])('$what, once those under way are at their end', async ({ failure, how, message }) => {
    const played = await playUntil(failure);
    expect(played.how).toBe(how);
    expect(played.reason).toEqual({ code: 'interrupted', message });
    expect(played.sentAt).toEqual([0, 0, 0]);
    expect(played.lines).toMatchObject([
      { row: 1, state: 'deleted' },
      { row: 3, state: 'tried' },
      { row: 3, state: 'not_attempted' },
      { row: 2, state: 'deleted' },
    ]);
  });
});

describe('ten rows in a row without one trustworthy answer', () => {
  const NOTHING: LookedBatch = { kind: 'unreadable', message: 'HTML', status: 200 };
  const GONE = { kind: 'looked', looks: [{ kind: 'gone' }] } as unknown as LookedBatch;

  /** Three rows at once; but for the first one, each answer is lost after a second or so. A look takes a minute. */
  async function playSilence(answer: LookedBatch, rows: number) {
    const looks: { readonly at: number; readonly rows: number }[] = [];
    const harness = createHarness(
      [
        // Until one was answered, they go out one at a time.
        ANSWERS.done,
        async ({ clock, sentAt }) => {
          await clock.sleep(800 + (sentAt.length % 3) * 400);
          return ANSWERS.lost;
        },
      ],
      { retries: 3 },
    );
    const { clock, control, sentAt } = harness;
    const pass = deleteRows(
      (async function* () {
        yield await Promise.resolve(Array.from({ length: rows }, (_, at) => rowOf(at + 1)));
      })(),
      {
        context: harness.context,
        concurrency: 3,
        breaker: createBreaker(undefined),
        verifier: undefined,
        watermark: undefined,
        probe: async (targets) => {
          looks.push({ at: clock.now(), rows: targets.length });
          await clock.sleep(60_000);
          return answer;
        },
        limit: undefined,
      },
    );
    const ended = pass.then(() => control.reason?.code);
    await clock.runTo(1_000_000);
    return { looks, sentAt, stop: await ended };
  }

  it('wait for a look before anything more is sent', async () => {
    const { looks, sentAt, stop } = await playSilence(GONE, 23);
    expect(stop).toBeUndefined();
    expect(sentAt).toHaveLength(1 + 22 * 4);
    expect(looks.map(({ rows }) => rows)).toEqual([10, 10]);
    for (const { at } of looks) {
      expect(sentAt.filter((one) => one >= at && one < at + 60_000)).toEqual([]);
    }
  });

  it('stop the run where that look says nothing either', async () => {
    const { looks, sentAt, stop } = await playSilence(NOTHING, 23);
    expect(stop).toBe('no_answers');
    expect(looks).toHaveLength(1);
    expect(sentAt.filter((one) => one >= (looks[0]?.at ?? 0))).toEqual([]);
  });

  it('do so also where they are the last ones', async () => {
    expect((await playSilence(NOTHING, 11)).stop).toBe('no_answers');
    expect((await playSilence(GONE, 11)).stop).toBeUndefined();
  });
});
