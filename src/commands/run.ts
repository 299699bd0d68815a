import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readRunOptions, type RunOptionTexts, type RunOptions } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { foldJournal } from '../journal/fold.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { freshWork } from '../run/work-rows.ts';
import { openManifestFile } from '../manifest/read.ts';
import { MANIFEST_FILE } from '../report/make-reports.ts';
import { openSource } from '../run-directory/manifest-copy.ts';
import type { Placed } from '../run-directory/draft.ts';
import { openApproved } from './approved.ts';
import { confirmFiles, type Confirmed } from './confirm.ts';
import { connect, type Connected, type ConnectionFlags } from './connect.ts';
import { carryOut } from './carry-out.ts';
import { reopenJournal } from './reopen-journal.ts';
import { finishReports } from './finish.ts';
import { hasTerminal, type Io } from './io.ts';
import { readManifestFlags, type ManifestFlags } from './manifest-flags.ts';
import { prepare, type Prepared, type PrepareOptions } from './prepare.ts';
import { count, createProgress, type Progress } from './progress.ts';
import { estimateRequests, renderPlan } from './render-plan.ts';
import { renderProblems } from './render-problems.ts';
import { renderSummary } from './render-summary.ts';

export interface RunFlags
  extends
    ConnectionFlags,
    ManifestFlags,
    Pick<RunOptionTexts, 'maxDeletions' | 'limit' | 'stopAt' | 'maxFailures'> {
  readonly yes?: true;
  readonly approved?: string;
  /** commander's form of `--no-check` and `--no-verify`. */
  readonly check?: boolean;
  readonly verify?: boolean;
  readonly skipInvalid?: true;
  readonly backup?: true;
  readonly json?: true;
}

/** `run <manifest>`: check, ask, delete, verify, report. */
export async function run(
  io: Io,
  manifest: string | undefined,
  flags: RunFlags,
): Promise<ExitCode> {
  const limits = readRunOptions(flags, new Date(io.clock.now()));
  const settings = readManifestFlags(flags, io);
  const checks = flags.check !== false;
  refuseCombinations(manifest, flags);
  const approved = flags.approved === undefined ? undefined : await openApproved(flags.approved);
  const progress = createProgress(io, flags.quiet === true);
  const connected = await connect(io, flags, progress, manifest === '-');
  try {
    approved?.refuseOther(connected.connection.url.href);
    const options: PrepareOptions = {
      ...settings,
      ...approved?.settings,
      kind: 'run',
      source: approved?.source ?? openSource(manifest ?? '', io.stdin),
      connection: connected.connection,
      server: connected.server,
      checks,
      recorded: recordOptions(flags, limits, connected),
      ...(approved === undefined ? {} : { approved: approved.prepared }),
    };
    const prepared = await prepare(io, options, progress);
    return await decide(io, flags, limits, connected, prepared, progress);
  } finally {
    progress.end();
    await connected.close();
  }
}

function refuseCombinations(manifest: string | undefined, flags: RunFlags): void {
  const refuse = (message: string): never => {
    throw new RefusedError(message);
  };
  if (flags.approved === undefined) {
    if (manifest === undefined) {
      refuse(
        'Name the manifest: redcap-sweep run <manifest>, or carry out a check by --approved <check-dir>.',
      );
    }
  } else {
    if (manifest !== undefined) {
      refuse("--approved takes no manifest: the check's own copy is carried out.");
    }
    if (
      flags.column !== undefined ||
      flags.defaultInstance !== undefined ||
      flags.check === false
    ) {
      refuse(
        '--column, --default-instance and --no-check do not go with --approved: everything is as the check had it.',
      );
    }
  }
  if (
    flags.check === false &&
    flags.defaultInstance !== undefined &&
    flags.defaultInstance.trim() !== '1'
  ) {
    refuse('With --no-check the only --default-instance is 1: nobody looks what repeats.');
  }
}

