import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option } from 'commander';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  COMMANDS,
  COMMON_OPTIONS,
  type CommandName,
  type FlagsOf,
} from '../../src/cli/commands.ts';
import { HANDLERS } from '../../src/cli/handlers.ts';
import { createSandbox } from '../../src/sandbox/handler.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { makeTerminal, type Terminal } from '../backup/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'flags-read-'));
const read = new Map<string, Set<string>>();
let server: Awaited<ReturnType<typeof serveSandbox>>;

/** The flags that a command gets, with a note of each one that it reads. */
function watch<Name extends CommandName>(name: Name, flags: FlagsOf<Name>): FlagsOf<Name> {
  const keys = new Set<string>();
  read.set(name, keys);
  return new Proxy(flags, {
    get(target, key, receiver): unknown {
      keys.add(String(key));
      return Reflect.get(target, key, receiver);
    },
    ownKeys() {
      throw new Error('flags are read by their names: whoever copies all of them reads none');
    },
  });
}

const keyOf = ({ flags }: { readonly flags: string }): string => new Option(flags).attributeName();

beforeAll(async () => {
  server = await serveSandbox(createSandbox({ requestsPerMinute: 0 }));
  const at = (name: string): string => join(folder, name);
  const connection = { url: server.url, tokenFile: at('token'), rate: 'unlimited' };
  writeFileSync(at('token'), server.sandbox.token, { mode: 0o600 });
  const terminal = (): Terminal => makeTerminal(folder);

  await HANDLERS.scan(terminal().io, watch('scan', { ...connection, output: at('files.csv') }));
  const [header = '', ...rows] = readFileSync(at('files.csv'), 'utf8').split('\n');
  writeFileSync(at('list.csv'), [header, ...rows.slice(0, 3), ''].join('\n'));
  await HANDLERS.project(terminal().io, watch('project', connection));
  await HANDLERS.check(
    terminal().io,
    at('list.csv'),
    watch('check', { ...connection, runDir: at('check') }),
  );
  await HANDLERS.run(
    terminal().io,
    at('list.csv'),
    watch('run', { ...connection, runDir: at('run'), yes: true, backup: true, limit: '1' }),
  );
  // As a kill before the answer leaves it: to be asked about again.
  const journal = readFileSync(at('run/journal.ndjson'), 'utf8').split('\n');
  writeFileSync(
    at('run/journal.ndjson'),
    journal.filter((line) => !line.includes('"state":"confirmed"')).join('\n'),
  );
  await HANDLERS.resume(terminal().io, at('run'), watch('resume', { ...connection, yes: true }));
  await HANDLERS.report(terminal().io, at('run'), watch('report', {}));
  await HANDLERS.restore(terminal().io, at('run'), watch('restore', { ...connection, yes: true }));
  await HANDLERS.runs(terminal().io, watch('runs', { reportDir: folder }));
  await HANDLERS.demo(terminal().io, watch('demo', { reportDir: at('reports') }));
  await HANDLERS.completion(terminal().io, 'bash', watch('completion', {}));
  const screen = terminal();
  const serving = HANDLERS.sandbox(screen.io, watch('sandbox', { port: '0' }));
  while (!screen.out().includes('Stop it')) await new Promise((wake) => setTimeout(wake, 10));
  screen.signal('SIGINT');
  await serving;
}, 60_000);

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each(COMMANDS)('$name reads each of its options', ({ name, options }) => {
  const keys = read.get(name);
  expect(options.map(keyOf).filter((key) => keys?.has(key) !== true)).toEqual([]);
});

it('the options of every command are read', () => {
  const keys = new Set([...read.values()].flatMap((one) => [...one]));
  expect(COMMON_OPTIONS.map(keyOf).filter((key) => !keys.has(key))).toEqual([]);
});
