/** Time that passes only when nothing is left to do at this moment. */
export interface Environment {
  readonly now: number;
  /** The same without rounding to milliseconds. */
  readonly monotonic: number;
  /** Runs something later; gives what cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Lets time pass until `done` says so; several may wait at once. Throws where nothing will ever happen again. */
  runUntil(done: () => boolean): Promise<void>;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
  /** Something real, a file that is read: it takes no time here. */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Keeps the last lines of what happened. */
  note(what: string): void;
  readonly trace: readonly string[];
}

interface Event {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

interface Waiter {
  readonly done: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const START_MS = Date.UTC(2026, 10, 24, 3, 12, 7);
const MOST_EVENTS = 60_000;

export function createEnvironment(traced: boolean): Environment {
  const heap: Event[] = [];
  const trace: string[] = [];
  let now = 0;
  let order = 0;
  let events = 0;
  let waiters: Waiter[] = [];
  let pumping = false;
  let holds = 0;

  const add = (event: Event): void => {
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(event, heap[parent] as Event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  };
  const take = (): Event | undefined => {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Event, heap[child] as Event)) {
        child += 1;
      }
      if (!isBefore(heap[child] as Event, last)) break;
      heap[at] = heap[child] as Event;
      at = child;
    }
    heap[at] = last;
    return first;
  };
  const after = (ms: number, run: () => void): (() => void) => {
    const event: Event = { at: now + Math.max(0, ms), order: order++, run };
    add(event);
    return () => {
      event.run = undefined;
    };
  };
  /** One event after the other, each with every promise and tick that follows from it. */
  const pump = async (): Promise<void> => {
    for (;;) {
      await new Promise(setImmediate);
      if (holds > 0) continue;
      const waiting = waiters;
      waiters = waiting.filter((one) => {
        if (!one.done()) return true;
        one.resolve();
        return false;
      });
      // Whoever waited goes on first, and may wait for something else.
      if (waiters.length < waiting.length) continue;
      if (waiters.length === 0) return;
      const event = take();
      if (event === undefined) throw new Error('stuck: nothing will ever happen again');
      if (event.run === undefined) continue;
      if ((events += 1) > MOST_EVENTS) throw new Error('endless: too many events');
      now = event.at;
      event.run();
    }
  };
  const runUntil = (done: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      waiters.push({ done, resolve, reject });
      if (pumping) return;
      pumping = true;
      pump()
        .catch((error: unknown) => {
          for (const one of waiters.splice(0)) one.reject(error);
        })
        .finally(() => {
          pumping = false;
        });
    });

  return {
    get now() {
      return START_MS + Math.floor(now);
    },
    get monotonic() {
      return now;
    },
    after,
    runUntil,
    async pass(ms) {
      let passed = false;
      after(ms, () => {
        passed = true;
      });
      await runUntil(() => passed);
    },
    hold(work) {
      holds += 1;
      return work.finally(() => {
        holds -= 1;
      });
    },
    note(what) {
      if (traced) trace.push(`${(now / 1000).toFixed(3).padStart(9)} ${what}`);
    },
    trace,
  };
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
