import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/manifest/target.ts';
import type { LookedBatch } from '../../src/project/look-batch.ts';
import type { Outcome } from '../../src/run/outcome.ts';
import { createVerifier, type Unverified, type Verifier } from '../../src/run/verify.ts';
import { createVirtualClock } from '../redcap/virtual-clock.ts';
import { createLines } from './scene.ts';

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
  const journal = createLines(createVirtualClock());
  const batches: string[][] = [];
  const verified: string[] = [];
  let ended = false;
  const verifier = createVerifier({
    journal,
    look: async (targets) => {
      batches.push(targets.map(({ record }) => record));
      return look(targets);
    },
    onVerified: (one, after) => verified.push(`${one.row} ${after.status} ${after.verified}`),
    ended: () => ended,
  });
  return {
    verifier,
    journal,
    batches,
    verified,
    end: () => {
      ended = true;
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
    const { verifier, journal, verified } = open(
      () => ({ kind: 'looked', looks }) as unknown as LookedBatch,
    );
    for (const n of [1, 2, 3, 4]) verifier.add(row(n));
    await verifier.finish();
    expect(journal.lines).toEqual([
      expect.objectContaining({ row: 2, state: 'failed', code: 'still_present', verified: 'no' }),
      { verified: 'yes', rows: [1, 4], at: 0 },
      { verified: 'skipped', rows: [3], at: 0 },
    ]);
    expect(journal.lines[0]).not.toHaveProperty('look');
    expect(verified).toEqual([
      '1 deleted yes',
      '2 failed no',
      '3 deleted skipped',
      '4 deleted yes',
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
