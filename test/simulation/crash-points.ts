import type { Deletion } from './deletion.ts';
import type { Disk } from './disk.ts';
import type { CrashPoint } from './settings.ts';

/** Does the process crash in this write, or right after it? */
export function crashesAtWrites(
  crashPoint: CrashPoint | undefined,
): (write: number, text: string) => 'within' | 'after' | undefined {
  let said = 0;
  return (write, text) => {
    const when = crashPoint?.when;
    if (when?.kind === 'write' && when.n === write) return 'within';
    if (when?.kind !== 'line') return undefined;
    const before = said;
    said += text.split(when.says).length - 1;
    return before < when.n && said >= when.n ? 'after' : undefined;
  };
}

/** Crashes the process right before or right after a request has left. */
export function crashesAtRequests(
  crashPoint: CrashPoint | undefined,
  disk: Disk,
  kill: () => void,
  leave: (deletion: Deletion) => void,
): (deletion: Deletion) => void {
  let requests = 0;
  return (deletion) => {
    requests += 1;
    const when = crashPoint?.when;
    if (when?.kind === 'marking') {
      leave(deletion);
      if (requests >= when.n && isMarking(disk)) kill();
      return;
    }
    const dies = when?.kind === 'request' && when.n === requests;
    if (dies && when.before) {
      deletion.sent = false;
      kill();
      return;
    }
    leave(deletion);
    if (dies) kill();
  };
}

/** Is a mark on its way to the disk, and not there yet? */
function isMarking({ lines, durableBytes }: Disk): boolean {
  const mark = lines().findLast(({ state }) => state === 'mark');
  return mark !== undefined && mark.end > durableBytes;
}
