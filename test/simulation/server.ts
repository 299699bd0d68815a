import type { Target } from '../../src/manifest/target.ts';
import type { ProjectModel } from '../../src/project/model.ts';
import type { Transport, WireAnswer, WireRequest } from '../../src/redcap/transport.ts';
import { BAN_PAGE, FAIR_WEATHER, shapeOf, type DeleteFate, type Weather } from './fates.ts';
import { currentFile, type Place, type Places } from './places.ts';
import type { Chance } from './random.ts';
import { exportRecords, type Display } from './shown.ts';
import type { Life, World } from './world.ts';

/** One deletion request as the wire saw it. */
export interface Deletion {
  readonly target: Target;
  readonly process: number;
  readonly leftAt: number;
  readonly fate: DeleteFate | 'banned';
  /** A connection that was made: the request may have arrived. */
  sent: boolean;
  answered: WireAnswer | undefined;
  answeredAt: number | undefined;
  removedAt: number | undefined;
}

/** A server that plays one project, with its own ledger of what was asked and done. */
export interface Server {
  weather: Weather;
  /** The address is banned until somebody lifts it. */
  banned: boolean;
  readonly deletions: Deletion[];
  /** The way to it for one process. */
  transport(life: Life, process: number, wire: Wire): Transport;
}

/** Told of each request right when it leaves. */
export interface Wire {
  readonly timeoutMs: number;
  onDelete(deletion: Deletion): void;
  onLook(): void;
  onAnswered(deletion: Deletion | undefined, answer: WireAnswer): void;
}

export interface ServerOptions {
  readonly world: World;
  readonly chance: Chance;
  readonly places: Places;
  readonly model: ProjectModel;
  readonly display: Display;
}

const LATEST_EFFECT_MS = 200_000;

