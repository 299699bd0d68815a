import { describe, expect, it } from 'vitest';
import type { Target } from '../../src/rows/target.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import type { Outcome, Status } from '../../src/rows/outcome.ts';
import { createSilence } from '../../src/run/silence.ts';

const UNREADABLE: LookedBatch = { kind: 'unreadable', message: 'HTML', status: 200 };
const looked = (kind: string): LookedBatch =>
  ({ kind: 'looked', looks: [{ kind: 'nothing' }, { kind }] }) as unknown as LookedBatch;

interface Setup {
  /** So many rows finish. */
  finish(rows: number, confirmed?: boolean, status?: Status): void;
  readonly told: string[];
  readonly looks: (readonly string[])[];
  settled(): Promise<void>;
  deciding(): boolean;
}

function open(look?: () => Promise<LookedBatch>): Setup {
  const told: string[] = [];
  const looks: (readonly string[])[] = [];
  const silence = createSilence({
    look:
      look &&
      ((targets) => {
        looks.push(targets.map(({ record }) => record));
        return look();
      }),
    onSilent: () => told.push('silent'),
    onBug: (error) => told.push(String(error)),
  });
  let row = 0;
  return {
    told,
    looks,
    finish(rows, confirmed = false, status = 'unknown') {
      for (let n = 0; n < rows; n += 1) {
        row += 1;
        const target: Target = { record: String(row), field: 'photo', event: '', instance: '' };
        silence.finished(target, { status } as Outcome, confirmed);
      }
    },
    settled: async () => silence.deciding,
    deciding: () => silence.deciding !== undefined,
  };
}

describe('rows in a row without a trustworthy answer', () => {
  it('are ten, where the run makes no looks', () => {
    const { finish, told } = open();
    finish(9);
    expect(told).toEqual([]);
    finish(1);
    expect(told).toEqual(['silent']);
  });

  it('are counted anew after each answer, and not where nothing was attempted', () => {
    const { finish, told } = open();
    finish(9);
    finish(1, true);
    finish(9);
    finish(30, false, 'not_attempted');
    expect(told).toEqual([]);
  });

  it.each<[string, LookedBatch, string[]]>([
    ['cannot be read', UNREADABLE, ['silent']],
    ['says nothing', looked('nothing'), ['silent']],
    ['finds no record', looked('no_record'), ['silent']],
    ['was stopped', { kind: 'stopped' }, []],
    ['shows that one is gone', looked('gone'), []],
    ['shows that one is there', looked('there'), []],
  ])('are looked at, all ten at once, and the look %s', async (_name, batch, is) => {
    const { finish, told, looks, settled, deciding } = open(() => Promise.resolve(batch));
    finish(10);
    expect(deciding()).toBe(true);
    await settled();
    expect([told, deciding()]).toEqual([is, false]);
    expect(looks).toEqual([['1', '2', '3', '4', '5', '6', '7', '8', '9', '10']]);
  });

  it('are counted anew after a look that says something', async () => {
    const { finish, looks, settled } = open(() => Promise.resolve(looked('gone')));
    finish(10);
    await settled();
    finish(9);
    expect(looks).toHaveLength(1);
    finish(1);
    await settled();
    expect(looks.map(([first]) => first)).toEqual(['1', '11']);
  });

  it('are no silence where one that was under way is answered meanwhile', async () => {
    let tell: ((batch: LookedBatch) => void) | undefined;
    const { finish, told, looks, settled } = open(
      () =>
        new Promise((resolve) => {
          tell = resolve;
        }),
    );
    finish(10);
    finish(2);
    finish(1, true);
    tell?.(UNREADABLE);
    await settled();
    expect(told).toEqual([]);
    expect(looks).toHaveLength(1);
  });

  it('pass a bug in the look on', async () => {
    const { finish, told, settled } = open(() => Promise.reject(new Error('a bug')));
    finish(10);
    await settled();
    expect(told).toEqual(['Error: a bug']);
  });
});
