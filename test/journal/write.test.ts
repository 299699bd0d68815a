import { describe, expect, it } from 'vitest';
import { JournalError, openJournal, type Journal } from '../../src/journal/write.ts';
import { createSendWatermark } from '../../src/journal/send-watermark.ts';
import { createMemoryFile, type MemoryFile } from './memory-file.ts';

interface Setup {
  readonly file: MemoryFile;
  readonly journal: Journal;
  readonly failures: JournalError[];
  now: number;
  /** Runs what was asked for later. */
  elapse(): void;
  /** Is anything asked for later? */
  pending(): boolean;
}

function open(syncEachSend = false): Setup {
  const file = createMemoryFile();
  const failures: JournalError[] = [];
  let later: (() => void) | undefined;
  const setup = { file, failures, now: 1000 };
  const journal = openJournal({
    file,
    now: () => setup.now,
    syncEachSend,
    syncEveryMs: 200,
    defer: setImmediate,
    later: (run) => {
      later = run;
      return () => {
        later = undefined;
      };
    },
    lastStamp: 500,
    onFailure: (error) => failures.push(error),
  });
  return Object.assign(setup, {
    journal,
    elapse: () => later?.(),
    pending: () => later !== undefined,
  });
}

const FULL = new Error('ENOSPC: no space left on device');
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('openJournal', () => {
  it('lets nothing leave once another process writes there, though its line was written before', async () => {
    const file = createMemoryFile();
    let ours = true;
    const failures: JournalError[] = [];
    const journal = openJournal({
      file: {
        ...file,
        assertOurs() {
          if (!ours) throw new Error('taken over');
        },
      },
      now: () => 1000,
      syncEachSend: true,
      syncEveryMs: 200,
      defer: setImmediate,
      onFailure: (error) => failures.push(error),
    });
    await journal.announce('{"row":1,"state":"sending"}');
    expect(journal.flush()).toBe(true);
    // It stood still between its line and its request.
    ours = false;
    expect(journal.flush()).toBe(false);
    expect(failures).toHaveLength(1);
  });

  it('puts the lines of one turn into one write, in order', async () => {
    const { journal, file } = open();
    journal.append({ state: 'mark', upTo: 1 });
    expect(journal.announce('{"row":1,"state":"sending"}')).toBeUndefined();
    journal.append('{"row":1,"state":"deleted"}');
    expect(file.written).toBe('');
    await turn();
    expect(file.written).toBe(
      '{"state":"mark","upTo":1}\n{"row":1,"state":"sending"}\n{"row":1,"state":"deleted"}\n',
    );
    expect(file.writes).toBe(1);
  });

  it('brings what it has to the file at once where a request leaves', async () => {
    const { journal, file } = open();
    journal.append('a');
    void journal.announce('b');
    expect([journal.flush(), file.written, file.synced]).toEqual([true, 'a\nb\n', 0]);
    void journal.announce('c');
    await turn();
    expect([journal.flush(), file.written, file.writes]).toEqual([true, 'a\nb\nc\n', 2]);
  });

  it('waits for the disk where each line must be on it', async () => {
    const { journal, file } = open(true);
    await Promise.all([journal.announce('a'), journal.announce('b')]);
    expect(file.synced).toBe(4);
  });

  it('does not take a sync that was under way for one of its own line', async () => {
    const { journal, file } = open(true);
    const first = journal.announce('a');
    // The first sync has begun: this line is not part of it.
    await Promise.resolve();
    const second = journal.announce('b');
    await first;
    expect(file.synced).toBe(2);
    await second;
    expect(file.synced).toBe(4);
  });

  it('syncs in the background what nobody waits for', async () => {
    const { journal, file, elapse } = open();
    journal.append('a');
    await turn();
    expect(file.synced).toBe(0);
    elapse();
    await turn();
    await turn();
    expect(file.synced).toBe(2);
  });

  it('is spared the background by any other sync, and lines after it are not', async () => {
    const { journal, pending } = open();
    const states: boolean[] = [];
    for (const row of [1, 2]) {
      journal.append({ state: 'mark', upTo: row });
      await turn();
      states.push(pending());
      await journal.sync();
      states.push(pending());
    }
    expect(states).toEqual([true, false, true, false]);
  });

  it('appends nothing after the first write that failed, and says so once', async () => {
    const { journal, file, failures } = open();
    journal.append('a');
    expect(journal.flush()).toBe(true);
    file.fail(FULL);
    void journal.announce('b');
    expect([journal.flush(), journal.flush()]).toEqual([false, false]);
    expect(journal.failed).toBe(true);
    expect(journal.failure).toBe(failures[0]);
    // The disk is free again: even so.
    file.fail(undefined as never);
    journal.append('c');
    await expect(journal.announce('d')).rejects.toThrow('no space left');
    await turn();
    await expect(journal.sync()).rejects.toThrow(JournalError);
    expect(file.written).toBe('a\n');
    expect(failures).toHaveLength(1);
    await journal.close();
    expect(file.closed).toBe(true);
  });

  it('takes a sync that fails for a write that failed', async () => {
    const { journal, file, failures } = open(true);
    file.failSync(FULL);
    await expect(journal.announce('a')).rejects.toThrow(JournalError);
    expect(failures).toHaveLength(1);
    await expect(journal.announce('b')).rejects.toThrow(JournalError);
    expect(file.written).toBe('a\n');
  });

  it('syncs at the end', async () => {
    const { journal, file } = open();
    journal.append('a');
    await journal.close();
    expect([file.synced, file.closed]).toEqual([2, true]);
  });

  it('never stamps a time earlier than one written before', () => {
    const setup = open();
    setup.now = 100;
    expect(setup.journal.stamp()).toBe(500);
    setup.now = 2000;
    expect(setup.journal.stamp()).toBe(2000);
    setup.now = 1000;
    expect(setup.journal.stamp()).toBe(2000);
  });
});

