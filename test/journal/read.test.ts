import { describe, expect, it } from 'vitest';
import type { PlanLine } from '../../src/rows/plan-line.ts';
import { replayJournal } from '../../src/journal/replay.ts';
import { joinRows } from '../../src/journal/joined-rows.ts';
import { readJournal, type ReadLine } from '../../src/journal/read.ts';
import { headerLine, journalOf, rowsOf, sourceOf } from './journal-of.ts';

const HEADER = JSON.stringify(headerLine(3));

async function linesOf(text: string, most?: number, upTo?: number): Promise<ReadLine[]> {
  const lines: ReadLine[] = [];
  for await (const some of readJournal(sourceOf(text, undefined, most), upTo)) lines.push(...some);
  return lines;
}

describe('readJournal', () => {
  it.each([
    { name: 'nothing', text: '', count: 0, end: 0 },
    { name: 'whole lines', text: '{"a":1}\n{"b":"ü"}\n', count: 2, end: 19 },
    { name: 'a torn last line', text: '{"a":1}\n{"b":', count: 1, end: 8 },
    { name: 'a last line that only lacks its end', text: '{"a":1}\n{"b":2}', count: 1, end: 8 },
    { name: 'a last line torn in a character', text: '{"a":1}\n{"b":"\u00fc', count: 1, end: 8 },
  ])('$name', async ({ text, count, end }) => {
    const lines = await linesOf(text);
    expect([lines.length, lines.at(-1)?.end ?? 0]).toEqual([count, end]);
    for (const { offset, end: lineEnd, value } of lines) {
      expect(JSON.parse(Buffer.from(text).toString('utf8', offset, lineEnd))).toEqual(value);
    }
  });

  it('reads lines across its chunks', async () => {
    const long = 'x'.repeat(700_000);
    const text = Array.from({ length: 5 }, (_, n) => `${JSON.stringify({ n, long })}\n`).join('');
    expect(await linesOf(text)).toHaveLength(5);
  });

  it.each([1, 2, 7, 16, 100])('reads the same from pieces of %i bytes', async (most) => {
    const text = '{"a":1}\n{"b":"ü"}\n{"row":1,"state":"sending","at":5,"attempt":1}\n{"torn":';
    expect(await linesOf(text, most)).toEqual(await linesOf(text));
  });

  it('ends where it is told to', async () => {
    const text = '{"a":1}\n{"b":2}\n{"c":';
    for (const upTo of [8, 10, 15]) {
      expect((await linesOf(text, 3, upTo)).map(({ end }) => end)).toEqual([8]);
    }
    expect((await linesOf(text, 3)).map(({ end }) => end)).toEqual([8, 16]);
  });

  it('passes on a failure to read, whoever waits for it', async () => {
    const source = {
      ...sourceOf(''),
      open: () =>
        Promise.resolve({
          read: (_into: Buffer, _length: number, position: number) =>
            position === 0 ? Promise.resolve(1) : Promise.reject(new Error('the disk is gone')),
          close: async () => undefined,
        }),
    };
    const read = async (): Promise<void> => {
      for await (const lines of readJournal(source)) void lines;
    };
    await expect(read()).rejects.toThrow('the disk is gone');
  });

  it.each([
    { name: 'cut short', broken: '{"row":1,"sta' },
    { name: 'blank', broken: '' },
    { name: 'no object', broken: '17' },
    { name: 'a list', broken: '[{"row":1}]' },
    { name: 'zeros, as some file systems leave them', broken: '\0'.repeat(300) },
    { name: 'more zeros than are read at once', broken: '\0'.repeat(200_000) },
    { name: 'zeros in a long line', broken: `{"a":"${'x'.repeat(150_000)}\0` },
    { name: 'zeros before what was a line', broken: '\0\0{"row":1,"state":"deleted"}' },
    { name: 'half of one line and half of the next', broken: '{"row":1,"stat":"deleted"}' },
    { name: 'of no row of this manifest', broken: '{"row":4,"state":"deleted"}' },
    { name: 'of a state that no row has', broken: '{"row":2,"state":"removed"}' },
    {
      name: 'of a code that belongs to another state',
      broken: '{"row":2,"state":"failed","code":"limit"}',
    },
    {
      name: 'of a try that ended as none can',
      broken: '{"row":2,"state":"tried","code":"new_file"}',
    },
    { name: 'of a plan that there is not', broken: '{"row":2,"plan":"keep"}' },
    {
      name: 'of a plan with another one’s code',
      broken: '{"row":2,"plan":"invalid","code":"limit"}',
    },
  ])('passes over a line in the middle that is $name, and says which', async ({ broken }) => {
    const last = '{"row":1,"state":"deleted"}';
    for (const most of [undefined, 7, 60_000]) {
      const text = `${HEADER}\n${broken}\n${last}\n`;
      const source = sourceOf(text, undefined, most);
      const { end, index, holes } = await replayJournal(source);
      expect([end, index.status(1)]).toEqual([text.length, 'deleted']);
      expect(holes).toMatchObject({ lines: 1, firstLine: 2, lastOffset: HEADER.length + 1 });
    }
  });
});

