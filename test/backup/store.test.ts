import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createBeforeDelete } from '../../src/backup/before-delete.ts';
import { createStore, DiskError, type BackupStore, type OpenFile } from '../../src/backup/store.ts';
import { systemClock } from '../../src/clock.ts';
import type { Journal } from '../../src/journal/write.ts';
import type { FileClient } from '../../src/rows/server.ts';
import { createRunControl } from '../../src/run/control.ts';
import type { FileFacts } from '../../src/rows/outcome.ts';
import type { RowToDelete } from '../../src/run/row-source.ts';
import { makeFolder } from './fixture.ts';

async function save(
  store: BackupStore,
  name: string,
  text: string,
  earlier?: FileFacts,
): Promise<FileFacts> {
  const saving = store.save(12);
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await saving.begin();
  await saving.write(bytes);
  const taken = { kind: 'file', name, bytes: bytes.length, sha256 } as const;
  const backup = await saving.commit(taken, earlier);
  await saving.discard();
  return { name, bytes: bytes.length, sha256, backup };
}

function contents(folder: string): Record<string, string> {
  const backup = join(folder, 'backup');
  const names = readdirSync(backup).toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(backup, name), 'utf8')]));
}

describe('a store', () => {
  it('keeps the same bytes once, whatever their name is by now', async () => {
    const folder = makeFolder();
    const store = createStore(folder, systemClock);
    const first = await save(store, 'a.txt', 'bytes');
    await save(store, 'a.txt', 'bytes', first);
    await save(store, 'renamed.txt', 'bytes', first);
    // A kill came before the journal knew of the first one.
    await save(store, 'a.txt', 'bytes');
    expect(contents(folder)).toEqual({ '000012-a.txt': 'bytes' });
  });

  it('keeps other bytes beside the earlier ones, names that differ in case alone included', async () => {
    const folder = makeFolder();
    const store = createStore(folder, systemClock);
    const first = await save(store, 'Scan.PDF', 'one');
    const second = await save(store, 'scan.pdf', 'two', first);
    const third = await save(store, 'scan.pdf', 'three', second);
    expect([first, second, third].map(({ backup }) => backup)).toEqual([
      'backup/000012-scan.pdf',
      'backup/000012.2-scan.pdf',
      'backup/000012.3-scan.pdf',
    ]);
    expect(contents(folder)).toEqual({
      '000012-scan.pdf': 'one',
      '000012.2-scan.pdf': 'two',
      '000012.3-scan.pdf': 'three',
    });
  });

  it('writes again what is gone from the disk or was damaged there', async () => {
    const folder = makeFolder();
    const store = createStore(folder, systemClock);
    const first = await save(store, 'a.txt', 'bytes');
    writeFileSync(join(folder, 'backup', '000012-a.txt'), 'damaged');
    expect(await save(store, 'a.txt', 'bytes', first)).toEqual(first);
    expect(contents(folder)).toEqual({ '000012-a.txt': 'bytes' });
  });

  it('goes nowhere else, whatever the journal says', async () => {
    const folder = makeFolder();
    const store = createStore(folder, systemClock);
    const { sha256 } = await save(store, 'a.txt', 'bytes');
    const { backup } = await save(store, 'a.txt', 'bytes', { sha256, backup: 'backup/../x' });
    expect(backup).toBe('backup/000012-a.txt');
    expect(readdirSync(folder)).toEqual(['backup']);
  });

  it('removes what a killed session left half written, and nothing else', async () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'backup'));
    writeFileSync(join(folder, 'backup', '000007.part'), 'half');
    writeFileSync(join(folder, 'backup', '000007-x.part'), 'whole');
    await save(createStore(folder, systemClock), 'a.txt', 'bytes');
    expect(contents(folder)).toEqual({ '000007-x.part': 'whole', '000012-a.txt': 'bytes' });
  });

  it('starts again at the first byte, and leaves nothing of what was not kept', async () => {
    const folder = makeFolder();
    const saving = createStore(folder, systemClock).save(12);
    await saving.begin();
    await saving.write(Buffer.from('first try'));
    await saving.begin();
    await saving.write(Buffer.from('second'));
    expect(contents(folder)).toEqual({ '000012.part': 'second' });
    await saving.discard();
    expect(contents(folder)).toEqual({});
  });
});

