import { blame, type Game } from './game.ts';
import { WORLDS } from './worlds.ts';

const ROWS_IN_A_ROW = 10;

/** Rows without a trustworthy answer stop a run only where a look at them says nothing either. */
export function auditStop(game: Game, process: number, code: string): void {
  if (code !== 'no_answers' || !WORLDS.looksBeforeStop || !game.scenario.verifies) return;
  const lastAnswer = game.server.deletions
    .filter((one) => one.process === process && one.answeredAt !== undefined)
    .slice(-ROWS_IN_A_ROW)[0];
  const looked = game.lookedAt.some(
    (one) => one.process === process && one.beganAt >= (lastAnswer?.answeredAt ?? 0),
  );
  if (!looked) blame(game, 'the run stopped for want of answers, and had not looked');
}
