import { describe, expect, it } from 'vitest';
import { downloadFile } from '../../src/backup/download-file.ts';
import { systemClock } from '../../src/clock.ts';
import type { FileClient } from '../../src/rows/server.ts';
import { createRunControl } from '../../src/run/control.ts';

const TARGET = { record: '1', field: 'scan', event: '', instance: '' };

/** Answers with one body after the other. */
function exporting(
  bodies: readonly string[],
  ...told: readonly boolean[]
): FileClient & { asked: number } {
  const client = {
    asked: 0,
    async exportFile(_target: unknown, sink: (chunk: Uint8Array) => void | Promise<void>) {
      const body = bodies[Math.min(client.asked, bodies.length - 1)] ?? '';
      const lengthTold = told[Math.min(client.asked, told.length - 1)] ?? true;
      client.asked += 1;
      if (body !== '') await sink(Buffer.from(body));
      const facts = { httpStatus: 200, message: '', trustworthy: true, retryAfterMs: undefined };
      return { kind: 'file', fileName: 'a.txt', bytes: body.length, lengthTold, ...facts } as const;
    },
    importFile: () => Promise.reject(new Error('nothing is imported here')),
  };
  return client;
}

function take(files: FileClient): ReturnType<typeof downloadFile> {
  const control = createRunControl();
  return downloadFile({ files, control, clock: systemClock, random: () => 0, retries: 0 }, TARGET);
}

describe('downloadFile', () => {
  it('believes a file that says how long it is, at once', async () => {
    const files = exporting(['whole'], true);
    expect(await take(files)).toMatchObject({ kind: 'file', bytes: 5 });
    expect(files.asked).toBe(1);
  });

  it.each([
    ['0 bytes', ['', ''], true],
    ['no length, the same twice', ['whole', 'whole'], false],
  ])('asks a second time: %s', async (_what, bodies, lengthTold) => {
    const files = exporting(bodies, lengthTold);
    expect(await take(files)).toMatchObject({ kind: 'file', bytes: bodies[0]?.length });
    expect(files.asked).toBe(2);
  });

  it('takes what comes the second time where the first answer was empty', async () => {
    expect(await take(exporting(['', 'there'], true))).toMatchObject({ kind: 'file', bytes: 5 });
  });

  it('takes what tells its length the second time', async () => {
    const files = exporting(['who', 'whole'], false, true);
    expect(await take(files)).toMatchObject({ kind: 'file', bytes: 5 });
  });

  it.each([
    ['without a length that comes cut short once', ['whole', 'who'], [false]],
    ['that comes empty once', ['whole', ''], [false, true]],
    ['that comes empty at first, then without a length', ['', 'who'], [true, false]],
  ])('does not believe a file %s', async (_what, bodies, told) => {
    expect(await take(exporting(bodies, ...told))).toMatchObject({ kind: 'unreadable' });
  });
});
