import { describe, expect, it } from 'vitest';
import { createSendWatermark } from '../../src/journal/send-watermark.ts';
import type { Journal } from '../../src/journal/write.ts';

/** A journal whose syncs end when the test says so. */
function slowJournal(): { journal: Journal; onDisk: () => number; sync: () => Promise<void> } {
  let written = 0;
  let synced = 0;
  const waiting: (() => void)[] = [];
  const journal = {
    append(line: { upTo: number }) {
      written = line.upTo;
    },
    sync() {
      const upTo = written;
      return new Promise<void>((resolve) => {
        waiting.push(() => {
          synced = Math.max(synced, upTo);
          resolve();
        });
      });
    },
    stamp: () => 0,
  } as unknown as Journal;
  return {
    journal,
    onDisk: () => synced,
    async sync() {
      for (const end of waiting.splice(0)) end();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
  };
}

describe('a mark', () => {
  it('that is on its way is waited for only by the rows that it reaches', async () => {
    const { journal, onDisk, sync } = slowJournal();
    const mark = createSendWatermark(journal, 10);
    const first = mark.cover(1);
    // The rows between were settled by the check: the next one to be sent is far beyond.
    const far = mark.cover(500);
    let covered = false;
    void far?.then(() => (covered = true));
    expect([first === undefined, far === undefined]).toEqual([false, false]);
    await sync();
    await sync();
    expect(covered).toBe(true);
    expect(onDisk()).toBeGreaterThanOrEqual(500);
    expect(mark.cover(500)).toBeUndefined();
  });

  it('lets no row go before it is on the disk', async () => {
    const { journal, onDisk, sync } = slowJournal();
    const mark = createSendWatermark(journal, 10);
    for (let row = 1; row <= 200; row += 1) {
      for (let ready = mark.cover(row); ready !== undefined; ready = mark.cover(row)) {
        let ended = false;
        void ready.then(() => (ended = true));
        expect(ended).toBe(false);
        await sync();
      }
      expect(onDisk()).toBeGreaterThanOrEqual(row);
    }
  });
});
