import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { hearBreaks } from './socket-end.ts';
import { Client, type buildConnector } from './undici.ts';

/** The connection that a request is on. */
export interface Lane {
  /** `failed`: other connections are tried before it. */
  giveBack(failed: boolean): void;
}

/** A request's hooks. In its last one it gives its lane back, before it tells anyone of its end. */
export interface LaneUser extends Dispatcher.DispatchHandler {
  lane: Lane | undefined;
  onError(error: Error): void;
  /** The connection was reset; what undici tells of the answer's end is no end from here on. */
  onBreak(error: Error): void;
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
export function createLanes(
  origin: string,
  connections: number,
  options: Client.Options & { readonly connect: buildConnector.connector },
): Lanes {
  const clients: Client[] = [];
  const free: ClientLane[] = [];
  const waiting: Parameters<Lanes['dispatch']>[] = [];
  let seenClosing = false;
  let closed = false;

  class ClientLane implements Lane {
    readonly #client: Client;
    #socket: Socket | undefined;
    #user: LaneUser | undefined;

    constructor() {
      this.#client = new Client(origin, {
        ...options,
        connect: (to, callback) => {
          options.connect(to, (...made) => {
            const [, socket] = made;
            // Before undici hears anything of this connection.
            if (socket !== null) this.#hear(socket);
            callback(...made);
          });
        },
      });
      clients.push(this.#client);
      this.#client.on('disconnect', () => {
        seenClosing = true;
      });
    }

    use(request: Dispatcher.DispatchOptions, user: LaneUser): void {
      user.lane = this;
      this.#user = user;
      this.#client.dispatch(request, user);
    }

    #hear(socket: Socket): void {
      this.#socket = socket;
      hearBreaks(socket, (error) => {
        if (this.#socket === socket) this.#user?.onBreak(error);
      });
    }

    giveBack(failed: boolean): void {
      this.#user = undefined;
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
