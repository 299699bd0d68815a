import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { RefusedError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { decodeText } from '../files/read-file.ts';
import { nearestName } from '../project/near.ts';
import type { ProjectModel } from '../project/model.ts';
import { csvLine } from '../files/csv-line.ts';
import { createReportFile } from '../files/atomic-file.ts';
import { scanProject, SCAN_COLUMNS, type ScanScope } from '../project/scan.ts';
import type { FlagsOf } from './commands.ts';
import { withConnection } from './connect.ts';
import type { Io } from './io.ts';
import { count } from '../words/counts.ts';

/** `scan`: writes a manifest of every file that the project holds, as far as this token may see. */
export async function scan(io: Io, flags: FlagsOf<'scan'>): Promise<ExitCode> {
  const records =
    flags.recordFile === undefined ? undefined : await readRecordFile(flags.recordFile);
  return withConnection(io, flags, async ({ server, progress }) => {
    progress.phase('Reading the project', undefined);
    const model = await server.readModel();
    const scope: ScanScope = {
      fields: chooseNames(flags.field, Object.keys(model.fileFields), '--field', 'file field'),
      events: chooseEvents(flags.event, model),
      records,
      filter: flags.filter,
    };
    const output = await openOutput(io, flags.output);
    let files = 0;
    const result = await discardOnError(
      output,
      scanProject(model, scope, {
        exportRecords: (query) => server.exportRecords(query),
        async onRows(rows) {
          files += rows.length;
          await output.write(rows.map((row) => csvLine(row)).join(''));
        },
        onRecords: (total) => {
          progress.phase('Scanning records', total);
        },
        onProgress: (done) => {
          progress.at(done, { files });
        },
        begin: () => output.write(csvLine(SCAN_COLUMNS)),
      }),
    );
    await output.close();
    progress.end();
    for (const record of result.missing) {
      io.stderr.write(
        `Warning: record ${record} of --record-file does not exist, or this token may not see it.\n`,
      );
    }
    if (result.leftOut.length > 0) {
      io.stderr.write(
        `The export leaves these file fields out, so that their files are not listed: ${result.leftOut.join(', ')}. Ask for the export right on them.\n`,
      );
    }
    if (flags.quiet !== true) {
      io.stderr.write(`${count(files)} ${files === 1 ? 'file' : 'files'} found.\n`);
    }
    return result.leftOut.length > 0 ? EXIT.rowsLeft : EXIT.ok;
  });
}

async function discardOnError<T>(output: Output, scanning: Promise<T>): Promise<T> {
  try {
    return await scanning;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function readRecordFile(path: string): Promise<readonly string[]> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new RefusedError(`--record-file ${path} cannot be read: ${(error as Error).message}.`);
  }
  const lines = decodeText(bytes, `--record-file ${path}`)
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) throw new RefusedError(`--record-file ${path} names no record.`);
  return [...new Set(lines)];
}

function chooseEvents(
  text: string | undefined,
  model: ProjectModel,
): readonly string[] | undefined {
  if (text === undefined) return undefined;
  if (!model.longitudinal) {
    throw new RefusedError('--event does not fit: the project is not longitudinal.');
  }
  return chooseNames(
    text,
    model.events.map((event) => event.name),
    '--event',
    'event',
  );
}

function chooseNames(
  text: string | undefined,
  known: readonly string[],
  option: string,
  what: string,
): readonly string[] {
  if (text === undefined) return known;
  const wanted = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (wanted.length === 0) throw new RefusedError(`${option} names nothing.`);
  for (const name of wanted) {
    if (known.includes(name)) continue;
    const near = nearestName(name, known);
    throw new RefusedError(
      `${option}: the project has no ${what} ${name}${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }
  return [...new Set(wanted)];
}

interface Output {
  write(text: string): Promise<void>;
  /** Puts the list in its place. */
  close(): Promise<void>;
  discard(): Promise<void>;
}

async function openOutput(io: Io, path: string | undefined): Promise<Output> {
  if (path === undefined) {
    return {
      write: (text) =>
        new Promise((resolve) => {
          // A reader that is slow is waited for; one that went away is not.
          io.stdout.write(text, () => {
            resolve();
          });
        }),
      close: () => Promise.resolve(),
      discard: () => Promise.resolve(),
    };
  }
  try {
    // Whole or not at all: half a list must not pass for a manifest.
    const file = await createReportFile(dirname(path), basename(path), io.clock);
    return {
      write: (text) => file.write(text) ?? Promise.resolve(),
      async close() {
        await file.finish();
      },
      discard: () => file.discard(),
    };
  } catch (error) {
    throw new RefusedError(`--output ${path} cannot be written: ${(error as Error).message}.`);
  }
}