describe('createSendWatermark', () => {
  it('is on the disk before the first row it covers, and ahead of the others', async () => {
    const setup = open();
    const { journal, file } = setup;
    const mark = createSendWatermark(journal);
    const covered = mark.cover(1);
    expect(covered).toBeInstanceOf(Promise);
    await covered;
    expect(file.written).toBe('{"state":"mark","upTo":1025}\n');
    expect(file.synced).toBe(file.written.length);
    for (let row = 2; row <= 513; row += 1) expect(mark.cover(row)).toBeUndefined();
    expect(file.written).toBe('{"state":"mark","upTo":1025}\n');
    // Half of it is used: the next one is written without anybody waiting.
    setup.now += 100;
    expect(mark.cover(514)).toBeUndefined();
    await turn();
    await turn();
    expect(file.written).toContain('"upTo":1538');
    expect(mark.cover(1538)).toBeUndefined();
  });

  it('covers more rows where the run is fast, up to a bound', async () => {
    const setup = open();
    const { journal, file } = setup;
    const mark = createSendWatermark(journal, 10);
    for (let row = 1; row <= 2000; row += 1) {
      await mark.cover(row);
      await journal.sync();
      setup.now += 1;
    }
    const marks = [...file.written.matchAll(/"upTo":(\d+)/g)].map(([, upTo]) => Number(upTo));
    const steps = marks.map((upTo, at) => upTo - (marks[at - 1] ?? 0));
    // A row a millisecond: half a window of 160 rows lasts 80 ms, and wider it may not become.
    expect(marks.length).toBeLessThan(32);
    expect(steps.slice(-10)).toEqual(Array.from({ length: 10 }, () => 80 + 1));
  });

  it('makes a row wait for the mark that is on its way', async () => {
    const { journal, file } = open();
    const mark = createSendWatermark(journal);
    const first = mark.cover(1);
    const second = mark.cover(2);
    expect(second).toBe(first);
    await second;
    expect(file.synced).toBeGreaterThan(0);
  });

  it('lets no row go where the mark cannot be written', async () => {
    const { journal, file } = open();
    file.fail(FULL);
    await expect(createSendWatermark(journal).cover(1)).rejects.toThrow(JournalError);
  });
});
