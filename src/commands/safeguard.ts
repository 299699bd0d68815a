import type { JournalView } from '../journal/fold.ts';
import type { Journal } from '../journal/write.ts';
import type { Safeguarded } from '../run/delete-row.ts';
import type { WorkRow } from '../run/work.ts';
import type { Connected } from './connect.ts';
import type { Io } from './io.ts';

export function createSafeguard(
  _io: Io,
  _options: { readonly connected: Connected; readonly view: JournalView; readonly journal: Journal },
): ((row: WorkRow) => Promise<Safeguarded>) | undefined {
  return undefined;
}
