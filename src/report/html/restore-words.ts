import { countOf } from './format.ts';
import type { Page } from './page.ts';

/** What was put back since the run, in a few words; `undefined` where nothing was put back. */
export function restoreWords({ context }: Page): string | undefined {
  const { restores } = context.view;
  if (restores.length === 0) return undefined;
  const [only] = restores;
  if (restores.some(({ end }) => end === undefined)) return 'files may have been put back since';
  if (restores.length > 1) return 'files were put back since';
  const files = only?.end?.totals.restored ?? 0;
  if (files === 0) return 'a restore since then put no file back';
  return `${countOf(files, 'file')} ${files === 1 ? 'was' : 'were'} put back since`;
}
