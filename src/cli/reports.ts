import {
  writeReports,
  type WriteReportsOptions,
  type WrittenReports,
} from '../report/write-reports.ts';
import type { Io } from './io.ts';
import { printJson } from './json.ts';
import { renderSummary } from './render-summary.ts';

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
      io.stderr.write(`Waiting for the reports that another process makes (${host}).\n`);
    },
  });
}

/** How it came out, in words or as JSON. */
export function printSummary(
  io: Io,
  json: boolean,
  { summary, page }: Pick<WrittenReports, 'summary' | 'page'>,
): void {
  if (json) printJson(io, summary);
  else io.stdout.write(renderSummary(summary, page));
}
