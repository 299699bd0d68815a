import { describe, expect, it } from 'vitest';
import {
  askForList,
  createLists,
  type ExportAnswer,
  type ListAnswer,
  type Lists,
  type Tries,
} from '../../src/project/export-lists.ts';

const FAULT: ExportAnswer = {
  kind: 'unreadable',
  message: 'HTTP 500',
  status: 500,
  shorterMayDo: true,
};
const BODYLESS: ExportAnswer = { kind: 'bodyless' };

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at));

/** A server that reads lists unless `failsOn` gives something else for them. */
function createServer(failsOn: (records: readonly string[], at: number) => ExportAnswer | boolean) {
  const asked: { readonly records: readonly string[]; readonly tries: Tries }[] = [];
  return {
    asked,
    get sizes() {
      return asked.map(({ records }) => records.length);
    },
    exportRecords: async (
      { records }: { readonly records: readonly string[] },
      tries: Tries = 'all',
    ): Promise<ExportAnswer> => {
      const at = asked.push({ records, tries });
      // Lists that are asked for at the same time come in turns.
      await Promise.resolve();
      const failure = failsOn(records, at);
      if (failure === true) return FAULT;
      if (failure !== false) return failure;
      return { kind: 'rows', rows: records.map((record) => ({ record_id: record })) };
    },
  };
}

type Server = ReturnType<typeof createServer>;

function ask(
  server: Server,
  records: readonly string[],
  lists: Lists = createLists(),
): Promise<ListAnswer> {
  return askForList(server.exportRecords, { records, fields: ['record_id', 'photo'] }, lists);
}

/** Lists of a command that has read record 0 already. */
function listsThatWereRead(): Lists {
  return {
    ...createLists(),
    readable: 1,
    known: { records: ['0'], fields: ['record_id', 'photo'] },
  };
}

function outcomeOf(answer: ListAnswer): { read: string[]; failed: string[] } {
  if (answer.kind !== 'rows') throw new Error(`the list is ${answer.kind}`);
  const read = answer.rows.map((row) => String(row['record_id']));
  return { read, failed: [...answer.failed.keys()] };
}

const withRecord =
  (...bad: readonly string[]) =>
  (records: readonly string[]): boolean =>
    records.some((record) => bad.includes(record));

describe('a list that is too long', () => {
  it('comes in halves, each of which is tried twice at most', async () => {
    const server = createServer((records) => records.length > 25);
    const answer = await ask(server, numbers(1, 60));
    expect(outcomeOf(answer)).toEqual({ read: numbers(1, 60), failed: [] });
    // The second half is as long as the first one: that it is too long is known by then.
    expect(server.sizes).toEqual([60, 30, 15, 15, 15, 15]);
    expect(server.asked.map(({ tries }) => tries)).toEqual(['all', ...Array(5).fill('two')]);
  });

  it('is not tried each time anew', async () => {
    const server = createServer((records) => records.length > 25);
    const lists = createLists();
    await ask(server, numbers(1, 100), lists);
    server.asked.length = 0;
    expect(outcomeOf(await ask(server, numbers(1, 100), lists)).read).toEqual(numbers(1, 100));
    expect(server.sizes).toEqual([25, 25, 25, 25]);
    expect(server.asked.map(({ tries }) => tries)).toEqual(['all', 'all', 'all', 'all']);
  });

  it('may be a little longer than what was read before', async () => {
    const server = createServer((records) => records.length > 25);
    const lists = createLists();
    await ask(server, numbers(1, 100), lists);
    server.asked.length = 0;
    await ask(server, numbers(1, 26), lists);
    await ask(server, numbers(1, 100), lists);
    expect(server.sizes).toEqual([13, 13, 25, 25, 25, 25]);
  });
});

it('what was not asked for as a whole was not too long', async () => {
  const lists = createLists();
  const server = createServer((records) => {
    // What another list of the command has shown meanwhile.
    if (records.length === 30) lists.longest = 13;
    return records.length > 25;
  });
  expect(outcomeOf(await ask(server, numbers(1, 60), lists)).read).toEqual(numbers(1, 60));
  expect(lists.longest).toBe(13);
});

describe('a record that fails alone', () => {
  it.each([
    ['the first', ['1'], 15],
    ['the last', ['60'], 12],
    ['one in the middle', ['37'], 13],
    ['two', ['2', '59'], 25],
    ['each tenth', ['10', '20', '30', '40', '50', '60'], 50],
  ])('is the only one of which nothing is known: %s', async (_what, bad, most) => {
    const server = createServer(withRecord(...bad));
    const answer = await ask(server, numbers(1, 60));
    expect(outcomeOf(answer)).toEqual({
      read: numbers(1, 60).filter((record) => !bad.includes(record)),
      failed: bad,
    });
    expect(answer).toMatchObject({ failed: new Map(bad.map((record) => [record, 'HTTP 500'])) });
    expect(server.asked.length).toBeLessThanOrEqual(most);
  });

  it('makes later lists no shorter', async () => {
    const server = createServer(withRecord('37'));
    const lists = createLists();
    await ask(server, numbers(1, 60), lists);
    server.asked.length = 0;
    await ask(server, numbers(61, 160), lists);
    expect(server.sizes).toEqual([100]);
  });

  it('one after the other: the server is asked now and then whether it still reads', async () => {
    const bad = numbers(1, 40);
    const server = createServer(withRecord(...bad));
    const answer = await ask(server, bad, listsThatWereRead());
    expect(outcomeOf(answer)).toEqual({ read: [], failed: bad });
    const again = server.asked.filter(({ records }) => records[0] === '0');
    expect(again.length).toBeGreaterThan(0);
    expect(again.length).toBeLessThanOrEqual(5);
  });

  it('and was asked for by itself: it says nothing where another list was read', async () => {
    const server = createServer(withRecord('7'));
    const answer = await ask(server, ['7'], listsThatWereRead());
    expect(outcomeOf(answer)).toEqual({ read: [], failed: ['7'] });
    expect(server.sizes).toEqual([1]);
  });
});

