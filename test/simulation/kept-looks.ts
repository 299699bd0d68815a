import type { Target } from '../../src/rows/target.ts';
import type { LookedBatch } from '../../src/rows/look.ts';
import { addViolation, type Simulation } from './simulation.ts';
import { contradicts } from './place-audit.ts';
import { keyOf } from './places.ts';

type LookAt = (targets: readonly Target[]) => Promise<LookedBatch>;

/** Looks whose results the audits keep, row by row; one that cannot be read says nothing. */
export function keepLooks(simulation: Simulation, process: number, look: LookAt): LookAt {
  return async (targets) => {
    const beganAt = simulation.environment.now;
    const looked = await look(targets);
    simulation.lookedAt.push({ process, beganAt, kind: looked.kind });
    // What an overtaken session sees on its way out stands nowhere.
    if (looked.kind === 'stopped' || simulation.overtaken.has(process)) return looked;
    for (const [index, target] of targets.entries()) {
      const row = simulation.rowOf.get(keyOf(target));
      const seen =
        looked.kind === 'looked'
          ? looked.looks[index]
          : ({ kind: 'nothing', why: looked.message } as const);
      if (row === undefined || seen === undefined) continue;
      if (looked.kind === 'looked' && seen.kind === 'gone' && simulation.model !== undefined) {
        if (
          isEarlyStructure(simulation, row) &&
          contradicts(looked.rowsOf(target.record), target, simulation.model)
        ) {
          addViolation(
            simulation,
            `a look at row ${row} said "gone", and the export contradicts the structure`,
          );
        }
      }
      if ('moved' in seen) noteMoved(simulation, process, target);
      const taken = { process, beganAt, endedAt: simulation.environment.now, look: seen };
      const known = simulation.looks.get(row);
      if (known === undefined) simulation.looks.set(row, [taken]);
      else known.push(taken);
    }
    return looked;
  };
}

/** The structure has stayed as the check read it, but for the places of other rows, or has just changed. */
function isEarlyStructure(simulation: Simulation, row: number): boolean {
  const { scenario } = simulation;
  return scenario.redesigns.length <= 1 && (simulation.placeHistory.get(row)?.length ?? 0) > 1;
}

/** From now on the command knows of every row at that place. */
function noteMoved(simulation: Simulation, process: number, { event, field }: Target): void {
  for (const [key, row] of simulation.rowOf) {
    const [, otherField, otherEvent] = key.split('\n');
    if (
      otherField !== field ||
      otherEvent !== event ||
      simulation.moved.get(row)?.process === process
    ) {
      continue;
    }
    simulation.moved.set(row, { process, at: simulation.environment.now });
  }
}
