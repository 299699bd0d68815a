import type { Transport, WireAnswer, WireRequest } from '../../src/redcap/transport.ts';
import { targetOf, type Deletion, type ServerOptions } from './deletion.ts';
import { FAIR_WEATHER, type Weather } from './fates.ts';
import { playDeletion } from './play-deletion.ts';
import { keyOf } from './places.ts';
import { playRead } from './play-read.ts';
import type { Life } from './life.ts';

/** A server that plays one project, with its own ledger of what was asked and done. */
export interface Server {
  weather: Weather;
  /** The address is banned until somebody lifts it. */
  banned: boolean;
  readonly deletions: Deletion[];
  /** Those for one target, by its key. */
  deletionsOf(key: string): Deletion[];
  /** The way to it for one process. */
  transport(life: Life, process: number, wire: Wire): Transport;
}

/** Told of each request right when it leaves, and of each answer that came. */
export interface Wire {
  readonly timeoutMs: number;
  onDelete(deletion: Deletion): void;
  onRead(): void;
  onAnswered(deletion: Deletion | undefined, answer: WireAnswer): void;
}

export function createServer(options: ServerOptions): Server {
  const { world } = options;
  const deletions: Deletion[] = [];
  const byTarget = new Map<string, Deletion[]>();
  let requests = 0;

  const begin = (form: URLSearchParams, process: number): Deletion => {
    const fate = server.banned ? 'banned' : server.weather.deletion();
    if (fate === 'banned') server.banned = true;
    const deletion: Deletion = {
      target: targetOf(form),
      process,
      leftAt: world.now,
      fate,
      sent: true,
      answered: undefined,
      answeredAt: undefined,
      removed: undefined,
    };
    deletions.push(deletion);
    const key = keyOf(deletion.target);
    const known = byTarget.get(key);
    if (known === undefined) byTarget.set(key, [deletion]);
    else known.push(deletion);
    return deletion;
  };

  const receive = (
    request: WireRequest,
    life: Life,
    process: number,
    wire: Wire,
    resolve: (given: WireAnswer) => void,
  ): void => {
    const form = new URLSearchParams(request.body as string);
    const deletion = form.get('action') === 'delete' ? begin(form, process) : undefined;
    let over = false;
    const answer = (given: WireAnswer): void => {
      if (over) return;
      over = true;
      life.wake(() => {
        if (deletion !== undefined) {
          deletion.answered = given;
          deletion.answeredAt = world.now;
        }
        wire.onAnswered(deletion, given);
        resolve(given);
      });
    };
    request.signal?.addEventListener('abort', () => {
      const sent = deletion?.sent ?? true;
      answer({ kind: 'broken', code: 'aborted', sent, message: 'given up' });
    });
    if (deletion === undefined) {
      wire.onRead();
      const fate = server.banned ? 'banned' : server.weather.look();
      const live: WireRequest = {
        ...request,
        onData: (chunk, head) => (over ? undefined : request.onData?.(chunk, head)),
      };
      playRead(options, live, form, fate, wire.timeoutMs, answer);
    } else {
      wire.onDelete(deletion);
      // The process may have been killed right before the request left.
      if (deletion.sent) playDeletion(options, deletion, wire.timeoutMs, answer);
    }
  };

  const server: Server = {
    weather: FAIR_WEATHER,
    banned: false,
    deletions,
    deletionsOf: (key) => byTarget.get(key) ?? [],
    transport: (life, process, wire) => (request) =>
      new Promise((resolve) => {
        const leave = (): void => {
          if (!life.alive) return;
          const leaves = request.signal?.aborted !== true && request.onLeaving?.() !== false;
          // Bringing the journal to the disk may have been the last thing that the process did.
          if (!life.alive) return;
          if (leaves) receive(request, life, process, wire, resolve);
          else resolve({ kind: 'broken', code: 'aborted', sent: false, message: 'given up' });
        };
        // A deletion leaves at once, or a moment later: when its connection is found to be alive.
        if (request.onLeaving !== undefined) requests += 1;
        if (requests % 3 === 0 || request.onLeaving === undefined) leave();
        else life.after(0, leave);
      }),
  };
  return server;
}
