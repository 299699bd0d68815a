import { createAbortGroup, type Abortable } from './abort-group.ts';

/** Requests in flight, bounded: first come, first served. */
export interface Slots {
  /** `true` at once, or a promise of it; of `false` as soon as the signal aborts. */
  take(signal?: AbortSignal): Promise<boolean> | true;
  giveBack(): void;
}

export function createSlots(count: number): Slots {
  const waiting = new Set<Abortable & { readonly grant: () => void }>();
  const aborts = createAbortGroup();
  let free = count;
  return {
    take(signal) {
      if (signal?.aborted === true) return Promise.resolve(false);
      if (free > 0) {
        free -= 1;
        return true;
      }
      return new Promise((resolve) => {
        const one = {
          grant: () => {
            waiting.delete(one);
            if (signal !== undefined) aborts.remove(signal, one);
            resolve(true);
          },
          onAbort: () => {
            waiting.delete(one);
            resolve(false);
          },
        };
        waiting.add(one);
        if (signal !== undefined) aborts.add(signal, one);
      });
    },
    giveBack() {
      for (const first of waiting) {
        first.grant();
        return;
      }
      free += 1;
    },
  };
}