describe('a server that reads nothing', () => {
  const UNREADABLE: ListAnswer = { kind: 'unreadable', message: 'HTTP 500', status: 500 };

  it('is followed down the first half, and asked for one record more', async () => {
    const server = createServer(() => true);
    expect(await ask(server, numbers(1, 100))).toEqual(UNREADABLE);
    expect(server.sizes).toEqual([100, 50, 25, 13, 7, 4, 2, 1, 1]);
    expect(server.asked.at(-1)?.records).toEqual(['100']);
  });

  it('is followed down once, however many lists are asked for at the same time', async () => {
    const server = createServer(() => true);
    const lists = createLists();
    const batches = [0, 1, 2, 3].map((at) => numbers(at * 100 + 1, at * 100 + 100));
    const answers = await Promise.all(batches.map((batch) => ask(server, batch, lists)));
    expect(answers).toEqual([UNREADABLE, UNREADABLE, UNREADABLE, UNREADABLE]);
    expect(server.sizes).toEqual([100, 100, 100, 100, 50, 25, 13, 7, 4, 2, 1, 1]);
  });

  it('is not followed down again by a list whose answer comes when that is over', async () => {
    const sizes: number[] = [];
    let failLate: (answer: ExportAnswer) => void = () => undefined;
    const exportRecords = async ({ records }: { readonly records: readonly string[] }) => {
      sizes.push(records.length);
      if (!records.includes('101')) return FAULT;
      return new Promise<ExportAnswer>((resolve) => {
        failLate = resolve;
      });
    };
    const lists = createLists();
    const query = (records: readonly string[]) => ({ records, fields: ['record_id', 'photo'] });
    const late = askForList(exportRecords, query(numbers(101, 150)), lists);
    expect(await askForList(exportRecords, query(numbers(1, 100)), lists)).toEqual(UNREADABLE);
    failLate(FAULT);
    expect(await late).toEqual(UNREADABLE);
    expect(sizes.filter((size) => size === 1)).toHaveLength(2);
    expect(sizes.at(-1)).toBe(1);
  });

  it('and does not answer with bodies', async () => {
    const server = createServer(() => BODYLESS);
    expect(await ask(server, ['1', '2'])).toMatchObject({ kind: 'unreadable' });
    expect(server.sizes).toEqual([2, 2, 1, 1]);
  });

  it('and is asked for one record: nothing else shows that it reads', async () => {
    const server = createServer(() => true);
    expect(await ask(server, ['1'])).toEqual(UNREADABLE);
    expect(server.sizes).toEqual([1]);
  });

  it('any more: a few requests, not hundreds', async () => {
    const server = createServer(() => true);
    expect(await ask(server, numbers(1, 100), listsThatWereRead())).toEqual(UNREADABLE);
    expect(server.sizes).toEqual([100, 50, 25, 13, 7, 4, 2, 1, 1, 1]);
    expect(server.asked.at(-1)?.records).toEqual(['0']);
  });

  it('any more, asked for one record after the other', async () => {
    const server = createServer(() => true);
    const lists = listsThatWereRead();
    const kinds: string[] = [];
    for (const record of numbers(1, 4)) kinds.push((await ask(server, [record], lists)).kind);
    expect(kinds).toEqual(['rows', 'unreadable', 'unreadable', 'unreadable']);
  });
});

describe('what is no fault of the list', () => {
  it.each<[string, ExportAnswer]>([
    ['a refusal', { kind: 'unreadable', message: 'no right', status: 403 }],
    ['a stop', { kind: 'stopped' }],
  ])('is not asked for in halves: %s', async (_what, refusal) => {
    const server = createServer(() => refusal);
    expect(await ask(server, numbers(1, 100))).toEqual(refusal);
    expect(server.sizes).toEqual([100]);
  });

  it.each<[string, ExportAnswer]>([
    ['a refusal', { kind: 'unreadable', message: 'no right', status: 403 }],
    ['a stop', { kind: 'stopped' }],
  ])('ends the halves at once: %s', async (_what, refusal) => {
    const server = createServer((_records, at) => (at === 3 ? refusal : true));
    expect(await ask(server, numbers(1, 100))).toEqual(refusal);
    expect(server.sizes).toEqual([100, 50, 25]);
  });

  it('a stop of one list is none of another one', async () => {
    // Verification goes on where a limit stops the looks before sending.
    const server = createServer((records) => {
      if (!records.includes('1')) return records.length > 50;
      return records.length === 100 ? true : { kind: 'stopped' };
    });
    const lists = createLists();
    const answers = await Promise.all([
      ask(server, numbers(1, 100), lists),
      ask(server, numbers(101, 200), lists),
    ]);
    expect(answers.map(({ kind }) => kind)).toEqual(['stopped', 'rows']);
  });
});
