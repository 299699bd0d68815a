import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/rows/target.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import type { Outcome } from '../../src/rows/outcome.ts';
import {
  createVerifier,
  SECOND_LOOK,
  type Unverified,
  type Verifier,
} from '../../src/run/verify.ts';
import { createVirtualClock, type VirtualClock } from '../redcap/virtual-clock.ts';
import { createLines } from './harness.ts';

const DELETED: Outcome = {
  status: 'deleted',
  code: '',
  message: '',
  attempts: 1,
  effect: 'none',
  verified: '',
};

function row(number: number, record = String(number)): Unverified {
  const target = { record, field: 'photo', event: '', instance: '' };
  return { row: number, target, seen: 'a.pdf', outcome: DELETED };
}

interface Setup {
  readonly clock: VirtualClock;
  readonly verifier: Verifier;
  readonly journal: ReturnType<typeof createLines>;
  readonly batches: string[][];
  readonly verified: string[];
  end(): void;
}

const allGone = (targets: readonly Target[]): LookedBatch =>
  ({ kind: 'looked', looks: targets.map(() => ({ kind: 'gone' })) }) as unknown as LookedBatch;

function open(
  look: (targets: readonly Target[]) => LookedBatch | Promise<LookedBatch> = allGone,
): Setup {
  const clock = createVirtualClock();
  const journal = createLines(clock);
  const batches: string[][] = [];
  const verified: string[] = [];
  const ended = new AbortController();
  const verifier = createVerifier({
    journal,
    look: async (targets) => {
      batches.push(targets.map(({ record }) => record));
      return look(targets);
    },
    clock,
    secondLook: SECOND_LOOK,
    onVerified: (one, after, streak) =>
      verified.push(`${one.row} ${after.status} ${after.verified} ${streak}`),
    ended: ended.signal,
  });
  return {
    clock,
    verifier,
    journal,
    batches,
    verified,
    end: () => {
      ended.abort();
    },
  };
}

describe('createVerifier', () => {
  it('looks at ten rows first, then at a hundred records a time', async () => {
    const { verifier, batches } = open();
    for (let n = 1; n <= 240; n += 1) verifier.add(row(n));
    await verifier.finish();
    expect(batches.map((batch) => batch.length)).toEqual([10, 100, 100, 30]);
    expect(batches.flat()).toEqual(Array.from({ length: 240 }, (_, at) => String(at + 1)));
  });

  it('takes many rows of few records into one look, up to 500', async () => {
    const { verifier, batches } = open();
    for (let n = 1; n <= 1200; n += 1) verifier.add(row(n, String(n % 5)));
    await verifier.finish();
    expect(batches.map((batch) => batch.length)).toEqual([10, 500, 500, 190]);
  });

  it('writes looks that change nothing into one line, and new outcomes by themselves', async () => {
    const looks = [
      { kind: 'gone' },
      { kind: 'there', name: 'a.pdf', mark: 'a.pdf' },
      { kind: 'nothing', why: 'w' },
      { kind: 'gone' },
    ];
    const { clock, verifier, journal, verified } = open(
      (targets) =>
        ({
          kind: 'looked',
          looks: targets.map(({ record }) => looks[Number(record) - 1]),
        }) as unknown as LookedBatch,
    );
    for (const n of [1, 2, 3, 4]) verifier.add(row(n));
    const finished = verifier.finish();
    await clock.runTo(15_000);
    await finished;
    expect(journal.lines).toEqual([
      { verified: 'yes', rows: [1, 4], at: 0 },
      { verified: 'skipped', rows: [3], at: 0 },
      expect.objectContaining({ row: 2, state: 'failed', code: 'still_present', verified: 'no' }),
    ]);
    expect(journal.lines[2]).not.toHaveProperty('look');
    expect(verified).toEqual([
      '1 deleted yes 1',
      '3 deleted skipped 1',
      '4 deleted yes 2',
      '2 failed no 1',
    ]);
  });

  it('lets a look that cannot be read say nothing', async () => {
    const { verifier, journal } = open(() => ({
      kind: 'unreadable',
      message: 'HTML',
      status: 200,
    }));
    verifier.add(row(1));
    await verifier.finish();
    expect(journal.lines).toEqual([{ verified: 'skipped', rows: [1], at: 0 }]);
  });

  it('leaves rows unlooked where the look was stopped, or the run has ended', async () => {
    const stopped = open(() => ({ kind: 'stopped' }));
    stopped.verifier.add(row(1));
    await stopped.verifier.finish();
    expect(stopped.journal.lines).toEqual([]);
    const ended = open();
    ended.verifier.add(row(1));
    ended.end();
    await ended.verifier.finish();
    expect([ended.journal.lines, ended.batches]).toEqual([[], []]);
  });

  it('holds deleting back when three looks are outstanding', async () => {
    let release: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { verifier } = open(async (targets) => {
      await gate;
      return allGone(targets);
    });
    for (let n = 1; n <= 211; n += 1) verifier.add(row(n));
    const ready = verifier.ready();
    expect(ready).toBeInstanceOf(Promise);
    release?.();
    await ready;
    expect(verifier.ready()).toBeUndefined();
    await verifier.finish();
  });

  it('passes on a bug in a look', async () => {
    const { verifier } = open(() => Promise.reject(new Error('a bug')));
    verifier.add(row(1));
    await expect(verifier.finish()).rejects.toThrow('a bug');
  });
});