async function decide(
  io: Io,
  flags: RunFlags,
  limits: RunOptions,
  connected: Connected,
  prepared: Prepared,
  progress: Progress,
): Promise<ExitCode> {
  const { totals } = prepared;
  const { connection, control } = connected;
  const broken = totals.invalid + totals.changed;
  if (broken > 0 && flags.skipInvalid !== true) {
    return refuseRows(io, flags, connected, prepared);
  }
  const plan = renderPlan({
    ...prepared,
    requests: estimateRequests(totals, {
      verifies: flags.verify !== false && flags.check !== false,
      backup: flags.backup === true,
    }),
    perMinute: connection.rate.perMinute,
    backup: flags.backup === true,
  });
  let placed: Placed | undefined;
  let confirmed: Confirmed | undefined;
  try {
    if (flags.json !== true)
      io.stdout.write(`${plan}\n${renderProblems(prepared.problems, broken)}`);
    if (limits.maxDeletions !== undefined && totals.delete > limits.maxDeletions) {
      throw new RefusedError(
        `${count(totals.delete)} files would be deleted, more than the ${count(limits.maxDeletions)} that --max-deletions allows. Nothing was deleted.`,
      );
    }
    placed = await prepared.draft.place();
    if (totals.delete === 0) confirmed = '--yes';
    else {
      const asked = flags.yes !== true && hasTerminal(io);
      if (asked && (flags.json === true || !io.stdout.isTTY)) io.stderr.write(`${plan}\n`);
      confirmed = await confirmFiles(io, {
        yes: flags.yes === true,
        files: totals.delete,
        verb: 'deleted',
        signal: control.stopping,
      });
    }
    if (confirmed === undefined && io.signals.received === undefined) {
      throw new RefusedError('Not confirmed. Nothing was deleted.');
    }
  } catch (error) {
    if (placed === undefined) await prepared.draft.discard();
    else await forget(placed);
    throw error;
  }
  return carryOut(io, {
    placed,
    connected,
    progress,
    confirmed: confirmed === undefined ? undefined : { by: confirmed, files: totals.delete },
    limit: limits.limit,
    stopAtMs: limits.stopAtMs,
    json: flags.json === true,
    total: totals.delete,
    rows: async (view) => {
      const manifest = await openManifestFile(join(placed.path, MANIFEST_FILE), {
        columns: view.header.columns,
      });
      return () => freshWork(manifest.batches(), view);
    },
  });
}

/** A run that is refused for anything but its rows leaves no directory. */
async function forget({ path, lock }: Placed): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await lock.release();
}

async function refuseRows(
  io: Io,
  flags: RunFlags,
  { server, connection, log }: Connected,
  prepared: Prepared,
): Promise<ExitCode> {
  const { totals, problems } = prepared;
  const broken = totals.invalid + totals.changed;
  const { path, lock } = await prepared.draft.place();
  log.attach(path);
  try {
    const { lastStamp } = await foldJournal(join(path, JOURNAL_FILE));
    const journal = reopenJournal(io, path, lastStamp);
    const reason =
      totals.changed > 0
        ? `${count(broken)} rows are not what the check saw, or are invalid.`
        : `${count(broken)} ${broken === 1 ? 'row is' : 'rows are'} invalid.`;
    journal.append({ state: 'refused', at: journal.stamp(), reason });
    const { summary } = await finishReports(io, {
      directory: path,
      exitCode: () => EXIT.refused,
      end: async (exitCode) => {
        journal.append({ state: 'end', at: journal.stamp(), exitCode });
        await journal.close();
      },
      requests: server.requests,
      perMinute: connection.rate.perMinute,
    });
    if (flags.json === true) io.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    else io.stdout.write(renderSummary(summary));
    io.stderr.write(renderProblems(problems, broken));
    io.stderr.write(
      `Refused: nothing was deleted. Mend these rows, or delete the valid ones alone with --skip-invalid.\n`,
    );
    return EXIT.refused;
  } finally {
    await lock.release();
  }
}

function recordOptions(
  flags: RunFlags,
  limits: RunOptions,
  { connection }: Connected,
): Record<string, unknown> {
  return {
    check: flags.check !== false,
    verify: flags.verify !== false && flags.check !== false,
    skipInvalid: flags.skipInvalid === true,
    backup: flags.backup === true,
    ...(limits.maxDeletions === undefined ? {} : { maxDeletions: limits.maxDeletions }),
    ...(limits.maxFailures === undefined ? {} : { maxFailures: flags.maxFailures }),
    ...(limits.limit === undefined ? {} : { limit: limits.limit }),
    ...(limits.stopAtMs === undefined ? {} : { stopAt: flags.stopAt }),
    ...(limits.expectProject === undefined ? {} : { expectProject: limits.expectProject }),
    rate: connection.rate.text,
    concurrency: connection.concurrency,
    retries: connection.retries,
    timeoutSeconds: connection.timeoutMs / 1000,
  };
}
