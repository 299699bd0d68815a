import { Client, type Dispatcher } from 'undici';

/** What gives its connection back. */
export interface Lane {
  giveBack(): void;
}

/**
 * A request's hooks. In its last one it gives its lane back: before it tells
 * anyone of the answer, or, after an error, when undici is through with it.
 */
export interface LaneUser extends Dispatcher.DispatchHandler {
  lane: Lane | undefined;
  onError(error: Error): void;
}

/** So many connections, each with one request at a time. */
export interface Lanes {
  /** At once on a free connection; otherwise in turn, as soon as one is given back. */
  dispatch(request: Dispatcher.DispatchOptions, user: LaneUser): void;
  /** Ends every connection; what is under way or waits is told as an error. */
  close(): Promise<void>;
}

/**
 * Connections of one undici client each, opened when they are first needed;
 * the last one used is the first one used again. undici's own pool takes a
 * connection for busy until the next turn of the event loop and searches all
 * of them for each request: here a row that ends leaves its connection to the
 * next row at once.
 */
export function createLanes(origin: string, connections: number, options: Client.Options): Lanes {
  const clients: Client[] = [];
  const free: ClientLane[] = [];
  const waiting: Parameters<Lanes['dispatch']>[] = [];

  class ClientLane implements Lane {
    readonly #client = new Client(origin, options);

    constructor() {
      clients.push(this.#client);
    }

    use(request: Dispatcher.DispatchOptions, user: LaneUser): void {
      user.lane = this;
      this.#client.dispatch(request, user);
    }

    giveBack(): void {
      const next = waiting.shift();
      if (next === undefined) free.push(this);
      else this.use(...next);
    }
  }

  return {
    dispatch(request, user) {
      const lane = free.pop() ?? (clients.length < connections ? new ClientLane() : undefined);
      if (lane === undefined) waiting.push([request, user]);
      else lane.use(request, user);
    },
    async close() {
      for (const [, user] of waiting.splice(0)) user.onError(new Error('closed before its turn'));
      await Promise.all(clients.map((client) => client.destroy()));
    },
  };
}
