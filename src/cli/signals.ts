import type { Signals } from './io.ts';

const WATCHED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'];
/** npm delivers one Ctrl-C twice. */
const ONE_PRESS_MS = 300;

/** Watches the process's signals from now on; they no longer end it by themselves. */
export function watchSignals(): Signals & { unwatch(): void } {
  let received: NodeJS.Signals | undefined;
  let firstAt = 0;
  let aborted = false;
  const first: ((signal: NodeJS.Signals) => void)[] = [];
  const second: (() => void)[] = [];

  const act = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (received === undefined) {
      received = signal;
      firstAt = now;
      for (const one of first) one(signal);
    } else if (now - firstAt >= ONE_PRESS_MS && !aborted) {
      aborted = true;
      for (const one of second) one();
    }
  };
  for (const signal of WATCHED) process.on(signal, act);
  return {
    get received() {
      return received;
    },
    onFirst(handle) {
      if (received !== undefined) handle(received);
      first.push(handle);
    },
    onSecond(handle) {
      second.push(handle);
    },
    unwatch() {
      for (const signal of WATCHED) process.off(signal, act);
    },
  };
}
