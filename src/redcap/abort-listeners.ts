/** What an abort signal ends: one listener on each signal, however many requests come and go. */
export interface AbortListeners {
  /** False where the signal has aborted already; `end` is not called then. */
  add(signal: AbortSignal, end: () => void): boolean;
  remove(signal: AbortSignal, end: () => void): void;
}

/**
 * A signal's listeners are a list whose removed members still refer to the next
 * one, so that with one for each request nothing of those that have ended is
 * freed for long; the members of a `Set` leave the same trail. Hence arrays.
 */
export function createAbortListeners(): AbortListeners {
  const endsOf = new WeakMap<AbortSignal, (() => void)[]>();

  const listen = (signal: AbortSignal): (() => void)[] => {
    const ends: (() => void)[] = [];
    endsOf.set(signal, ends);
    const endAll = (): void => {
      for (const end of ends.splice(0)) end();
    };
    signal.addEventListener('abort', endAll, { once: true });
    return ends;
  };

  return {
    add(signal, end) {
      if (signal.aborted) return false;
      const ends = endsOf.get(signal) ?? listen(signal);
      ends.push(end);
      return true;
    },
    remove(signal, end) {
      const ends = endsOf.get(signal) ?? [];
      const at = ends.indexOf(end);
      const last = ends.at(-1);
      if (at === -1 || last === undefined) return;
      ends[at] = last;
      ends.pop();
    },
  };
}
