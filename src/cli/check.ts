import { readRunOptions, type RunOptions } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import type { ExitCode } from '../exit-codes.ts';
import { exitCodeOfRows } from '../report/exit-code.ts';
import { endPlan } from '../run/open-journal.ts';
import type { PreparedRun } from '../run/prepare-run.ts';
import { openSource } from '../run-directory/manifest-copy.ts';
import type { FlagsOf } from './commands.ts';
import { withConnection, type Connected } from './connect.ts';
import { execute } from './execute.ts';
import type { Io } from './io.ts';
import { prepare } from './prepare.ts';
import { makeReports, printPlan, printSummary } from './reports.ts';
import { chosenOf, readManifestFlags, recordArchive } from './run-flags.ts';

/** `check <manifest>`: compares the manifest with the project. No deleting client exists here. */
export async function check(io: Io, manifest: string, flags: FlagsOf<'check'>): Promise<ExitCode> {
  const limits = readRunOptions(flags, new Date(io.clock.now()));
  const settings = readManifestFlags(flags, limits);
  refuseLimits(flags);
  const work = async (connected: Connected): Promise<ExitCode> => {
    const { connection, server, log } = connected;
    const prepared = await prepare(io, connected, {
      ...settings,
      kind: 'check',
      source: openSource(manifest, io.stdin),
      checks: true,
      recorded: recordArchive(flags, limits, connected),
    });
    const { perMinute } = connection.rate;
    if (flags.backup === true) return archive(io, flags, limits, connected, prepared);
    const directory = await prepared.staging.publish();
    log.attach(directory.path);
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
    if (flags.json !== true) printPlan(io, { ...prepared, perMinute, chosen: {} });
    printSummary(io, flags.json === true, made);
    return made.exitCode;
  };
  const stdinIsTaken = manifest === '-';
  return withConnection(io, flags, { command: 'check', mayNotCheck: true, stdinIsTaken }, work);
}

/** A check without an archive does nothing that could be stopped half way. */
function refuseLimits({ backup, limit, stopAt }: FlagsOf<'check'>): void {
  if (backup === true || (limit === undefined && stopAt === undefined)) return;
  const option = limit === undefined ? '--stop-at' : '--limit';
  throw new RefusedError(
    `${option} belongs to a check that saves the files: give --backup with it, or leave it out.`,
  );
}

/** After the looks: saves every file that would be deleted into the check's own directory. */
async function archive(
  io: Io,
  flags: FlagsOf<'check'>,
  limits: RunOptions,
  connected: Connected,
  prepared: PreparedRun,
): Promise<ExitCode> {
  const { perMinute } = connected.connection.rate;
  const json = flags.json === true;
  const directory = await prepared.staging.publish();
  if (!json) {
    const chosen = chosenOf(io, flags, limits, directory.path);
    printPlan(io, { ...prepared, perMinute, chosen });
  }
  return execute(io, {
    directory,
    resumes: false,
    connected,
    confirmed: undefined,
    limit: limits.limit,
    stopAtMs: limits.stopAtMs,
    secondLook: undefined,
    json,
    total: prepared.totals.delete,
    archive: prepared.header.project ?? undefined,
  });
}