describe('replayJournal', () => {
  it.each([
    { name: 'another version', text: '{"version":2}\n', says: /version 2.*reads version 1/ },
    { name: 'no version', text: '{"row":1}\n', says: /version undefined/ },
    { name: 'no line at all', text: '', says: /holds no run/ },
    { name: 'half a first line', text: '{"version":1', says: /holds no run/ },
  ])('refuses $name', async ({ text, says }) => {
    await expect(replayJournal(sourceOf(text))).rejects.toThrow(says);
  });

  it('says where the last whole line ends', async () => {
    const whole = `${HEADER}\n{"row":1,"state":"sending","at":1,"attempt":1}\n`;
    expect((await replayJournal(sourceOf(`${whole}{"row":1,`))).end).toBe(whole.length);
  });

  it.each([
    { name: 'nothing', lines: [], sent: false },
    { name: 'a request in the air', lines: [sending(1)], sent: true },
    { name: 'a connection never made', lines: [sending(1), tried(1, false)], sent: false },
    { name: 'a try that left', lines: [sending(1), tried(1, true)], sent: true },
    { name: 'an outcome with a request', lines: [{ ...outcome(1), attempts: 1 }], sent: true },
    { name: 'an outcome without one', lines: [outcome(1)], sent: false },
    { name: 'a mark of a killed session', lines: [{ state: 'mark', upTo: 9 }], sent: true },
    {
      name: 'a mark of a session that ended',
      lines: [
        { state: 'mark', upTo: 9 },
        { state: 'end', at: 9, exitCode: 2 },
      ],
      sent: false,
    },
  ])('knows by $name whether anything was sent', async ({ lines, sent }) => {
    expect((await replayJournal(journalOf(headerLine(3), ...lines))).sent).toBe(sent);
  });

  it('keeps what a second session begins with apart from how the first one ended', async () => {
    const stop = { state: 'stop', at: 5, code: 'limit', message: 'The pilot is done.' };
    const end = { state: 'end', at: 6, exitCode: 3 };
    const run = await replayJournal(journalOf(headerLine(3), confirmed(), stop, end));
    expect(run).toMatchObject({
      confirmed: true,
      exitCode: 3,
      sessions: 1,
      lastStamp: Date.parse('2026-03-02T10:00:00.000Z'),
    });
    expect(run.stop).toEqual({ code: 'limit', message: 'The pilot is done.' });
    const resumed = { state: 'resumed', at: 7, tool: 't' };
    const live = await replayJournal(journalOf(headerLine(3), confirmed(), stop, end, resumed));
    expect(live).toMatchObject({
      confirmed: true,
      exitCode: undefined,
      stop: undefined,
      sessions: 2,
    });
  });
});

describe('joinRows', () => {
  const plan = [
    { row: 2, plan: 'already_empty' },
    { row: 3, plan: 'duplicate', of: 1 },
  ];
  const planned = { state: 'planned', at: 1, totals: {} };

  it('gives each row its plan line, where it has one, and its outcome', async () => {
    const run = await replayJournal(journalOf(headerLine(4), ...plan, planned, outcome(1)));
    const read: unknown[] = [];
    for await (const batch of joinRows(rowsOf(4), run)) {
      read.push(...batch.map((one) => [one.plan, one.outcome.status]));
    }
    expect(read).toEqual([
      [undefined, 'failed'],
      [plan[0], 'already_empty'],
      [plan[1], 'duplicate'],
      [undefined, 'not_attempted'],
    ]);
  });

  it('leaves rows out, and plans those anew whose line is lost', async () => {
    const run = await replayJournal(journalOf(headerLine(4), ...plan, planned));
    const read: unknown[] = [];
    const keeps = (row: number): boolean => row !== 2;
    const replan = ({ row }: { row: number }): PlanLine => ({ row, plan: 'delete', instance: '7' });
    for await (const batch of joinRows(rowsOf(4), run, { keeps, replan })) {
      read.push(...batch.map((one) => [one.row.row, one.plan?.plan, one.target.instance]));
    }
    expect(read).toEqual([
      [1, 'delete', '7'],
      [3, 'duplicate', ''],
      [4, 'delete', '7'],
    ]);
  });
});

function sending(row: number): object {
  return { row, state: 'sending', at: 1, attempt: 1 };
}
function tried(row: number, sent: boolean): object {
  return {
    row,
    state: 'tried',
    at: 2,
    code: 'connection',
    effect: sent ? 'possible' : 'none',
    sent,
  };
}
function outcome(row: number): object {
  return { row, state: 'failed', at: 3, code: 'connection' };
}
function confirmed(): object {
  return { state: 'confirmed', at: 2, files: 3, by: '--yes' };
}
