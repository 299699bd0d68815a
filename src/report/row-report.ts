import type { RunState } from '../journal/run-state.ts';
import { joinRows, type JoinedRow, type ManifestBatches } from '../journal/joined-rows.ts';
import { seenName } from '../journal/outcome-of.ts';
import type { FileFacts } from '../rows/outcome.ts';

/** A row as the reports show it: all of them are made from this stream. */
export interface RowReport extends JoinedRow {
  readonly signature: boolean;
}

export async function* readRowReports(
  batches: ManifestBatches,
  view: RunState,
): AsyncGenerator<readonly RowReport[], void, undefined> {
  for await (const batch of joinRows(batches, view)) {
    yield batch.map((joined) => ({
      ...joined,
      outcome: { ...joined.outcome, message: messageOf(joined, view), file: fileOf(joined) },
      signature: isSignature(joined.row.field, view),
    }));
  }
}

function isSignature(field: string, { header }: RunState): boolean {
  const fields = header.project?.fileFields ?? {};
  return Object.hasOwn(fields, field) && fields[field]?.signature === true;
}

/** The name that the check saw stands in for one that nobody read since. */
function fileOf({ outcome: { file }, plan }: JoinedRow): FileFacts | undefined {
  if (file?.name !== undefined) return file;
  const name = seenName(plan);
  return name === undefined ? file : { ...file, name };
}

/** "Deleted" where nobody had seen the file before says that it only may have been this run. */
function messageOf({ outcome, seen }: JoinedRow, { header }: RunState): string {
  if (outcome.status !== 'deleted' || outcome.message !== '' || seen !== undefined) {
    return outcome.message;
  }
  return header.project === null
    ? 'the server accepted the deletion; nobody had looked before, so that the run may have removed a file, or nothing was there'
    : 'the server accepted the deletion; no look had shown a file before, so that the run may have removed one';
}
