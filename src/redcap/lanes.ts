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
  /** A connection is there. False, or a promise of it: the user is at its end, and nothing is to be sent. */
  beforeLeaving(): Promise<boolean> | boolean;
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
  const target = targetOf(new URL(origin));
  const lanes: ClientLane[] = [];
  const free: ClientLane[] = [];
  const waiting: Parameters<Lanes['dispatch']>[] = [];
  let seenClosing = false;
  let closed = false;

  class ClientLane implements Lane {
    readonly #client: Client;
    /** The last connection made; undici may not have it yet. */
    #socket: Socket | undefined;
    #isUndicis = false;
    #user: LaneUser | undefined;

    constructor() {
      this.#client = new Client(origin, {
        ...options,
        connect: (_to, callback) => {
          this.#handOver(callback);
        },
      });
      lanes.push(this);
      this.#client.on('disconnect', () => {
        seenClosing = true;
      });
    }

    /** The connection comes first: what is said before a request leaves must not wait for it. */
    use(request: Dispatcher.DispatchOptions, user: LaneUser): void {
      user.lane = this;
      this.#user = user;
      if (this.#isOpen()) {
        this.#send(request, user);
        return;
      }
      this.#open((error) => {
        if (error === null) this.#send(request, user);
        else user.onError(error);
      });
    }

    giveBack(failed: boolean): void {
      this.#user = undefined;
      if (!failed) free.push(this);
      // undici takes no new request while it ends the failed ones of a connection.
      else queueMicrotask(() => free.unshift(this));
      if (waiting.length > 0) setImmediate(serve);
    }

    destroy(): Promise<void> {
      if (!this.#isUndicis) this.#socket?.destroy();
      return this.#client.destroy();
    }

    #isOpen(): boolean {
      return this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writable;
    }

    #send(request: Dispatcher.DispatchOptions, user: LaneUser): void {
      const may = user.beforeLeaving();
      if (may === true) this.#client.dispatch(request, user);
      else if (may === false) this.giveBack(false);
      else {
        void may.then((yes) => {
          if (yes) this.#client.dispatch(request, user);
          else this.giveBack(false);
        });
      }
    }

    #open(done: (error: Error | null) => void): void {
      options.connect(target, (error, socket) => {
        if (error === null) {
          this.#socket = socket;
          this.#isUndicis = false;
          // Before undici hears anything of this connection.
          hearBreaks(socket, (breakError) => {
            if (this.#socket === socket) this.#user?.onBreak(breakError);
          });
        }
        done(error);
      });
    }

    /** undici asks for a connection: the one that was made for this request, if it lives yet. */
    #handOver(callback: buildConnector.Callback): void {
      const give = (): void => {
        this.#isUndicis = true;
        callback(null, this.#socket as Socket);
      };
      if (!this.#isUndicis && this.#isOpen()) {
        // undici does not expect it before this call is over.
        queueMicrotask(give);
        return;
      }
      // It broke at the last moment: whoever uses this lane has to wait once more.
      this.#open((error) => {
        if (error !== null) callback(error, null);
        else void Promise.resolve(this.#user?.beforeLeaving()).then(give);
      });
    }
  }

  const take = (): ClientLane | undefined =>
    free.pop() ?? (lanes.length < connections ? new ClientLane() : undefined);

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
      await Promise.all(lanes.map((lane) => lane.destroy()));
    },
  };
}

/** Where to connect, as undici would put it. */
function targetOf({ hostname, host, protocol, port }: URL): buildConnector.Options {
  return { hostname: hostname.replace(/^\[|\]$/g, ''), host, protocol, port };
}
