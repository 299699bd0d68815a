import { syncsEachSend } from '../../src/run/conduct.ts';
import { openJournal, type Journal, type JournalOptions } from '../../src/journal/write.ts';
import { diesAtWrites } from './deaths.ts';
import type { Game } from './game.ts';
import type { SessionSettings } from './settings.ts';
import type { Life } from './world.ts';

/** The real journal on the simulated disk; what it puts off happens only while its process lives. */
export function openLivingJournal(
  { world, disk }: Game,
  { death, fullAtWrite, failedSync, intervalMs }: SessionSettings,
  life: Life & { kill(): void },
  options: Pick<JournalOptions, 'now' | 'lastStamp' | 'onFailure'>,
): Journal {
  const living =
    (run: () => void): (() => void) =>
    () => {
      if (life.alive) run();
    };
  return openJournal({
    ...options,
    file: disk.openFile(life, { fullAtWrite, failedSync, dies: diesAtWrites(death) }),
    syncEachSend: syncsEachSend(intervalMs),
    syncEveryMs: 200,
    defer: (run) => {
      world.after(0, living(run));
    },
    later: (run, ms) => world.after(ms, living(run)),
  });
}
