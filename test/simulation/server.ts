import type { Transport, TransportResult, TransportRequest } from '../../src/redcap/transport.ts';
import { targetOf, type Deletion, type ServerOptions } from './deletion.ts';
import { GOOD_CONDITIONS, type Conditions } from './server-cases.ts';
import { serveDeletion } from './serve-deletion.ts';
import { keyOf } from './places.ts';
import { serveRead } from './serve-read.ts';
import type { Life } from './life.ts';

/** A simulated server of one project, with its own ledger of what was asked and done. */
export interface Server {
  conditions: Conditions;
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
  onAnswered(deletion: Deletion | undefined, answer: TransportResult): void;
}

/** So long some connections take: what has its turn meanwhile must not leave together. */
const STALL_MS = 4000;

export function createServer(options: ServerOptions): Server {
  const { environment } = options;
  const deletions: Deletion[] = [];
  const byTarget = new Map<string, Deletion[]>();
  let requests = 0;

  const begin = (form: URLSearchParams, process: number): Deletion => {
    const serverCase = server.banned ? 'banned' : server.conditions.deletion();
    if (serverCase === 'banned') server.banned = true;
    const deletion: Deletion = {
      target: targetOf(form),
      process,
      leftAt: environment.now,
      serverCase,
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
    request: TransportRequest,
    life: Life,
    process: number,
    wire: Wire,
    resolve: (given: TransportResult) => void,
  ): void => {
    const form = new URLSearchParams(request.body as string);
    const deletion = form.get('action') === 'delete' ? begin(form, process) : undefined;
    let over = false;
    const answer = (given: TransportResult): void => {
      if (over) return;
      over = true;
      life.wake(() => {
        if (deletion !== undefined) {
          deletion.answered = given;
          deletion.answeredAt = environment.now;
        }
        wire.onAnswered(deletion, given);
        resolve(given);
      });
    };
    request.signal?.addEventListener('abort', () => {
      const sent = deletion?.sent ?? true;
      answer({ kind: 'failed', code: 'aborted', sent, message: 'given up' });
    });
    if (deletion === undefined) {
      wire.onRead();
      const serverCase = server.banned ? 'banned' : server.conditions.look();
      const live: TransportRequest = {
        ...request,
        onData: (chunk, head) => (over ? undefined : request.onData?.(chunk, head)),
      };
      serveRead(options, live, form, serverCase, wire.timeoutMs, answer);
    } else {
      wire.onDelete(deletion);
      // The process may have been killed right before the request left.
      if (deletion.sent) serveDeletion(options, deletion, wire.timeoutMs, answer);
    }
  };

  const server: Server = {
    conditions: GOOD_CONDITIONS,
    banned: false,
    deletions,
    deletionsOf: (key) => byTarget.get(key) ?? [],
    transport: (life, process, wire) => (request) =>
      new Promise((resolve) => {
        const isDeletion =
          typeof request.body === 'string' && request.body.includes('&action=delete&');
        const giveUp = (code: 'aborted' | 'connection'): void => {
          life.wake(() => {
            resolve({ kind: 'failed', code, sent: false, message: `simulated ${code}` });
          });
        };
        const leave = (may: boolean): void => {
          if (!life.alive) return;
          const leaves = may && request.signal?.aborted !== true && request.onLeaving?.() !== false;
          // Bringing the journal to the disk may have been the last thing that the process did.
          if (!life.alive) return;
          if (leaves) receive(request, life, process, wire, resolve);
          else giveUp('aborted');
        };
        const leaveThen = (may: boolean): void => {
          // At once, or a moment later: when the connection is found to be alive.
          if (requests % 3 === 0 || !isDeletion) leave(may);
          else
            life.after(0, () => {
              leave(may);
            });
        };
        const connected = (): void => {
          if (!life.alive) return;
          const may = request.beforeLeaving?.() ?? true;
          if (typeof may === 'boolean') leaveThen(may);
          else void may.then(leaveThen);
        };
        if (isDeletion) requests += 1;
        // Some connections stall, and some are never made.
        if (requests % 41 === 7 && isDeletion) {
          life.after(STALL_MS, () => {
            giveUp('connection');
          });
        } else if (requests % 23 < 4) life.after(STALL_MS, connected);
        else connected();
      }),
  };
  return server;
}