/** A disk that takes so many bytes, then fails with a code. */
function smallDisk(
  room: number,
  code: string,
  where: 'writeFile' | 'sync' = 'writeFile',
): OpenFile {
  let left = room;
  const fail = (): Promise<never> =>
    Promise.reject(Object.assign(new Error(`${code}: it fails`), { code, syscall: 'write' }));
  return async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    return {
      writeFile: (data) => {
        left -= (data as Uint8Array).length;
        return where === 'writeFile' && left < 0 ? fail() : file.writeFile(data);
      },
      sync: () => (where === 'sync' ? fail() : file.sync()),
      close: () => file.close(),
    };
  };
}

function exporting(chunks: readonly string[]): FileClient {
  return {
    async exportFile(_target, sink) {
      for (const chunk of chunks) await sink(Buffer.from(chunk));
      const facts = { httpStatus: 200, message: '', trustworthy: true, retryAfterMs: undefined };
      return {
        kind: 'file',
        fileName: 'a.txt',
        bytes: chunks.join('').length,
        lengthTold: true,
        ...facts,
      };
    },
    importFile: () => Promise.reject(new Error('nothing is imported here')),
  };
}

describe('a disk that takes no more', () => {
  const target = { record: '1', field: 'scan', event: '', instance: '' };
  const work: RowToDelete = {
    row: 12,
    target,
    seen: 'a.txt',
    guards: undefined,
    earlier: undefined,
  };

  const guard = async (openFile: OpenFile) => {
    const folder = makeFolder();
    const control = createRunControl();
    const lines: unknown[] = [];
    const journal = {
      append: (line: unknown) => void lines.push(line),
      sync: () => Promise.resolve(),
    } as unknown as Journal;
    const safeguard = createBeforeDelete({
      source: {
        files: exporting(['12345', '67890']),
        control,
        clock: systemClock,
        random: () => 0,
        retries: 0,
      },
      store: createStore(folder, systemClock, openFile),
      journal,
      look: undefined,
      earlier: () => undefined,
    });
    return { safeguarded: await safeguard(work), reason: control.reason, lines, folder };
  };

  it.each([
    ['ENOSPC', 'writeFile', 'full'],
    ['EDQUOT', 'writeFile', 'share'],
    ['EROFS', 'writeFile', 'read-only'],
    ['EIO', 'sync', 'EIO'],
  ] as const)('%s at %s stops the run before the deletion', async (code, where, words) => {
    const { safeguarded, reason, lines, folder } = await guard(smallDisk(7, code, where));
    expect(safeguarded).toEqual({ kind: 'stopped' });
    expect(reason).toMatchObject({ code: 'journal_failed' });
    expect(reason?.message).toContain(words);
    expect(lines).toEqual([]);
    // What was written is given back: the journal needs the room.
    expect(contents(folder)).toEqual({});
  });

  it('EFBIG is the trouble of one file', async () => {
    const { safeguarded, reason, lines } = await guard(smallDisk(7, 'EFBIG'));
    expect(safeguarded).toMatchObject({
      kind: 'end',
      state: { status: 'failed', code: 'backup_failed' },
    });
    expect([reason, lines]).toEqual([undefined, []]);
  });

  it('is met by nothing while there is room: the bytes are whole before the journal says so', async () => {
    const { safeguarded, lines, folder } = await guard(smallDisk(10, 'ENOSPC'));
    const sha256 = createHash('sha256').update('1234567890').digest('hex');
    const file = { name: 'a.txt', bytes: 10, sha256, backup: 'backup/000012-a.txt' };
    expect(safeguarded).toEqual({ kind: 'go', file });
    expect(lines).toEqual([{ row: 12, state: 'backup', file }]);
    expect(contents(folder)).toEqual({ '000012-a.txt': '1234567890' });
  });

  it('cannot even take the folder', async () => {
    const folder = makeFolder();
    writeFileSync(join(folder, 'backup'), 'a file in its place');
    await expect(createStore(folder, systemClock).save(1).begin()).rejects.toThrow(DiskError);
  });
});