const there = { kind: 'there', name: 'a.pdf', mark: 'a.pdf' };

/** A server whose exports show each file for so long after the test began; for ever where it is not named. */
function lagging(clock: () => VirtualClock, goneAtMs: Readonly<Record<string, number>>) {
  return (targets: readonly Target[]): LookedBatch =>
    ({
      kind: 'looked',
      looks: targets.map(({ record }) =>
        clock().now() >= (goneAtMs[record] ?? Infinity) ? { kind: 'gone' } : there,
      ),
    }) as unknown as LookedBatch;
}

/** Rows, and how each of them ends when time goes by. */
async function play(rows: number, goneAtMs: Readonly<Record<string, number>>) {
  const setup: Setup = open(lagging(() => setup.clock, goneAtMs));
  for (let n = 1; n <= rows; n += 1) setup.verifier.add(row(n));
  const finished = setup.verifier.finish();
  await setup.clock.runTo(20_000);
  await finished;
  return setup;
}

describe('one look does not overrule the server', () => {
  it('looks again every three seconds, in lists, until the file is gone', async () => {
    const { verified, batches } = await play(3, { '1': 0, '2': 3000, '3': 14_000 });
    expect(batches).toEqual([['1', '2', '3'], ['2', '3'], ['3'], ['3'], ['3'], ['3']]);
    expect(verified).toEqual(['1 deleted yes 1', '2 deleted yes 1', '3 deleted yes 2']);
  });

  it('believes what it has seen for fifteen seconds', async () => {
    const { verified, batches } = await play(1, { '1': 15_001 });
    expect(batches).toHaveLength(6);
    expect(verified).toEqual(['1 failed no 0']);
  });

  it('believes a first look at once that comes so late by itself', async () => {
    const { verifier, verified, clock, batches } = open(
      () => ({ kind: 'looked', looks: [there] }) as unknown as LookedBatch,
    );
    verifier.add(row(1));
    await clock.runTo(15_000);
    await verifier.finish();
    expect([batches, verified]).toEqual([[['1']], ['1 failed no 0']]);
  });

  it('is not cut short by a wall clock that is set on', async () => {
    const { verifier, verified, clock } = open(
      () => ({ kind: 'looked', looks: [there] }) as unknown as LookedBatch,
    );
    verifier.add(row(1));
    Object.assign(clock, { now: () => clock.monotonic() + 3_600_000 });
    void verifier.finish();
    await clock.runTo(14_000);
    expect(verified).toEqual([]);
    await clock.runTo(18_000);
    expect(verified).toEqual(['1 failed no 0']);
  });

  it('holds deleting back while ten rows in a row wait, and no longer', async () => {
    const gone = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [String(n + 1), 6000]));
    const setup: Setup = open(lagging(() => setup.clock, gone));
    const { verifier, clock } = setup;
    for (let n = 1; n <= 9; n += 1) verifier.add(row(n));
    await clock.runTo(0);
    expect(verifier.ready()).toBeUndefined();
    verifier.add(row(10));
    await clock.runTo(1);
    let free = false;
    void verifier.ready()?.then(() => (free = true));
    await clock.runTo(5999);
    expect(free).toBe(false);
    await clock.runTo(7000);
    expect(free).toBe(true);
    expect(verifier.ready()).toBeUndefined();
  });

  it('rows that wait are not in a row where one between them is gone', async () => {
    const setup: Setup = open(lagging(() => setup.clock, { '5': 0 }));
    for (let n = 1; n <= 10; n += 1) setup.verifier.add(row(n));
    await setup.clock.runTo(1000);
    expect(setup.verifier.ready()).toBeUndefined();
    await setup.clock.runTo(15_000);
    await setup.verifier.finish();
    expect(setup.verified.map((one) => one.split(' ').at(-1)).join('')).toBe('1000011111');
  });

  it('a row between them that is gone after all parts them, too', async () => {
    const { verified } = await play(10, { '5': 3000 });
    expect(
      verified
        .slice(1)
        .map((one) => one.split(' ').at(-1))
        .join(''),
    ).toBe('000011111');
  });

  it('leaves rows that wait unlooked where nobody looks any more', async () => {
    const setup: Setup = open(lagging(() => setup.clock, {}));
    setup.verifier.add(row(1));
    const finished = setup.verifier.finish();
    await setup.clock.runTo(5000);
    setup.end();
    await setup.clock.runTo(20_000);
    await finished;
    expect([setup.verified, setup.journal.lines]).toEqual([[], []]);
  });
});
