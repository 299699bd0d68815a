import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalHeader } from '../../src/journal/lines.ts';
import type { ManifestRow } from '../../src/rows/row.ts';
import { readManifestCopy, verifyManifestCopy } from '../../src/run-directory/manifest-copy.ts';
import type { Chance } from './random.ts';
import type { Environment } from './environment.ts';

/** The run's copy of the manifest as a real file, where somebody edits it. */
export interface ManifestCopy {
  /** Is it the one that was checked, for a command that is about to work with it? */
  isWhole(header: JournalHeader): Promise<boolean>;
  batches(header: JournalHeader): AsyncIterable<readonly ManifestRow[]>;
  /** Rows from some place on name other fields. */
  edit(): void;
  putBack(): void;
  remove(): void;
}

const NEXT_FIELD: Readonly<Record<string, string>> = { scan: 'photo', photo: 'sig', sig: 'scan' };

export function createManifestCopy(
  environment: Environment,
  chance: Chance,
  text: string,
): ManifestCopy {
  const folder = mkdtempSync(join(tmpdir(), 'redcap-sweep-simulation-'));
  const path = join(folder, 'manifest.csv');
  const put = (contents: string): void => {
    writeFileSync(path, contents);
  };
  put(text);
  return {
    isWhole: (header) =>
      environment.hold(
        verifyManifestCopy(folder, header).then(
          () => true,
          () => false,
        ),
      ),
    async *batches(header) {
      const batches = readManifestCopy(folder, header);
      for (;;) {
        const next = await environment.hold(batches.next());
        if (next.done === true) return;
        yield next.value;
      }
    },
    edit() {
      const lines = text.split('\n');
      const from = chance.whole(1, lines.length - 1);
      environment.note(`people: edit the copy of the manifest from line ${from + 1}`);
      const edited = lines.map((line, at) =>
        at < from
          ? line
          : line.replace(/,(scan|photo|sig),/, (_, name: string) => `,${NEXT_FIELD[name]},`),
      );
      put(edited.join('\n'));
    },
    putBack() {
      put(text);
    },
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
