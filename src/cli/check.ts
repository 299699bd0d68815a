import { join } from 'node:path';
import { readRunOptions } from '../config/run-options.ts';
import type { ExitCode } from '../exit-codes.ts';
import { replayJournal } from '../journal/replay.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import { exitCodeOfRows } from '../report/exit-code.ts';
import { openSource } from '../run-directory/manifest-copy.ts';
import type { FlagsOf } from './commands.ts';
import { connect } from './connect.ts';
import { finishReports } from './finish.ts';
import type { Io } from './io.ts';
import { prepare } from './prepare.ts';
import { createProgress } from './progress.ts';
import { estimateRequests, renderPlan } from './render-plan.ts';
import { renderSummary } from './render-summary.ts';
import { renderProblems } from './render-problems.ts';
import { reopenJournal } from './reopen-journal.ts';
import { readManifestFlags } from './run-flags.ts';

/** `check <manifest>`: compares the manifest with the project. No deleting client exists here. */
export async function check(io: Io, manifest: string, flags: FlagsOf<'check'>): Promise<ExitCode> {
  const read = readManifestFlags(flags, readRunOptions(flags, new Date(io.clock.now())));
  const progress = createProgress(io, flags.quiet === true);
  const { connection, server, log, close } = await connect(io, flags, progress, manifest === '-');
  try {
    const prepared = await prepare(
      io,
      {
        ...read,
        kind: 'check',
        source: openSource(manifest, io.stdin),
        connection,
        server,
        checks: true,
        recorded: {},
      },
      progress,
    );
    const placed = await prepared.draft.place();
    const { path, lock } = placed;
    log.attach(path);
    try {
      const { lastStamp } = await replayJournal(join(path, JOURNAL_FILE));
      const journal = reopenJournal(io, placed, lastStamp);
      const { summary, page, exitCode } = await finishReports(io, {
        directory: path,
        exitCode: (_view, csvs) => exitCodeOfRows(csvs),
        end: async (code) => {
          journal.append({ state: 'end', at: journal.stamp(), exitCode: code });
          await journal.close();
        },
        requests: server.requests,
        perMinute: connection.rate.perMinute,
      });
      log.log('info', 'end', { exitCode, totals: summary.totals });
      if (flags.json === true) io.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
      else {
        io.stdout.write(
          renderPlan({
            ...prepared,
            requests: estimateRequests(prepared.totals, {
              verifies: true,
              backup: false,
              project: prepared.header.project,
              perMinute: connection.rate.perMinute,
            }),
            perMinute: connection.rate.perMinute,
            backup: false,
          }),
        );
        io.stdout.write(`\n${renderProblems(prepared)}`);
        io.stdout.write(renderSummary(summary, page));
      }
      return exitCode;
    } finally {
      await lock.release();
    }
  } finally {
    progress.end();
    await close();
  }
}
