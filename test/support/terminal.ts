import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BIN, startProgram, type Started } from './cli.ts';
import type { Fixture } from './fixture.ts';

/** A real terminal: a small Python program holds one, types what it reads, and shows what comes. */
const PTY = `
import fcntl, os, pty, select, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, int(sys.argv[1]), 0, 0))
    os.execvp(sys.argv[2], sys.argv[2:])
source = [fd, 0]
while True:
    ready = select.select(source, [], [])[0]
    if fd in ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            data = b''
        if not data:
            break
        os.write(1, data)
    if 0 in ready:
        typed = os.read(0, 1024)
        if typed:
            os.write(fd, typed)
        else:
            source.remove(0)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 99)
`;
/** Without Python there is no terminal to try on. */
export const hasTerminals =
  process.platform !== 'win32' && spawnSync('python3', ['-c', 'import pty']).status === 0;

export interface Terminal extends Started {
  type(text: string): void;
}

interface TerminalOptions {
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What the shell does first. */
  readonly before?: string;
}

/** Starts the built program on a terminal; `redirect` is a shell's redirection of a stream. */
export async function openTerminal(
  fixture: Pick<Fixture, 'folder' | 'env'>,
  args: readonly string[],
  redirect = '',
  { columns = 80, env = {}, before = '' }: TerminalOptions = {},
): Promise<Terminal> {
  const script = join(fixture.folder, 'terminal.py');
  await writeFile(script, PTY);
  const shell = `${before} exec "$0" "$@" ${redirect}`;
  const command = [String(columns), 'bash', '-c', shell, process.execPath, BIN, ...args];
  const started = startProgram('python3', [script, ...command], {
    cwd: fixture.folder,
    env: { ...fixture.env, TERM: 'xterm', ...env },
    typing: true,
  });
  return {
    ...started,
    type: (text) => {
      started.child.stdin?.write(text);
    },
  };
}

// eslint-disable-next-line no-control-regex -- the escape that starts a sequence
const SEQUENCES = /\u001b\[[\d;]*[A-Za-z]|\u001b\]8;;[^\u001b]*\u001b\\/g;

/** What a person sees of it: without colours, links and movements. */
export function plainText(text: string): string {
  return text.replace(SEQUENCES, '');
}
