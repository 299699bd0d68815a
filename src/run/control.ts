import { setMaxListeners } from 'node:events';
import type { StopCode } from '../rows/outcome.ts';

export interface StopReason {
  readonly code: StopCode;
  readonly message: string;
}

/**
 * How a run is brought to its end. `stopping` ends every wait and every start
 * of a request, while requests in flight finish; `aborting` tears those down.
 */
export interface RunControl {
  readonly stopping: AbortSignal;
  readonly aborting: AbortSignal;
  /** Ends verification too: a run that reached a limit of its own still looks at what it sent. */
  readonly looking: AbortSignal;
  /** The first reason counts; later ones are ignored. */
  stop(code: StopCode, message: string): void;
  abort(): void;
  readonly reason: StopReason | undefined;
}

/** Stops that the user or the files asked for, not trouble with the server. */
const STILL_VERIFIES: ReadonlySet<StopCode> = new Set([
  'limit',
  'stop_at',
  'max_failures',
  'not_deleting',
]);

export function createRunControl(onStop?: (reason: StopReason) => void): RunControl {
  const stopping = new AbortController();
  const aborting = new AbortController();
  const looking = new AbortController();
  // Every wait hangs on these; Node would warn of a leak from the eleventh on.
  setMaxListeners(0, stopping.signal, aborting.signal, looking.signal);
  let reason: StopReason | undefined;
  return {
    stopping: stopping.signal,
    aborting: aborting.signal,
    looking: looking.signal,
    get reason() {
      return reason;
    },
    stop(code, message) {
      if (!STILL_VERIFIES.has(code)) looking.abort();
      if (reason !== undefined) return;
      reason = { code, message };
      onStop?.(reason);
      stopping.abort();
    },
    abort() {
      aborting.abort();
    },
  };
}
