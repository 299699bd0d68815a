import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { makeFolder, namesIn, sweep } from '../support/cli.ts';
import { fencedBlocks, PAGES, readPage } from './markdown.ts';

interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

/** Every command that the pages show with what it prints: the guide's, in its order, then the others'. */
function readShown(): Shown[] {
  const shown: { command: string; output: string[] }[] = [];
  for (const line of PAGES.flatMap((page) => fencedBlocks(readPage(page), 'console').flat())) {
    if (line.startsWith('$ ')) shown.push({ command: line.slice(2), output: [] });
    else shown.at(-1)?.output.push(line);
  }
  return shown;
}

const DIRECTORY = /reports\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\w+/g;

describe('what the pages show is what the program prints', () => {
  let server: Awaited<ReturnType<typeof serveSandbox>>;

  beforeAll(async () => {
    server = await serveSandbox(createSandbox({ requestsPerMinute: 0 }));
  });
  afterAll(() => server.close());

  it('command by command, from a rehearsal to a restore', async () => {
    const cwd = await makeFolder();
    const shown = readShown();
    expect(shown.map(({ command }) => command.split(' ')[1])).toEqual([
      'demo',
      'scan',
      'check',
      'run',
      'resume',
      'restore',
      'project',
    ]);
    // Directories are named by the time: the first that the guide shows is the first one made.
    const named = [
      ...new Set(shown.flatMap((one) => one.output.join('\n').match(DIRECTORY) ?? [])),
    ];
    const env = { REDCAP_API_URL: server.url, REDCAP_API_TOKEN: server.sandbox.token };
    for (const { command, output } of shown) {
      const made = await madeIn(cwd);
      const real = (text: string): string =>
        text.replace(DIRECTORY, (directory) => made[named.indexOf(directory)] ?? directory);
      const args = real(command).split(' ').slice(1);
      const rate = args[0] === 'demo' ? [] : ['--rate', 'unlimited'];
      const { stdout, stderr, code } = await sweep([...args, ...rate], { cwd, env });
      if (args[0] === 'demo') await rm(join(cwd, 'reports'), { recursive: true });
      made.push(...(await madeIn(cwd)).filter((directory) => !made.includes(directory)));
      const lines = `${stdout}\n${stderr}`.split('\n');
      const missing = output
        .filter((line) => line !== '…')
        .map(real)
        .filter((line) => !lines.includes(line));
      expect(missing, `${command} (exit ${code}) prints:\n${lines.join('\n')}`).toEqual([]);
    }
  }, 180_000);
});

/** Run directories in the order in which they were made: their names begin with the time. */
async function madeIn(cwd: string): Promise<string[]> {
  return (await namesIn(join(cwd, 'reports'))).map((name) => `reports/${name}`);
}
