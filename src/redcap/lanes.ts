import type { Dispatcher } from 'undici';
import { Client } from './undici.ts';

/** The connection that a request is on. */
export interface Lane {
  /** `failed`: other connections are tried before it. */
  giveBack(failed: boolean): void;
}

/** A request's hooks. In its last one it gives its lane back, before it tells anyone of its end. */
export interface LaneUser extends Dispatcher.DispatchHandler {
  lane: Lane | undefined;
  onError(error: Error): void;
}

/** So many connections, each with one request at a time. */
export interface Lanes {
  /** At once on a free connection; otherwise in turn, as soon as one is given back. */
  dispatch(request: Dispatcher.DispatchOptions, user: LaneUser): void;
  /** Ends every connection; what is under way, waits or comes later is told as an error. */
  close(): Promise<void>;
}

/**
 * Connections of one undici client each, opened when they are first needed;
 * the last one used is the first one used again. undici's own pool takes a
 * connection for busy until the next turn of the event loop and searches all
 * of them for each request: here a row that ends leaves its connection to the
 * next row at once. Only where a server has been seen to close connections a
 * turn is waited for, so that a close that came along with an answer is heard
 * before the next request is written into it.
 */
export function createLanes(origin: string, connections: number, options: Client.Options): Lanes {
  const clients: Client[] = [];
  const free: ClientLane[] = [];
  const waiting: Parameters<Lanes['dispatch']>[] = [];
  let seenClosing = false;
  let closed = false;

  class ClientLane implements Lane {
    readonly #client = new Client(origin, options);

    constructor() {
      clients.push(this.#client);
      this.#client.on('disconnect', () => {
        seenClosing = true;
      });
    }

    use(request: Dispatcher.DispatchOptions, user: LaneUser): void {
      user.lane = this;
      this.#client.dispatch(request, user);
    }

    giveBack(failed: boolean): void {
      if (!failed) free.push(this);
      // undici takes no new request while it ends the failed ones of a connection.
      else queueMicrotask(() => free.unshift(this));
      if (waiting.length > 0) setImmediate(serve);
    }
  }

  const take = (): ClientLane | undefined =>
    free.pop() ?? (clients.length < connections ? new ClientLane() : undefined);

  const serve = (): void => {
    while (waiting.length > 0) {
      const lane = take();
      if (lane === undefined) return;
      lane.use(...(waiting.shift() as Parameters<Lanes['dispatch']>));
    }
  };

  return {
    dispatch(request, user) {
      if (closed) {
        user.onError(new Error('closed before its turn'));
        return;
      }
      const lane = seenClosing || waiting.length > 0 ? undefined : take();
      if (lane !== undefined) {
        lane.use(request, user);
        return;
      }
      waiting.push([request, user]);
      setImmediate(serve);
    },
    async close() {
      closed = true;
      for (const [, user] of waiting.splice(0)) user.onError(new Error('closed before its turn'));
      await Promise.all(clients.map((client) => client.destroy()));
    },
  };
}
