import {
  writeReports,
  type WriteReportsOptions,
  type WrittenReports,
} from '../report/write-reports.ts';
import type { WrittenPlan } from '../run/write-plan.ts';
import type { Io } from './io.ts';
import { printJson } from './json.ts';
import { renderPlan, renderProblems, type PlanWords } from './render-plan.ts';
import { renderSummary } from './render-summary.ts';
import { say, screenOf } from './screen.ts';

/** Makes the reports of a run directory; a signal that comes meanwhile ends the wait for another process that makes them. */
export function makeReports(
  io: Io,
  options: Omit<WriteReportsOptions, 'clock' | 'signal' | 'onWait'>,
): Promise<WrittenReports> {
  const interrupted = new AbortController();
  // A run that was interrupted makes its reports even so.
  if (io.signals.received === undefined) {
    io.signals.onFirst(() => {
      interrupted.abort();
    });
  }
  return writeReports({
    ...options,
    clock: io.clock,
    signal: interrupted.signal,
    onWait(host) {
      say(io, `Waiting for the reports that another process makes (${host}).`);
    },
  });
}

/** What would happen, and what is in the way of it. */
export function printPlan(io: Io, plan: PlanWords & WrittenPlan): void {
  const screen = screenOf(io, io.stdout);
  io.stdout.write(`${renderPlan(plan, screen)}\n${renderProblems(plan, screen)}`);
}

/** How it came out, in words or as JSON. */
export function printSummary(
  io: Io,
  json: boolean,
  { summary, page }: Pick<WrittenReports, 'summary' | 'page'>,
): void {
  if (json) printJson(io, summary);
  else io.stdout.write(renderSummary(summary, page, screenOf(io, io.stdout)));
}
