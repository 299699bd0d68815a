import { addViolation, type Simulation } from './simulation.ts';
import { TROUBLES } from './troubles.ts';

const ROWS_IN_A_ROW = 10;

/** Rows without a trustworthy answer stop a run only where a look at them says nothing either. */
export function auditStop(simulation: Simulation, process: number, code: string): void {
  if (code !== 'no_answers' || !TROUBLES.looksBeforeStop || !simulation.scenario.verifies) return;
  const lastAnswer = simulation.server.deletions
    .filter((one) => one.process === process && one.answeredAt !== undefined)
    .slice(-ROWS_IN_A_ROW)[0];
  const looked = simulation.lookedAt.some(
    (one) => one.process === process && one.beganAt >= (lastAnswer?.answeredAt ?? 0),
  );
  if (!looked) addViolation(simulation, 'the run stopped for want of answers, and had not looked');
}
