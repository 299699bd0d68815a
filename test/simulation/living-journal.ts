import { ownFile } from '../../src/run/open-journal.ts';
import type { Lock } from '../../src/run-directory/lock.ts';
import { syncsEachSend } from '../../src/run/session.ts';
import { openJournal, type Journal, type JournalOptions } from '../../src/journal/write.ts';
import { crashesAtWrites } from './crash-points.ts';
import type { Simulation } from './simulation.ts';
import type { SessionSettings } from './settings.ts';
import type { Life } from './life.ts';

/** The real journal on the simulated disk; what it puts off happens only while its process lives. */
export function openLivingJournal(
  { disk }: Simulation,
  { crashPoint, fullAtWrite, failedSync, intervalMs }: SessionSettings,
  life: Life,
  lock: Lock | undefined,
  options: Pick<JournalOptions, 'now' | 'lastStamp' | 'onFailure'>,
): Journal {
  const file = disk.openFile(life, { fullAtWrite, failedSync, dies: crashesAtWrites(crashPoint) });
  return openJournal({
    ...options,
    file: lock === undefined ? file : ownFile(file, lock),
    syncEachSend: syncsEachSend(intervalMs),
    syncEveryMs: 200,
    defer: (run) => {
      life.after(0, run);
    },
    later: (run, ms) => life.after(ms, run),
  });
}
