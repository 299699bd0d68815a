import type { LimitFunction } from 'p-limit';

/** Runs `task` when the limit lets it; `otherwise`, as soon as the signal aborts before that. */
export function inTurn<T, O>(
  limit: LimitFunction,
  task: () => Promise<T>,
  otherwise: O,
  signal?: AbortSignal,
): Promise<T | O> {
  if (signal?.aborted === true) return Promise.resolve(otherwise);
  if (signal === undefined || limit.activeCount < limit.concurrency) return limit(task);
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      resolve(otherwise);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    limit(async () => {
      signal.removeEventListener('abort', giveUp);
      return signal.aborted ? otherwise : task();
    }).then(resolve, reject);
  });
}
