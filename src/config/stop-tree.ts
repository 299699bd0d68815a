import { execFile } from 'node:child_process';

/**
 * Ends a process and all that it started. A shell that is killed leaves its
 * commands behind, with the user's terminal and standard error in their hands;
 * a process group of their own would take the terminal from them. Where the
 * system cannot tell who belongs to whom, only the process itself is ended.
 */
export async function stopTree(pid: number, platform: NodeJS.Platform): Promise<void> {
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
