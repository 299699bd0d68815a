import {
  prepareRun,
  type PreparedRun,
  type PreparePhase,
  type PrepareOptions,
} from '../run/prepare-run.ts';
import type { Connected } from './connect.ts';
import type { Io } from './io.ts';

const PHASES: Readonly<Record<PreparePhase, string>> = {
  reading_project: 'Reading the project',
  reading_manifest: 'Reading the manifest',
  looking: 'Looking at the records',
  planning: 'Planning',
};

type Settings = Omit<
  PrepareOptions,
  'url' | 'token' | 'concurrency' | 'server' | 'control' | 'clock' | 'onPhase' | 'onPlanned'
>;

/** Prepares a run, or a check, over a connection, and shows that it goes on. */
export function prepare(
  io: Io,
  { connection, server, control, progress }: Connected,
  settings: Settings,
): Promise<PreparedRun> {
  return prepareRun({
    ...settings,
    url: connection.url.href,
    token: connection.token,
    concurrency: connection.concurrency,
    server,
    control,
    clock: io.clock,
    onPhase(phase, rows) {
      progress.phase(PHASES[phase], rows);
    },
    onPlanned(rows) {
      progress.at(rows);
    },
  }).finally(() => {
    progress.end();
  });
}
