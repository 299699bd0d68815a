import { join } from 'node:path';
import { readRunOptions, type RunOptions } from '../config/run-options.ts';
import { RefusedError } from '../errors.ts';
import { type ExitCode } from '../exit-codes.ts';
import { freshRows } from '../run/row-source.ts';
import { MANIFEST_FILE } from '../report/make-reports.ts';
import { heldBatches } from '../run-directory/held-manifest.ts';
import { openSource } from '../run-directory/manifest-copy.ts';
import { removeLocked, type Placed } from '../run-directory/draft.ts';
import { openApproved } from './approved.ts';
import { confirmFiles, type Confirmed } from './confirm.ts';
import { connect, type Connected } from './connect.ts';
import { carryOut } from './carry-out.ts';
import { hasTerminal, type Io } from './io.ts';
import { prepare, type Prepared } from './prepare.ts';
import type { PrepareOptions } from './prepare-options.ts';
import { count } from '../words/counts.ts';
import { createProgress, type Progress } from './progress.ts';
import { estimateRequests, renderPlan } from './render-plan.ts';
import { renderProblems } from './render-problems.ts';
import {
  readManifestFlags,
  recordOptions,
  refuseCombinations,
  type RunFlags,
} from './run-flags.ts';
import { refuseRows } from './refuse-rows.ts';

/** `run <manifest>`: check, ask, delete, verify, report. */
export async function run(
  io: Io,
  manifest: string | undefined,
  flags: RunFlags,
): Promise<ExitCode> {
  const limits = readRunOptions(flags, new Date(io.clock.now()));
  const settings = readManifestFlags(flags, limits);
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
      project: prepared.header.project,
      perMinute: connection.rate.perMinute,
    }),
    perMinute: connection.rate.perMinute,
    backup: flags.backup === true,
  });
  let placed: Placed | undefined;
  let confirmed: Confirmed | undefined;
  try {
    if (flags.json !== true) io.stdout.write(`${plan}\n${renderProblems(prepared)}`);
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
    // A run that is refused for anything but its rows leaves no directory.
    await (placed === undefined ? prepared.draft.discard() : removeLocked(placed));
    throw error;
  }
  return carryOut(io, {
    placed,
    connected,
    progress,
    confirmed: confirmed === undefined ? undefined : { by: confirmed, files: totals.delete },
    resumedBy: undefined,
    limit: limits.limit,
    stopAtMs: limits.stopAtMs,
    // The stand-in shows at once what it did.
    secondLook: flags.rehearsal === true ? { everyMs: 100, untilMs: 300 } : undefined,
    json: flags.json === true,
    total: totals.delete,
    rows: (view) =>
      Promise.resolve(() =>
        freshRows(heldBatches(join(placed.path, MANIFEST_FILE), view.header), view),
      ),
  });
}
