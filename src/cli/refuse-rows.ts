import { join } from 'node:path';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { replayJournal } from '../journal/replay.ts';
import { JOURNAL_FILE } from '../journal/lines.ts';
import type { Connected } from './connect.ts';
import { finishReports } from './finish.ts';
import type { Io } from './io.ts';
import type { Prepared } from './prepare.ts';
import { count } from '../words/counts.ts';
import { renderProblems } from './render-problems.ts';
import { renderSummary } from './render-summary.ts';
import { reopenJournal } from './reopen-journal.ts';
import type { RunFlags } from './run-flags.ts';

/** A run that its rows keep from starting leaves its directory, to correct the rows from. */
export async function refuseRows(
  io: Io,
  flags: RunFlags,
  { server, connection, log }: Connected,
  prepared: Prepared,
): Promise<ExitCode> {
  const { totals } = prepared;
  const broken = totals.invalid + totals.changed;
  const placed = await prepared.draft.place();
  const { path, lock } = placed;
  log.attach(path);
  try {
    const { lastStamp } = await replayJournal(join(path, JOURNAL_FILE));
    const journal = reopenJournal(io, placed, lastStamp);
    const reason =
      totals.changed > 0
        ? `${count(broken)} rows are not what the check saw, or are invalid.`
        : `${count(broken)} ${broken === 1 ? 'row is' : 'rows are'} invalid.`;
    journal.append({ state: 'refused', at: journal.stamp(), reason });
    const { summary, page } = await finishReports(io, {
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
    else io.stdout.write(renderSummary(summary, page));
    io.stderr.write(renderProblems(prepared));
    io.stderr.write(
      `Refused: nothing was deleted. Correct these rows, or delete the valid ones alone with --skip-invalid.\n`,
    );
    return EXIT.refused;
  } finally {
    await lock.release();
  }
}
