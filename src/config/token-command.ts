import { execFile, spawn } from 'node:child_process';
import { RefusedError } from '../errors.ts';

/** What became of a token command; `output` is its standard output. */
interface CommandResult {
  readonly exitCode: number | null;
  /** The signal that ended it, if one did. */
  readonly signal: string | null;
  readonly output: Uint8Array;
  /** Stopped by us before its end: the time was up, or the signal aborted. */
  readonly stopped: boolean;
}

export type RunCommand = (command: string) => Promise<CommandResult>;

interface CommandSetting {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  /** Whether the command may ask on the terminal (a PIN): else it must not eat a manifest on standard input. */
  readonly mayAsk: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Long enough for a person to unlock a password manager. */
const COMMAND_TIMEOUT_MS = 120_000;
const OUTPUT_GRACE_MS = 1000;
const LARGEST_BYTES = 64 * 1024;

/**
 * Runs a command by the platform's shell. Its standard error goes straight to
 * the user's. Settles at the latest when the time is up or the signal aborts,
 * even where a grandchild keeps the output open.
 */
export function shellRunner(setting: CommandSetting): RunCommand {
  return (command) =>
    new Promise((settle, fail) => {
      const child = spawn(command, {
        shell: true,
        cwd: setting.cwd,
        env: withoutToken(setting.env),
        stdio: [setting.mayAsk ? 'inherit' : 'ignore', 'pipe', 'inherit'],
        windowsHide: true,
      });
      const chunks: Buffer[] = [];
      let bytes = 0;
      let stopped = false;
      let grace: NodeJS.Timeout | undefined;
      const finish = (exitCode: number | null, signal: string | null): void => {
        clearTimeout(timer);
        clearTimeout(grace);
        setting.signal?.removeEventListener('abort', giveUp);
        child.stdout.destroy();
        child.unref();
        settle({ exitCode, signal, output: Buffer.concat(chunks), stopped });
      };
      const giveUp = (): void => {
        if (child.pid === undefined) return;
        stopped = true;
        void stopTree(child.pid, setting.platform).then(() => finish(null, null));
      };
      const timer = setTimeout(giveUp, setting.timeoutMs ?? COMMAND_TIMEOUT_MS);
      child.stdout.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= LARGEST_BYTES) chunks.push(chunk);
      });
      child.stdout.on('error', () => undefined);
      child.once('error', (error) => {
        clearTimeout(timer);
        setting.signal?.removeEventListener('abort', giveUp);
        fail(new RefusedError(`--token-command could not be started: ${startTrouble(error)}.`));
      });
      child.once('exit', (code, signal) => {
        grace = setTimeout(() => finish(code, signal), OUTPUT_GRACE_MS);
      });
      child.once('close', (code, signal) => finish(code, signal));
      setting.signal?.addEventListener('abort', giveUp, { once: true });
      if (setting.signal?.aborted === true) giveUp();
    });
}

/** The command finds a token; it is not handed the one that is there. Windows knows no case in names. */
function withoutToken(env: CommandSetting['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name.toUpperCase() !== 'REDCAP_API_TOKEN'),
  );
}

function startTrouble(error: Error): string {
  return 'code' in error ? `the system says ${String(error.code)}` : 'the shell did not start';
}

/**
 * Ends a process and all that it started. A shell that is killed leaves its
 * commands behind, still holding the user's terminal and standard error; in a
 * process group of their own they could not use that terminal. Where the system
 * does not say who started whom, only the process itself is ended.
 */
async function stopTree(pid: number, platform: NodeJS.Platform): Promise<void> {
  if (platform === 'win32') {
    await run('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  const family = findFamily(pid, await run('ps', ['-A', '-o', 'pid=', '-o', 'ppid=']));
  for (const member of family) {
    try {
      process.kill(member, 'SIGKILL');
    } catch {
      // It has ended by itself meanwhile.
    }
  }
}

/** The process and its descendants, from lines of "pid parent". */
export function findFamily(pid: number, list: string): readonly number[] {
  const pairs = [...list.matchAll(/^\s*(\d+)\s+(\d+)\s*$/gm)].map(
    ([, child, parent]) => [Number(child), Number(parent)] as const,
  );
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of pairs) {
      if (parent === member && !family.includes(child)) family.push(child);
    }
  }
  return family;
}

function run(file: string, args: readonly string[]): Promise<string> {
  return new Promise((settle) => {
    execFile(file, args, { timeout: 5000, windowsHide: true }, (_error, output) => settle(output));
  });
}