export function createServer(options: ServerOptions): Server {
  const { world, chance, places, model } = options;
  const deletions: Deletion[] = [];
  const server: Server = {
    weather: FAIR_WEATHER,
    banned: false,
    deletions,
    transport: (life, process, wire) => (request) =>
      new Promise((resolve) => {
        if (!life.alive) return;
        const form = new URLSearchParams(request.body as string);
        const isDeletion = form.get('action') === 'delete';
        const fate = server.banned ? 'banned' : isDeletion ? server.weather.deletion() : 'fine';
        const deletion: Deletion | undefined = isDeletion
          ? {
              target: targetOf(form),
              process,
              leftAt: world.now,
              fate,
              sent: true,
              answered: undefined,
              answeredAt: undefined,
              removedAt: undefined,
            }
          : undefined;
        let over = false;
        const answer = (given: WireAnswer): void => {
          if (over) return;
          over = true;
          if (!life.alive) return;
          if (deletion !== undefined) {
            deletion.answered = given;
            deletion.answeredAt = world.now;
          }
          wire.onAnswered(deletion, given);
          resolve(given);
        };
        if (request.signal?.aborted === true) {
          resolve({ kind: 'broken', code: 'aborted', sent: false, message: 'given up' });
          return;
        }
        if (deletion === undefined) wire.onLook();
        else {
          deletions.push(deletion);
          wire.onDelete(deletion);
          // The process may have been killed right before or after the request left.
          if (!life.alive && deletion.sent === false) return;
        }
        abortWith(request, deletion, answer);
        if (deletion !== undefined) playDeletion(deletion, wire.timeoutMs, answer);
        else playLook(form, wire.timeoutMs, answer);
      }),
  };

  const effect = (deletion: Deletion): void => {
    if (!deletion.sent) return;
    const place = places.of(deletion.target);
    const file = place && places.remove(place, world.now, true);
    if (file === undefined) return;
    deletion.removedAt ??= world.now;
    world.note(`server: removed ${file.name} of ${shortly(deletion.target)}`);
  };

  const playDeletion = (
    deletion: Deletion,
    timeoutMs: number,
    answer: (given: WireAnswer) => void,
  ): void => {
    const { fate } = deletion;
    const shape = shapeOf(fate);
    const latencyMs = chance.whole(1, chance.pick([20, 200, 2000]));
    world.note(`  request ${shortly(deletion.target)}: ${fate}, ${latencyMs} ms`);
    if (shape.answer === 'no_connection' || shape.answer === 'certificate') deletion.sent = false;
    if (shape.answer === 'connect_timeout') deletion.sent = false;
    if (fate === 'banned') server.banned = true;
    world.after(latencyMs / 2, () => {
      const file = currentFile(places.of(deletion.target));
      if (shape.effect === 'now' || shape.effect === 'twice') effect(deletion);
      if (shape.effect === 'late') {
        world.after(chance.is(0.3) ? 1 : chance.whole(1, LATEST_EFFECT_MS), () => {
          effect(deletion);
        });
      }
      if (shape.effect === 'twice') {
        world.after(chance.whole(1, LATEST_EFFECT_MS), () => {
          effect(deletion);
        });
      }
      const brokenAt = (ms: number, code: 'timeout' | 'connection' | 'certificate'): void => {
        world.after(ms, () => {
          answer({ kind: 'broken', code, sent: deletion.sent, message: `simulated ${fate}` });
        });
      };
      switch (shape.answer) {
        case 'true':
          world.after(latencyMs / 2, () => {
            answer(file === undefined ? NO_FILE : page(200, ''));
          });
          return;
        case 'reset':
        case 'no_connection':
          brokenAt(latencyMs / 2, 'connection');
          return;
        case 'timeout':
        case 'connect_timeout':
          brokenAt(timeoutMs, 'timeout');
          return;
        case 'certificate':
          brokenAt(latencyMs / 2, 'certificate');
          return;
        default: {
          const { status, body, retryAfter } = shape.answer as Exclude<typeof shape.answer, string>;
          world.after(latencyMs / 2, () => {
            answer(
              fate === 'json' && file === undefined ? NO_FILE : page(status, body, retryAfter),
            );
          });
        }
      }
    });
  };

  const playLook = (
    form: URLSearchParams,
    timeoutMs: number,
    answer: (given: WireAnswer) => void,
  ): void => {
    const fate = server.banned ? 'banned' : server.weather.look();
    const latencyMs = chance.whole(1, chance.pick([20, 300, 3000]));
    world.note(`  look at ${form.get('records[0]') ?? ''}…: ${fate}, ${latencyMs} ms`);
    const after = (ms: number, make: () => WireAnswer): void => {
      world.after(ms, () => {
        answer(make());
      });
    };
    switch (fate) {
      case 'fine':
      case 'absent': {
        world.after(latencyMs / 2, () => {
          const rows = exportRecords(form, places, model, options.display);
          const left = fate === 'fine' ? rows : leaveOut(rows, model, chance);
          after(latencyMs / 2, () => page(200, JSON.stringify(left)));
        });
        return;
      }
      case 'bodyless':
        after(latencyMs, () => page(200, ''));
        return;
      case 'html':
        after(latencyMs, () => page(200, '<html><body>Sign in</body></html>'));
        return;
      case 'reset':
        after(latencyMs, () => broken('connection'));
        return;
      case 'timeout':
        after(timeoutMs, () => broken('timeout'));
        return;
      case 'error_500':
        after(latencyMs, () => page(500, ''));
        return;
      case 'busy_short':
        after(latencyMs, () => page(429, '', '3'));
        return;
      case 'busy_long':
        after(latencyMs, () => page(503, '', '70'));
        return;
      case 'busy_huge':
        after(latencyMs, () => page(503, '', '601'));
        return;
      case 'forbidden':
        after(latencyMs, () => page(403, '{"error":"no API Export right"}'));
        return;
      case 'moved':
        after(latencyMs, () => page(301, ''));
        return;
      case 'banned':
        after(latencyMs, () => page(200, BAN_PAGE));
    }
  };

  return server;
}

const NO_FILE = page(400, '{"error":"There is no file to delete for this record"}');

function page(status: number, body: string, retryAfter?: string): WireAnswer {
  const headers = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
  return { kind: 'answer', status, headers, body };
}

function broken(code: 'timeout' | 'connection'): WireAnswer {
  return { kind: 'broken', code, sent: true, message: `simulated ${code}` };
}

/** The client gives a request up; one that was still connecting never arrives. */
function abortWith(
  request: WireRequest,
  deletion: Deletion | undefined,
  answer: (given: WireAnswer) => void,
): void {
  request.signal?.addEventListener('abort', () => {
    answer({ kind: 'broken', code: 'aborted', sent: deletion?.sent ?? true, message: 'given up' });
  });
}

function leaveOut(
  rows: readonly Readonly<Record<string, string>>[],
  model: ProjectModel,
  chance: Chance,
): readonly Readonly<Record<string, string>>[] {
  const out = new Set(rows.map((row) => row[model.recordIdField]).filter(() => chance.is(0.4)));
  return rows.filter((row) => !out.has(row[model.recordIdField]));
}

function targetOf(form: URLSearchParams): Target {
  return {
    record: form.get('record') ?? '',
    field: form.get('field') ?? '',
    event: form.get('event') ?? '',
    instance: form.get('repeat_instance') ?? '',
  };
}

export function shortly({ record, field, instance }: Target): string {
  return `${record}/${field}${instance === '' ? '' : `#${instance}`}`;
}

export type { Place };
