import { truncate, stat } from 'node:fs/promises';
import type { JournalView } from './fold.ts';

/** Cuts off a last line that a crash tore, before anything is appended behind it. */
export async function cutTornTail(path: string, view: JournalView): Promise<void> {
  const { size } = await stat(path);
  if (size > view.end) await truncate(path, view.end);
}
