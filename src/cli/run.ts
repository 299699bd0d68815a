import { findKeptFile } from '../backup/kept-file.ts';
import { readRunOptions, type RunOptions } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openApproved, refuseOtherAddress } from '../run/approved-check.ts';
import { endPlan } from '../run/open-journal.ts';
import type { PreparedRun } from '../run/prepare-run.ts';
import type { FileFacts } from '../rows/outcome.ts';
import { openSource } from '../run-directory/manifest-copy.ts';
import { discardRunDirectory, type RunDirectory } from '../run-directory/staging.ts';
import { count, countOf } from '../words/counts.ts';
import { confirmFiles, type Confirmed } from './confirm.ts';
import { withConnection, type Connected } from './connect.ts';
import { refuseDryRun } from './dry-run.ts';
import { execute } from './execute.ts';
import type { Io } from './io.ts';
import { prepare } from './prepare.ts';
import { renderPlan, renderProblems } from './render-plan.ts';
import { makeReports, printSummary } from './reports.ts';
import {
  chosenOf,
  readManifestFlags,
  recordOptions,
  refuseCombinations,
  type RunFlags,
} from './run-flags.ts';
import { fit, screenOf, type Screen } from './screen.ts';

/** `run <manifest>`: check, ask, delete, verify, report. */
export async function run(
  io: Io,
  manifest: string | undefined,
  flags: RunFlags,
): Promise<ExitCode> {
  if (flags.dryRun === true) throw await refuseDryRun(manifest, flags);
  const limits = readRunOptions(flags, new Date(io.clock.now()));
  const settings = readManifestFlags(flags, limits);
  refuseCombinations(manifest, flags);
  const fromCheck =
    flags.approved === undefined
      ? undefined
      : await openApproved(flags.approved, { clock: io.clock, verify: verifyArchived });
  const work = async (connected: Connected): Promise<ExitCode> => {
    if (fromCheck !== undefined) {
      refuseOtherAddress(fromCheck.approved, connected.connection.url.href);
    }
    const prepared = await prepare(io, connected, {
      ...settings,
      kind: 'run',
      source: openSource(manifest ?? '', io.stdin),
      ...fromCheck,
      checks: flags.check !== false,
      recorded: recordOptions(flags, limits, connected),
    });
    const { invalid, changed } = prepared.totals;
    return invalid + changed > 0 && flags.skipInvalid !== true
      ? refuseRows(io, flags, connected, prepared)
      : confirmAndRun(io, flags, limits, connected, prepared);
  };
  const stdinIsTaken = manifest === '-';
  // An approved run carries out what was seen: without looking it is no such run.
  const mayNotCheck = flags.approved === undefined && flags.check !== false;
  return withConnection(io, flags, { command: 'run', mayNotCheck, stdinIsTaken }, work);
}

async function verifyArchived(directory: string, file: FileFacts): Promise<string | undefined> {
  const kept = await findKeptFile(directory, file);
  return kept.kind === 'whole' ? undefined : kept.message;
}

/** A run that its rows keep from starting leaves its directory, to correct the rows from. */
async function refuseRows(
  io: Io,
  flags: RunFlags,
  { server, connection, log }: Connected,
  prepared: PreparedRun,
): Promise<ExitCode> {
  const { invalid, changed } = prepared.totals;
  const broken = invalid + changed;
  const directory = await prepared.staging.publish();
  log.attach(directory.path);
  const refused =
    changed > 0
      ? `${countOf(broken, 'row is', 'rows are')} not what the check saw, or invalid.`
      : `${count(broken)} ${broken === 1 ? 'row is' : 'rows are'} invalid.`;
  const made = await endPlan(directory, { clock: io.clock, refused }, (end) =>
    makeReports(io, {
      directory: directory.path,
      exitCode: () => EXIT.refused,
      end,
      requests: server.requests,
      perMinute: connection.rate.perMinute,
    }),
  );
  printSummary(io, flags.json === true, made);
  const screen = screenOf(io, io.stderr);
  io.stderr.write(renderProblems(prepared, screen));
  // What was approved and has changed is for a new check; the summary says so.
  const advice =
    flags.approved === undefined
      ? 'Correct these rows, or delete the valid ones alone with --skip-invalid.'
      : changed > 0
        ? 'Check again, and have the new check approved.'
        : 'Correct these rows and check again, or delete what else was approved with --skip-invalid.';
  io.stderr.write(
    fit(`${screen.paint.stopped('Refused: nothing was deleted.')} ${advice}\n`, screen),
  );
  return made.exitCode;
}

async function confirmAndRun(
  io: Io,
  flags: RunFlags,
  limits: RunOptions,
  connected: Connected,
  prepared: PreparedRun,
): Promise<ExitCode> {
  const { totals, staging } = prepared;
  const files = totals.delete;
  const json = flags.json === true;
  const { perMinute } = connected.connection.rate;
  let directory: RunDirectory | undefined;
  let confirmed: Confirmed | undefined;
  try {
    directory = await staging.publish();
    const chosen = chosenOf(io, flags, limits, directory.path);
    const plan = (screen: Screen): string => renderPlan({ ...prepared, perMinute, chosen }, screen);
    const screen = screenOf(io, io.stdout);
    if (!json) io.stdout.write(`${plan(screen)}\n${renderProblems(prepared, screen)}`);
    refuseTooMany(files, limits.maxDeletions);
    confirmed =
      files === 0
        ? '--yes'
        : await confirmFiles(io, {
            yes: flags.yes === true,
            files,
            verb: 'deleted',
            plan,
            json,
            signal: connected.control.stopping,
          });
    if (confirmed === undefined && io.signals.received === undefined) {
      throw new RefusedError('Not confirmed. Nothing was deleted.');
    }
  } catch (error) {
    // A run that is refused for anything but its rows leaves no directory.
    await (directory === undefined ? staging.discard() : discardRunDirectory(directory));
    throw error;
  }
  return execute(io, {
    directory,
    resumes: false,
    connected,
    confirmed: confirmed === undefined ? undefined : { by: confirmed, files },
    limit: limits.limit,
    stopAtMs: limits.stopAtMs,
    // The stand-in shows at once what it did.
    secondLook: flags.rehearsal === true ? { everyMs: 100, untilMs: 300 } : undefined,
    json,
    total: files,
  });
}

function refuseTooMany(files: number, most: number | undefined): void {
  if (most === undefined || files <= most) return;
  throw new RefusedError(
    `${countOf(files, 'file')} would be deleted, more than the ${count(most)} that --max-deletions allows. Nothing was deleted.`,
  );
}
