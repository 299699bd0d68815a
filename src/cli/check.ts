import { readRunOptions } from '../config/run-options.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitCodeOfRows } from '../report/exit-code.ts';
import { endPlan } from '../run/open-journal.ts';
import { openSource } from '../run-directory/manifest-copy.ts';
import type { FlagsOf } from './commands.ts';
import { withConnection, type Connected } from './connect.ts';
import type { Io } from './io.ts';
import { prepare } from './prepare.ts';
import { renderPlan, renderProblems } from './render-plan.ts';
import { makeReports, printSummary } from './reports.ts';
import { readManifestFlags } from './run-flags.ts';

/** `check <manifest>`: compares the manifest with the project. No deleting client exists here. */
export async function check(io: Io, manifest: string, flags: FlagsOf<'check'>): Promise<ExitCode> {
  const settings = readManifestFlags(flags, readRunOptions(flags, new Date(io.clock.now())));
  const work = async (connected: Connected): Promise<ExitCode> => {
    const { connection, server, log } = connected;
    const prepared = await prepare(io, connected, {
      ...settings,
      kind: 'check',
      source: openSource(manifest, io.stdin),
      checks: true,
      recorded: {},
    });
    const directory = await prepared.staging.publish();
    log.attach(directory.path);
    const { perMinute } = connection.rate;
    const made = await endPlan(directory, { clock: io.clock }, (end) =>
      makeReports(io, {
        directory: directory.path,
        exitCode: (_run, csvs) => exitCodeOfRows(csvs),
        end,
        requests: server.requests,
        perMinute,
      }),
    );
    log.log('info', 'end', { exitCode: made.exitCode, totals: made.summary.totals });
    if (flags.json !== true) {
      io.stdout.write(`${renderPlan({ ...prepared, perMinute })}\n${renderProblems(prepared)}`);
    }
    printSummary(io, flags.json === true, made);
    return made.exitCode;
  };
  const stdinIsTaken = manifest === '-';
  return withConnection(io, flags, { command: 'check', mayNotCheck: true, stdinIsTaken }, work);
}
