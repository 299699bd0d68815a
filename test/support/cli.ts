import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

/** The built program; another build can be tried without touching the tests. */
export const BIN =
  process.env['REDCAP_SWEEP_BIN'] ?? fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface Ended {
  /** The exit code; -1 where a signal ended the process by itself. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  kill(signal: NodeJS.Signals): void;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What standard input holds; nothing at all by default. */
  readonly stdin?: string | Buffer;
  /** Standard input stays open, for a test that types. */
  readonly typing?: boolean;
}

const running = new Set<ChildProcess>();
const folders: string[] = [];

afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** An empty folder to start the program in; gone after the test. */
export async function makeFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'sweep-e2e-')));
  folders.push(folder);
  return folder;
}

/** The environment of a program that is started: nothing of REDCap's, no proxy, unless given. */
export function cleanEnv(
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), TZ: 'UTC', ...more };
}

/** Starts the built program and collects both streams. */
export function startSweep(args: readonly string[], options: StartOptions): Started {
  return startProgram(process.execPath, [BIN, ...args], options);
}

export function startProgram(
  program: string,
  args: readonly string[],
  { cwd, env = {}, stdin, typing = false }: StartOptions,
): Started {
  const child = spawn(program, args, { cwd, env: cleanEnv(env), stdio: 'pipe' });
  running.add(child);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  // A program that is refused early does not read what it is given.
  child.stdin.on('error', () => undefined);
  if (!typing) child.stdin.end(stdin ?? '');
  const text = (chunks: readonly Buffer[]) => (): string => Buffer.concat(chunks).toString('utf8');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      running.delete(child);
      resolve({ code: code ?? -1, stdout: text(out)(), stderr: text(err)() });
    });
  });
  return {
    child,
    ended,
    stdout: text(out),
    stderr: text(err),
    kill: (signal) => {
      child.kill(signal);
    },
  };
}

/** The same, to its end. */
export async function sweep(args: readonly string[], options: StartOptions): Promise<Ended> {
  return startSweep(args, options).ended;
}

/** Names below a folder, hidden ones included; none where it is not there. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch {
    return [];
  }
}

/** Resolves when the condition holds; fails after `withinMs`. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  withinMs = 15_000,
): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`nothing came within ${withinMs} ms`);
    await pause(10);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
