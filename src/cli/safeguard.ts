import type { RunState } from '../journal/run-state.ts';
import { safeguardRows } from '../backup/safeguard-row.ts';
import { createStore } from '../backup/store.ts';
import type { Journal } from '../journal/write.ts';
import type { BeforeDelete } from '../run/row-progress.ts';
import type { RowToDelete } from '../run/row-source.ts';
import type { Placed } from '../run-directory/draft.ts';
import type { Connected } from './connect.ts';
import type { Io } from './io.ts';
import { createFiles } from './server.ts';

/** Guards and backup of a run, as its journal asks for; `undefined` where it has neither. */
export function createSafeguard(
  io: Io,
  options: {
    readonly placed: Pick<Placed, 'path'>;
    readonly connected: Pick<Connected, 'server' | 'reach' | 'control'>;
    readonly view: RunState;
    readonly journal: Journal;
    /** Told after each backup how many bytes this command has saved. */
    readonly onSaved?: (bytesTotal: number) => void;
  },
): ((row: RowToDelete) => Promise<BeforeDelete>) | undefined {
  const { placed, connected, view, journal, onSaved } = options;
  const { header, planned } = view;
  const backup = header.options['backup'] === true;
  if (!backup && planned?.totals['guarded'] === 0) return undefined;
  const model = header.project;
  const { reach, server, control } = connected;
  return safeguardRows({
    source: { ...reach, files: createFiles(reach), control },
    store: backup ? createStore(placed.path, io.clock) : undefined,
    journal,
    look: model === null ? undefined : (target) => server.look(model, [target]),
    earlier: (row) => view.backups.get(row),
    onSaved,
  });
}
