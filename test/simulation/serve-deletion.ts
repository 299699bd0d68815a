import type { TransportResult } from '../../src/redcap/transport.ts';
import { shapeOf } from './server-cases.ts';
import { findCell } from './design.ts';
import { currentFile, type Places } from './places.ts';
import type { Chance } from './random.ts';
import { shortly, type Deletion } from './deletion.ts';
import { NO_FILE, NO_PLACE, page } from './wire-answers.ts';
import type { Environment } from './environment.ts';

const LATEST_EFFECT_MS = 200_000;

/** Serves one deletion: its effect or effects, and its answer, each at its time. */
export function serveDeletion(
  { environment, chance, places }: { environment: Environment; chance: Chance; places: Places },
  deletion: Deletion,
  timeoutMs: number,
  answer: (given: TransportResult) => void,
): void {
  const { serverCase } = deletion;
  const shape = shapeOf(serverCase);
  const latencyMs = chance.whole(1, chance.pick([20, 200, 2000]));
  environment.note(`  request ${shortly(deletion.target)}: ${serverCase}, ${latencyMs} ms`);
  if (UNMADE.has(shape.answer)) deletion.sent = false;

  const effect = (): void => {
    if (!deletion.sent) return;
    const place = places.of(deletion.target);
    const file = place && places.remove(place, environment.now, true);
    if (file === undefined) return;
    deletion.removed ??= { file, at: environment.now };
    environment.note(`server: removed ${file.name} of ${shortly(deletion.target)}`);
  };
  const later = (): void => {
    environment.after(chance.is(0.3) ? 1 : chance.whole(1, LATEST_EFFECT_MS), effect);
  };
  const brokenAfter = (ms: number, code: 'timeout' | 'connection' | 'certificate'): void => {
    environment.after(ms, () => {
      answer({ kind: 'failed', code, sent: deletion.sent, message: `simulated ${serverCase}` });
    });
  };

  environment.after(latencyMs / 2, () => {
    const file = currentFile(places.of(deletion.target));
    const known = isKnown(places, deletion);
    if (shape.effect === 'now' || shape.effect === 'twice') effect();
    if (shape.effect === 'late' || shape.effect === 'twice') later();
    switch (shape.answer) {
      case 'true':
        environment.after(latencyMs / 2, () => {
          answer(known ? (file === undefined ? NO_FILE : page(200, '')) : NO_PLACE);
        });
        return;
      case 'second': {
        // Something on the way waited for the first answer in vain, and sends the request again.
        const again = (): void => {
          const second = currentFile(places.of(deletion.target));
          effect();
          answer(
            isKnown(places, deletion) ? (second === undefined ? NO_FILE : page(200, '')) : NO_PLACE,
          );
        };
        environment.after(chance.whole(1, chance.pick([50, 2000, 20_000])), again);
        return;
      }
      case 'reset':
      case 'no_connection':
        brokenAfter(latencyMs / 2, 'connection');
        return;
      case 'timeout':
      case 'connect_timeout':
        brokenAfter(timeoutMs, 'timeout');
        return;
      case 'certificate':
        brokenAfter(latencyMs / 2, 'certificate');
        return;
      default: {
        const { status, body, retryAfter } = shape.answer;
        const isTrue = serverCase === 'json' && file === undefined;
        environment.after(latencyMs / 2, () => {
          if (serverCase === 'json' && !known) answer(NO_PLACE);
          else answer(isTrue ? NO_FILE : page(status, body, retryAfter));
        });
      }
    }
  });
}

/** A connection that is never made. */
const UNMADE: ReadonlySet<unknown> = new Set(['no_connection', 'connect_timeout', 'certificate']);

/** Has the project the field in that event? An instance that nobody stored is no error. */
function isKnown({ design }: Places, { target }: Deletion): boolean {
  return findCell(design, { ...target, instance: '' }) !== undefined;
}
