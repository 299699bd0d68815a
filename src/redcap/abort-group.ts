import { takeOut } from './take-out.ts';

/** Something that an abort signal ends. */
export interface Abortable {
  onAbort(): void;
}

/**
 * One listener for each signal, however many requests hang on it: adding and
 * removing one for each of 30,000 requests a second is expensive, and Node warns of
 * signals with many listeners.
 */
export interface AbortGroup {
  /** False where the signal has aborted already; `onAbort` is not called then. */
  add(signal: AbortSignal, member: Abortable): boolean;
  remove(signal: AbortSignal, member: Abortable): void;
}

export function createAbortGroup(): AbortGroup {
  const groups = new WeakMap<AbortSignal, Abortable[]>();
  return {
    add(signal, member) {
      if (signal.aborted) return false;
      const known = groups.get(signal);
      if (known !== undefined) {
        known.push(member);
        return true;
      }
      const members = [member];
      groups.set(signal, members);
      const endAll = (): void => {
        for (let one = members.shift(); one !== undefined; one = members.shift()) one.onAbort();
      };
      signal.addEventListener('abort', endAll, { once: true });
      return true;
    },
    remove(signal, member) {
      const members = groups.get(signal);
      if (members !== undefined) takeOut(members, member);
    },
  };
}
