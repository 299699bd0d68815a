/** A timer later than that means that this process, not the server, stood still. */
const LATE_MS = 200;
/** What a response that came meanwhile gets to be read. */
const GRACE_MS = 1000;

/**
 * Calls `onIdle` once, when there was no sign of life for `limitMs`. undici's
 * own timers are too coarse. When a process wakes from a sleep or a SIGSTOP,
 * timers run before sockets are read: a late timer ends nothing for another
 * second, and one on time lets the sockets be read first, so that a response
 * that lies in a socket is never called a timeout.
 */
export class IdleTimer {
  readonly #limitMs: number;
  readonly #onIdle: () => void;
  /** Infinity while nothing is expected. */
  #dueAt: number;
  /** Undefined once it was stopped. */
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, onIdle: () => void) {
    this.#limitMs = limitMs;
    this.#onIdle = onIdle;
    this.#dueAt = performance.now() + limitMs;
    this.#timer = this.#wait(limitMs);
  }

  /** A sign of life: the silence begins anew. */
  restart(): void {
    this.#dueAt = performance.now() + this.#limitMs;
  }

  /** Until `restart` nothing is expected. */
  pause(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
  }

  /** For good. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(ms: number): NodeJS.Timeout {
    const wakeAt = performance.now() + ms;
    const wake = (): void => {
      if (performance.now() - wakeAt > LATE_MS) this.#timer = this.#wait(GRACE_MS);
      // Behind the poll phase: what has arrived by now is read before.
      else
        setImmediate(() => {
          this.#judge();
        });
    };
    // The sockets in use keep the process alive; a timer alone must not.
    return setTimeout(wake, ms).unref();
  }

  #judge(): void {
    if (this.#timer === undefined) return;
    const leftMs = this.#dueAt - performance.now();
    if (leftMs <= 0) this.#onIdle();
    else this.#timer = this.#wait(Math.min(leftMs, this.#limitMs));
  }
}
