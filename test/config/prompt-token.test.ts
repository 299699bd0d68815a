import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { promptToken } from '../../src/config/read-token.ts';
import { TOKEN } from './workspace.ts';

function makeTerminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  let shown = '';
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
  });
  const sees = async (text: RegExp): Promise<void> => {
    while (!text.test(shown)) await new Promise((wake) => setTimeout(wake, 5));
  };
  return { input, output, sees, shown: () => shown };
}

describe('promptToken', () => {
  it('takes what is typed and shows none of it', async () => {
    const { input, output, sees, shown } = makeTerminal();
    const answer = promptToken({ input, output });
    await sees(/REDCap API token/);
    input.write(TOKEN);
    input.write('\r');
    expect(await answer).toBe(TOKEN);
    expect(shown()).not.toMatch(/0123|4567|CDEF/);
  });

  it('asks again where it was no token', async () => {
    const { input, output, sees } = makeTerminal();
    const answer = promptToken({ input, output });
    await sees(/REDCap API token/);
    input.write('AB\r');
    await sees(/it has 2 characters/);
    input.write(`${TOKEN.slice(2)}\r`);
    await expect(Promise.race([answer, sees(/it has 32/)])).resolves.toBe(`AB${TOKEN.slice(2)}`);
  });

  it('ends at Ctrl-C, and at an abort', async () => {
    const { input, output, sees } = makeTerminal();
    const answer = promptToken({ input, output });
    await sees(/REDCap API token/);
    input.write('\u0003');
    expect(await answer).toBeUndefined();

    const other = makeTerminal();
    const controller = new AbortController();
    const aborted = promptToken({ ...other, signal: controller.signal });
    await other.sees(/REDCap API token/);
    controller.abort();
    expect(await aborted).toBeUndefined();
  });
});
